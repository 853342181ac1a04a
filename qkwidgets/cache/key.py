"""Under which name is a result kept? A digest of everything that it depends on.

Two results have the same name exactly if kind, weights, options and algorithm version are equal, so nothing kept can be out
of date: what changes gets another name.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qkwidgets.core.errors import InputError

_KIND = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Key:
    """Everything that a kept result depends on.

    Attributes
    ----------
    kind
        What it is, in small letters: "optimal_images".
    fingerprint
        Of the weights (and images) that were used.
    options
        Every choice that changes the numbers; JSON values only. The order of the names does not matter.
    version
        Of the algorithm; raised when the same input gives other numbers.
    """

    kind: str
    fingerprint: str
    options: Mapping[str, Any]
    version: int

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise InputError(
                f"A kind of cache entry is one word of small letters, digits and underscores: got {self.kind!r}. "
                "It becomes part of a file name. Write, for example, 'optimal_images'."
            )

    @property
    def record(self) -> dict[str, Any]:
        """The key as JSON values, as it is kept beside the result."""
        return json.loads(self._canonical())

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self._canonical().encode()).hexdigest()

    def _canonical(self) -> str:
        fields = {"kind": self.kind, "fingerprint": self.fingerprint, "options": dict(self.options), "version": self.version}
        try:
            return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False)
        except (TypeError, ValueError):
            raise InputError(
                f"Options of a cache entry must be JSON values, so that equal ones have equal names: got {dict(self.options)}. "
                "An array or a NaN is probably among them. Pass numbers, texts, lists and dicts."
            ) from None

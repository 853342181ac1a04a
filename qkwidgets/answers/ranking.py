"""The modes of one image, ordered by their part in its attention."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from jaxtyping import Float32

from qkwidgets.answers.base import Table
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.core.index import ModeIndex

WAYS = ("share", "peak", "energy")
"""What modes can be ranked by; `qkwidgets.core.ranking` says what each means."""


@dataclass(frozen=True, eq=False, repr=False)
class ModeRanking(Table):
    """Every mode of every head ranked for one image by `share`, `energy` or `peak`, strongest first.

    Shares are within a head: over a head's modes they sum to one together with `bias`, its key-only bias term.
    """

    value: Float32[np.ndarray, "layer head mode"]
    bias: Float32[np.ndarray, "layer head"]
    by: str
    image: str
    provenance: dict[str, Any]

    def __str__(self) -> str:
        first = ", ".join(f"{index} {value:.2f}" for index, value in self.top(3))
        return f"Modes of {self.model} on {self.image} by {self.by}: {first}, …"

    def top(self, n: int = 6, *, layer: int | None = None, head: int | None = None) -> list[tuple[ModeIndex, float]]:
        """The first `n` modes, of one layer or one head if named, with their values. Undefined values are left out."""
        value = self.value.astype(float)
        for axis, chosen in enumerate((layer, head)):
            if chosen is not None:
                others = np.arange(value.shape[axis]) != chosen
                value[(slice(None),) * axis + (others,)] = np.nan
        order = np.argsort(-value, axis=None, kind="stable")[:n]
        places = (np.unravel_index(place, value.shape) for place in order)
        return [(ModeIndex(*map(int, place)), float(value[place])) for place in places if not np.isnan(value[place])]

    def rows(self) -> list[dict[str, Any]]:
        """A row a mode: rank, address, value."""
        ranked = self.top(self.value.size)
        return [
            {"rank": rank, "layer": index.layer, "head": index.head, "mode": index.mode, self.by: value}
            for rank, (index, value) in enumerate(ranked)
        ]


def image_number(image: Any, names: list[str]) -> int:
    """The number of an image of a view, which is named by that number or by its name.

    Raises
    ------
    InputError
        If there is no such image, or several have that name.

    Examples
    --------
    >>> image_number("coffee", ["cat", "coffee"])
    1
    """
    if isinstance(image, Integral):
        return check_range("image", int(image), len(names), "this view")
    found = [number for number, name in enumerate(names) if name == image]
    if len(found) == 1:
        return found[0]
    needed = "An image of this view is named by its number or its name"
    if found:
        raise InputError(
            f"{needed}: got {image!r}, the name of images {', '.join(map(str, found))}. They probably come from several folders. Give the number."
        )
    some = ", ".join(map(repr, names[:4])) + (", …" if len(names) > 4 else "")
    raise InputError(
        f"{needed}: got {image!r}. It is probably misspelt, or not among them. Give 0 to {len(names) - 1}, or one of {some}."
        if names
        else f"{needed}: got {image!r}. This view has no images. Make one with explore(model, images)."
    )

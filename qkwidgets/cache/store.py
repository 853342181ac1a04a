"""What has been computed before, and where does it lie? A content-addressed store on disk that never stands in the way.

An entry is one file in the format of saved answers (safetensors with a JSON record, checksum included), replaced atomically,
so that any number of processes may read and write at once. A file that cannot be trusted is reported, set aside and computed
again; a folder that cannot be written is reported once, and the work goes on without it.
"""

import os
import re
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from qkwidgets.answers import file
from qkwidgets.cache.key import Key
from qkwidgets.core.errors import FileFormatError

Result = tuple[dict[str, np.ndarray], dict[str, Any]]

# Only names of this form are ours: a cache folder may be named by hand, and `clear` must not touch anything else.
_OURS = re.compile(r"\.?(?P<kind>[a-z][a-z0-9_]*)-[0-9a-f]{64}\.qk(?P<rest>\..*)?")


class CacheWarning(UserWarning):
    """The cache could not be used as it should; nothing is lost but time."""


def cache_folder() -> Path:
    """The folder that `QKWIDGETS_CACHE_DIR` names, or else the platform's folder for caches.

    Examples
    --------
    >>> import os
    >>> cache_folder() == Path(os.environ["QKWIDGETS_CACHE_DIR"])
    True
    """
    named = os.environ.get("QKWIDGETS_CACHE_DIR")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("qkwidgets", appauthor=False)


@dataclass(frozen=True)
class Contents:
    """What lies in a cache folder.

    Attributes
    ----------
    folder
        Where it is; it need not exist.
    entries, sizes
        Number of entries and their bytes, by kind.
    set_aside
        Number of files that could not be trusted, and of what interrupted writers left.
    bytes
        Of everything together.
    """

    folder: Path
    entries: dict[str, int]
    sizes: dict[str, int]
    set_aside: int
    bytes: int

    def __str__(self) -> str:
        total = sum(self.entries.values())
        lines = [f"{self.folder}: {total} {'entry' if total == 1 else 'entries'}, {self.bytes / 1e6:.1f} MB"]
        lines += [f"  {kind}: {count}, {self.sizes[kind] / 1e6:.1f} MB" for kind, count in sorted(self.entries.items())]
        lines += [f"  set aside as damaged: {self.set_aside}"] if self.set_aside else []
        return "\n".join(lines)


@dataclass
class Store:
    """Results on disk, each under a digest of all that it depends on.

    Parameters
    ----------
    folder
        Where they lie; `cache_folder()` if it is not given. Made when the first result is kept.

    Examples
    --------
    >>> store = Store()
    >>> count = []
    >>> def squares():
    ...     count.append(1)
    ...     return {"squares": np.arange(4.0) ** 2}, {"about": "the first four"}
    >>> for _ in range(2):
    ...     arrays, record = store.remember("squares", "none", {"n": 4}, 1, squares)
    >>> arrays["squares"], record, len(count)
    (array([0., 1., 4., 9.]), {'about': 'the first four'}, 1)
    """

    folder: Path = field(default_factory=cache_folder)
    _silent: bool = field(default=False, init=False, repr=False)

    def remember(
        self, kind: str, fingerprint: str, options: Mapping[str, Any], version: int, compute: Callable[[], Result]
    ) -> Result:
        """The kept result of `compute`, or a fresh one, which is then kept.

        Parameters
        ----------
        kind, fingerprint, options, version
            All that the result depends on; see `Key`.
        compute
            Called without arguments if nothing is kept. Gives named arrays and a record of JSON values.

        Returns
        -------
        tuple
            The arrays and the record.
        """
        key = Key(kind, fingerprint, options, version)
        path = Path(self.folder) / f"{kind}-{key.digest}.qk"
        kept = self._read(path, key)
        if kept is not None:
            return kept
        arrays, record = compute()
        self._write(path, arrays, {"key": key.record, "record": record})
        return arrays, record

    def info(self) -> Contents:
        """What lies in the folder."""
        return _contents(Path(self.folder), self._files())

    def clear(self) -> Contents:
        """Remove every entry; return what was removed. Files that are not ours stay."""
        found = self._files()
        contents = _contents(Path(self.folder), found)
        for path in found:
            path.unlink(missing_ok=True)
        return contents

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in Path(self.folder).iterdir() if _OURS.fullmatch(path.name))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _read(self, path: Path, key: Key) -> Result | None:
        try:
            arrays, kept = file.from_bytes(path.read_bytes(), repr(path.name))
            if kept.get("key") != key.record:
                raise FileFormatError(
                    f"A cache entry must be the result that its name stands for: {path.name} holds another. It was probably "
                    "copied or renamed. Nothing needs to be done."
                )
        except FileNotFoundError:
            return None
        except FileFormatError as error:
            self._set_aside(path, error)
            return None
        except OSError as error:
            self._go_on_without(error)
            return None
        return arrays, kept["record"]

    def _set_aside(self, path: Path, error: FileFormatError) -> None:
        aside = path.with_name(f"{path.name}.bad")
        try:
            path.replace(aside)
            done = f"It was set aside as {aside}"
        except OSError:
            done = "It could not be set aside"
        warnings.warn(f"{error} ({done}, and its content is computed again.)", CacheWarning, stacklevel=4)

    def _write(self, path: Path, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> None:
        if self._silent:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # another process removed the folder while we wrote; the result is in hand
                file.write(path, arrays, record)
        except OSError as error:
            self._go_on_without(error)

    def _go_on_without(self, error: OSError) -> None:
        if not self._silent:
            self._silent = True
            warnings.warn(
                f"The cache folder must be one that can be read and written: {self.folder} cannot ({error.strerror}). Results "
                "are computed each time. Make room there, or name another folder in QKWIDGETS_CACHE_DIR.",
                CacheWarning,
                stacklevel=4,
            )


def _contents(folder: Path, found: list[Path]) -> Contents:
    entries: dict[str, int] = {}
    sizes: dict[str, int] = {}
    set_aside = total = 0
    for path in found:
        try:
            size = path.stat().st_size
        except FileNotFoundError:  # another process has just cleared it
            continue
        total += size
        match = _OURS.fullmatch(path.name)
        if match["rest"]:
            set_aside += 1
        else:
            entries[match["kind"]] = entries.get(match["kind"], 0) + 1
            sizes[match["kind"]] = sizes.get(match["kind"], 0) + size
    return Contents(folder, entries, sizes, set_aside, total)

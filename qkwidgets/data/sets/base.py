"""What is a set of images to whoever goes through all of it? A fixed order, a name each, and pictures on request.

Nothing is decoded before it is asked for. A set is sent to worker processes, so it holds what is needed to read an image
and never an open file.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture

Label = int | str | None


class ImageSet(ABC):
    """Any number of images in a fixed order, read one by one.

    Attributes
    ----------
    kind
        What it was made of, in words.
    names
        One name an image, no two alike, the same each time the set is made.
    """

    kind: ClassVar[str]
    names: list[str]

    def __len__(self) -> int:
        return len(self.names)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} images, {self.kind})"

    def item(self, index: int) -> tuple[Picture, Label]:
        """One image and its label, from one read.

        Raises
        ------
        InputError
            If it cannot be read, for whatever reason; the message names it.
        """
        try:
            return self._item(index)
        except InputError:
            raise
        except Exception as problem:  # a data set's own code may raise anything
            raise InputError(
                f"Every image of a data set must be readable: image {index} ({self.names[index]!r}) raised "
                f"{type(problem).__name__} ({problem}). The data set's own code or one of its files is probably at fault. Mend it, or leave "
                "the image out."
            ) from problem

    def picture(self, index: int) -> Picture:
        """One image; see `item`."""
        return self.item(index)[0]

    def label(self, index: int) -> Label:
        """The class of an image: a number, a word, or None where it has none."""
        return self.item(index)[1]

    def path(self, index: int) -> str | None:
        """The file that the image can be found in again; None where it has none of its own."""
        return None

    def describe(self) -> dict[str, Any]:
        """What tells this set from another: its kind, its number of images, and a SHA-256 over their names and marks."""
        digest = hashlib.sha256()
        for line in self._marks():
            digest.update(f"{line}\n".encode(errors="replace"))
        return {"kind": self.kind, "number": len(self), "sha256": digest.hexdigest()}

    @abstractmethod
    def _item(self, index: int) -> tuple[Picture, Label]:
        """One image and its label; may raise anything."""

    @abstractmethod
    def _marks(self) -> Iterable[str]:
        """Lines of text that change when the set becomes another one."""


def distinct(names: Iterable[str]) -> list[str]:
    """The names, with a number behind those that came before, and fit for UTF-8.

    Examples
    --------
    >>> distinct(["a", "b", "a", "a (2)", "a"])
    ['a', 'b', 'a (2)', 'a (2) (2)', 'a (3)']
    """
    seen: dict[str, int] = {}
    for name in names:
        name = unique = name.encode(errors="surrogateescape").decode(errors="replace")
        count = seen.get(name, 0)
        while unique in seen:
            count += 1
            unique = f"{name} ({count})"
        seen[name] = max(count, 1)
        seen[unique] = 1 if unique != name else seen[name]
    return list(seen)

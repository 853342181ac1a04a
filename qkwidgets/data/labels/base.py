"""What is a picture whose objects are known, and a set of these, to whoever goes through all of it?"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Bool, Integer, UInt16

from qkwidgets.answers import registry
from qkwidgets.answers.presenting import drawn
from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.regions import Box, Regions, pixels_seen, regions
from qkwidgets.data.sets.base import ImageSet, Label

MOST_OBJECTS = 65535


@dataclass(frozen=True, eq=False, repr=False)
class LabelledPicture:
    """A picture and the object that each of its pixels belongs to.

    Attributes
    ----------
    objects
        0 for the ground, 1, 2, … for the objects, none left out.
    names
        A word for each object; several objects may be called alike.
    target
        The number of the object that is not like the others, where there is one.
    parts
        1, 2, … for the parts of an object, 0 for pixels of no part; None where no parts are known.
    ignored
        Pixels that are neither object nor ground; None where there are none.
    """

    picture: Picture
    objects: UInt16[np.ndarray, "height width"]
    names: tuple[str, ...]
    target: int | None = None
    parts: UInt16[np.ndarray, "height width"] | None = None
    ignored: Bool[np.ndarray, "height width"] | None = None

    def regions(self, grid: tuple[int, int], box: Box | None = None) -> Regions:
        """Area shares of ground, objects and parts in the patches of a grid, which covers the picture or a box of it."""
        return regions(self.objects, len(self.names), grid, target=self.target, parts=self.parts, ignored=self.ignored, box=box)

    def seen(
        self, labels: Integer[np.ndarray, "height width"], box: Box, size: tuple[int, int], nothing: int
    ) -> Integer[np.ndarray, "seen_height seen_width"]:
        """A label for each pixel of a box of the picture at another size; `nothing` outside of the picture, and where it is ignored."""
        known = labels if self.ignored is None else np.where(self.ignored, nothing, labels)
        return pixels_seen(known, box, size, nothing)

    def __repr__(self) -> str:
        height, width = self.objects.shape
        return f"LabelledPicture({self.picture.name!r}, {width} x {height} pixels, {len(self.names)} objects)"


class LabelledSet(ImageSet):
    """Any number of labelled pictures in a fixed order, read one by one."""

    merged: ClassVar[bool] = False
    """Whether all distractors of a picture are one object."""

    def labelled(self, index: int) -> LabelledPicture:
        """One picture with its objects.

        Raises
        ------
        InputError
            If it or its masks cannot be read; the message names it.
        """
        try:
            return self._labelled(index)
        except InputError:
            raise
        except Exception as problem:  # files of any content
            raise InputError(
                f"Every picture of a labelled set must be readable: {self.names[index]!r} raised {type(problem).__name__} ({problem}). One of "
                "its files is probably damaged. Mend it, or leave the picture out."
            ) from problem

    def figure(self, *choices: Any, **options: Any) -> Any:
        """The first pictures with the outlines of their objects, as a plotly figure; `.figure(12, start=100, theme="dark")` for others.

        See `qkwidgets.figures.labelled.labelled_figure`.
        """
        return drawn(registry.set_presenter(), f"{type(self).__name__}.figure", self, choices, options)

    def regions(self, index: int, grid: tuple[int, int], box: Box | None = None) -> Regions:
        """Area shares of one picture's ground, objects and parts in the patches of a grid; see `LabelledPicture.regions`."""
        return self.labelled(index).regions(grid, box)

    def label(self, index: int) -> Label:
        """None: a labelled picture has objects, not a class."""
        return None

    def _item(self, index: int) -> tuple[Picture, Label]:
        return self.labelled(index).picture, self.label(index)

    @abstractmethod
    def _labelled(self, index: int) -> LabelledPicture:
        """One picture with its objects; may raise anything."""


def numbered(values: np.ndarray, none: tuple[int, ...] = (0,)) -> tuple[UInt16[np.ndarray, "height width"], list[int]]:
    """Object numbers 1, 2, … in the order of the values of a map, and the value that each stands for.

    Parameters
    ----------
    none
        Values that stand for no object.

    Examples
    --------
    >>> objects, values = numbered(np.array([[0, 7], [3, 7]]))
    >>> objects, values
    (array([[0, 2],
           [1, 2]], dtype=uint16), [3, 7])
    """
    found, place = np.unique(values, return_inverse=True)
    kept = [int(value) for value in found if value not in none]
    numbers = np.zeros(len(found), np.uint16)
    numbers[np.isin(found, none, invert=True)] = np.arange(1, len(kept) + 1)
    return numbers[place.reshape(values.shape)], kept


def labelled_picture(
    picture: Picture,
    mask: Any,
    *,
    names: Any = None,
    target: int | None = None,
    parts: Any = None,
    ignored: Any = None,
) -> LabelledPicture:
    """A labelled picture of one's own: a picture and a map of whole numbers, checked and numbered without gaps.

    Parameters
    ----------
    mask
        A whole number for each pixel, 0 for the ground; or true for the one object that there is.
    names
        A word for each number that occurs, in the order of the numbers, or a dictionary from number to word; "object 3" by default.
    target
        The number, in the mask, of the object that is not like the others.

    Raises
    ------
    InputError
        If mask and picture have not the same size, numbers are not whole or below zero, or the target does not occur.

    Examples
    --------
    >>> mask = np.zeros((4, 6), int)
    >>> mask[:2], mask[2:, 3:] = 5, 9
    >>> labelled_picture(Picture(np.zeros((4, 6, 3), np.uint8), "night"), mask, target=9).target
    2
    """
    mask = _whole_map("mask", mask, picture)
    objects, values = numbered(mask)
    if len(values) > MOST_OBJECTS:
        raise InputError(
            f"A mask must hold at most {MOST_OBJECTS} objects: that of '{picture.name}' holds {len(values)}. It is probably a photograph, or a "
            "map of depth. Pass a map of object numbers."
        )
    if target is not None and target not in values:
        raise InputError(
            f"The target must be one of the numbers in the mask: got {target!r}, and '{picture.name}' has {_listed(values)}. The numbers of "
            "another picture were probably meant. Pass one of these."
        )
    return LabelledPicture(
        picture,
        objects,
        _names(names, values, picture),
        None if target is None else values.index(target) + 1,
        None if parts is None else _whole_map("parts", parts, picture).astype(np.uint16),
        None if ignored is None else _whole_map("ignored", ignored, picture).astype(bool),
    )


def _names(names: Any, values: list[int], picture: Picture) -> tuple[str, ...]:
    if names is None:
        return tuple(f"object {value}" for value in values)
    if isinstance(names, dict):
        return tuple(str(names.get(value, f"object {value}")) for value in values)
    if len(names) != len(values):
        raise InputError(
            f"Every object needs a name: '{picture.name}' has {len(values)} objects ({_listed(values)}) and {len(names)} names. Numbers that "
            "do not occur in the mask have none. Pass a dictionary from number to name."
        )
    return tuple(map(str, names))


def _whole_map(what: str, values: Any, picture: Picture) -> np.ndarray:
    array = np.asarray(values)
    if array.shape != picture.array.shape[:2]:
        raise InputError(
            f"{what} must have the height and width of its picture: '{picture.name}' is {list(picture.array.shape[:2])}, {what} is "
            f"{list(array.shape)}. It probably belongs to another picture, or was resized. Pass a map of whole numbers at full size."
        )
    if array.dtype == bool:
        return array.astype(np.int64)
    if not np.issubdtype(array.dtype, np.integer) or array.min(initial=0) < 0:
        came = f"type {array.dtype}" if not np.issubdtype(array.dtype, np.integer) else f"{array.min()}"
        raise InputError(
            f"{what} must hold whole numbers from 0, or true and false: that of '{picture.name}' has {came}. It is probably a grey picture of "
            "a mask. Threshold it first: array > 0.5."
        )
    return array.astype(np.int64)


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values[:8])) + (", …" if len(values) > 8 else "") or "none"

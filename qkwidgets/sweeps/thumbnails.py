"""What do the images of a sweep look like? Small pictures of the most wanted ones, a few at a time while it runs, the rest at its end.

A folder that is opened before its sweep has ended shows pictures too, those of the images that most lists held when it was
last written. They take a fixed share of the time that has passed. Those made at the end would be the same, so that what was
made already is kept: how a sweep was interrupted cannot be told from its answer.
"""

import io
import time
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from qkwidgets.answers.quantise import Arrays
from qkwidgets.data.sets.base import ImageSet
from qkwidgets.models.preprocess import Preprocess
from qkwidgets.sweeps.loading import Views, loaded

LONGEST_SIDE = 112
"""Of a thumbnail, in pixels: what a gallery shows is hardly larger."""

SHARE = 0.02
"""Of the time of a running sweep that goes into pictures."""

PREFIX = "thumbnail/"


class Thumbnails:
    """The small pictures of one sweep, as JPEGs by the names that their arrays have in its state; `saved` are those of an earlier run."""

    def __init__(self, images: ImageSet, preprocess: Preprocess, saved: Arrays) -> None:
        self._images, self._preprocess = images, preprocess
        self._made: Arrays = {name: array for name, array in saved.items() if name.startswith(PREFIX)}
        self._began, self._spent = time.monotonic(), 0.0

    def some(self, wanted: Sequence[int]) -> Arrays:
        """Those of the wanted images that there are, with as many new ones, the most wanted first, as there has been time for."""
        start = time.monotonic()
        allowed = SHARE * (start - self._began) - self._spent
        for index in self._missing(wanted):
            if time.monotonic() - start >= allowed:
                break
            self._make([index], 0)
        self._spent += time.monotonic() - start
        return self._of(wanted)

    def all(self, wanted: Sequence[int], workers: int) -> Arrays:
        """Those of all wanted images that can be read."""
        self._make(self._missing(wanted), workers)
        return self._of(wanted)

    def _missing(self, wanted: Sequence[int]) -> list[int]:
        return [index for index in wanted if f"{PREFIX}{index}" not in self._made]

    def _make(self, indices: Sequence[int], workers: int) -> None:
        pictures: Iterator[np.ndarray | None] = loaded(Views(self._images, self._preprocess, indices), workers)
        self._made |= {
            f"{PREFIX}{index}": thumbnail(each) for index, each in zip(indices, pictures, strict=True) if each is not None
        }

    def _of(self, wanted: Sequence[int]) -> Arrays:
        """What is not wanted any more is forgotten, or it would pile up."""
        names = [f"{PREFIX}{index}" for index in wanted]
        self._made = {name: self._made[name] for name in names if name in self._made}
        return dict(self._made)


def thumbnail(picture: np.ndarray) -> np.ndarray:
    """The bytes of a small JPEG.

    Examples
    --------
    >>> small = thumbnail(np.zeros((224, 448, 3), np.uint8))
    >>> Image.open(io.BytesIO(small.tobytes())).size
    (112, 56)
    """
    image, stream = Image.fromarray(picture), io.BytesIO()
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    image.save(stream, "JPEG", quality=85, optimize=True)
    return np.frombuffer(stream.getvalue(), np.uint8)

"""What can stand for objects where nobody has labelled any? Patches of like colour, by SLIC.

Superpixels follow borders of colour. What is found with them tells of colour and borders, and no more of objects than these do.

Source: Achanta et al. "SLIC superpixels compared to state-of-the-art superpixel methods". IEEE TPAMI 2012; scikit-image's code.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import UInt16
from PIL import Image

from qkwidgets.answers.semantic_state import SUPERPIXELS
from qkwidgets.core.errors import InputError
from qkwidgets.data.image_sets import image_set
from qkwidgets.data.images import Picture
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet, numbered

LONGEST_SIDE = 256
"""Of the picture that is divided, in pixels; the segments are drawn larger afterwards."""


class SuperpixelSet(LabelledSet):
    """Any images, each divided into about so many superpixels; there is no ground."""

    kind = SUPERPIXELS

    def __init__(self, dataset: Any, n_segments: int = 12) -> None:
        if find_spec("skimage") is None:
            raise InputError(
                "Superpixels are made by scikit-image: it is not installed here. It comes with an extra. Install it "
                '(`pip install "qkwidgets[photos]"`), or pass images with masks.'
            )
        if type(n_segments) is not int or not 2 <= n_segments <= 200:
            raise InputError(
                f"n_segments must be a whole number from 2 to 200: got {n_segments!r}. A patch should lie in one segment. Try n_segments=12."
            )
        self.images, self.n_segments = image_set(dataset), n_segments
        self.names = self.images.names

    def path(self, index: int) -> str | None:
        """The image's own file."""
        return self.images.path(index)

    def _labelled(self, index: int) -> LabelledPicture:
        picture = self.images.picture(index)
        objects = superpixels(picture, self.n_segments)
        return LabelledPicture(picture, objects, tuple(f"segment {number}" for number in range(1, int(objects.max()) + 1)))

    def _marks(self) -> Iterator[str]:
        yield f"superpixels {self.n_segments} {self.images.describe()['sha256']}"


def superpixels(picture: Picture, n_segments: int) -> UInt16[np.ndarray, "height width"]:
    """About so many segments of like colour, numbered from 1.

    Examples
    --------
    >>> half = np.zeros((32, 48, 3), np.uint8)
    >>> half[:, 24:] = 255
    >>> found = superpixels(Picture(half, "half"), 2)
    >>> found.shape, len(np.unique(found)), bool((found[:, 23] != found[:, 25]).all())
    ((32, 48), 2, True)
    """
    from skimage.segmentation import slic

    small = Image.fromarray(picture.array)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    found, _ = numbered(slic(np.asarray(small), n_segments=n_segments, compactness=10.0, sigma=1.0, start_label=1))
    height, width = picture.array.shape[:2]
    return np.asarray(Image.fromarray(found).resize((width, height), Image.Resampling.NEAREST)).astype(np.uint16)

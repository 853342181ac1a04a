"""What is left of position if every patch may stand anywhere? A set of images whose patches are exchanged inside each image.

Each picture is first brought to the view of a model, so that what is exchanged are that model's patches. A control for position: what
photographers put in one place (sky on top) goes away, what the model adds to a place stays.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from jaxtyping import Int64, Shaped

from qkwidgets.core.errors import InputError
from qkwidgets.data.image_sets import image_set
from qkwidgets.data.images import Picture
from qkwidgets.data.sets.base import ImageSet, Label

View = Callable[[list[Picture]], tuple[Any, list[np.ndarray]]]
"""How a model sees pictures: its pixels, and the uint8 pictures that they show."""


def shuffled_patches(
    picture: Shaped[np.ndarray, "height width channel"], grid: tuple[int, int], order: Int64[np.ndarray, " patch"]
) -> Shaped[np.ndarray, "height width channel"]:
    """A picture with patch `order[p]` in place p.

    Raises
    ------
    InputError
        If the picture cannot be cut into such a grid.

    Examples
    --------
    >>> picture = np.arange(4).reshape(2, 2, 1)
    >>> shuffled_patches(picture, (2, 2), np.array([3, 1, 2, 0]))[..., 0].tolist()
    [[3, 1], [2, 0]]
    """
    rows, columns = grid
    height, width, n_channels = picture.shape
    if height % rows or width % columns:
        raise InputError(
            f"A picture is cut into {rows} x {columns} patches of whole pixels: got one of {height} x {width}. It was probably not brought to "
            "the size that the model takes. Pass the model's own view of it."
        )
    patches = picture.reshape(rows, height // rows, columns, width // columns, n_channels).swapaxes(1, 2)
    moved = patches.reshape(rows * columns, *patches.shape[2:])[order].reshape(patches.shape)
    return moved.swapaxes(1, 2).reshape(picture.shape)


class ShuffledSet(ImageSet):
    """The images of another set, as a model sees them, their patches exchanged by a permutation of each image's own.

    Parameters
    ----------
    dataset
        Whatever `image_set` takes.
    view
        The model's preprocessing, `model.preprocessing`; models take these pictures by `model.resized("square")`, as they are.
    grid
        Rows and columns of patches.
    seed
        Another one gives other permutations.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> images = ShuffledSet(qk.odd_one_out(3), model.preprocessing, model.layout.grid)
    >>> len(images), images.picture(0).array.shape
    (3, (64, 64, 3))
    """

    kind = "shuffled patches"

    def __init__(self, dataset: Any, view: View, grid: tuple[int, int], seed: int = 0) -> None:
        self._images, self._view, self._grid, self._seed = image_set(dataset), view, tuple(grid), seed
        self.names = self._images.names

    def _item(self, index: int) -> tuple[Picture, Label]:
        picture, label = self._images.item(index)
        _, (shown,) = self._view([picture])
        order = np.random.default_rng([self._seed, index]).permutation(self._grid[0] * self._grid[1])
        moved = np.ascontiguousarray(shuffled_patches(np.asarray(shown), self._grid, order))
        return Picture(moved, picture.name, picture.source, picture.licence), label

    def label(self, index: int) -> Label:
        """The class of an image, which moving its patches leaves."""
        return self._images.label(index)

    def path(self, index: int) -> str | None:
        """The file of the image as it was."""
        return self._images.path(index)

    def _marks(self) -> Iterable[str]:
        yield repr((self._images.describe(), self._grid, self._seed))

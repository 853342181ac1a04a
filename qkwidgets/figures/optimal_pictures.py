"""What does an image of a list look like? From its thumbnail, or from its file, under the light of the mode's maps."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageOps

from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.figures.raster import under_lights

WIDTH = 224
"""Pixels of a picture's width inside a figure."""

RANGE_QUANTILE = 99
"""The lights of a list end at this percentile of the magnitude of its maps, one for each side. A choice of ours."""

Seen = Callable[[Any], tuple[Any, list[np.ndarray]]]
"""How a model sees a picture: `model.preprocess`."""


def picture_of(optimal: OptimalImages, image: int, see: Seen | None = None) -> tuple[Image.Image | None, bool]:
    """The picture of an image of the lists, and whether it is known to be what the model saw.

    A thumbnail is, and so is a file looked at with `see`. Without it a file is cut to the shape of the grid around its middle.
    None if there is no thumbnail and no file any more.
    """
    if image in optimal.thumbnails:
        return Image.open(io.BytesIO(optimal.thumbnails[image])).convert("RGB"), True
    path = optimal.paths.get(image)
    if path is None or not Path(path).is_file():
        return None, True
    if see is not None:
        return Image.fromarray(see(path)[1][0]), True
    rows, columns = optimal.layout.grid
    with Image.open(path) as file:
        whole = ImageOps.exif_transpose(file).convert("RGB")
    return ImageOps.fit(whole, (WIDTH, WIDTH * rows // columns), Image.Resampling.BICUBIC), False


def ranges(maps: Float[np.ndarray, "rank side grid_h grid_w"]) -> Float[np.ndarray, " side"]:
    """Where the lights of the two sides end, for all images of a list.

    Examples
    --------
    >>> ranges(np.ones((1, 2, 3, 3))).tolist()
    [1.0, 1.0]
    """
    return np.percentile(np.abs(maps), RANGE_QUANTILE, axis=(0, 2, 3))


def lit(
    picture: Image.Image | None,
    maps: Float[np.ndarray, "side grid_h grid_w"] | None,
    ends: Float[np.ndarray, " side"] | None,
    grid: tuple[int, int],
    palette: str,
) -> UInt8[np.ndarray, "height width 3"]:
    """A picture under the lights of its maps, which run from 0 to `ends`; as it is without maps, and grey without a picture."""
    size = (WIDTH, WIDTH * grid[0] // grid[1])
    shown = Image.new("RGB", size, (128, 128, 128)) if picture is None else picture.resize(size, Image.Resampling.LANCZOS)
    if maps is None or ends is None:
        return np.asarray(shown)
    query, key = maps / np.where(ends > 0, ends, 1)[:, None, None]
    return under_lights(shown, query, key, palette)

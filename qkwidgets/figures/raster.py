"""Where on the image does a mode look? Strengths of its maps from 0 to 1, and the overlay of one mode as a picture.

Query and key are two lights on a dim grey photograph, so that white can only mean both. The default scale is signed: both
maps are divided by one range over all images, and only the part of the chosen sign shines. "percentile" is the paper's.
"""

import io
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, UInt8
from PIL import Image

from qkwidgets.answers.exploration import Exploration
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import palette_colours

GROUND = 0.55
"""How bright the photograph stays under the lights."""

LIGHT = 0.9
"""How much of the lights comes through. Both numbers are choices of ours, and those of the explorer."""

SCALES = ("signed", "percentile")
SIGNS = {"auto": 0, "+": 1, "-": -1}


class Strengths(NamedTuple):
    """Both maps of a mode on one image from 0 to 1, which patches went beyond the scale, and the sign and ranges used."""

    query: Float[np.ndarray, "grid_h grid_w"]
    key: Float[np.ndarray, "grid_h grid_w"]
    query_clipped: Bool[np.ndarray, "grid_h grid_w"]
    key_clipped: Bool[np.ndarray, "grid_h grid_w"]
    sign: str
    limits: tuple[float, float]


def strengths(
    frozen: Exploration, layer: int, head: int, mode: int, image: int, *, scale: str = "signed", sign: str = "auto"
) -> Strengths:
    """How strongly each patch of an image is lit by the query and the key side of a mode.

    Parameters
    ----------
    scale
        "signed": from 0 to the range of the mode over all images (the 99th percentile of its magnitude); "percentile":
        from the 30th to the 95th percentile of each map by itself, which hides zero and sign.
    sign
        "+", "-", or "auto" for the one that the tile prefers.

    Raises
    ------
    InputError
        If scale or sign is not one of those.
    """
    if scale not in SCALES or sign not in SIGNS:
        raise InputError(
            f'An overlay\'s scale is "signed" or "percentile" and its sign "auto", "+" or "-": got {scale!r} and {sign!r}. '
            "One is probably misspelt. Use one of these."
        )
    tile = frozen.tile(layer, head)
    direction = SIGNS[sign] or int(tile.arrays["sign"][mode])
    maps = [direction * frozen.layout.to_grid(side[image, mode]) for side in (tile.query, tile.key)]
    limits = tile.arrays["range"][:, mode].astype(float)
    ends = [(0.0, limit) for limit in limits] if scale == "signed" else [np.quantile(m, (0.30, 0.95)) for m in maps]
    lit = [_between(m, *end) for m, end in zip(maps, ends, strict=True)]
    clipped = [(m > end[1]) & (end[1] > end[0]) for m, end in zip(maps, ends, strict=True)]
    return Strengths(*lit, *clipped, "+" if direction > 0 else "-", (float(limits[0]), float(limits[1])))


def overlay_colours(
    query: Float[np.ndarray, "grid_h grid_w"], key: Float[np.ndarray, "grid_h grid_w"], palette: str = "red-cyan"
) -> UInt8[np.ndarray, "grid_h grid_w 3"]:
    """Light of two maps that run from 0 to 1; black where both are 0, white where both are 1.

    Parameters
    ----------
    query, key
        Strength of each side, clipped to 0 to 1.
    palette
        "red-cyan" as in the paper, or "orange-blue", which colour-blind readers can tell apart.

    Examples
    --------
    >>> import numpy as np
    >>> overlay_colours(np.ones((1, 1)), np.zeros((1, 1))).tolist()
    [[[255, 0, 0]]]
    """
    sides = zip((query, key), palette_colours(palette), strict=True)
    mixed = sum(side.clip(0, 1)[..., None] * np.array(colour) for side, colour in sides)
    return np.minimum(mixed, 255).round().astype(np.uint8)


def overlay_picture(
    frozen: Exploration,
    layer: int,
    head: int,
    mode: int,
    image: int,
    palette: str = "red-cyan",
    *,
    scale: str = "signed",
    sign: str = "auto",
) -> UInt8[np.ndarray, "height width 3"]:
    """The image, dim and grey, under the lights of one mode."""
    lit = strengths(frozen, layer, head, mode, image, scale=scale, sign=sign)
    return under_lights(Image.open(io.BytesIO(frozen.pictures[image])), lit.query, lit.key, palette)


def under_lights(
    picture: Image.Image,
    query: Float[np.ndarray, "grid_h grid_w"],
    key: Float[np.ndarray, "grid_h grid_w"],
    palette: str = "red-cyan",
) -> UInt8[np.ndarray, "height width 3"]:
    """A picture, dim and grey, under the light of two maps that run from 0 to 1."""
    light = Image.fromarray(overlay_colours(query, key, palette)).resize(picture.size, Image.Resampling.NEAREST)
    ground = np.asarray(picture.convert("L"), dtype=np.float32)[..., None] * (GROUND / 255)
    screen = 1 - (1 - ground) * (1 - np.asarray(light, dtype=np.float32) / 255)
    return (255 * (ground + LIGHT * (screen - ground))).round().astype(np.uint8)


def overlay_png(frozen: Exploration, layer: int, head: int, mode: int, image: int) -> bytes:
    """The overlay as a PNG file."""
    return png(overlay_picture(frozen, layer, head, mode, image))


def png(picture: UInt8[np.ndarray, "height width 3"]) -> bytes:
    """A picture as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _between(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values from 0 at `low` to 1 at `high`; nothing where a map is flat."""
    if not high > low:
        return np.zeros_like(values)
    return ((values - low) / (high - low)).clip(0, 1)

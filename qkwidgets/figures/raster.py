"""The overlay of one mode on one image as a picture file: query red, key cyan, both white."""

import io

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

from qkwidgets.answers.exploration import Exploration

DIMMING = 0.35
"""How much of the picture stays visible under the colours. A choice of ours."""


def overlay_colours(
    query: Float[np.ndarray, "grid_h grid_w"], key: Float[np.ndarray, "grid_h grid_w"], palette: str = "red-cyan"
) -> UInt8[np.ndarray, "grid_h grid_w 3"]:
    """Colours of two maps that run from 0 to 1; black where both are 0.

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
    colours = {"red-cyan": ((255, 0, 0), (0, 255, 255)), "orange-blue": ((255, 145, 0), (0, 110, 255))}[palette]
    sides = zip((query, key), colours, strict=True)
    mixed = sum(side.clip(0, 1)[..., None] * np.array(colour) for side, colour in sides)
    return np.minimum(mixed, 255).round().astype(np.uint8)


def signed_strengths(
    frozen: Exploration, layer: int, head: int, mode: int, image: int
) -> tuple[Float[np.ndarray, "grid_h grid_w"], Float[np.ndarray, "grid_h grid_w"], str]:
    """Query and key map of a mode divided by their common range, in the sign that the tile prefers, and that sign."""
    tile = frozen.tile(layer, head)
    sign = int(tile.arrays["sign"][mode])
    sides = zip((tile.query, tile.key), tile.arrays["range"][:, mode], strict=True)
    query, key = (frozen.layout.to_grid(sign * side[image, mode] / max(limit, 1e-30)) for side, limit in sides)
    return query, key, "+" if sign > 0 else "-"


def overlay_picture(
    frozen: Exploration, layer: int, head: int, mode: int, image: int, palette: str = "red-cyan"
) -> UInt8[np.ndarray, "height width 3"]:
    """The image, dimmed and without colour, under the overlay of one mode."""
    picture = Image.open(io.BytesIO(frozen.pictures[image])).convert("L")
    query, key, _ = signed_strengths(frozen, layer, head, mode, image)
    colours = Image.fromarray(overlay_colours(query, key, palette)).resize(picture.size, Image.Resampling.NEAREST)
    ground = np.asarray(picture, dtype=np.float32)[..., None] * DIMMING
    return np.clip(ground + np.asarray(colours, dtype=np.float32) * (1 - DIMMING), 0, 255).astype(np.uint8)


def overlay_png(frozen: Exploration, layer: int, head: int, mode: int, image: int) -> bytes:
    """The overlay as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(overlay_picture(frozen, layer, head, mode, image)).save(stream, "PNG", optimize=True)
    return stream.getvalue()

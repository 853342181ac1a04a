"""How is a planned odd-one-out scene painted?

Shapes are signed distances (`scene_shapes`), so that one formula gives soft edges at every size: a pixel is covered by half
a pixel less the distance of its centre from the edge, and belongs to the mask where at least half covered. A pattern is a
modulation of lightness whose mean over the item is exactly zero, so that a change of pattern is not a change of colour.
"""

import numpy as np
from jaxtyping import Float32, UInt8

from qkwidgets.data.oklab import display
from qkwidgets.data.scene_grounds import waves
from qkwidgets.data.scene_plan import ScenePlan
from qkwidgets.data.scene_shapes import COMPOSED, DISTANCES, EXTENT, PATTERNS, RIPPLES, TONES

Numbers = UInt8[np.ndarray, "height width"]
KINDS = tuple(DISTANCES)


def drawn_scene(
    plan: ScenePlan, size: int, ground: Float32[np.ndarray, "3 side side"] | None = None
) -> tuple[UInt8[np.ndarray, "height width 3"], Numbers, Numbers]:
    """Picture of a plan, the item number of each pixel, and the number of the part in its item; number 0 is the ground.

    Parameters
    ----------
    ground
        An OKLab picture to paint on, which is used up; the plan's own waves by default.

    Examples
    --------
    >>> from qkwidgets.data.scene_plan import scene_plan
    >>> image, items, parts = drawn_scene(scene_plan(np.random.default_rng(0), None, (4, 4)), size=64)
    >>> image.shape, np.unique(items)
    ((64, 64, 3), array([0, 1, 2, 3, 4], dtype=uint8))
    """
    canvas = waves(plan, size) if ground is None else ground
    numbers, parts = np.zeros((2, size, size), np.uint8)
    corner, u, v = _item_frames(plan, size)
    distance = _by_kind(plan.shape, KINDS, DISTANCES, u, v)
    cover = np.clip(0.5 - distance * (plan.radius * size).astype(np.float32)[:, None, None], 0, 1)
    two = KINDS[plan.shape[0]] in COMPOSED
    ripple = _by_kind(plan.shape, KINDS, TONES, u, v) if two else _by_kind(plan.pattern, PATTERNS, RIPPLES, u, v)
    part = 1 + (ripple < 0) if two else None
    ripple -= ((ripple * cover).sum((1, 2)) / cover.sum((1, 2)))[:, None, None]
    colour = np.broadcast_to(plan.colour.astype(np.float32)[:, :, None, None], (len(u), 3, *u.shape[1:])).copy()
    colour[:, 0] += np.float32(plan.contrast) * ripple
    inside = cover >= 0.5
    side = u.shape[1]
    for i, (left, top) in enumerate(corner):
        box = (slice(top, top + side), slice(left, left + side))
        under = canvas[:, box[0], box[1]]
        under += cover[i] * (colour[i] - under)
        numbers[box][inside[i]] = i + 1
        parts[box][inside[i]] = part[i][inside[i]] if two else 1
    return display(canvas), numbers, parts


def _item_frames(plan: ScenePlan, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Box corner of each item, and the pixels of its box in its own turned frame, in units of its radius."""
    reach = float((plan.radius * EXTENT[plan.shape]).max())
    side = min(size, int(np.ceil(2 * reach * size)) + 3)
    corner = np.clip(np.round(plan.centre * size - side / 2), 0, size - side).astype(int)
    pixel = corner[:, :, None] + np.arange(side) + 0.5
    x, y = ((pixel / size - plan.centre[:, :, None]) / plan.radius[:, None, None]).astype(np.float32).swapaxes(0, 1)
    cos, sin = np.cos(plan.angle).astype(np.float32)[:, None], np.sin(plan.angle).astype(np.float32)[:, None]
    u = (cos * x)[:, None, :] + (sin * y)[:, :, None]
    v = (cos * y)[:, :, None] - (sin * x)[:, None, :]
    return corner, u, v


def _by_kind(kind: np.ndarray, names: tuple[str, ...], functions: dict, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Values of each item's own function; a scene has one kind, or one and another for the odd item."""
    out = functions[names[kind[0]]](u, v)
    for i in np.flatnonzero(kind != kind[0]):
        out[i] = functions[names[kind[i]]](u[i], v[i])
    return out

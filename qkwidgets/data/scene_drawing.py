"""How is a planned odd-one-out scene painted?

Shapes are signed distances, so that one formula gives soft edges at every size: a pixel is covered by half a pixel less
the distance of its centre from the edge, and belongs to the mask where at least half covered. A pattern is a modulation
of lightness whose mean over the item is exactly zero, so that a change of pattern is not a change of colour.

References
----------
Ottosson, B. "A perceptual color space for image processing". 2020. https://bottosson.github.io/posts/oklab/
(the two matrices of OKLab).
"""

import numpy as np
from jaxtyping import UInt8

from qkwidgets.data.scene_plan import EXTENT, PATTERNS, SHAPES, ScenePlan

LAB_TO_CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]], np.float32
)
CONES_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    np.float32,
)
_LINEAR = np.linspace(0, 1, 4096)
# Linear light in 4096 steps to display values: a table is ten times faster than the power.
GAMMA = np.round(255 * np.where(_LINEAR <= 0.0031308, 12.92 * _LINEAR, 1.055 * _LINEAR ** (1 / 2.4) - 0.055)).astype(np.uint8)


def drawn_scene(plan: ScenePlan, size: int) -> tuple[UInt8[np.ndarray, "height width 3"], UInt8[np.ndarray, "height width"]]:
    """Picture of a plan and the item number of each pixel; number 0 is the ground.

    Examples
    --------
    >>> from qkwidgets.data.scene_plan import scene_plan
    >>> image, items = drawn_scene(scene_plan(np.random.default_rng(0), None, (4, 4)), size=64)
    >>> image.shape, np.unique(items)
    ((64, 64, 3), array([0, 1, 2, 3, 4], dtype=uint8))
    """
    canvas = _ground(plan, size)
    numbers = np.zeros((size, size), np.uint8)
    corner, u, v = _item_frames(plan, size)
    distance = _by_kind(plan.shape, SHAPES, DISTANCES, u, v)
    cover = np.clip(0.5 - distance * (plan.radius * size).astype(np.float32)[:, None, None], 0, 1)
    ripple = _by_kind(plan.pattern, PATTERNS, RIPPLES, u, v)
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
    return _display(canvas), numbers


def _ground(plan: ScenePlan, size: int) -> np.ndarray:
    """OKLab picture [3, size, size] of the ground; waves are separable, so their sum is one matrix product."""
    x_waves, y_waves, phase, amplitude = plan.wave
    at = (np.arange(size) + 0.5) * (2 * np.pi / size)
    across, down = np.outer(at, x_waves), np.outer(at, y_waves) + phase
    rows = np.concatenate([np.cos(down), -np.sin(down)], 1)
    columns = np.concatenate([np.cos(across), np.sin(across)], 1) * np.tile(amplitude, 2)
    # Row by row: of one large product the library would make threads, which wait for each other longer than it takes.
    texture = (rows[:, None] @ columns.T)[:, 0].astype(np.float32)
    return plan.ground_tint.astype(np.float32)[:, None, None] * texture + plan.ground.astype(np.float32)[:, None, None]


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


def _box(u: np.ndarray, v: np.ndarray, half_width: float, half_height: float) -> np.ndarray:
    return np.maximum(np.abs(u) - half_width, np.abs(v) - half_height)


def _ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    a, b = np.sqrt(1.9), np.sqrt(1 / 1.9)
    # Distance to first order: value of the implicit function over the length of its gradient.
    value, slope = np.hypot(u / a, v / b), np.hypot(u / a**2, v / b**2)
    return value * (value - 1) / np.maximum(slope, 1e-6)


def _square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _box(u, v, np.sqrt(np.pi) / 2, np.sqrt(np.pi) / 2)


def _bar(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    short = np.sqrt(np.pi / 2.6) / 2
    return _box(u, v, 2.6 * short, short)


def _triangle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    inner = np.sqrt(np.pi / (3 * np.sqrt(3)))
    return np.maximum(np.abs(u) * (np.sqrt(3) / 2) - v / 2, v) - inner


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    arm = np.sqrt(np.pi / 5) / 2
    return np.minimum(_box(u, v, 3 * arm, arm), _box(u, v, arm, 3 * arm))


def _half_disc(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    middle = np.sqrt(2) * 4 / (3 * np.pi)  # centre of mass above the flat side
    return np.maximum(np.hypot(u, v + middle) - np.sqrt(2), -v - middle)


def _wave(value: np.ndarray) -> np.ndarray:
    """A square wave of period 1 with soft flanks."""
    return np.clip(1.6 * np.sin((2 * np.pi) * value), -1, 1)


def _plain(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.zeros_like(u)


def _stripes(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _wave(u / 0.9)


def _checks(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _wave(u / 1.5) * _wave(v / 1.5)


def _rings(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _wave(np.hypot(u, v) / 1.1 + 0.25)


DISTANCES = {
    "ellipse": _ellipse,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "half disc": _half_disc,
    "bar": _bar,
}
RIPPLES = {"plain": _plain, "stripes": _stripes, "checks": _checks, "rings": _rings}


def _display(lab: np.ndarray) -> np.ndarray:
    """OKLab picture [3, height, width] to uint8 sRGB [height, width, 3]."""
    cones = (LAB_TO_CONES @ lab.swapaxes(0, 1)) ** 3
    step = np.clip(CONES_TO_RGB @ cones * 4095 + 0.5, 0, 4095).astype(np.int16)
    return GAMMA[step].swapaxes(1, 2)

"""Which shapes and patterns do the items of a scene have?

Shapes are signed distances in the frame of an item, in units of the radius of the disc of equal area, about their centre of
mass. A configuration is made of two equal bars, its parts, that lie against each other without overlap: in any of them
the parts are the same, and so are area and mean colour; what differs is how they are put together.
"""

from collections.abc import Callable

import numpy as np

Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]

SHAPES = ("ellipse", "square", "triangle", "cross", "half disc", "bar")
CONFIGURATIONS = ("parallel", "staggered", "L", "T")
PATTERNS = ("plain", "stripes", "checks", "rings")

# Farthest point of each shape from its centre of mass, and the turn that maps it to itself; configurations come last.
EXTENT = np.array([1.38, 1.26, 1.56, 1.26, 1.54, 1.54, 1.27, 1.68, 1.83, 1.73])
PERIOD = np.radians([180.0, 90.0, 120.0, 90.0, 360.0, 180.0, 180.0, 180.0, 360.0, 360.0])
# Alike at twelve pixels, so never the two shapes of one scene.
CONFUSABLE = {0: {4, 5}, 4: {0}, 5: {0}}

ASPECT = 2.5  # of a part
HALF_WIDTH = np.sqrt(np.pi / (2 * ASPECT)) / 2
HALF_LENGTH = ASPECT * HALF_WIDTH
SEAM = 0.08  # half the width of the soft line between two parts


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


class Configuration:
    """Two equal bars: the middle of each, which of them lie flat, and the piece of seam that they share.

    Middles are given in half widths; they are moved so that the centre of mass is the origin. A distance to two boxes that
    touch is zero on their seam, as on a border; so the first bar is thought to go on into the second.
    """

    def __init__(self, middles: tuple[tuple[float, float], ...], flat: tuple[bool, bool]) -> None:
        self.middles = (np.array(middles) - np.mean(middles, 0)) * HALF_WIDTH
        self.halves = np.array([(HALF_LENGTH, HALF_WIDTH) if lies else (HALF_WIDTH, HALF_LENGTH) for lies in flat])
        low, high = self.middles - self.halves, self.middles + self.halves
        touch = np.stack([low.max(0), high.min(0)])  # of no width along one axis
        across = int(np.argmin(touch[1] - touch[0]))
        touch[:, across] += HALF_WIDTH * np.array([-1, 1])
        self._bridge = touch.mean(0), (touch[1] - touch[0]) / 2

    def __call__(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Distance to both bars together."""
        (x, y), half = self._bridge
        return np.minimum(np.minimum(*self._bars(u, v)), _box(u - x, v - y, *half))

    def tones(self, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """Lightness of the two parts: 1 in the first, -1 in the second, soft along their seam."""
        one, other = self._bars(u, v)
        return np.clip((other - one) / SEAM, -1, 1)

    def _bars(self, u: np.ndarray, v: np.ndarray) -> list[np.ndarray]:
        return [_box(u - x, v - y, *half) for (x, y), half in zip(self.middles, self.halves, strict=True)]


def _plain(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.zeros_like(u)


def _stripes(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _wave(u / 0.9)


def _checks(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _wave(u / 1.5) * _wave(v / 1.5)


def _rings(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _wave(np.hypot(u, v) / 1.1 + 0.25)


def _wave(value: np.ndarray) -> np.ndarray:
    """A square wave of period 1 with soft flanks."""
    return np.clip(1.6 * np.sin((2 * np.pi) * value), -1, 1)


COMPOSED = {
    "parallel": Configuration(((-1, 0), (1, 0)), (False, False)),
    "staggered": Configuration(((-1, -ASPECT / 2), (1, ASPECT / 2)), (False, False)),
    "L": Configuration(((0, 0), (1 + ASPECT, ASPECT - 1)), (False, True)),
    "T": Configuration(((0, 0), (0, -1 - ASPECT)), (False, True)),
}
DISTANCES: dict[str, Distance] = {
    "ellipse": _ellipse,
    "square": _square,
    "triangle": _triangle,
    "cross": _cross,
    "half disc": _half_disc,
    "bar": _bar,
    **COMPOSED,
}
RIPPLES: dict[str, Distance] = {"plain": _plain, "stripes": _stripes, "checks": _checks, "rings": _rings}
TONES: dict[str, Distance] = {name: configuration.tones for name, configuration in COMPOSED.items()}

"""What is in an odd-one-out scene, before a pixel is drawn?

A plan is a handful of small arrays: where the items lie, and the five features of each. Lengths are fractions of the
image side, so that one plan can be drawn at any size. All chance is here; drawing a plan is deterministic.

Conventions, all of them ours. Lengths are thought of in *cells* of an 8 x 8 grid, the patch grid of the built-in model.
Centres stay in the middle quarter of a cell, so that one patch clearly holds the target, and out of the rim cells, so
that no item is cut. The size of an item is the radius of the disc of equal area, so that a change of shape is not a change
of size. Colours are OKLab: a change of hue is not a change of lightness. These rules hold for target and distractors
alike; otherwise they would give the target away.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

FEATURES = ("colour", "orientation", "shape", "size", "pattern")
SHAPES = ("ellipse", "square", "triangle", "cross", "half disc", "bar")
PATTERNS = ("plain", "stripes", "checks", "rings")

# Farthest point of each shape from its centre of mass, and the turn that maps it to itself; unit: disc of equal area.
EXTENT = np.array([1.38, 1.26, 1.56, 1.26, 1.54, 1.54])
PERIOD = np.radians([180.0, 90.0, 120.0, 90.0, 360.0, 180.0])
# Alike at twelve pixels, so never the two shapes of one scene.
CONFUSABLE = {0: {4, 5}, 4: {0}, 5: {0}}

CELL = 1 / 8
SLACK = 0.12  # cells between a centre and the middle of its cell, at most
NEAREST = 1.7  # cells between two centres, at least
GAP = 0.14  # cells between two items, at least
LARGEST = 0.72  # cells: radius of the largest item
TRIES = 16


@dataclass(frozen=True)
class ScenePlan:
    """One scene as numbers: its items, then its ground as a flat colour plus plane waves along one direction of colour.

    Lengths are fractions of the image side, angles are in radians, colours are OKLab. `radius` is that of the disc of
    equal area; `shape` and `pattern` count in `SHAPES` and `PATTERNS`; `contrast` is the swing of lightness in a pattern.
    The rows of `wave` are cycles per image across and down, phase, and amplitude. `odd` counts items from 0.
    """

    centre: Float[np.ndarray, "item 2"]
    radius: Float[np.ndarray, " item"]
    angle: Float[np.ndarray, " item"]
    shape: Int[np.ndarray, " item"]
    pattern: Int[np.ndarray, " item"]
    colour: Float[np.ndarray, "item 3"]
    contrast: float
    ground: Float[np.ndarray, " 3"]
    ground_tint: Float[np.ndarray, " 3"]
    wave: Float[np.ndarray, "4 wave"]
    odd: int
    feature: int


def scene_plan(rng: np.random.Generator, feature: int | None, n_items: tuple[int, int]) -> ScenePlan:
    """Draw one scene: an arrangement, five features shared by all items, and one of them changed in one item.

    Parameters
    ----------
    feature
        Which of `FEATURES` is odd; `None` draws it.
    n_items
        The fewest and the most items.

    Examples
    --------
    >>> plan = scene_plan(np.random.default_rng(0), FEATURES.index("shape"), (6, 6))
    >>> len(plan.centre), int(np.sum(plan.shape != plan.shape[plan.odd]))
    (6, 5)
    """
    n = int(rng.integers(n_items[0], n_items[1] + 1))
    drawn = int(rng.integers(len(FEATURES)))
    feature = drawn if feature is None else feature
    odd = int(rng.integers(n))
    centre = _arrangement(rng, n)
    shape, pattern, hue, angle, scale = _features(rng, n, odd, FEATURES[feature])
    radius = _largest_radius(centre, EXTENT[shape] * scale, scale) * scale * rng.uniform(0.9, 1)
    ground, tint, wave = _ground(rng)
    return ScenePlan(
        centre=centre * CELL,
        radius=radius * (1 - rng.uniform(0, 0.03, n)) * CELL,
        angle=angle + np.radians(rng.uniform(-4, 4, n)),
        shape=shape,
        pattern=pattern,
        colour=_item_colours(rng, hue + np.radians(rng.uniform(-4, 4, n))),
        contrast=rng.uniform(0.12, 0.16),
        ground=ground,
        ground_tint=tint,
        wave=wave,
        odd=odd,
        feature=feature,
    )


def _features(rng: np.random.Generator, n: int, odd: int, name: str) -> tuple[np.ndarray, ...]:
    """Shape, pattern, hue, angle and scale of each item: all alike, but for the feature `name` of the odd one."""
    shape, pattern = np.full(n, rng.integers(len(SHAPES))), np.full(n, rng.integers(len(PATTERNS)))
    hue, angle = np.full(n, rng.uniform(0, 2 * np.pi)), np.full(n, rng.uniform(0, 2 * np.pi))
    scale = np.ones(n)
    if name == "colour":
        hue[odd] += rng.choice((-1, 1)) * np.radians(rng.uniform(70, 180))
    elif name == "orientation":
        most = min(PERIOD[shape[odd]] / 2, np.pi / 2)
        angle[odd] += rng.choice((-1, 1)) * most * rng.uniform(0.75, 1)
    elif name == "shape":
        alike = {int(shape[odd])} | CONFUSABLE.get(int(shape[odd]), set())
        shape[odd] = rng.choice([s for s in range(len(SHAPES)) if s not in alike])
    elif name == "size":
        scale[odd] = rng.uniform(1.4, 1.7) ** rng.choice((-1, 1))
    else:
        pattern[odd] = (pattern[odd] + rng.integers(1, len(PATTERNS))) % len(PATTERNS)
    return shape, pattern, hue, angle, scale


def _arrangement(rng: np.random.Generator, n: int) -> np.ndarray:
    """Centres in cells: a jittered grid, a ring, or scattered; the first try with enough room, or the roomiest."""
    kinds = (_grid, _scatter, _ring) if n <= 8 else (_grid, _scatter)
    kind = kinds[rng.integers(len(kinds))]
    best, best_room = None, -1.0
    for _ in range(TRIES):
        centre = _inside_cells(kind(rng, n))
        room = _distances(centre).min()
        if room > best_room:
            best, best_room = centre, room
        if room >= NEAREST:
            break
    return best


def _inside_cells(points: np.ndarray) -> np.ndarray:
    """Push points off the borders of cells and out of the rim."""
    cell = np.clip(np.floor(points), 1, 6) + 0.5
    return cell + np.clip(points - cell, -SLACK, SLACK)


def _distances(points: np.ndarray) -> np.ndarray:
    """Distances between all pairs, infinite on the diagonal."""
    x, y = points.T
    apart = np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    np.fill_diagonal(apart, np.inf)
    return apart


def _grid(rng: np.random.Generator, n: int) -> np.ndarray:
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    pitch = rng.uniform(0.9, 1, 2) * np.minimum(5.4 / (np.array([columns, rows]) - 1), 2.7)
    chosen = rng.permutation(columns * rows)[:n]
    steps = np.stack([chosen % columns - (columns - 1) / 2, chosen // columns - (rows - 1) / 2], 1) * pitch
    if rng.random() < 0.5:
        steps = steps[:, ::-1]
    free = 2.7 - np.abs(steps).max(0)
    return 4 + steps + rng.uniform(-1, 1, 2) * free + rng.uniform(-0.15, 0.15, (n, 2))


def _ring(rng: np.random.Generator, n: int) -> np.ndarray:
    turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(n) / n
    reach = rng.uniform(max(1.6, 0.3 * n), 2.75)
    return 4 + reach * np.stack([np.cos(turn), np.sin(turn)], 1) + rng.uniform(-1, 1, 2) * (2.75 - reach)


def _scatter(rng: np.random.Generator, n: int) -> np.ndarray:
    """The first points of a random sequence that keep their distance from all earlier ones."""
    points = _inside_cells(rng.uniform(1.23, 6.77, (64, 2)))
    apart = _distances(points)
    wanted = min(2.5, 6 / np.sqrt(n))
    np.fill_diagonal(apart, 0)
    room, chosen = apart[0], [0]
    while len(chosen) < n:
        roomy = room >= wanted
        chosen.append(int(roomy.argmax() if roomy.any() else room.argmax()))
        room = np.minimum(room, apart[chosen[-1]])
    return points[chosen]


def _largest_radius(centre: np.ndarray, extent: np.ndarray, scale: np.ndarray) -> float:
    """Radius in cells for scale 1 at which no two items meet and none leaves the image or grows too large."""
    apart = (_distances(centre) - GAP) / (extent[:, None] + extent[None])
    border = (np.minimum(centre, 8 - centre).min(1) - GAP / 2) / extent
    return min(apart.min(), border.min(), LARGEST / scale.max())


def _item_colours(rng: np.random.Generator, hue: np.ndarray) -> np.ndarray:
    lightness = rng.uniform(0.56, 0.68) + rng.uniform(-0.01, 0.01, len(hue))
    chroma = rng.uniform(0.085, 0.115)
    return np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], 1)


def _ground(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat colour of the ground, the direction of colour of its texture, and 16 waves whose sum has variance one."""
    lightness = rng.uniform(0.18, 0.33) if rng.random() < 0.5 else rng.uniform(0.87, 0.95)
    hue, chroma = rng.uniform(0, 2 * np.pi, 2), rng.uniform(0, 0.03, 2)
    ground = np.array([lightness, chroma[0] * np.cos(hue[0]), chroma[0] * np.sin(hue[0])])
    tint = np.array([rng.uniform(0.02, 0.045), 0.3 * chroma[1] * np.cos(hue[1]), 0.3 * chroma[1] * np.sin(hue[1])])
    frequency = 1.5 * 10 ** rng.uniform(0, 1, 16)
    direction = rng.uniform(0, np.pi) + rng.uniform(0.15, np.pi / 2) * rng.uniform(-1, 1, 16)
    amplitude = frequency ** -rng.uniform(0.2, 1.0)
    amplitude *= np.sqrt(2 / np.sum(amplitude**2))
    phase = rng.uniform(0, 2 * np.pi, 16)
    return ground, tint, np.stack([frequency * np.cos(direction), frequency * np.sin(direction), phase, amplitude])

"""What is in an odd-one-out scene, before a pixel is drawn?

A plan is a handful of small arrays: where the items lie, and the five features of each. Lengths are fractions of the
image side, so that one plan can be drawn at any size. All chance is here; drawing a plan is deterministic.

Conventions, all of them ours. The size of an item is the radius of the disc of equal area, so that a change of shape is not
a change of size. Colours are OKLab: a change of hue is not a change of lightness. Places and jitter follow the same rules for
target and distractors; otherwise they would give the target away.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from qkwidgets.data.scene_places import APART, ARRANGEMENTS, NEAREST, SIDE, largest_radius, places
from qkwidgets.data.scene_shapes import CONFIGURATIONS, CONFUSABLE, EXTENT, PATTERNS, PERIOD, SHAPES

FEATURES = ("colour", "orientation", "shape", "size", "pattern", "configuration")
DEFAULT = 5  # the features that are drawn where none is asked for: the first ones
UNITS = {"colour": "degrees of hue", "orientation": "degrees", "size": "log2 ratio of radii"}
"""Of the features that differ by degrees, and not in kind."""

HUE, TURN = (12.0, 180.0), 12.0  # least and most difference in degrees; items are jittered by 4 to either side
RATIO = (1.06, 2.0)  # of radii, which are jittered by 3 %
JITTER_DEGREES, JITTER_SIZE = 4, 0.03


@dataclass(frozen=True)
class ScenePlan:
    """One scene as numbers: its items, then its ground as a flat colour plus plane waves along one direction of colour.

    Lengths are fractions of the image side, angles are in radians, colours are OKLab. `radius` is that of the disc of
    equal area; `shape` counts in `SHAPES` and then in `CONFIGURATIONS`, `pattern` in `PATTERNS`; `contrast` is the swing of
    lightness in a pattern. The rows of `wave` are cycles per image across and down, phase, and amplitude. `odd` counts items
    from 0. `difference` is in `UNITS`, NaN where the feature has none.
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
    arrangement: int
    difference: float


def scene_plan(
    rng: np.random.Generator,
    feature: int | tuple[int, ...] | None,
    n_items: tuple[int, int],
    *,
    arrangement: tuple[str, ...] | None = None,
    difference: float | None = None,
    shape: int | None = None,
    pattern: int | None = None,
) -> ScenePlan:
    """Draw one scene: an arrangement, five features shared by all items, and one of them changed in one item.

    Parameters
    ----------
    feature
        Which of `FEATURES` is odd; several are drawn from, `None` draws from the first five.
    n_items
        The fewest and the most items.
    arrangement
        Which of `ARRANGEMENTS` to draw from.
    difference
        From 0, just above the jitter, to 1, the largest; `None` draws one that is plain to see. Without meaning for features that
        differ in kind.
    shape, pattern
        Those of the alike items, in `SHAPES` and `PATTERNS`; `None` draws them.

    Examples
    --------
    >>> plan = scene_plan(np.random.default_rng(0), FEATURES.index("shape"), (6, 6))
    >>> len(plan.centre), int(np.sum(plan.shape != plan.shape[plan.odd]))
    (6, 5)
    """
    n = int(rng.integers(n_items[0], n_items[1] + 1))
    several = feature if isinstance(feature, tuple) else range(DEFAULT)
    drawn = several[rng.integers(len(several))]
    feature = feature if isinstance(feature, int) else int(drawn)
    odd, name = int(rng.integers(n)), FEATURES[feature]
    centre, arranged = places(rng, n, APART if name == "configuration" else NEAREST, arrangement)
    shape, pattern, hue, angle, scale = _features(rng, n, odd, name, difference, (shape, pattern))
    radius = largest_radius(centre, EXTENT[shape] * scale, scale) * scale * rng.uniform(0.9, 1)
    ground, tint, wave = _ground(rng)
    radius = radius * (1 - rng.uniform(0, JITTER_SIZE, n))
    angle = angle + np.radians(rng.uniform(-JITTER_DEGREES, JITTER_DEGREES, n))
    hue = hue + np.radians(rng.uniform(-JITTER_DEGREES, JITTER_DEGREES, n))
    return ScenePlan(
        centre=centre * (1 / SIDE),
        radius=radius * (1 / SIDE),
        angle=angle,
        shape=shape,
        pattern=pattern,
        colour=_item_colours(rng, hue),
        contrast=rng.uniform(0.12, 0.16),
        ground=ground,
        ground_tint=tint,
        wave=wave,
        odd=odd,
        feature=feature,
        arrangement=ARRANGEMENTS.index(arranged),
        difference=_difference(name, odd, hue, angle, np.log2(radius), PERIOD[shape[0]]),
    )


def _features(
    rng: np.random.Generator, n: int, odd: int, name: str, difference: float | None, named: tuple[int | None, int | None]
) -> tuple[np.ndarray, ...]:
    """Shape, pattern, hue, angle and scale of each item: all alike, but for the feature `name` of the odd one."""
    drawn = rng.integers(len(SHAPES)), rng.integers(len(PATTERNS))
    shape, pattern = (np.full(n, own if given is None else given) for own, given in zip(drawn, named, strict=True))
    hue, angle = np.full(n, rng.uniform(0, 2 * np.pi)), np.full(n, rng.uniform(0, 2 * np.pi))
    scale = np.ones(n)
    if name == "colour":
        sign, turn = rng.choice((-1, 1)), rng.uniform(70, 180)
        hue[odd] += sign * np.radians(turn if difference is None else between(*HUE, difference))
    elif name == "orientation":
        most = min(PERIOD[shape[odd]] / 2, np.pi / 2)
        sign, turn = rng.choice((-1, 1)), rng.uniform(0.75, 1)
        angle[odd] += sign * most * turn if difference is None else sign * between(np.radians(TURN), most, difference)
    elif name == "shape":
        alike = {int(shape[odd])} | CONFUSABLE.get(int(shape[odd]), set())
        shape[odd] = rng.choice([s for s in range(len(SHAPES)) if s not in alike])
    elif name == "size":
        ratio, sign = rng.uniform(1.4, 1.7), rng.choice((-1, 1))
        scale[odd] = (ratio if difference is None else np.exp(between(*np.log(RATIO), difference))) ** sign
    elif name == "configuration":
        kind = rng.integers(len(CONFIGURATIONS))
        shape[:] = len(SHAPES) + kind
        shape[odd] = len(SHAPES) + (kind + rng.integers(1, len(CONFIGURATIONS))) % len(CONFIGURATIONS)
        pattern[:] = 0  # parts are told apart by their tones
    else:
        pattern[odd] = (pattern[odd] + rng.integers(1, len(PATTERNS))) % len(PATTERNS)
    return shape, pattern, hue, angle, scale


def between(least: float, most: float, share: float) -> float:
    """What lies so far on the way from the least to the most.

    Examples
    --------
    >>> between(10, 30, 0.25)
    15.0
    """
    return least + (most - least) * share


def _difference(name: str, odd: int, hue: np.ndarray, angle: np.ndarray, size: np.ndarray, period: float) -> float:
    """How far the odd item is from the mean of the others, in `UNITS`."""
    if name not in UNITS:
        return np.nan
    values = {"colour": hue, "orientation": angle, "size": size}[name]
    apart = float(values[odd] - np.delete(values, odd).mean())
    turn = {"colour": 2 * np.pi, "orientation": period}.get(name)
    return apart if turn is None else float(np.degrees((apart + turn / 2) % turn - turn / 2))


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

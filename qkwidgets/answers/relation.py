"""Do two numbers of every head rise together? Spearman's correlation, over all heads and between the heads of one layer.

Depth moves nearly everything in a transformer, so two numbers that both fall over the layers correlate whether or not they have to
do with each other. The second correlation is free of that: each number less the mean of its layer.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

LEVEL = 95
"""Per cent of an interval."""

ENOUGH_IMAGES = 30
"""Below it, intervals from draws of images say little: they are too narrow, and jump with each image. A rule of thumb."""


class Correlation(NamedTuple):
    """Spearman's correlation of the heads with its interval; `n_heads` are those that have both numbers. NaN where undefined."""

    value: float
    low: float
    high: float
    n_heads: int

    @property
    def sign(self) -> int:
        """1 or -1 where the whole interval lies on one side of zero, else 0."""
        return int(self.low > 0) - int(self.high < 0)

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


class Relation(NamedTuple):
    """How a number of every head goes with another: over all heads, and between the heads of one layer."""

    overall: Correlation
    within: Correlation
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def ranks(values: Float[np.ndarray, " item"]) -> Float[np.ndarray, " item"]:
    """Places from 1 up in ascending order; equal values share the mean of theirs.

    Examples
    --------
    >>> ranks(np.array([0.3, 0.1, 0.3])).tolist()
    [2.5, 1.0, 2.5]
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[place]


def spearman(one: Float[np.ndarray, " item"], other: Float[np.ndarray, " item"]) -> float:
    """Correlation of the ranks; NaN where one of them is constant.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 100.0, 1000.0]))
    1.0
    """
    a, b = (ranks(values) - (len(values) + 1) / 2 for values in (one, other))
    size = np.sqrt((a @ a) * (b @ b))
    return round(float(a @ b / size), 12) if size > 0 else np.nan


def correlation(
    one: Float[np.ndarray, "layer head"],
    other: Float[np.ndarray, "layer head"],
    draws: Float[np.ndarray, "draw layer head"],
    *,
    within_layers: bool = False,
    seed: int = 0,
) -> Correlation:
    """Spearman's correlation over heads, with an interval that holds for other images and for other heads.

    Parameters
    ----------
    one, other
        The two numbers of every head.
    draws
        The second number again, in draws of a bootstrap over images. In each draw heads are drawn anew as well, with putting back.
    within_layers
        Whether the mean of its layer is taken off each number; a layer with one head has nothing to say then.

    Examples
    --------
    >>> one = np.arange(12.0).reshape(4, 3)
    >>> found = correlation(one, one**2, np.stack([one**2] * 50))
    >>> found.value, found.sign
    (1.0, 1)
    """
    known = np.isfinite(one) & np.isfinite(other)
    place = np.flatnonzero(known.ravel())
    rng = np.random.default_rng(seed)

    def value(second: np.ndarray, picked: np.ndarray) -> float:
        pair = [_less_layer_mean(np.where(known, values, np.nan)) if within_layers else values for values in (one, second)]
        return spearman(*(values.ravel()[picked] for values in pair))

    if len(place) < 3 or (within_layers and one.shape[1] < 2):
        return Correlation(np.nan, np.nan, np.nan, len(place))
    drawn = [value(draw, rng.choice(place, len(place))) for draw in draws]
    drawn = [number for number in drawn if np.isfinite(number)]
    low, high = np.percentile(drawn, [(100 - LEVEL) / 2, (100 + LEVEL) / 2]) if drawn else (np.nan, np.nan)
    return Correlation(value(other, place), float(low), float(high), len(place))


def preference_sentence(overall: Correlation, within: Correlation, variant: str) -> str:
    """What the cosine of a head says about its attention to the same object, in one sentence that claims no more than holds.

    Examples
    --------
    >>> preference_sentence(Correlation(0.5, 0.2, 0.7, 36), Correlation(0.1, -0.2, 0.4, 36), "nonself")
    'Over 36 heads a larger cosine goes with more attention to the same object (without the query itself): rank correlation
    0.50 (0.20 to 0.70); between heads of one layer no relation can be told from chance: 0.10 (-0.20 to 0.40).'
    """
    if np.isnan(overall.value):
        return f"{overall.n_heads} heads are too few, or too much alike, to say whether their cosine tells how much they attend to the same object."
    words = {
        1: "a larger cosine goes with more attention to the same object",
        -1: "a larger cosine goes with less attention to the same object",
    }
    besides = {"plain": "", "nonself": " (without the query itself)", "items": " (all item patches asking)"}[variant]
    nothing = "no relation of the cosine to attention on the same object can be told from chance"
    head = f"Over {overall.n_heads} heads {words.get(overall.sign, nothing)}{besides}: rank correlation {overall}"
    if np.isnan(within.value):
        return f"{head}; layers of one head each cannot tell whether depth alone explains it."
    same = "so it does between heads of one layer" if overall.sign == within.sign != 0 else None
    inner = same or f"between heads of one layer {words.get(within.sign, 'no relation can be told from chance')}"
    return f"{head}; {inner}: {within}."


def few_images(n_images: int, counted: str = "images") -> str:
    """What must be said of intervals from few images, to be put behind a sentence; nothing of others.

    Examples
    --------
    >>> few_images(8), few_images(100)
    ('; intervals from 8 images, fewer than 30, mean little', '')
    """
    few = f"{n_images} {counted}" if n_images != 1 else f"one {counted[:-1]}"
    return f"; intervals from {few}, fewer than {ENOUGH_IMAGES}, mean little" if n_images < ENOUGH_IMAGES else ""


def _less_layer_mean(values: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    total, count = np.where(known, values, 0).sum(axis=1), known.sum(axis=1)
    return values - (total / np.maximum(count, 1))[:, None]

"""Which modes carry attention along a relation more than chance? The largest value over all modes, draw by draw. numpy alone.

In every draw all modes meet the same foreign segments, and draw 0 is the real one. If segments meant nothing, no draw would stand out,
so the rank of the real largest value among those of all draws is a valid test of all modes and relations together, however they
depend on each other; and so is, by the same largest values, the rank of each single one. The values compared are differences to the
mean over all draws in standard deviations over all draws, so that a relation of few pairs counts no more than one of many.

Source: Westfall and Young. "Resampling-based multiple testing". Wiley 1993 (largest statistic, single step).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float64, Int8, Int64

LEVEL = 0.05
RANDOM_QUANTILE = 0.95


class Judged(NamedTuple):
    """What was found of every mode: normalised mean contributions beyond chance, how sure, and the type, -1 for none.

    `excess`, `z` and `p` are by relation, NaN where no image has such pairs. `strength` is a mode's largest excess over its relations, each
    in standard deviations among the random pairs of the layer, and `random` the 95 % quantile of that among these pairs; `random_typed` is
    the share of them that would have a type by the same test, `random_above` of those that have one and are above the quantile too.
    """

    excess: Float64[np.ndarray, "layer head mode relation"]
    z: Float64[np.ndarray, "layer head mode relation"]
    p: Float64[np.ndarray, "layer head mode relation"]
    type: Int8[np.ndarray, "layer head mode"]
    strength: Float64[np.ndarray, "layer head mode"]
    random: Float64[np.ndarray, " layer"]
    random_typed: Float64[np.ndarray, " layer"]
    random_above: Float64[np.ndarray, " layer"]


def judged(
    sums: Float64[np.ndarray, "layer relation head draw all_modes"],
    counts: Int64[np.ndarray, "layer relation draw"],
    null: Bool[np.ndarray, "layer head mode"],
    level: float = LEVEL,
) -> Judged:
    """Tests of all modes from sums over images; draw 0 is the real one, random pairs come behind the modes.

    Examples
    --------
    >>> sums = np.random.default_rng(0).normal(size=(1, 2, 1, 20, 4))
    >>> sums[0, 1, 0, 0, 2] = 50
    >>> judged(sums, np.ones((1, 2, 20), int), np.zeros((1, 1, 3), bool)).type.tolist()
    [[[-1, -1, 1]]]
    """
    counts = np.where(counts > 0, counts, np.nan)[:, :, None, :, None]
    means = np.moveaxis(sums / counts, [1, 3], [-1, 0])  # [draw layer head mode relation]
    known = np.isfinite(means[0])
    middle = _mean(means)
    sd = np.sqrt(_mean(np.square(means - middle)))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(sd > 0, (means - middle) / sd, 0.0)
    excess = np.where(known, means[0] - _mean(means[1:]), np.nan)
    n_modes = null.shape[-1]
    able = known & np.concatenate([~null, np.ones((*null.shape[:2], known.shape[2] - n_modes), bool)], axis=2)[..., None]
    rivals = np.where(able & np.isfinite(z), z, -np.inf)[:, :, :, :n_modes]
    largest = np.sort(rivals.reshape(len(z), -1).max(axis=1))
    z = np.where(able, z[0], np.nan)
    n_larger = len(largest) - np.searchsorted(largest, np.nan_to_num(z, nan=-np.inf) - 1e-12)
    p = np.where(able, n_larger / len(largest), np.nan)
    passed = np.where(p <= level, excess, -np.inf)
    type_ = np.where(passed.max(axis=-1) > -np.inf, passed.argmax(axis=-1), -1)
    pairs = excess[:, :, n_modes:].reshape(len(excess), -1, excess.shape[-1])
    unit = np.sqrt(_mean(np.square(pairs.swapaxes(0, 1) - _mean(pairs.swapaxes(0, 1)))))  # [layer relation]
    with np.errstate(invalid="ignore", divide="ignore"):
        strength = np.where(able, excess / unit[:, None, None], -np.inf).max(axis=-1)
    others = strength[:, :, n_modes:].reshape(len(strength), -1)
    random = np.quantile(others, RANDOM_QUANTILE, axis=1, method="inverted_cdf")
    typed = (type_[:, :, n_modes:] >= 0).reshape(others.shape)
    return Judged(
        **{name: np.where(able, value, np.nan)[:, :, :n_modes] for name, value in (("excess", excess), ("z", z), ("p", p))},
        type=type_[:, :, :n_modes].astype(np.int8),
        strength=strength[:, :, :n_modes],
        random=random,
        random_typed=typed.mean(axis=1),
        random_above=(typed & (others > random[:, None])).mean(axis=1),
    )


def _mean(values: Float[np.ndarray, "draw *rest"]) -> Float[np.ndarray, "*rest"]:
    """Over the draws that have a value; NaN where none has."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=0) / known.sum(axis=0)

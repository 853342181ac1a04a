"""What is said of a head whose modes are known one by one? Means and shares over its modes."""

import numpy as np
from jaxtyping import Float64

from qkwidgets.answers.semantic_map import SemanticMap


def weighted_cosine(
    cosine: Float64[np.ndarray, "layer head mode"], singular_values: Float64[np.ndarray, "layer head mode"]
) -> Float64[np.ndarray, "layer head"]:
    """The mean cosine of a head's modes, weighted by singular values; null modes, whose cosine is NaN, have no part in it.

    Examples
    --------
    >>> weighted_cosine(np.array([[[1.0, 0.0, np.nan]]]), np.array([[[3.0, 1.0, 0.5]]])).tolist()
    [[0.75]]
    """
    known = ~np.isnan(cosine)
    total = np.where(known, singular_values, 0).sum(axis=-1)
    return np.where(known, cosine * singular_values, 0).sum(axis=-1) / np.where(total > 0, total, np.nan)


def typed_shares(answer: SemanticMap) -> tuple[Float64[np.ndarray, "layer head"], Float64[np.ndarray, "layer head"]]:
    """The share of each head's modes that have a type, and that are above random directions as well; NaN where all modes are null."""
    alive = ~answer.null
    typed = (answer.type >= 0) & alive
    count = np.where(alive.any(axis=-1), alive.sum(axis=-1), np.nan)
    return typed.sum(axis=-1) / count, (typed & answer.above_random).sum(axis=-1) / count

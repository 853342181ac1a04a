"""One number a head, for the colours of the layer x head grid."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64

from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.modes import SingularModes


class HeadNumber(NamedTuple):
    """What a number is called, whether zero is its middle, and what it means."""

    key: str
    label: str
    diverging: bool
    about: str


HEAD_NUMBERS = (
    HeadNumber("cosine", "weighted cosine", True, "Mean cosine of the head's modes, weighted by singular values."),
    HeadNumber(
        "effective_modes",
        "effective modes",
        False,
        "exp(entropy) of the normalised singular values: how many modes share the strength.",
    ),
    HeadNumber("first_share", "strength of M0", False, "The first singular value over the sum of all."),
    HeadNumber(
        "strength", "first singular value", False, "The largest singular value of the interaction; the score's scale is left out."
    ),
    HeadNumber(
        "bias_share", "bias share", True, "Mean share of the key-only bias term in the visible score, over the images shown."
    ),
)
"""The numbers that the grid offers, in the order of `Spectra.head_numbers`."""


def head_numbers(
    modes: SingularModes, alignment: Alignment, share_bias: Float[np.ndarray, "image layer head"]
) -> Float64[np.ndarray, "number layer head"]:
    """Every number of `HEAD_NUMBERS`, for every head.

    Examples
    --------
    >>> import numpy as np, qkwidgets as qk
    >>> model = qk.load_model()
    >>> head_numbers(qk.modes(model), qk.alignment(model), np.zeros((1, 6, 4))).shape
    (5, 6, 4)
    """
    values = modes.singular_values
    total = values.sum(axis=-1, keepdims=True)
    p = np.divide(values, total, out=np.full_like(values, np.nan), where=total > 0)
    entropy = -np.sum(p * np.log(np.where(p == 0, 1, p)), axis=-1)
    numbers = {
        "cosine": alignment.head,
        "effective_modes": np.exp(entropy),
        "first_share": p[..., 0],
        "strength": values[..., 0],
        "bias_share": share_bias.mean(axis=0),
    }
    return np.stack([numbers[number.key] for number in HEAD_NUMBERS])

"""How sure is a mean over images that are seen once and forgotten? A bootstrap whose draws need not know how many there are.

Drawing n images out of n with putting back gives each image a count, close to Poisson with mean one and close to independent
of the others. So every image is given such a count for every draw, made of nothing but the seed, its index and the number of the draw:
a draw is a weighted sum that goes along with the pass, and it is the same in whatever order and on whatever machine the images come.

Numbers are rounded to multiples of `QUANTUM` before they are summed in float64: up to two million images such sums are exact, and
so do not depend on their order either.

Source: Chamandy, Muralidharan, Najmi, Naidu. "Estimating Uncertainty for Massive Data Streams". Google, 2012 (the Poisson
bootstrap). Counts from hashes, and the rounding, are ours.
"""

import math

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from qkwidgets.sweeps.image_sample import image_hash

QUANTUM = 2.0**-32
"""A tenth of a billionth or so of a number around one, and far below what float32 resolves of it."""

MOST = 20
"""Counts above have a probability below 1e-19, which the hash cannot tell from nothing."""


def _thresholds() -> np.ndarray:
    """Below which hash a count of 0, 1, … ends: the distribution function of Poisson(1) in units of 2^-64."""
    below = np.cumsum([math.exp(-1) / math.factorial(count) for count in range(MOST)])
    return np.array([min(int(share * 2.0**64), 2**64 - 1) for share in below], dtype=np.uint64)


THRESHOLDS = _thresholds()


def image_counts(images: Int64[Tensor, " image"], draws: int, seed: int = 0) -> Float64[Tensor, "draw image"]:
    """How often each image occurs in each draw, after a first row of ones: the images as they are.

    Examples
    --------
    >>> counts = image_counts(torch.arange(1000), draws=200)
    >>> counts.shape, counts[0].unique().tolist()
    (torch.Size([201, 1000]), [1.0])
    >>> round(counts[1:].mean().item(), 2), round(counts[1:].var().item(), 1)
    (1.0, 1.0)
    """
    draw = image_hash(torch.arange(draws) + (seed << 32)).numpy().view(np.uint64)
    each = draw[:, None] ^ image_hash(images).numpy().view(np.uint64)
    mixed = image_hash(torch.from_numpy(each.view(np.int64)).flatten()).numpy().view(np.uint64)
    counts = np.searchsorted(THRESHOLDS, mixed, side="right").astype(np.float64).reshape(each.shape)
    return torch.from_numpy(np.concatenate([np.ones((1, len(images))), counts]))


def exact(values: Float[Tensor, "*place"]) -> Float64[Tensor, "*place"]:
    """Numbers that can be added in any order with the same result.

    Examples
    --------
    >>> (exact(torch.tensor([0.25, 0.1])) / QUANTUM).tolist()
    [1073741824.0, 429496736.0]
    """
    return (values.double() / QUANTUM).round() * QUANTUM

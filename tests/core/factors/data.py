"""Small tokens of no particular distribution, and heads with random biases, for identities."""

import numpy as np
import torch
from hypothesis import settings
from hypothesis import strategies as st
from torch import Tensor

N, P, D, D_HEAD = 40, 9, 12, 5
EXACT = 1e-10

FEW = settings(max_examples=12)
"""Identities hold for all data or for none."""


def small_tokens(seed: int, n: int = N, p: int = P, d: int = D) -> Tensor:
    """Skewed and heavy-tailed, with a mean, an effect of place and one of image."""
    rng = np.random.default_rng(seed)
    made = rng.exponential(size=(n, p, d)) * rng.standard_normal(d) + rng.standard_t(5, size=(1, p, d))
    return torch.from_numpy(made + rng.gamma(1.0, size=(n, 1, d)) * rng.standard_normal(d))


def head(seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """`W_Q, W_K, b_Q, b_K`."""
    rng = np.random.default_rng(seed)
    return tuple(torch.from_numpy(rng.standard_normal(shape)) for shape in ((D, D_HEAD), (D, D_HEAD), D_HEAD, D_HEAD))


@st.composite
def sides(draw) -> tuple[Tensor, Tensor]:
    """Queries and keys `[image patch d_head]` of the same tokens."""
    seed = draw(st.integers(0, 10**6))
    x, (W_Q, W_K, b_Q, b_K) = small_tokens(seed), head(seed + 1)
    return x @ W_Q + b_Q, x @ W_K + b_K


def close(found, expected, scale=None, exact=EXACT) -> bool:
    """Whether two arrays agree in parts of the largest expected magnitude, or of `scale`."""
    found, expected = (torch.as_tensor(each, dtype=torch.float64) for each in (found, expected))
    size = float(expected.abs().max()) if scale is None else float(scale)
    return found.shape == expected.shape and bool((found - expected).abs().max() <= exact * size)

"""Random heads of every shape and condition, for the properties of the core."""

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor

EASY, HARD = 1.0, 7.0
"""Decimal logarithms of condition numbers: one that the Gram route takes, one that needs QR."""


def factor(rng: np.random.Generator, d_model: int, d_head: int, log_condition: float, rank: int | None = None) -> np.ndarray:
    """A thin factor of that condition number, with only the first `rank` directions if named."""
    count = min(d_model, d_head)
    left = np.linalg.qr(rng.standard_normal((d_model, count)))[0]
    right = np.linalg.qr(rng.standard_normal((d_head, count)))[0]
    values = np.logspace(0, -log_condition, count) * rng.uniform(0.5, 2)
    if rank is not None:
        values[rank:] = 0
    return left * values @ right.T


@st.composite
def head_pairs(draw, log_conditions=(EASY, HARD), max_heads=3, wide=True, deficient=True) -> tuple[Tensor, Tensor]:
    """`W_Q` and `W_K` [head d_model d_head] in float64: tall, square or wide, of easy, hard or deficient rank."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    d_head = draw(st.integers(1, 10))
    d_model = draw(st.integers(2 if wide else d_head, 24))
    least = min(d_model, d_head)
    sides = []
    heads = draw(st.integers(1, max_heads))
    for _ in range(2):
        ranks = st.one_of(st.none(), st.integers(1, least)) if deficient else st.none()
        stack = [factor(rng, d_model, d_head, draw(st.sampled_from(log_conditions)), draw(ranks)) for _ in range(heads)]
        sides.append(torch.from_numpy(np.stack(stack)))
    return sides[0], sides[1]


def orthogonal(seed: int, size: int) -> Tensor:
    """A random rotation."""
    return torch.linalg.qr(torch.from_numpy(np.random.default_rng(seed).standard_normal((size, size))))[0]


def separate(values: Tensor, gap: float = 1e-2) -> Tensor:
    """Which modes of one head stand apart from their neighbours and from zero by a part of the first value."""
    padded = torch.nn.functional.pad(values, (0, 1))
    below = padded[:-1] - padded[1:]
    above = torch.nn.functional.pad(below[:-1], (1, 0), value=torch.inf)
    return torch.minimum(below, above) > gap * values[0]


def largest_error(found: Tensor, expected: Tensor) -> float:
    """Largest absolute difference over the largest expected magnitude."""
    return ((found - expected).abs().max() / expected.abs().max().clamp(min=1e-300)).item()

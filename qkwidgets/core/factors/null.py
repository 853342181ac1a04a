"""Would random read-outs of the same queries and keys look as specialised? The rotation null.

In the whitened spaces of both sides a head's modes are two orthogonal matrices. The null replaces them by random ones (Haar) and
keeps the moments and the singular values: what is left of the specialisation is owed to the sizes of the factors alone.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float64
from torch import Tensor

from qkwidgets.core.factors.data_modes import root
from qkwidgets.core.factors.labels import specialisation

DRAWS = 500
SEED = 0
UPPER = 0.95


class Null(NamedTuple):
    """Mean and 95th percentile of the specialisation of heads with random read-outs."""

    mean: Float64[Tensor, "*head"]
    high: Float64[Tensor, "*head"]


def haar(draws: int, size: int, generator: torch.Generator | None = None) -> Float64[Tensor, "draw size size"]:
    """Random rotations and reflections, all equally likely.

    Examples
    --------
    >>> import torch
    >>> turned = haar(3, 4)
    >>> torch.allclose(turned.mT @ turned, torch.eye(4).double())
    True
    """
    basis, triangle = torch.linalg.qr(torch.randn(draws, size, size, dtype=torch.float64, generator=generator))
    return basis * triangle.diagonal(dim1=-2, dim2=-1).sign()[:, None, :]


def rotation_null(
    singular_values: Float64[Tensor, "head mode"],
    query: Float64[Tensor, "head factor d d"],
    key: Float64[Tensor, "head factor d d"],
    draws: int = DRAWS,
) -> Null:
    """What the specialisation of each head would be with random read-outs.

    Parameters
    ----------
    singular_values
        Of the modes of these factors.
    query, key
        Second moments of each factor: position and content, where the specialisation leaves out the mean.
    draws
        Random read-outs a head; heads of equal rank share them.

    Examples
    --------
    >>> import torch
    >>> both = torch.stack([torch.diag(torch.tensor(v)) for v in ([1.0, 0.0], [0.0, 1.0])]).double()[None]
    >>> null = rotation_null(torch.ones(1, 2).double(), both, both, draws=200)
    >>> 0.5 < null.mean.item() < null.high.item() < 1
    True
    """
    generator = torch.Generator().manual_seed(SEED)
    roots = root(query.sum(dim=-3)), root(key.sum(dim=-3))
    ranks = torch.stack([each.rank for each in roots], dim=-1)
    found = torch.full((2, len(query)), torch.nan, dtype=torch.float64)
    for pair in ranks.unique(dim=0).tolist():
        heads = (ranks == torch.tensor(pair, device=ranks.device)).all(dim=-1).nonzero().flatten()
        if min(pair) == 0:
            continue
        turns = [haar(draws, rank, generator) for rank in pair]
        for head in heads.tolist():
            sides = zip(roots, (query, key), turns, strict=True)
            drawn = [_random_shares(side.inverse[head], parts[head], turn, min(pair)) for side, parts, turn in sides]
            values = specialisation(singular_values[head, : min(pair)].cpu().expand(draws, -1), *drawn)
            found[:, head] = torch.stack([values.mean(), values.quantile(UPPER)])
    return Null(*found)


def _random_shares(inverse: Tensor, parts: Tensor, turns: Tensor, count: int) -> Tensor:
    """`[draw mode factor]` for random read-outs in the whitened space of one side; the last factor is the rest."""
    rank = turns.shape[-1]
    whitened = (inverse.mT @ parts @ inverse)[..., -rank:, -rank:].cpu()  # dropped directions come first
    shares = [((part @ turns) * turns).sum(dim=-2)[:, :count] for part in whitened[:-1]]
    return torch.stack([*shares, 1 - torch.stack(shares).sum(dim=0)], dim=-1).clamp(0, 1)

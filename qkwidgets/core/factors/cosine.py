"""Is it position or content that makes a head seek its like? The weighted cosine of its modes, split by what they carry.

A head's weighted cosine is `sum p_k c_k` over its modes, `p` their normalised singular values. A mode carries a factor by the mean
of that factor's shares in its query and its key side; these sum to one over factors, so the parts sum to the whole.

Source: Pan et al. NeurIPS 2024, Figure 3, for the cosine; its parts and both nulls are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from qkwidgets.core.alignment import spectrum_weights
from qkwidgets.core.factors.data_modes import root
from qkwidgets.core.factors.null import SEED, haar
from qkwidgets.core.factors.shares import mode_points

BOUNDS = (0.025, 0.975)
"""Percentiles of a two-sided 95 % band, as parts of one."""


class CosineNull(NamedTuple):
    """Bounds of the parts of a layer's weighted cosine, `[factor bound]`.

    `turned`: both read-outs of every mode are random, so that cosines are, too: how large a part is by chance. `exchanged`: every
    mode keeps its cosine and carries what a random read-out would: how the whole would divide if cosine and factor had nothing to do
    with each other.
    """

    turned: Float64[Tensor, "factor bound"]
    exchanged: Float64[Tensor, "factor bound"]


def cosine_parts(
    singular_values: Float[Tensor, "*head mode"],
    cosine: Float[Tensor, "*head mode"],
    query_share: Float[Tensor, "*head mode factor"],
    key_share: Float[Tensor, "*head mode factor"],
) -> Float[Tensor, "*head factor"]:
    """What each factor adds to the weighted cosine of a head; modes without strength (NaN) add nothing.

    Examples
    --------
    >>> import torch
    >>> shares = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> cosine_parts(torch.tensor([3.0, 1.0]), torch.tensor([1.0, -1.0]), shares, shares).tolist()
    [0.75, -0.25]
    """
    weighted = spectrum_weights(singular_values.nan_to_num(0.0)) * cosine.nan_to_num(0.0)
    return (weighted[..., None] * mode_points(query_share, key_share).nan_to_num(0.0)).sum(dim=-2)


def cosine_null(
    singular_values: Float64[Tensor, "head mode"],
    cosine: Float64[Tensor, "head mode"],
    weights: tuple[Float64[Tensor, "head d_model d"], Float64[Tensor, "head d_model d"]],
    moments: tuple[Float64[Tensor, "head factor d d"], Float64[Tensor, "head factor d d"]],
    draws: int,
) -> CosineNull:
    """How the weighted cosine of a layer, the mean over its heads, divides for random read-outs in the same whitened spaces.

    Parameters
    ----------
    singular_values, cosine
        Of the modes, which keep their weights.
    weights
        Of queries and keys: a read-out of a query reads the direction `W_Q @ read` of a token.
    moments
        Second moments of queries and of keys, factor by factor.
    draws
        Of random rotations (Haar) of both sides; heads share them, each paired with other ones.

    Examples
    --------
    >>> import torch
    >>> W, S = torch.randn(2, 12, 4).double(), torch.eye(4).double().expand(2, 3, 4, 4)
    >>> found = cosine_null(torch.ones(2, 4).double(), torch.ones(2, 4).double(), (W, W), (S, S), draws=50)
    >>> (found.turned[:, 0] < 0).all().item(), torch.allclose(found.exchanged, torch.full((3, 2), 1 / 3).double())
    (True, True)
    """
    generator = torch.Generator().manual_seed(SEED)
    sides = [root(each.sum(dim=-3)) for each in moments]
    counts = torch.stack([side.rank for side in sides], dim=-1)
    turns = {rank: [haar(draws, rank, generator) for _ in sides] for rank in counts.unique().tolist() if rank}
    total = torch.zeros(2, draws, moments[0].shape[-3], dtype=torch.float64)
    live = 0
    for head, ranks in enumerate(counts.tolist()):
        if min(ranks) == 0:
            continue
        live += 1
        turned = [turns[rank][side].roll(head, dims=0)[..., : min(ranks)] for side, rank in enumerate(ranks)]
        bases = [side.inverse[head][:, -rank:].cpu() for side, rank in zip(sides, ranks, strict=True)]  # dropped ones come first
        shares = [_shares(base, each[head].cpu(), turn) for base, each, turn in zip(bases, moments, turned, strict=True)]
        drawn = _cosines([W[head].cpu() @ base for W, base in zip(weights, bases, strict=True)], turned)
        values, own = (each[head, : min(ranks)].cpu().expand(draws, -1) for each in (singular_values, cosine))
        total += torch.stack([cosine_parts(values, each, *shares) for each in (drawn, own)])
    bounds = torch.tensor(BOUNDS, dtype=torch.float64)
    return CosineNull(*(total / live).quantile(bounds, dim=1).permute(1, 2, 0))


def _shares(base: Tensor, parts: Tensor, turns: Tensor) -> Float64[Tensor, "draw mode factor"]:
    """What random read-outs carry; the last factor is the rest."""
    found = [((base.mT @ part @ base @ turns) * turns).sum(dim=-2) for part in parts[:-1]]
    return torch.stack([*found, 1 - torch.stack(found).sum(dim=0)], dim=-1)


def _cosines(read: list[Tensor], turns: list[Tensor]) -> Float64[Tensor, "draw mode"]:
    """Of the directions that random read-outs read."""
    left, right = turns
    (query, key) = read
    across = ((query.mT @ key @ right) * left).sum(dim=-2)
    lengths = [((each.mT @ each @ turn) * turn).sum(dim=-2) for each, turn in zip(read, turns, strict=True)]
    return across / (lengths[0] * lengths[1]).sqrt()

"""Which pairs of patterns does a head's score matrix consist of, over all images, and whose are they: position's or content's?

The matrix `L = Q K^T / (N P)` of all tokens against all is never formed: its singular value decomposition follows from the
second moments of queries and keys, `G_q = L_q L_q^T`, and the factor shares of its singular vectors from those of each factor.
`U_k = Q read_q[:, k] / sqrt(N P)` are orthonormal over tokens on both sides ("bi-orthogonal"), and the modes add up to L.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float64
from torch import Tensor

DROPPED = 1e-12
"""Eigenvalues of a second moment up to this part of the largest count as none."""

NEGATIVE = 1e-9
"""A second moment's smallest eigenvalue may be as far below zero, in parts of its trace."""


class DataModes(NamedTuple):
    """Modes of all tokens' scores, loudest first.

    Shares of either side sum to one over the factors; NaN for modes without strength. A read vector takes a query or key (scaled
    as the moments are) to its value in the mode: `U_k = Q query_read[:, k] / sqrt(N P)`.
    """

    singular_values: Float64[Tensor, "*head mode"]
    query_share: Float64[Tensor, "*head mode query_factor"]
    key_share: Float64[Tensor, "*head mode key_factor"]
    query_read: Float64[Tensor, "*head d mode"]
    key_read: Float64[Tensor, "*head d mode"]


class Root(NamedTuple):
    """`moment = factor @ factor.T`, and `inverse = factor^-T`, both zero along dropped directions, which come first."""

    factor: Float64[Tensor, "*head d d"]
    inverse: Float64[Tensor, "*head d d"]
    rank: Tensor


def data_modes(query: Float64[Tensor, "*head query_factor d d"], key: Float64[Tensor, "*head key_factor d d"]) -> DataModes:
    """Decompose the scores between the factors handed in.

    Parameters
    ----------
    query, key
        Second moments of each factor; those of all factors give the modes of all scores, and without the mean (or without
        the key's) those of the rest. The scale of scores is part of them.

    Returns
    -------
    DataModes
        Each pair is unique up to a joint sign, fixed so that the largest entry of the query's read vector is positive.

    Raises
    ------
    ValueError
        If a second moment is not positive.

    Notes
    -----
    `query_share[k, a]` is the squared length of factor a of `U_k`, and `values[k]^2 query_share[k, a] key_share[k, b]` the energy
    of the mode in a cell. Summed over modes these are *not* the energies of the head's cells; sums over one side are.

    Examples
    --------
    >>> import torch
    >>> from qkwidgets.core.factors.moments import grams, moments
    >>> query, key = (grams(moments(torch.randn(3, 10, 4, 2))) for _ in range(2))
    >>> modes = data_modes(query, key)
    >>> modes.singular_values.shape, torch.allclose(modes.query_share.sum(-1), torch.ones(3, 2).double())
    (torch.Size([3, 2]), True)
    """
    left, right = root(query.sum(dim=-3)), root(key.sum(dim=-3))
    inner_left, values, inner_right = torch.linalg.svd(left.factor.mT @ right.factor)
    query_read, key_read = left.inverse @ inner_left, right.inverse @ inner_right.mT
    largest = query_read.gather(-2, query_read.abs().argmax(dim=-2, keepdim=True))
    sign = torch.where(largest < 0, -1.0, 1.0).to(values.dtype)
    query_read, key_read = query_read * sign, key_read * sign
    none = torch.arange(values.shape[-1], device=values.device) >= torch.minimum(left.rank, right.rank)[..., None]
    return DataModes(
        values.masked_fill(none, 0.0),
        quadratic(query_read, query).masked_fill(none[..., None], torch.nan),
        quadratic(key_read, key).masked_fill(none[..., None], torch.nan),
        query_read,
        key_read,
    )


def quadratic(
    vectors: Float64[Tensor, "*head d mode"], moments: Float64[Tensor, "*head factor d d"]
) -> Float64[Tensor, "*head mode factor"]:
    """`v^T S_a v` of every vector and factor.

    Examples
    --------
    >>> import torch
    >>> quadratic(torch.eye(2).double(), torch.ones(3, 2, 2).double()).shape
    torch.Size([2, 3])
    """
    return torch.linalg.vecdot(vectors[..., None, :, :], moments @ vectors[..., None, :, :], dim=-2).mT


def root(moment: Float64[Tensor, "*head d d"]) -> Root:
    """A second moment as a factor times its transpose, by its eigenvectors.

    Examples
    --------
    >>> import torch
    >>> found = root(torch.diag(torch.tensor([4.0, 0.0])).double())
    >>> found.rank.item(), (found.factor @ found.factor.mT)[0, 0].item()
    (1, 4.0)
    """
    values, vectors = torch.linalg.eigh(moment)
    trace = values.sum(dim=-1)
    if (values[..., 0] < -NEGATIVE * trace.abs()).any():
        raise ValueError(
            f"A second moment is positive: got one with an eigenvalue of {(values[..., 0] / trace).min().item():.1g} of its trace. Its sums "
            "were probably damaged, or corrected too far. Use more images."
        )
    used = values > DROPPED * values[..., -1:].clamp(min=0)
    spread = torch.where(used, values, 1.0).sqrt()
    factor, inverse = (vectors * torch.where(used, each, 0.0)[..., None, :] for each in (spread, 1 / spread))
    return Root(factor, inverse, used.sum(dim=-1))


def mode_cells(
    values: Float64[Tensor, "*head mode"],
    query_share: Float64[Tensor, "*head mode query_factor"],
    key_share: Float64[Tensor, "*head mode key_factor"],
) -> Float64[Tensor, "*head mode query_factor key_factor"]:
    """Energy of every mode in every cell; summed over a mode's cells, its squared singular value.

    Examples
    --------
    >>> import torch
    >>> half = torch.full((1, 2), 0.5).double()
    >>> mode_cells(torch.tensor([2.0]).double(), half, half).tolist()
    [[[1.0, 1.0], [1.0, 1.0]]]
    """
    return values.square()[..., None, None] * query_share[..., :, None] * key_share[..., None, :]

"""What do the modes of the weights carry on real tokens? Factor shares of the modes of the first paper.

Tokens are augmented by a one, so that biases are a row of the weights: `[W_Q; b_Q] [W_K; b_K]^T = sum s_k u_k v_k^T`. Since every
left vector is `[W_Q; b_Q]` times something small, its moments over tokens follow from those of queries; the same for keys.
Without biases these are the modes of `core.modes`, and the moments those of queries and keys less their biases.

Source: Pan et al. NeurIPS 2024 for the modes; their factor shares are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from qkwidgets.core.degenerate import null_modes
from qkwidgets.core.factors.data_modes import quadratic
from qkwidgets.core.heads import lifted
from qkwidgets.core.modes import singular_modes


class WeightModes(NamedTuple):
    """Modes of the weights, loudest first, and what they carry.

    `energy` is a mode's own energy on the tokens, `ratio` their sum over a head's energy: not one, since modes that are orthogonal in
    the weights are not so on the data. `cosine` is that of a mode's two vectors; for augmented tokens the bias's entry counts.
    """

    singular_values: Float64[Tensor, "*head mode"]
    query_share: Float64[Tensor, "*head mode factor"]
    key_share: Float64[Tensor, "*head mode factor"]
    query_read: Float64[Tensor, "*head d mode"]
    key_read: Float64[Tensor, "*head d mode"]
    energy: Float64[Tensor, "*head mode"]
    ratio: Float64[Tensor, "*head"]
    cosine: Float64[Tensor, "*head mode"]


def weight_modes(
    W_Q: Float[Tensor, "*head d_model d_head"],
    W_K: Float[Tensor, "*head d_model d_head"],
    b_Q: Float[Tensor, "*head d_head"] | None,
    b_K: Float[Tensor, "*head d_head"] | None,
    query: Float64[Tensor, "*head factor d_head d_head"],
    key: Float64[Tensor, "*head factor d_head d_head"],
) -> WeightModes:
    """Decompose `[W_Q; b_Q] [W_K; b_K]^T`, and split every mode by factor.

    Parameters
    ----------
    W_Q, W_K, b_Q, b_K
        Of the projections, each multiplied by the root of the scores' scale. Biases None leave out the row of ones.
    query, key
        Second moments of `x @ W_Q + b_Q` and `x @ W_K + b_K`, factor by factor.

    Examples
    --------
    >>> import torch
    >>> from qkwidgets.core.factors.moments import grams, moments
    >>> x, W = torch.randn(10, 4, 6).double(), torch.randn(6, 2).double()
    >>> modes = weight_modes(W, W, None, None, *[grams(moments(x @ W))] * 2)
    >>> modes.query_share.sum(-1).round(decimals=9).tolist()
    [1.0, 1.0]
    """
    left, right = augmented(W_Q, b_Q), augmented(W_K, b_K)
    found = singular_modes(left, right)
    values = found.singular_values
    none = null_modes(values)
    divided = torch.where(none, torch.inf, values)[..., None, :]
    query_read, key_read = right.mT @ found.right / divided, left.mT @ found.left / divided
    squares = quadratic(query_read, query), quadratic(key_read, key)
    whole = [square.sum(dim=-1) for square in squares]
    energy = values.square() * whole[0] * whole[1]
    total = torch.linalg.vecdot(query.sum(dim=-3).flatten(-2), key.sum(dim=-3).flatten(-2))
    return WeightModes(
        values,
        *(square / size[..., None] for square, size in zip(squares, whole, strict=True)),
        query_read,
        key_read,
        energy,
        energy.sum(dim=-1) / total,
        found.cosine.masked_fill(none, torch.nan),
    )


def augmented(
    weight: Float[Tensor, "*head d_model d_head"], bias: Float[Tensor, "*head d_head"] | None
) -> Float64[Tensor, "*head row d_head"]:
    """The weights in float64, the bias as their last row if there is one.

    Examples
    --------
    >>> import torch
    >>> augmented(torch.ones(3, 2), torch.zeros(2)).tolist()
    [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]
    """
    weight = lifted(weight)
    return weight if bias is None else torch.cat([weight, lifted(bias)[..., None, :]], dim=-2)

"""Does a head seek tokens like its query, or unlike it? Cosines of modes, their weighted means, and what chance would give.

The cosine of a mode is that of its left and right singular vectors: 1 seeks its like, 0 something unrelated, -1 its
opposite. A head's value is the mean weighted by singular values, a layer's the mean over its heads.

Source: Pan et al. NeurIPS 2024, section 3 and Figure 3. The closed form and the chance bands are ours.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.heads import lifted, over_heads
from qkwidgets.core.modes import reduce_factor, values_of_product

BAND_SDS = 1.96
"""Half-width of a two-sided 95 % band, in standard deviations."""


def weighted_cosine(
    W_Q: Float[Tensor, "*head d_model d_head"],
    W_K: Float[Tensor, "*head d_model d_head"],
    values: Float[Tensor, "*head mode"] | None = None,
) -> Float[Tensor, "*head"]:
    """Mean cosine of each head's modes, weighted by singular values, in closed form.

    `tr(W_Q W_K^T) / |W_Q W_K^T|_nuclear = <W_Q, W_K> / sum of singular values`: no vectors and no degeneracy.
    NaN for a head without any interaction. `values` are the singular values, if they are known already.

    Examples
    --------
    >>> import torch
    >>> W = torch.randn(3, 192, 64)
    >>> weighted_cosine(W, -2 * W).round(decimals=9).tolist()
    [-1.0, -1.0, -1.0]
    """

    def trace_and_sum(part: slice, left: Tensor, right: Tensor) -> Tensor:
        found = values_of_product(left, right) if values is None else values.reshape(-1, values.shape[-1])[part]
        return torch.stack([torch.linalg.vecdot(left.flatten(-2), right.flatten(-2)), found.sum(dim=-1)])

    trace, total = torch.cat(over_heads(trace_and_sum, W_Q, W_K), dim=-1)
    return (trace / total).reshape(W_Q.shape[:-2])


def mean_cosine(
    singular_values: Float[Tensor, "*head mode"], cosine: Float[Tensor, "*head mode"], weights: str = "singular values"
) -> Float[Tensor, "*head"]:
    """Mean of the modes' cosines: `sum_n p_n c_n`, with `p` the normalised singular values or equal weights.

    Parameters
    ----------
    singular_values, cosine
        Of every mode; cosines that are not defined (NaN, the null block) have no weight.
    weights
        "singular values" as in the paper's formula, or "equal".

    Examples
    --------
    >>> import torch
    >>> mean_cosine(torch.tensor([3.0, 1.0]), torch.tensor([1.0, -1.0]))
    tensor(0.5000)
    """
    defined = ~cosine.isnan()
    p = spectrum_weights(torch.where(defined, singular_values, 0.0), weights, defined)
    return (p * cosine.nan_to_num(0.0)).sum(dim=-1)


def spectrum_weights(
    singular_values: Float[Tensor, "*head mode"], weights: str = "singular values", defined: Tensor | None = None
) -> Float[Tensor, "*head mode"]:
    """Weights that sum to one over the modes of a head: its normalised singular values, or equal ones.

    Examples
    --------
    >>> import torch
    >>> spectrum_weights(torch.tensor([3.0, 1.0])).tolist()
    [0.75, 0.25]
    """
    raw = singular_values
    if weights == "equal":
        raw = torch.ones_like(raw) if defined is None else defined.to(raw.dtype)
    elif weights != "singular values":
        raise ValueError(
            f'weights must be "singular values" or "equal": got {weights!r}. It is probably misspelt. Use one of these.'
        )
    return raw / raw.sum(dim=-1, keepdim=True)


def isotropic_sd(d_model: int) -> float:
    """Standard deviation of the cosine of two independent random directions, `1 / sqrt(d_model)`.

    Examples
    --------
    >>> round(1.96 * isotropic_sd(768), 4)
    0.0707
    """
    return 1 / math.sqrt(d_model)


def subspace_sd(W_Q: Float[Tensor, "*head d_model d_head"], W_K: Float[Tensor, "*head d_model d_head"]) -> Float[Tensor, "*head"]:
    """Standard deviation of a mode's cosine if directions were paired at random inside the head's own two column spaces.

    `|B_Q^T B_K|_F / d_head` with B orthonormal bases: asks whether the *pairing* of directions is special, not whether the
    spaces overlap.

    Examples
    --------
    >>> import torch
    >>> W = torch.randn(192, 64)
    >>> round(subspace_sd(W, W).item(), 4)
    0.125
    """
    left, right = (lifted(W).reshape(-1, *W.shape[-2:]) for W in (W_Q, W_K))
    query, key = (
        factor.rotate(torch.eye(factor.triangle.shape[-2], dtype=torch.float64, device=left.device).expand(len(left), -1, -1))
        for factor in (reduce_factor(left), reduce_factor(right))
    )
    overlap = (query.mT @ key).norm(dim=(-2, -1)) / query.shape[-1]
    return overlap.reshape(W_Q.shape[:-2])


def head_sd(p: Float[Tensor, "*head mode"], mode_sd: Tensor | float) -> Float[Tensor, "*head"]:
    """Standard deviation under chance of a head's mean cosine with weights `p`: modes of one head are uncorrelated.

    Examples
    --------
    >>> import torch
    >>> head_sd(torch.full((4,), 0.25), 0.2)
    tensor(0.1000)
    """
    return p.square().sum(dim=-1).sqrt() * mode_sd


def layer_sd(head_sds: Float[Tensor, "*layer head"]) -> Float[Tensor, "*layer"]:
    """Standard deviation under chance of the mean over the heads of a layer; heads without a value (NaN) are left out.

    Examples
    --------
    >>> import torch
    >>> layer_sd(torch.full((4,), 0.2))
    tensor(0.1000)
    """
    return head_sds.nan_to_num(0.0).square().sum(dim=-1).sqrt() / (~head_sds.isnan()).sum(dim=-1)


class MeanCosines(NamedTuple):
    """Mean cosines of heads and layers with the half-widths of their 95 % chance bands."""

    head: Float[Tensor, "layer head"]
    head_band: Float[Tensor, "layer head"]
    layer: Float[Tensor, " layer"]
    layer_band: Float[Tensor, " layer"]


def with_bands(head: Float[Tensor, "layer head"], p: Float[Tensor, "layer head mode"], mode_sd: Tensor | float) -> MeanCosines:
    """Mean cosines of heads, the means over the heads of each layer, and their chance bands.

    A head without any interaction has no cosine (NaN) and no part in its layer's mean.

    Examples
    --------
    >>> import torch
    >>> means = with_bands(torch.tensor([[1.0, 0.0]]), torch.full((1, 2, 4), 0.25), 0.2)
    >>> means.layer.tolist(), round(means.head_band[0, 0].item(), 3)
    ([0.5], 0.196)
    """
    sds = head_sd(p, mode_sd)
    return MeanCosines(head, BAND_SDS * sds, head.nanmean(dim=-1), BAND_SDS * layer_sd(sds))

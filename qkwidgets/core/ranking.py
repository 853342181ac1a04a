"""Which modes make the attention of one head on one image: three rankings.

The visible score `Z~` is the score minus its mean over the keys of each row: softmax sees nothing else. Each mode's term
`t_n = s s_n (X u_n)(X~ v_n)^T`, X~ centred over the keys, and the key-only bias term add up to it.

* `share`: `<t_n, Z~> / |Z~|^2`; shares and the bias share sum to one, and a share is negative where a mode opposes the rest.
* `energy`: `|t_n|^2 / |Z~|^2`; positive, does not sum to one because modes are not orthogonal on data.
* `peak`: singular value times the optimal-image score of the image.

Source: the paper's Figure 5 ranks modes by their contribution without a formula; these readings are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.maps import optimal_scores
from qkwidgets.core.scores import mode_scores


class ModeShares(NamedTuple):
    """The three rankings of every mode, and the share of the key-only bias term. NaN where no key stands out at all."""

    share: Float[Tensor, "*head mode"]
    energy: Float[Tensor, "*head mode"]
    peak: Float[Tensor, "*head mode"]
    bias: Float[Tensor, "*head"]


def mode_shares(
    query: Float[Tensor, "*#head mode token"],
    key: Float[Tensor, "*#head mode token"],
    key_only: Float[Tensor, "*#head token"],
    singular_values: Float[Tensor, "*#head mode"],
    scale: float,
) -> ModeShares:
    """Share, energy and peak of every mode over the tokens given (usually the patches).

    Parameters
    ----------
    query, key
        Projections of the tokens on the left and right singular vectors.
    key_only
        The key-only bias term of the tokens, scale included.
    singular_values, scale
        Of the head.

    Examples
    --------
    >>> import torch
    >>> shares = mode_shares(*torch.randn(2, 4, 32, 64), torch.randn(4, 64), torch.rand(4, 32), 32**-0.5)
    >>> torch.allclose(shares.share.sum(-1) + shares.bias, torch.ones(4), atol=1e-4)
    True
    """
    loudness = scale * singular_values.to(query.dtype)
    key_seen = key - key.mean(dim=-1, keepdim=True)
    bias_seen = key_only - key_only.mean(dim=-1, keepdim=True)
    visible = mode_scores(query, key_seen, singular_values, scale) + bias_seen[..., None, :]
    total = visible.square().sum(dim=(-2, -1))
    total = torch.where(total > 0, total, torch.nan)
    along = ((query @ visible) * key_seen).sum(dim=-1)
    energy = (loudness * query.norm(dim=-1) * key_seen.norm(dim=-1)).square()
    plus, minus = optimal_scores(query, key)
    return ModeShares(
        share=loudness * along / total[..., None],
        energy=energy / total[..., None],
        peak=singular_values.to(query.dtype) * torch.maximum(plus, minus),
        bias=(visible.sum(dim=-2) * bias_seen).sum(dim=-1) / total,
    )

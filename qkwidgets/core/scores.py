"""Exact attention scores from modes and bias terms.

With tokens as rows and `s` the score's scale,

    score_ij = s [ x_i M x_j^T  +  b_Q W_K^T x_j^T  +  x_i W_Q b_K^T  +  b_Q b_K^T ]
                   modes           key-only            query-only        constant

Softmax over keys does not see the last two. It does see the key-only term, which is therefore a line of its own.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.errors import InputError
from qkwidgets.core.heads import lifted

ABSORB_LIMIT = 1e6
"""Condition number above which a bias is not turned into a shift of the tokens. A choice of ours."""


class BiasTerms(NamedTuple):
    """What the biases add to the scores of one layer, in score units (the scale is in)."""

    key_only: Float[Tensor, "*image head token"]
    query_only: Float[Tensor, "*image head token"]
    constant: Float[Tensor, " head"]


def projections(
    x: Float[Tensor, "*image token d_model"], vectors: Float[Tensor, "head d_model mode"]
) -> Float[Tensor, "*image head mode token"]:
    """Projection of every token on every vector of every head.

    Examples
    --------
    >>> import torch
    >>> projections(torch.randn(2, 65, 128), torch.randn(4, 128, 32)).shape
    torch.Size([2, 4, 32, 65])
    """
    return torch.einsum("...td,hdm->...hmt", x, vectors.to(x.dtype))


def bias_terms(
    x: Float[Tensor, "*image token d_model"],
    W_Q: Float[Tensor, "head d_model d_head"],
    W_K: Float[Tensor, "head d_model d_head"],
    b_Q: Float[Tensor, "head d_head"] | None,
    b_K: Float[Tensor, "head d_head"] | None,
    scale: float,
) -> BiasTerms:
    """The three bias terms of every head of one layer; zeros where a bias is absent.

    Examples
    --------
    >>> import torch
    >>> terms = bias_terms(torch.randn(65, 128), *torch.randn(2, 4, 128, 32), torch.randn(4, 32), None, 32**-0.5)
    >>> terms.key_only.shape, terms.query_only.abs().max().item()
    (torch.Size([4, 65]), 0.0)
    """
    n_heads, _, d_head = W_Q.shape
    absent = torch.zeros(n_heads, d_head, dtype=x.dtype, device=x.device)
    b_Q, b_K = (absent if b is None else b.to(x.dtype) for b in (b_Q, b_K))
    key_direction = torch.einsum("hde,he->hd", W_K.to(x.dtype), b_Q)
    query_direction = torch.einsum("hde,he->hd", W_Q.to(x.dtype), b_K)
    return BiasTerms(
        scale * torch.einsum("...td,hd->...ht", x, key_direction),
        scale * torch.einsum("...td,hd->...ht", x, query_direction),
        scale * (b_Q * b_K).sum(dim=-1),
    )


def mode_scores(
    query: Float[Tensor, "*#head mode query_token"],
    key: Float[Tensor, "*#head mode key_token"],
    singular_values: Float[Tensor, "*#head mode"],
    scale: float,
) -> Float[Tensor, "*#head query_token key_token"]:
    """The part of the scores that the modes make: `s sum_n s_n (x_i.u_n) (v_n.x_j)`.

    Examples
    --------
    >>> import torch
    >>> mode_scores(torch.ones(1, 2), torch.ones(1, 3), torch.tensor([4.0]), 0.5)
    tensor([[2., 2., 2.],
            [2., 2., 2.]])
    """
    loud = scale * singular_values.to(query.dtype)[..., None] * query
    return loud.mT @ key


def pair_contributions(
    query: Float[Tensor, "*#head mode"],
    key: Float[Tensor, "*#head mode"],
    singular_values: Float[Tensor, "*#head mode"],
    scale: float,
) -> Float[Tensor, "*#head mode"]:
    """What each mode adds to the score of one query token and one key token, from their projections.

    Examples
    --------
    >>> import torch
    >>> pair_contributions(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0]), torch.tensor([2.0, 1.0]), 0.5).tolist()
    [3.0, 1.0]
    """
    return scale * singular_values.to(query.dtype) * query * key


def absorbed_bias(
    bias: Float[Tensor, "head d_head"], W: Float[Tensor, "head d_model d_head"], vectors: Float[Tensor, "head d_model mode"]
) -> Float[Tensor, "head mode"]:
    """The constant that a bias adds to every projection when it is read as a shift of the tokens: `b W^+ u_n`.

    With the shifts of both sides the modes alone give the exact scores; the modes themselves do not change.

    Raises
    ------
    InputError
        If a head's weight is so close to rank-deficient (condition above `ABSORB_LIMIT`) that the shift means nothing.

    Examples
    --------
    >>> import torch
    >>> W = torch.eye(4)[None, :, :2]
    >>> absorbed_bias(torch.tensor([[1.0, 2.0]]), W, W.double()).tolist()
    [[1.0, 2.0]]
    """
    weight = lifted(W)
    condition = torch.linalg.cond(weight)
    condition = torch.where(condition * torch.finfo(weight.dtype).eps < 1, condition, torch.inf)  # beyond that it is noise
    if (condition > ABSORB_LIMIT).any():
        head = int(condition.argmax())
        raise InputError(
            f'bias="absorb" needs weights of full rank (condition up to {ABSORB_LIMIT:.0e}): head {head} has '
            f'{condition[head]:.1e}. It probably hardly uses some of its d_head dimensions. Use bias="separate".'
        )
    shift = torch.einsum("he,hed->hd", lifted(bias), torch.linalg.pinv(weight))
    return torch.einsum("hd,hdm->hm", shift, lifted(vectors))

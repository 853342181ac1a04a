"""Which images does a mode answer to most? Projections out of queries and keys, the score of an image, and lists of the best.

The score of an image for a mode {u, v} is `max_i (x_i . u) * max_j (v . x_j)` over its patches, i and j apart; for the sign -
the same of {-u, -v}. Two negative maxima are no hit: each maximum counts from zero up, a guard of ours.

A model that computes `q = x W_Q + b_Q` anyway need not project its tokens again: with `W_Q T = U`, `x U = q T - b_Q T`.

A score and the image it belongs to are packed into one whole number, so that the largest numbers are the largest scores, and
among equal scores the images of smaller index. Lists of the best then merge in any order to the same list.

Source: Pan et al. NeurIPS 2024, section 4.3 (the score). The transforms, the guard and the packing are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float32, Int64
from torch import Tensor

from qkwidgets.core.heads import lifted
from qkwidgets.core.modes import reduce_factor

CONDITION_LIMIT = 1e4
"""Bound of a projection's condition number above which tokens are projected again. A choice of ours: the error of `q T` in
float32 is at most about 6e-8 times this."""

WAYS = ("score", "query", "key")
"""What images can be ranked by: the product of both sides' maxima, or the maximum of one side alone."""

NO_IMAGE = 0
"""The packed number of an empty place in a list; a score of zero is no hit and never has another."""

_INDICES = 2**32


class Side(NamedTuple):
    """How projections of all tokens on a layer's vectors, query or key side, come out of its queries or keys.

    `heads @ matrix - offset`, and `x @ vectors` for the heads in `again`, whose matrix and offset are zero.
    """

    matrix: Float[Tensor, "head d_head mode"]
    offset: Float[Tensor, "head mode"]
    vectors: Float[Tensor, "some d_model mode"]
    again: tuple[int, ...]

    def to(self, device: torch.device | str, dtype: torch.dtype) -> "Side":
        """The same on another device, in another precision."""
        return Side(*(part.to(device, dtype) for part in self[:3]), self.again)


def side(
    weight: Float[Tensor, "head d_model d_head"],
    bias: Float[Tensor, "head d_head"] | None,
    vectors: Float[Tensor, "head d_model mode"],
    limit: float = CONDITION_LIMIT,
) -> Side:
    """The transform from queries (keys) to projections on the left (right) singular vectors, in float64.

    Parameters
    ----------
    weight, bias
        `W_Q` and `b_Q` of a layer, or `W_K` and `b_K`.
    vectors
        In the span of the weight's columns, head by head: singular vectors of `W_Q @ W_K.T` in float64.
    limit
        Heads whose condition number may be above it (`core.modes.reduce_factor` bounds it) project their tokens again.

    Examples
    --------
    >>> W = torch.tensor([[[2.0, 0.0], [0.0, 4.0], [0.0, 0.0]]])
    >>> side(W, torch.ones(1, 2), torch.eye(3)[None, :, :2]).offset
    tensor([[0.5000, 0.2500]], dtype=torch.float64)
    """
    W, vectors = lifted(weight), lifted(vectors)
    factor = reduce_factor(W)
    unsafe = factor.condition > limit
    matrix = W.new_zeros(*W.shape[::2], vectors.shape[-1])
    if not unsafe.all():  # a factor wider than high has no square triangle
        triangle = factor.triangle[~unsafe]
        inner = torch.linalg.solve_triangular(triangle.mT, W[~unsafe].mT @ vectors[~unsafe], upper=False)
        matrix[~unsafe] = torch.linalg.solve_triangular(triangle, inner, upper=True)
    offset = torch.zeros_like(matrix[:, 0]) if bias is None else (lifted(bias)[:, None] @ matrix)[:, 0]
    return Side(matrix, offset, vectors[unsafe], tuple(unsafe.nonzero()[:, 0].tolist()))


def projected(
    out: Float[Tensor, "head image token mode"],
    heads: Float[Tensor, "image head token d_head"],
    x: Float[Tensor, "image token d_model"],
    way: Side,
) -> None:
    """Write the projections of all tokens, before the offset is taken off, to `out`.

    Examples
    --------
    >>> x, W = torch.randn(2, 5, 4), torch.randn(1, 4, 3)
    >>> U = torch.linalg.qr(W.double()).Q
    >>> found = torch.empty(1, 2, 5, 3)
    >>> projected(found, (x @ W[0])[:, None], x, side(W, None, U).to("cpu", torch.float32))
    >>> torch.allclose(found[0], x @ U[0].float(), atol=1e-4)
    True
    """
    torch.bmm(heads.transpose(0, 1).flatten(1, 2).to(out.dtype), way.matrix, out=out.flatten(1, 2))
    for head, vectors in zip(way.again, way.vectors, strict=True):
        torch.mm(x.flatten(0, 1).to(out.dtype), vectors, out=out[head].flatten(0, 1))


def image_scores(
    query_max: Float[Tensor, "*map"],
    query_min: Float[Tensor, "*map"],
    key_max: Float[Tensor, "*map"],
    key_min: Float[Tensor, "*map"],
    by: str = "score",
) -> Float[Tensor, "*map sign"]:
    """The score of the sign + and of the sign - from the extremes of both maps; 0 where there is no hit, or no number.

    `plus = relu(max a) relu(max b)`, `minus = relu(-min a) relu(-min b)`; by "query" or "key" one of the two factors alone.

    Examples
    --------
    >>> image_scores(*torch.tensor([-1.0, -2.0, 1.0, -3.0])).tolist()
    [0.0, 6.0]
    """
    query, key = (torch.stack(each, dim=-1) for each in ((query_max, -query_min), (key_max, -key_min)))
    score = query.relu() * key.relu() if by == "score" else query if by == "query" else key
    return torch.where(score > 0, score, 0.0)


def packed(score: Float32[Tensor, "*place"], image: Int64[Tensor, "*#place"]) -> Int64[Tensor, "*place"]:
    """One number for a score and its image: larger for larger scores, and among equal ones for smaller indices.

    Parameters
    ----------
    score
        Zero or above; zero gives `NO_IMAGE`.
    image
        Index from 0 to 2^32 - 2.

    Examples
    --------
    >>> keys = packed(torch.tensor([0.5, 0.5, 0.0]), torch.tensor([7, 8, 9]))
    >>> bool(keys[0] > keys[1]), keys[2].item()
    (True, 0)
    """
    bits = score.contiguous().view(torch.int32).long()  # floats from zero up are ordered as their bits are
    return torch.where(bits > 0, bits * _INDICES + (_INDICES - 1 - image), NO_IMAGE)


def unpacked(keys: Int64[Tensor, "*place"]) -> tuple[Float32[Tensor, "*place"], Int64[Tensor, "*place"]]:
    """Scores and images of `packed`; 0 and -1 where there is none.

    Examples
    --------
    >>> unpacked(packed(torch.tensor([0.5, 0.0]), torch.tensor([7, 9])))
    (tensor([0.5000, 0.0000]), tensor([ 7, -1]))
    """
    score = (keys // _INDICES).int().view(torch.float32)
    return score, torch.where(keys > NO_IMAGE, _INDICES - 1 - keys % _INDICES, -1)


def best(
    keys: Int64[Tensor, "*list rank"], others: Int64[Tensor, "*list other"]
) -> tuple[Int64[Tensor, "*list rank"], Int64[Tensor, "*list rank"]]:
    """The best of two lists, as long as the first, best first; and which place of both, laid end to end, each comes from.

    Examples
    --------
    >>> best(torch.tensor([5, 2]), torch.tensor([3, 9, 1]))
    (tensor([9, 5]), tensor([3, 0]))
    """
    return tuple(torch.cat([keys, others], dim=-1).topk(keys.shape[-1], dim=-1))

"""Whom does a patch attend to: its own object, other objects, or the ground? Masses of attention, and what chance gives.

An image has three groups of patches: target T, distractors D, and background B, each as a share of every patch. Two patches ask,
one of the target and one of the distractors; the mass of a group is the attention that falls on it. The six masses come in the
order of `PAIRS`: T to T, T to D, T to B, D to T, D to D, D to B. Attention is the model's own, softmax over all tokens, of which
the patches are kept and made to sum to one. A mass beside the area of its group is its enrichment, 1 for uniform attention.

Source: Pan et al. NeurIPS 2024, section 3 and Figure 2. Areas, the version without the query itself, all patches of the items,
and the null are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from qkwidgets.core.preference_groups import ItemPatches

CACHED = 2**18
"""Scores that are looked at together, so that they stay in the processor's cache and little is padded: a megabyte in float32."""


class Asked(NamedTuple):
    """What the six masses of some images are, and how much of the attention of the two patches went to prefix tokens."""

    masses: Float[Tensor, "image head 6"]
    nonself: Float[Tensor, "image head 6"]
    items: Float[Tensor, "image head 6"] | None
    prefix: Float[Tensor, "image head"]


def masses(
    weights: Float[Tensor, "*image query patch"], groups: Float[Tensor, "*#image 3 patch"], renormalised: bool = True
) -> Float[Tensor, "*image query 3"]:
    """Attention of some queries on target, distractors and background.

    Parameters
    ----------
    weights
        Attention on the patches; of any sum.
    groups
        Shares of the three groups in each patch.
    renormalised
        Whether the three sum to one, whatever falls on prefix tokens and on pixels that are not labelled.

    Examples
    --------
    >>> groups = torch.tensor([[0.5, 0.0], [0.0, 1.0], [0.5, 0.0]])
    >>> masses(torch.tensor([[0.25, 0.75]]), groups).tolist()
    [[0.125, 0.75, 0.125]]
    """
    held = weights @ groups.mT
    return held / held.sum(dim=-1, keepdim=True).clamp_min(_tiny(held)) if renormalised else held


def asked(
    q: Float[Tensor, "image head token d_head"],
    k: Float[Tensor, "image head token d_head"],
    scale: float,
    groups: Float[Tensor, "image 3 patch"],
    query: Int64[Tensor, "image 2"],
    items: ItemPatches | None = None,
    *,
    renormalised: bool = True,
) -> Asked:
    """The six masses of every image and head of one layer: of two patches, of these without themselves, of all item patches.

    Parameters
    ----------
    q, k, scale
        Queries and keys with their biases, of all tokens, prefix tokens first; the score's scale.
    groups, query
        Shares of the groups, and the two patches that ask (`query_patches`).
    items
        The patches that hold items (`item_patches`), to be asked as well, each with its weight; this takes most of the time.
    renormalised
        As in `masses`.

    Examples
    --------
    >>> found = asked(*torch.randn(2, 1, 4, 10, 8), 0.35, torch.full((1, 3, 9), 1 / 3), torch.zeros(1, 2, dtype=torch.int64))
    >>> found.masses.shape, round(found.masses[0, 0, :3].sum().item(), 5)
    (torch.Size([1, 4, 6]), 1.0)
    """
    n_prefix = k.shape[-2] - groups.shape[-1]
    groups, own = groups.to(torch.promote_types(q.dtype, torch.float32)), query + n_prefix
    order = torch.arange(len(k)) if items is None else torch.tensor(items.counts).argsort(stable=True)  # so that little is padded
    found, pooled = [], []
    for images in order.to(k.device).split(_at_once(k, items)):
        keys = k.index_select(0, images).to(groups.dtype)  # laid together once for all who ask
        found.append(_scores(q, keys, scale, images, own[images]))
        if items is not None:
            some, seen = items.of(images), n_prefix if renormalised else 0
            scores = _scores(q, keys[:, :, seen:], scale, images, some.patches + n_prefix)
            pooled.append(_pooled(scores.softmax(dim=-1)[..., n_prefix - seen :], some, groups[images], renormalised))
    back = order.argsort().to(k.device)
    scores = torch.cat(found)[back]
    others = scores.scatter(-1, own[:, None, :, None].expand(*scores.shape[:-1], 1), -torch.inf)
    held = (_held(each, groups, n_prefix, renormalised).flatten(-2) for each in (scores, others))
    prefix = scores.softmax(dim=-1)[..., :n_prefix].sum(dim=(-2, -1)) / 2
    return Asked(*held, torch.cat(pooled)[back].flatten(-2) if pooled else None, prefix)


def permuted_masses(
    x: Float[Tensor, "image token d_model"],
    W_Q: Float[Tensor, "head d_model d_head"],
    W_K: Float[Tensor, "head d_model d_head"],
    b_Q: Float[Tensor, "head d_head"] | None,
    scale: float,
    groups: Float[Tensor, "image 3 patch"],
    query: Int64[Tensor, "image 2"],
    permutations: Int64[Tensor, "permutation d_model"],
    *,
    renormalised: bool = True,
) -> Float[Tensor, "image permutation head 6"]:
    """The six masses if the input features of `W_Q` and `W_K` were permuted, alike for both: the null.

    Spectrum and cosines of every head stay as they are, and what the tokens say no longer meets what the head looks for. A
    permuted key is never computed: the score of key x_j is x_j times one vector for each query. `b_K` gives all keys the same.

    Examples
    --------
    >>> x, W = torch.randn(1, 5, 6), torch.randn(2, 1, 6, 2)
    >>> groups, query = torch.eye(3, 4)[None], torch.tensor([[0, 1]])
    >>> same = permuted_masses(x, *W, None, 0.5, groups, query, torch.arange(6)[None])
    >>> torch.allclose(same[:, 0], asked((x @ W[0])[:, None], (x @ W[1])[:, None], 0.5, groups, query).masses)
    True
    """
    n_prefix = x.shape[-2] - groups.shape[-1]
    working = torch.promote_types(x.dtype, torch.float32)
    x, W_Q, W_K, groups = (part.to(working) for part in (x, W_Q, W_K, groups))
    rows = x[torch.arange(len(x), device=x.device)[:, None], query + n_prefix]  # [image 2 d_model]
    asks = torch.einsum("iqpd,hde->ihpqe", rows[..., permutations], W_Q)
    if b_Q is not None:
        asks = asks + b_Q.to(working)[:, None, None]
    wanted = torch.einsum("ihpqe,hde->ihpqd", asks, W_K)
    inverse = permutations.argsort(dim=-1)[:, None].expand(wanted.shape[2:])
    wanted = wanted.gather(-1, inverse.expand(wanted.shape))
    scores = scale * wanted.flatten(1, 3) @ x.mT
    found = _held(scores, groups, n_prefix, renormalised).unflatten(1, wanted.shape[1:4])  # [image head permutation 2 3]
    return found.flatten(-2).transpose(1, 2)


def _at_once(k: Tensor, items: ItemPatches | None) -> int:
    """How many images are looked at together."""
    n_images, n_heads, n_tokens, _ = k.shape
    if items is None or k.device.type != "cpu":
        return n_images
    return max(1, CACHED // (n_heads * n_tokens * max(items.counts)))


def _scores(
    q: Tensor, keys: Tensor, scale: float, images: Int64[Tensor, " image"], tokens: Int64[Tensor, "image query"]
) -> Float[Tensor, "image head query token"]:
    """Of some tokens of some images with all keys of these."""
    rows = q[images[:, None], :, tokens].transpose(1, 2)
    return (scale * rows.to(keys.dtype)) @ keys.mT


def _pooled(attention: Tensor, items: ItemPatches, groups: Tensor, renormalised: bool) -> Float[Tensor, "image head 2 3"]:
    """The masses of all patches that hold items, weighted by their shares; other patches are not asked at all."""
    weights = items.weights[:, None].to(groups.dtype)
    if renormalised and not items.whole:
        weights = weights / (attention @ groups.sum(dim=1)[:, None, :, None]).mT.clamp_min(_tiny(attention))
    return _on_groups(weights @ attention, groups, renormalised=False)


def _held(scores: Tensor, groups: Tensor, n_prefix: int, renormalised: bool) -> Tensor:
    """Masses from scores; renormalised, softmax over the patches alone is that over all tokens, rid of the prefix."""
    if renormalised:
        return _on_groups((scores[..., n_prefix:] if n_prefix else scores).softmax(dim=-1), groups, renormalised)
    return _on_groups(scores.softmax(dim=-1)[..., n_prefix:], groups, renormalised)


def _on_groups(
    attention: Float[Tensor, "image *some patch"], groups: Tensor, renormalised: bool
) -> Float[Tensor, "image *some 3"]:
    """`masses` of all an image's rows in one product, for which groups need not be repeated."""
    return masses(attention.flatten(1, -2), groups, renormalised).unflatten(1, attention.shape[1:-1])


def _tiny(values: Tensor) -> float:
    """What keeps a sum of nothing from being divided by."""
    return torch.finfo(values.dtype).tiny

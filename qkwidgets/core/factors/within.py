"""What does each softmax see? Scores of pairs inside one image, split by the factors of query and key.

Inside an image content at one patch is correlated with content at another, so the energies of cells do not add up. What is
orthogonal in every single image are four blocks: factors that are the same at all patches (mean, image) and those whose mean
over patches is zero (position, residual), on either side. All products follow from d_head x d_head matrices of each image; how
they are shared out is in `core.factors.shares`.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float64
from torch import Tensor

FLAT, VARYING = slice(0, None, 2), slice(1, None, 2)
"""Factors that are the same at all patches of an image, and those that have a mean of zero there."""


def products(
    query: Float64[Tensor, "*head image patch d"],
    key: Float64[Tensor, "*head image patch d"],
    query_mean: Float64[Tensor, "*head patch d"],
    key_mean: Float64[Tensor, "*head patch d"],
) -> Float64[Tensor, "*head 4 4 4 4"]:
    """`<l_ab, l_cd>` of all cells, the mean over pairs of patches, summed over images: `[a, b, c, d]`, a and c of the query.

    Parameters
    ----------
    query, key
        Of some images, with the scale of scores.
    query_mean, key_mean
        Each place's mean over all images, from a pass before.

    Examples
    --------
    >>> import torch
    >>> q, k = torch.randn(2, 5, 9, 3).double()
    >>> found = products(q, k, q.mean(0), k.mean(0))
    >>> torch.allclose(found.sum(), (q @ k.mT).square().mean((1, 2)).sum())
    True
    """
    sides = (query - query_mean[..., None, :, :], key - key_mean[..., None, :, :])
    return content_products(*sides, standing(query_mean), standing(key_mean))


class Standing(NamedTuple):
    """What one side of every image has in common: the mean, each place's deviation from it, and the second moment of these."""

    middle: Float64[Tensor, "*head d"]
    places: Float64[Tensor, "*head patch d"]
    moment: Float64[Tensor, "*head d d"]


def standing(mean: Float64[Tensor, "*head patch d"]) -> Standing:
    """The same of places' means.

    Examples
    --------
    >>> import torch
    >>> standing(torch.tensor([[1.0], [3.0]]).double()).moment.tolist()
    [[2.0]]
    """
    middle = mean.mean(dim=-2)
    places = mean - middle[..., None, :]
    return Standing(middle, places, places.mT @ places)


def content_products(
    query: Float64[Tensor, "*head image patch d"],
    key: Float64[Tensor, "*head image patch d"],
    query_standing: Standing,
    key_standing: Standing,
) -> Float64[Tensor, "*head 4 4 4 4"]:
    """`products` of tokens that are less their place's mean already, and are overwritten.

    Examples
    --------
    >>> import torch
    >>> q, k = torch.randn(2, 5, 9, 3).double()
    >>> q_mean, k_mean = q.mean(0), k.mean(0)
    >>> found = content_products(q - q_mean, k - k_mean, standing(q_mean), standing(k_mean))
    >>> torch.equal(found, products(q, k, q_mean, k_mean))
    True
    """
    q, k = _side(query, query_standing), _side(key, key_standing)
    n_patches = query.shape[-2]
    found = query.new_zeros(*query.shape[:-3], 4, 4, 4, 4)
    scores = q.flat @ k.flat.mT
    _put(found, FLAT, FLAT, torch.einsum("...nab,...ncd->...abcd", scores, scores))
    _put(found, FLAT, VARYING, _between(q.flat, k).transpose(-3, -2) / n_patches)
    _put(found, VARYING, FLAT, _between(k.flat, q).movedim((-4, -3), (-3, -1)) / n_patches)
    _put(found, VARYING, VARYING, _varying(q, k) / n_patches**2)
    return found


class _Side(NamedTuple):
    """Flat factors of each image, and `F_a^T F_c` of the varying ones, with the same position in all images.

    Four products of varying factors, of which one is the other's transpose, and one is the same in all images: so two are kept of each.
    """

    flat: Float64[Tensor, "*head image 2 d"]
    still: Float64[Tensor, "*head d d"]
    across: Float64[Tensor, "*head image d d"]
    inside: Float64[Tensor, "*head image d d"]


def _side(own: Tensor, same: Standing) -> _Side:
    image = own.mean(dim=-2)
    residual = own.sub_(image[..., None, :])
    flat = torch.stack([same.middle[..., None, :].expand_as(image), image], dim=-2)
    return _Side(flat, same.moment, same.places[..., None, :, :].mT @ residual, residual.mT @ residual)


def _between(flat: Tensor, side: _Side) -> Float64[Tensor, "*head 2 2 2 2"]:
    """`f_x^T (F_a^T F_c) f_y` of one side's flat factors and the other's varying ones, summed over images: `[x y a c]`."""
    still = torch.einsum("...nxi,...ij,...nyj->...xy", flat, side.still, flat)
    across, inside = (torch.einsum("...nxi,...nij,...nyj->...xy", flat, part, flat) for part in (side.across, side.inside))
    return torch.stack([still, across, across.mT, inside], dim=-1).unflatten(-1, (2, 2))


def _varying(q: _Side, k: _Side) -> Float64[Tensor, "*head 2 2 2 2"]:
    """`<F_a^T F_c, F_b^T F_d>` of the varying factors of both sides, summed over images: `[a b c d]`."""
    n_images = q.across.shape[-3]
    same = n_images * _inner(q.still, k.still)
    still = [_inner(q.still, part.sum(dim=-3)) for part in (k.across, k.inside)]
    other = [_inner(part.sum(dim=-3), k.still) for part in (q.across, q.inside)]
    (xx, xi), (ix, ii) = ([_inner(one, part).sum(dim=-1) for part in (k.across, k.inside)] for one in (q.across, q.inside))
    turned = _inner(q.across, k.across.mT).sum(dim=-1)
    rows = [same, still[0], still[0], still[1]], [other[0], xx, turned, xi], [other[0], turned, xx, xi], [other[1], ix, ix, ii]
    table = torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)  # [a c, b d]; `still` and `inside` are symmetric
    return table.unflatten(-1, (2, 2)).unflatten(-3, (2, 2)).transpose(-3, -2)


def _inner(one: Float64[Tensor, "*some d d"], other: Float64[Tensor, "*some d d"]) -> Float64[Tensor, "*some"]:
    return (one.flatten(-2)[..., None, :] @ other.flatten(-2)[..., None])[..., 0, 0]


def _put(found: Tensor, query: slice, key: slice, block: Tensor) -> None:
    """Write a block of cells `[a b c d]` to its places."""
    found[..., query, key, query, key] = block

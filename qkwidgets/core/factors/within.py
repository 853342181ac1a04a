"""What does each softmax see? Scores of pairs inside one image, split by the factors of query and key.

Inside an image content at one patch is correlated with content at another, so the energies of cells do not add up. What is
orthogonal in every single image are four blocks: factors that are the same at all patches (mean, image) and those whose mean
over patches is zero (position, residual), on either side. All products follow from d_head x d_head matrices of each image; how
they are shared out is in `core.factors.shares`.
"""

import torch
from jaxtyping import Float64
from torch import Tensor

FLAT, VARYING = (0, 2), (1, 3)
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
    sides = [_side(*pair) for pair in ((query, query_mean), (key, key_mean))]
    (flat_q, varying_q), (flat_k, varying_k) = sides
    n_patches = query.shape[-2]
    found = query.new_zeros(*query.shape[:-3], 4, 4, 4, 4)
    scores = torch.einsum("...nai,...nbi->...nab", flat_q, flat_k)
    _put(found, FLAT, FLAT, torch.einsum("...nab,...ncd->...abcd", scores, scores))
    half = torch.einsum("...nai,...nbdij,...ncj->...abcd", flat_q, varying_k, flat_q)
    _put(found, FLAT, VARYING, half / n_patches)
    half = torch.einsum("...nbi,...nacij,...ndj->...abcd", flat_k, varying_q, flat_k)
    _put(found, VARYING, FLAT, half / n_patches)
    rows = [part.flatten(-4, -3).flatten(-2) for part in (varying_q, varying_k)]  # [image pair d*d]
    both = (rows[0] @ rows[1].mT).sum(dim=-3).unflatten(-1, (2, 2)).unflatten(-3, (2, 2))  # [a c b d]
    _put(found, VARYING, VARYING, both.transpose(-3, -2) / n_patches**2)
    return found


def _side(tokens: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    """Flat factors `[image 2 d]` and `F_a^T F_c` of the varying ones `[image 2 2 d d]`, of each image."""
    middle = mean.mean(dim=-2)
    places = mean - middle[..., None, :]
    own = tokens - mean[..., None, :, :]
    image = own.mean(dim=-2)
    residual = own - image[..., None, :]
    flat = torch.stack([middle[..., None, :].expand_as(image), image], dim=-2)
    across = places[..., None, :, :].mT @ residual
    inside = residual.mT @ residual
    still = (places.mT @ places)[..., None, :, :].expand_as(inside)
    return flat, torch.stack([torch.stack([still, across], dim=-3), torch.stack([across.mT, inside], dim=-3)], dim=-4)


def _put(found: Tensor, query: tuple[int, int], key: tuple[int, int], block: Tensor) -> None:
    """Write a block of cells `[a b c d]` to its places."""
    for place in torch.cartesian_prod(*[torch.arange(2)] * 4).tolist():
        a, b, c, d = place
        found[..., query[a], key[b], query[c], key[d]] = block[..., a, b, c, d]

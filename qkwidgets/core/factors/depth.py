"""What of the tokens of all layers must be kept to compare layers? Moments across them, from which linear CKA follows.

As in `moments`, with products of two layers' deviations beside: `cross[pair] = sum (x - place's mean)(y - place's mean)^T` over all
tokens, `x` of one layer and `y` of another. Linear CKA is `|X^T Y|^2 / (|X^T X| |Y^T Y|)`, Frobenius norms, columns centred.

Source: the layers' comparison is section "content similarity" of Doshi et al. arXiv 2601.05328 in words only; linear CKA is that of
Kornblith, Norouzi, Lee, Hinton. "Similarity of Neural Network Representations Revisited". ICML 2019.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from qkwidgets.core.factors.moments import Moments

Pair = tuple[int, int]


class DepthMoments(NamedTuple):
    """Of some images in all layers; `cross` holds the pairs of layers in the order of `layer_pairs`."""

    n_images: Int64[Tensor, ""]
    mean: Float64[Tensor, "layer patch d"]
    cross: Float64[Tensor, "pair d d"]
    image_scatter: Float64[Tensor, "layer d d"]


def layer_pairs(n_layers: int, furthest: int | None = None) -> list[Pair]:
    """Pairs of a layer with itself and with the layers behind it, up to `furthest` steps away; None for all.

    Examples
    --------
    >>> layer_pairs(3)
    [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    >>> layer_pairs(3, 1)
    [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2)]
    """
    far = n_layers if furthest is None else furthest
    return [(one, other) for one in range(n_layers) for other in range(one, min(n_layers, one + far + 1))]


def depth_moments(tokens: Float64[Tensor, "layer image patch d"], furthest: int | None = None) -> DepthMoments:
    """The moments of the tokens of some images, which are left as they are.

    Examples
    --------
    >>> import torch
    >>> found = depth_moments(torch.randn(3, 10, 4, 2).double())
    >>> found.mean.shape, found.cross.shape
    (torch.Size([3, 4, 2]), torch.Size([6, 2, 2]))
    """
    mean = tokens.mean(dim=1)
    own = tokens - mean[:, None]
    images = own.mean(dim=2)
    count = torch.tensor(tokens.shape[1], device=tokens.device)
    return DepthMoments(count, mean, _products(own.flatten(1, 2), furthest), images.mT @ images)


def joined(one: DepthMoments, other: DepthMoments, furthest: int | None = None) -> DepthMoments:
    """The moments of the images of both; those of no image change nothing.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(3, 10, 4, 2).double()
    >>> both = joined(depth_moments(tokens[:, :3]), depth_moments(tokens[:, 3:]))
    >>> all(torch.allclose(a, b) for a, b in zip(both, depth_moments(tokens)))
    True
    """
    n = one.n_images + other.n_images
    share = other.n_images.double() / n.clamp(min=1)
    weight = one.n_images * share
    apart = other.mean - one.mean
    middle = apart.mean(dim=1, keepdim=True)
    return DepthMoments(
        n,
        one.mean + share * apart,
        one.cross + other.cross + weight * _products(apart, furthest),
        one.image_scatter + other.image_scatter + weight * (middle.mT @ middle),
    )


def by_layer(found: DepthMoments, pairs: list[Pair]) -> Moments:
    """The moments of each layer by itself.

    Examples
    --------
    >>> import torch
    >>> by_layer(depth_moments(torch.ones(3, 10, 4, 2).double()), layer_pairs(3)).scatter.shape
    torch.Size([3, 2, 2])
    """
    own = [number for number, (one, other) in enumerate(pairs) if one == other]
    return Moments(found.n_images.expand(len(own)), found.mean, found.cross[own], found.image_scatter)


def cka(cross: Float64[Tensor, "pair d d"], pairs: list[Pair], n_layers: int) -> Float64[Tensor, "layer layer"]:
    """Linear CKA of layers from products of their centred columns; NaN for pairs that are not there, or a layer that is constant.

    Examples
    --------
    >>> import torch
    >>> found = depth_moments(torch.randn(2, 9, 4, 3).double().repeat(2, 1, 1, 1))
    >>> cka(found.cross, layer_pairs(4), 4).diagonal(2).round(decimals=6).tolist()
    [1.0, 1.0]
    """
    energy = cross.square().sum(dim=(-2, -1))
    table = torch.full((n_layers, n_layers), torch.nan, dtype=torch.float64)
    for (one, other), value in zip(pairs, energy.cpu(), strict=True):
        table[one, other] = table[other, one] = value
    own = table.diagonal().sqrt()
    return table / (own[:, None] * own)


def with_positions(found: DepthMoments, pairs: list[Pair]) -> Float64[Tensor, "pair d d"]:
    """Products of tokens around the mean of all, where `found.cross` has them around each place's.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(1, 10, 4, 2).double()
    >>> centred = (tokens - tokens.mean(dim=(1, 2), keepdim=True))[0].flatten(0, 1)
    >>> torch.allclose(with_positions(depth_moments(tokens), [(0, 0)])[0], centred.T @ centred)
    True
    """
    return found.cross + found.n_images * position_products(found, pairs)


def position_products(found: DepthMoments, pairs: list[Pair]) -> Float64[Tensor, "pair d d"]:
    """Products of the position parts of two layers, summed over places.

    Examples
    --------
    >>> import torch
    >>> position_products(depth_moments(torch.ones(2, 10, 4, 3).double()), layer_pairs(2)).abs().max().item()
    0.0
    """
    places = found.mean - found.mean.mean(dim=1, keepdim=True)
    return torch.stack([places[one].mT @ places[other] for one, other in pairs])


def cosine_sums(tokens: Float[Tensor, "layer image patch d"]) -> Float64[Tensor, "layer layer"]:
    """Cosines of each token in one layer and in another, summed over tokens; a token that is zero adds nothing.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.ones(2, 3, 4, 5)
    >>> tokens[1] *= -2
    >>> cosine_sums(tokens).round().tolist()
    [[12.0, -12.0], [-12.0, 12.0]]
    """
    size = tokens.norm(dim=-1, keepdim=True)
    units = (tokens / torch.where(size > 0, size, 1.0)).flatten(1)
    return (units @ units.mT).double()


def _products(rows: Float64[Tensor, "layer row d"], furthest: int | None) -> Float64[Tensor, "pair d d"]:
    """One product of matrices a layer: with all that are paired with it side by side."""
    n_layers, _, d = rows.shape
    far = n_layers if furthest is None else furthest
    made = []
    for one in range(n_layers):
        beside = rows[one : one + far + 1].transpose(0, 1).flatten(1)
        made.append((rows[one].mT @ beside).unflatten(1, (-1, d)).transpose(0, 1))
    return torch.cat(made)

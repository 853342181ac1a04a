"""How far does attention look? The mean distance, in patches, from a patch to those that it attends to.

Source: Dosovitskiy et al. "An Image is Worth 16x16 Words". ICLR 2021, figure 7 (there in pixels). That attention to other tokens than
patches is left out, and the rest brought to a sum of one, is ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from qkwidgets.core.layout import TokenLayout

RADII = (1, 2)
"""Windows of 3 x 3 and 5 x 5 patches, cut at the picture's border."""


class Distance(NamedTuple):
    """Of each image and head, the mean over query patches.

    `distance` in patches and `near`, the share of attention within each radius, count patches alone; `other` is the share of all
    attention that goes to other tokens.
    """

    distance: Float[Tensor, "image head"]
    near: Float[Tensor, "image head radius"]
    other: Float[Tensor, "image head"]


def attention_distance(
    q: Float[Tensor, "image head token d_head"], k: Float[Tensor, "image head token d_head"], scale: float, layout: TokenLayout
) -> Distance:
    """How far the softmax of `scale * q @ k.T` looks.

    Examples
    --------
    >>> import torch
    >>> found = attention_distance(*torch.zeros(2, 1, 3, 17, 8), 1.0, TokenLayout(grid=(4, 4)))
    >>> torch.allclose(found.distance.double(), uniform_distance((4, 4))[0].expand(1, 3))
    True
    """
    patches = layout.patches
    weight = (scale * q[..., patches, :].float() @ k.float().mT).softmax(dim=-1)
    among = weight[..., patches]
    mass = among.sum(dim=-1, keepdim=True)
    among = among / mass.clamp(min=torch.finfo(among.dtype).tiny)
    away = distances(layout.grid).to(among)
    inside = within(layout.grid).to(among)
    return Distance(
        torch.einsum("...qk,qk->...q", among, away).mean(dim=-1),
        torch.einsum("...qk,rqk->...qr", among, inside).mean(dim=-2),
        1 - mass[..., 0].mean(dim=-1),
    )


def uniform_distance(grid: tuple[int, int]) -> tuple[Float64[Tensor, ""], Float64[Tensor, " radius"]]:
    """Distance and shares within radii of attention that is the same everywhere.

    Examples
    --------
    >>> distance, near = uniform_distance((1, 3))
    >>> round(distance.item(), 4), near.round(decimals=4).tolist()
    (0.8889, [0.7778, 1.0])
    """
    return distances(grid).mean(), within(grid).double().mean(dim=(-2, -1))


def distances(grid: tuple[int, int]) -> Float64[Tensor, "patch patch"]:
    """Euclidean distances of patches' centres, in patches.

    Examples
    --------
    >>> distances((1, 3))[0].tolist()
    [0.0, 1.0, 2.0]
    """
    apart = _apart(grid)
    return apart.square().sum(dim=-1).sqrt()


def within(grid: tuple[int, int]) -> Float64[Tensor, "radius patch patch"]:
    """Whether patches lie within each of `RADII` of each other, in the larger of rows and columns: 1 or 0.

    Examples
    --------
    >>> within((1, 4))[0, 0].tolist()
    [1.0, 1.0, 0.0, 0.0]
    """
    apart = _apart(grid).abs().amax(dim=-1)
    return torch.stack([apart <= radius for radius in RADII]).double()


def _apart(grid: tuple[int, int]) -> Float64[Tensor, "patch patch 2"]:
    rows, columns = (torch.arange(n, dtype=torch.float64) for n in grid)
    places = torch.cartesian_prod(rows, columns)
    return places - places[:, None]

"""How much of the patch grid is in the position parts of tokens? Measures of one layer's positional factor.

Every measure is of this project; the paper shows three principal components in a picture. None of them knows how many images the
places' means were made of: content that has leaked into the means looks like noise, and lowers all of them.

Source: the picture is that of Doshi et al. arXiv 2601.05328.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

AXES = 3
"""Principal components of the picture, and those on which rows and columns are regressed."""


class Manifold(NamedTuple):
    """`coordinates` of the places on the first principal components, and `share` of the variance of position on each of these."""

    coordinates: Float64[Tensor, "patch 3"]
    share: Float64[Tensor, " 3"]


def manifold(position: Float64[Tensor, "patch d"], grid: tuple[int, int]) -> Manifold:
    """The first three principal components of the position part; zeros where there are fewer.

    An axis points to where row or column grows, whichever goes with it more closely.

    Examples
    --------
    >>> import torch
    >>> found = manifold(torch.arange(4.0).double()[:, None] - 1.5, (4, 1))
    >>> found.coordinates[:, 0].round(decimals=9).tolist(), found.share.tolist()
    ([-1.5, -0.5, 0.5, 1.5], [1.0, 0.0, 0.0])
    """
    centred = position - position.mean(dim=0)
    left, values, _ = torch.linalg.svd(centred, full_matrices=False)
    kept = min(AXES, len(values))
    coordinates, share = centred.new_zeros(len(position), AXES), centred.new_zeros(AXES)
    coordinates[:, :kept] = left[:, :kept] * values[:kept]
    share[:kept] = values[:kept].square() / values.square().sum().clamp(min=torch.finfo(torch.float64).tiny)
    along = places(grid).to(centred) - places(grid).to(centred).mean(dim=0)
    along = along / along.norm(dim=0).clamp(min=1)
    products = along.mT @ coordinates
    closest = products.gather(0, products.abs().argmax(dim=0, keepdim=True))
    return Manifold(coordinates * torch.where(closest < 0, -1.0, 1.0), share)


def places(grid: tuple[int, int]) -> Float64[Tensor, "patch 2"]:
    """Row and column of every patch.

    Examples
    --------
    >>> places((2, 2)).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    rows, columns = (torch.arange(n, dtype=torch.float64) for n in grid)
    return torch.cartesian_prod(rows, columns)


def explained(known: Float64[Tensor, "patch axis"], wanted: Float64[Tensor, "patch target"]) -> Float64[Tensor, " target"]:
    """R² of the linear regression of each wanted column on all known ones; NaN for a column that does not vary.

    Examples
    --------
    >>> import torch
    >>> explained(places((3, 3)), places((3, 3)) @ torch.tensor([[1.0, 2.0], [0.5, -1.0]]).double()).round(decimals=9).tolist()
    [1.0, 1.0]
    """
    known, wanted = (part - part.mean(dim=0) for part in (known, wanted))
    left, values, _ = torch.linalg.svd(known, full_matrices=False)
    basis = left[:, values > 1e-10 * values[0].clamp(min=1e-300)]
    total = wanted.square().sum(dim=0)
    return (basis.mT @ wanted).square().sum(dim=0) / torch.where(total > 0, total, torch.nan)


def neighbours(grid: tuple[int, int]) -> Bool[Tensor, "patch patch"]:
    """Which patches share an edge.

    Examples
    --------
    >>> neighbours((3, 3)).sum(dim=1).tolist()
    [2, 3, 2, 3, 4, 3, 2, 3, 2]
    """
    where = places(grid)
    return (where[:, None] - where).abs().sum(dim=-1) == 1


def neighbour_recall(position: Float64[Tensor, "patch d"], grid: tuple[int, int]) -> tuple[float, float]:
    """Share of a patch's 2 to 4 neighbours in the picture among as many nearest in the space of positions, and chance of it.

    The mean over patches. Chance is that of an order drawn at random.

    Examples
    --------
    >>> recall, chance = neighbour_recall(places((5, 5)), (5, 5))
    >>> recall, round(chance, 3)
    (1.0, 0.133)
    """
    near = neighbours(grid)
    count = near.sum(dim=1)
    distance = torch.cdist(position, position, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(torch.inf)
    nearest = distance.argsort(dim=1, stable=True)
    first = torch.arange(len(count)) < count[:, None]
    hits = (near.gather(1, nearest.cpu()) & first).sum(dim=1)
    there = count > 0
    return (hits[there] / count[there]).double().mean().item(), (count[there] / (len(count) - 1)).double().mean().item()


def distance_correlation(position: Float64[Tensor, "patch d"], grid: tuple[int, int]) -> float:
    """Spearman's correlation, over pairs of patches, of their distance in the space of positions and in the picture.

    Examples
    --------
    >>> round(distance_correlation(3 * places((4, 4)), (4, 4)), 9)
    1.0
    """
    upper = torch.triu_indices(len(position), len(position), 1)
    there = places(grid)
    ranks = [_ranks((part[upper[0]] - part[upper[1]]).norm(dim=1).cpu()) for part in (position, there)]
    one, other = (rank - rank.mean() for rank in ranks)
    return (one @ other / (one.norm() * other.norm())).item()


def place_cka(one: Float64[Tensor, "patch d"], other: Float64[Tensor, "patch e"]) -> float:
    """Linear CKA of two descriptions of the same places; NaN where one is constant.

    Examples
    --------
    >>> round(place_cka(places((4, 4)), 2 * places((4, 4))), 9)
    1.0
    """
    one, other = (part - part.mean(dim=0) for part in (one, other))
    products = [(a.mT @ b).norm() for a, b in ((one, other), (one, one), (other, other))]
    return (products[0].square() / (products[1] * products[2])).item()


def cka_chance(one: Float64[Tensor, "patch d"], other: Float64[Tensor, "patch e"]) -> float:
    """Mean linear CKA after the places of one description are exchanged at random: with few places and many axes it is far from 0.

    Nothing is drawn: `E |X^T P Y|^2 = |X|^2 |Y|^2 / (n - 1)` for centred columns and random permutations P.

    Examples
    --------
    >>> import torch
    >>> round(cka_chance(torch.eye(5).double(), torch.eye(5).double()), 9)
    1.0
    """
    one, other = (part - part.mean(dim=0) for part in (one, other))
    own = (one.mT @ one).norm() * (other.mT @ other).norm()
    return (one.square().sum() * other.square().sum() / ((len(one) - 1) * own)).item()


def participation(second_moment: Float64[Tensor, "*layer d d"]) -> Float64[Tensor, "*layer"]:
    """How many directions share the variance evenly: `(tr S)^2 / tr(S^2)`; NaN without any, or after a correction below zero.

    Examples
    --------
    >>> import torch
    >>> participation(torch.eye(5).double()).item()
    5.0
    """
    trace = second_moment.diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    return trace.clamp(min=0).square() / second_moment.square().sum(dim=(-2, -1))


def _ranks(values: Float64[Tensor, " pair"]) -> Float64[Tensor, " pair"]:
    """Places in order; equal values (up to rounding) share the mean of theirs."""
    rounded = (values / values.max().clamp(min=1e-300) * 2.0**40).round()
    _, group, count = rounded.unique(return_inverse=True, return_counts=True)
    last = count.cumsum(0).double()
    return (last - (count - 1) / 2)[group]

"""Can a token's place be read off it? Least squares on features of tokens, from sums alone, tested on other images.

A linear probe of in-sample content is at chance by theorem: content has a mean of zero at every place, so its covariance with any
function of the place is zero, and the best weights are zero, with any ridge. It tests the code and says nothing about the tokens.
What says something are content by means of *other* images, and squares, which see what place does to the spread of content.

Source: the probes of Doshi et al. arXiv 2601.05328 are linear; theorem, squares and held-out content are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

RIDGE = 1e-3
"""Added to the features' correlations where nothing else is said."""

RIDGES = tuple(10.0**power for power in range(-5, 4))
"""Among which one is chosen; with the largest a probe says almost nothing, and so is not misled."""


class ProbeSums(NamedTuple):
    """What least squares needs of some tokens; sums of several sets of tokens add up."""

    count: Float64[Tensor, "*set"]
    total: Float64[Tensor, "*set feature"]
    second: Float64[Tensor, "*set feature feature"]
    cross: Float64[Tensor, "*set feature target"]


def place_targets(grid: tuple[int, int]) -> Float64[Tensor, "patch 2"]:
    """Row and column of every patch, with mean 0 and mean square 1; zero along an axis of one.

    Examples
    --------
    >>> place_targets((2, 2)).tolist()
    [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    """
    lines = [torch.arange(size, dtype=torch.float64) for size in grid]
    lines = [(line - line.mean()) / line.std(correction=0).clamp(min=1e-300) for line in lines]
    return torch.stack(torch.meshgrid(*lines, indexing="ij"), dim=-1).flatten(0, 1)


def with_squares(tokens: Float[Tensor, "*any d"]) -> Float[Tensor, "*any feature"]:
    """The numbers of tokens, and then their squares.

    Examples
    --------
    >>> with_squares(torch.tensor([2.0, -3.0])).tolist()
    [2.0, -3.0, 4.0, 9.0]
    """
    return torch.cat([tokens, tokens.square()], dim=-1)


def probe_sums(features: Float64[Tensor, "image patch feature"], targets: Float64[Tensor, "image patch target"]) -> ProbeSums:
    """The sums over some images.

    Examples
    --------
    >>> found = probe_sums(torch.ones(3, 4, 2).double(), torch.zeros(3, 4, 1).double())
    >>> found.count.item(), found.second.shape, found.cross.shape
    (12.0, torch.Size([2, 2]), torch.Size([2, 1]))
    """
    rows, wanted = features.flatten(0, 1), targets.flatten(0, 1)
    count = torch.tensor(float(len(rows)), dtype=torch.float64, device=rows.device)
    return ProbeSums(count, rows.sum(dim=0), rows.mT @ rows, rows.mT @ wanted)


def linear_part(sums: ProbeSums) -> ProbeSums:
    """Of sums of numbers and their squares, those of the numbers alone.

    Examples
    --------
    >>> sums = probe_sums(with_squares(torch.ones(3, 4, 2).double()), torch.zeros(3, 4, 1).double())
    >>> linear_part(sums).second.shape
    torch.Size([2, 2])
    """
    d = sums.total.shape[-1] // 2
    return ProbeSums(sums.count, sums.total[..., :d], sums.second[..., :d, :d], sums.cross[..., :d, :])


def r_squared(train: ProbeSums, test: ProbeSums, ridge: float = RIDGE) -> Float64[Tensor, "*set target"]:
    """How much of the targets a probe explains: 1 all, 0 as much as knowing nothing, below 0 it misleads.

    Parameters
    ----------
    train, test
        Sums of the tokens that the weights are fitted to, and of those that they are tried on. Every target has mean 0 and mean square
        1 over the patches of an image.
    ridge
        Added to the diagonal of the features' correlations.

    Examples
    --------
    >>> place = place_targets((3, 3)).expand(5, 9, 2)
    >>> sums = probe_sums(place + 7, place)
    >>> r_squared(sums, sums, ridge=0).round(decimals=9).tolist()
    [1.0, 1.0]
    """
    return _by_ridge(train, test, (ridge,))[0]


def chosen_r_squared(
    fit: ProbeSums, choice: ProbeSums, trial: ProbeSums, together: int = 1, ridges: tuple[float, ...] = RIDGES
) -> Float64[Tensor, "*set target"]:
    """The same on `trial`, with the ridge that explains most of `choice`, fitted to `fit` and `choice` together.

    `together` targets that follow each other have one ridge.

    Examples
    --------
    >>> place = place_targets((3, 3)).expand(5, 9, 2)
    >>> sums = probe_sums(torch.randn(5, 9, 4).double(), place)
    >>> bool((chosen_r_squared(sums, sums, sums) >= r_squared(sums, sums, 1.0)).all())
    True
    """
    tried = _by_ridge(fit, choice, ridges)
    best = tried.unflatten(-1, (-1, together)).mean(dim=-1).argmax(dim=0).repeat_interleave(together, dim=-1)
    both = ProbeSums(*(one + other for one, other in zip(fit, choice, strict=True)))
    return _by_ridge(both, trial, ridges).gather(0, best[None])[0]


def _by_ridge(train: ProbeSums, test: ProbeSums, ridges: tuple[float, ...]) -> Float64[Tensor, "ridge *set target"]:
    """R² for each ridge, in the eigenvectors of the features' correlations, which serve all ridges."""
    middle = train.total / train.count[..., None]
    second, cross = _around(train, middle)
    spread = second.diagonal(dim1=-2, dim2=-1)
    used = spread > 1e-12 * spread.amax(dim=-1, keepdim=True)
    size = torch.where(used, spread.clamp(min=0).rsqrt(), 0.0)
    values, vectors = torch.linalg.eigh(second * size[..., :, None] * size[..., None, :])
    turn = size[..., :, None] * vectors
    seen, told = _around(test, middle)
    seen, told, wanted = turn.mT @ seen @ turn, turn.mT @ told, turn.mT @ cross
    found = []
    for ridge in ridges:
        held = values + ridge > 1e-12 * values[..., -1:]
        weights = wanted * torch.where(held, 1 / (values + ridge), 0.0)[..., None]
        found.append(2 * (weights * told).sum(dim=-2) - (weights * (seen @ weights)).sum(dim=-2))
    return torch.stack(found)


def _around(sums: ProbeSums, middle: Tensor) -> tuple[Tensor, Tensor]:
    """Mean products of features, around `middle`, with each other and with targets (which have no mean)."""
    mean = sums.total / sums.count[..., None]
    apart = mean - middle
    own = sums.second / sums.count[..., None, None] - mean[..., :, None] * mean[..., None, :]
    return own + apart[..., :, None] * apart[..., None, :], sums.cross / sums.count[..., None, None]

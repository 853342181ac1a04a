"""What must be kept of the tokens to know every part's second moment? Three arrays a head, which more images can be taken into.

For each place the mean over images, `scatter = sum (x - place's mean)(x - place's mean)^T` over all tokens, and `image_scatter`,
the same of the images' means over their patches, summed over images. Sums are taken around means and put together by the
rule of Chan, Golub and LeVeque, so that tokens with large common offsets (massive activations) lose no digits.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import NamedTuple

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from qkwidgets.core.heads import lifted


class Moments(NamedTuple):
    """Of some images; heads have any axes, and `n_images` those of them along which it differs."""

    n_images: Int64[Tensor, "*count"]
    mean: Float64[Tensor, "*head patch d"]
    scatter: Float64[Tensor, "*head d d"]
    image_scatter: Float64[Tensor, "*head d d"]

    @property
    def n_patches(self) -> int:
        """Places of an image."""
        return self.mean.shape[-2]


class Room:
    """Room for some patches of all images, to be filled and used up; images come group by group, a group may be empty.

    It is seen as a whole, by group, and as the rows of one matrix a head and group. To make these views anew for every few patches
    would take about as long as the sums.
    """

    def __init__(self, tokens: Float64[Tensor, "head image some d"], sizes: Sequence[int]) -> None:
        self.tokens = tokens
        self.groups: tuple[Float64[Tensor, "head _ some d"], ...] = tokens.split(list(sizes), dim=1)
        self.rows: list[Float64[Tensor, "head _ d"]] = [group.view(len(group), -1, group.shape[-1]) for group in self.groups]


def moments(tokens: Float[Tensor, "*head image patch d"]) -> Moments:
    """The moments of tokens of one or several heads, in float64.

    Examples
    --------
    >>> import torch
    >>> found = moments(torch.randn(3, 10, 4, 2))
    >>> found.n_images.item(), found.mean.shape, found.scatter.shape
    (10, torch.Size([3, 4, 2]), torch.Size([3, 2, 2]))
    """
    *heads, n_images, n_patches, d = tokens.shape
    whole = tokens.reshape(-1, n_images, n_patches, d)
    place = lifted(whole[:0]).device
    found = no_moments((1, len(whole)), n_patches, d, place)
    take_images(found, [Room(whole.to(place, torch.float64, copy=True).contiguous(), [n_images])])
    return Moments(found.n_images[0], *(part[0].reshape(*heads, *part.shape[2:]) for part in found[1:]))


def no_moments(heads: tuple[int, ...], n_patches: int, d: int, place: torch.device | None = None) -> Moments:
    """The moments of no image, which differ in number along the first axis of `heads`.

    Examples
    --------
    >>> [tuple(part.shape) for part in no_moments((2, 3), 4, 5)]
    [(2,), (2, 3, 4, 5), (2, 3, 5, 5), (2, 3, 5, 5)]
    """
    sizes = (n_patches, d), (d, d), (d, d)
    count = torch.zeros(heads[0], dtype=torch.int64, device=place)
    return Moments(count, *(torch.zeros(*heads, *size, dtype=torch.float64, device=place) for size in sizes))


def take_images(held: Moments, rooms: Iterable[Room]) -> None:
    """Take more images into the moments `[group head ...]` of several groups, in place, from a few patches at a time.

    A place is worked on within its room, so that a room that fits the processor's cache is not left. New tokens are not taken around
    their own mean but around one that leans towards the mean held, by so much that their scatter grows by what the rule
    adds for the way between both means: after n images, m new ones lean by `sqrt(n / (n + m))` of the way.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(3, 10, 4, 2).double()
    >>> held = no_moments((2, 3), 4, 2)
    >>> for images in tokens.split(5, dim=1):
    ...     take_images(held, [Room(images[:, :, :3].clone(), [3, 2]), Room(images[:, :, 3:].clone(), [3, 2])])
    >>> held.n_images.tolist(), torch.allclose(held.scatter[1], moments(tokens[:, [3, 4, 8, 9]]).scatter)
    ([6, 4], True)
    """
    groups = list(zip(held.n_images.tolist(), held.mean.unsqueeze(2), held.scatter, strict=True))
    sums, start = None, 0
    for room in rooms:
        some = room.tokens.shape[2]
        for tokens, rows, (n, mean, scatter) in zip(room.groups, room.rows, groups, strict=True):
            _centre(tokens, mean.narrow(2, start, some), n)
            scatter.baddbmm_(rows.mT, rows)
        new = room.tokens.sum(dim=2)
        sums, start = new if sums is None else sums.add_(new), start + some
    sizes = [tokens.shape[1] for tokens in room.groups]
    for images, scatter in zip((sums / start).split(sizes, dim=1), held.image_scatter, strict=True):
        scatter.baddbmm_(images.mT, images)
    held.n_images.add_(torch.tensor(sizes, device=held.n_images.device))


def _centre(tokens: Float64[Tensor, "head image some d"], held: Float64[Tensor, "head 1 some d"], n: int) -> None:
    """Take from tokens the mean that leans towards the one held of `n` images, which goes on to that of all."""
    m = tokens.shape[1]
    mean = tokens.sum(dim=1, keepdim=True).mul_(1 / max(m, 1))
    apart = mean - held
    tokens.sub_(mean.sub_(apart, alpha=sqrt(n / max(n + m, 1))))
    held.add_(apart, alpha=m / max(n + m, 1))


def merged(one: Moments, other: Moments) -> Moments:
    """The moments of the images of both; those of no image change nothing.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(10, 4, 2)
    >>> both, whole = merged(moments(tokens[:3]), moments(tokens[3:])), moments(tokens)
    >>> all(torch.allclose(a, b) for a, b in zip(both, whole))
    True
    """
    n = one.n_images + other.n_images
    share = (other.n_images / n.clamp(min=1).double())[..., None, None]
    weight = one.n_images.double()[..., None, None] * share
    apart = other.mean - one.mean
    middle = apart.mean(dim=-2, keepdim=True)
    return Moments(
        n,
        one.mean + share * apart,
        one.scatter + other.scatter + weight * (apart.mT @ apart),
        one.image_scatter + other.image_scatter + weight * (middle.mT @ middle),
    )


def shifted(found: Moments, offset: Float[Tensor, "*head d"] | None) -> Moments:
    """The moments of the tokens less a constant vector, such as a bias: only the means change.

    Examples
    --------
    >>> import torch
    >>> found = moments(torch.ones(2, 4, 3))
    >>> shifted(found, torch.ones(3)).mean.abs().max().item()
    0.0
    """
    return found if offset is None else found._replace(mean=found.mean - lifted(offset)[..., None, :])


def grams(found: Moments, *, corrected: bool = False) -> Float64[Tensor, "*head factor d d"]:
    """Second moments of the mean, the positions, the images and the residuals; they sum to that of the tokens.

    Parameters
    ----------
    found
        Of at least one image; of at least two to correct.
    corrected
        Whether to take from mean and position what images and residuals have left in their estimates. Each is unbiased
        then, and the sum is the same; matrices need not be positive any more.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(10, 4, 2).double()
    >>> total = torch.einsum("npi,npj->ij", tokens, tokens) / 40
    >>> torch.allclose(grams(moments(tokens)).sum(0), total)
    True
    >>> torch.allclose(grams(moments(tokens), corrected=True).sum(0), total)
    True
    """
    n = found.n_images.double()[..., None, None]
    mean = found.mean.mean(dim=-2)
    places = found.mean - mean[..., None, :]
    image = found.image_scatter / n
    residual = found.scatter / (n * found.n_patches) - image
    constant, position = mean[..., :, None] * mean[..., None, :], places.mT @ places / found.n_patches
    if corrected:
        left = 1 / (n - 1)
        constant, position = constant - left * image, position - left * residual
        image, residual = (1 + left) * image, (1 + left) * residual
    return torch.stack([constant, position, image, residual], dim=-3)


def with_content(parts: Float[Tensor, "*head factor d d"]) -> Float[Tensor, "*head 3 d d"]:
    """Second moments of mean, position and content, out of those of all four factors.

    Examples
    --------
    >>> import torch
    >>> with_content(torch.ones(4, 2, 2))[:, 0, 0].tolist()
    [1.0, 1.0, 2.0]
    """
    mean, position, image, residual = parts.unbind(dim=-3)
    return torch.stack([mean, position, image + residual], dim=-3)

"""What must be kept of the tokens to know every part's second moment? Three arrays a head, which more images can be taken into.

For each place the mean over images, `scatter = sum (x - place's mean)(x - place's mean)^T` over all tokens, and `image_scatter`,
the same of the images' means over their patches, summed over images. Sums are taken around means and put together by the
rule of Chan, Golub and LeVeque, so that tokens with large common offsets (massive activations) lose no digits.
"""

from collections.abc import Iterable, Sequence
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
        self.tokens, self.sizes, self.n_patches = tokens, list(sizes), tokens.shape[2]
        self.groups: tuple[Float64[Tensor, "head _ some d"], ...] = tokens.split(self.sizes, dim=1)
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

    Tokens are taken around the mean held, which is known before they come, so that a room which fits the processor's cache is gone
    through once. What that adds is put right at the end: m tokens whose sum is `s`, around the mean of n, move it by `s / (n + m)`, and
    their scatter is too large by `s s^T / (n + m)`. The first images are taken around their own mean.

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
    counts, sums, of_images, start = held.n_images.tolist(), torch.empty_like(held.mean), [], 0
    for room in rooms:
        places = (part.narrow(2, start, room.n_patches).unsqueeze(2) for part in (held.mean, sums))
        for tokens, rows, n, mean, total, scatter in zip(room.groups, room.rows, counts, *places, held.scatter, strict=True):
            if not n and tokens.shape[1]:
                torch.mean(tokens, dim=1, keepdim=True, out=mean)
            tokens.sub_(mean)
            torch.sum(tokens, dim=1, keepdim=True, out=total)
            scatter.baddbmm_(rows.mT, rows)
        of_images.append(room.tokens.sum(dim=2))
        start += room.n_patches
    by_group = (sum(of_images) / start).split(room.sizes, dim=1)
    for images, n, mean, total, scatter, image_scatter in zip(
        by_group, counts, held.mean, sums, held.scatter, held.image_scatter, strict=True
    ):
        share = 1 / max(n + images.shape[1], 1)
        mean.add_(total, alpha=share)
        scatter.baddbmm_(total.mT, total, alpha=-share)
        image_scatter.baddbmm_(images.mT, images)
        middle = images.sum(dim=1, keepdim=True)
        image_scatter.baddbmm_(middle.mT, middle, alpha=-share)
    held.n_images.add_(torch.tensor(room.sizes, device=held.n_images.device))


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

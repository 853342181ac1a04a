"""What must be kept of the tokens to know every part's second moment? Three arrays a head, which batches can be merged into.

For each place the mean over images, `scatter = sum (x - place's mean)(x - place's mean)^T` over all tokens, and `image_scatter`,
the same of the images' means over their patches, summed over images. Sums are taken around the batch's own means and put
together by the rule of Chan, Golub and LeVeque, so that tokens with large common offsets (massive activations) lose no digits.
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


def moments(tokens: Float[Tensor, "*head image patch d"]) -> Moments:
    """The moments of tokens of one or several heads, in float64.

    Examples
    --------
    >>> import torch
    >>> found = moments(torch.randn(3, 10, 4, 2))
    >>> found.n_images.item(), found.mean.shape, found.scatter.shape
    (10, torch.Size([3, 4, 2]), torch.Size([3, 2, 2]))
    """
    whole = tokens.reshape(-1, *tokens.shape[-3:])
    place = lifted(whole[:0]).device
    found = moments_in([whole.to(place, torch.float64, copy=True)], [whole.shape[1]])
    return Moments(found.n_images[0], *(part[0].reshape(*tokens.shape[:-3], *part.shape[2:]) for part in found[1:]))


def moments_in(chunks: Iterable[Float64[Tensor, "head image _ d"]], sizes: Sequence[int]) -> Moments:
    """The moments `[group head …]` of several groups of images, from a few patches at a time, which are overwritten.

    A place is centred within its chunk, so that a chunk that fits the processor's cache is worked on without leaving it.

    Parameters
    ----------
    chunks
        All images at the first places, then at the next ones; images come group by group.
    sizes
        How many images each group has; a group may be empty.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(3, 10, 4, 2).double()
    >>> found = moments_in([tokens[:, :, :3].clone(), tokens[:, :, 3:].clone()], [6, 4])
    >>> found.mean.shape, torch.allclose(found.scatter[1, 2], moments(tokens[2, 6:]).scatter)
    (torch.Size([2, 3, 4, 2]), True)
    """
    means, scatter, sums = [], None, None
    for chunk in chunks:
        if scatter is None:
            n_heads, n_images, _, d = chunk.shape
            scatter, sums = chunk.new_zeros(len(sizes), n_heads, d, d), chunk.new_zeros(n_heads, n_images, d)
        groups = chunk.split(list(sizes), dim=1)
        means.append(torch.stack([_centred(group) for group in groups]))
        for total, group in zip(scatter, groups, strict=True):
            rows = group.flatten(1, 2)
            total.baddbmm_(rows.mT, rows)
        sums += chunk.sum(dim=2)
    mean = torch.cat(means, dim=2)
    images = (sums / mean.shape[2]).split(list(sizes), dim=1)
    counts = torch.tensor(sizes, device=mean.device)
    return Moments(counts, mean, scatter, torch.stack([group.mT @ group for group in images]))


def _centred(tokens: Float64[Tensor, "head image some d"]) -> Float64[Tensor, "head some d"]:
    """The mean over images, which is taken from each of them; zero of none."""
    mean = tokens.sum(dim=1).mul_(1 / max(tokens.shape[1], 1))
    tokens -= mean[:, None]
    return mean


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
    both = Moments(*(part.clone() for part in one))
    return take_in(both, Moments(*(part.clone() for part in other)))


def take_in(held: Moments, new: Moments) -> Moments:
    """The same where both may be overwritten: `held` becomes the result, but for the number of images, and `new` is used up.

    Examples
    --------
    >>> import torch
    >>> tokens = torch.randn(10, 4, 2)
    >>> held = moments(tokens[:3])
    >>> both = take_in(held, moments(tokens[3:]))
    >>> both.n_images.item(), both.mean is held.mean
    (10, True)
    """
    n = held.n_images + new.n_images
    share = (new.n_images / n.clamp(min=1).double())[..., None, None]
    weight = held.n_images.double()[..., None, None] * share
    apart = new.mean.sub_(held.mean)
    middle = apart.mean(dim=-2, keepdim=True)
    held.mean.addcmul_(share, apart)
    held.scatter.add_(new.scatter).addcmul_(weight, apart.mT @ apart)
    held.image_scatter.add_(new.image_scatter).addcmul_(weight, middle.mT @ middle)
    return held._replace(n_images=n)


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

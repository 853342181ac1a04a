"""What must be kept of the tokens to know every part's second moment? Three arrays a head, which batches can be merged into.

For each place the mean over images, `scatter = sum (x - place's mean)(x - place's mean)^T` over all tokens, and `image_scatter`,
the same of the images' means over their patches, summed over images. Sums are taken around the batch's own means and put
together by the rule of Chan, Golub and LeVeque, so that tokens with large common offsets (massive activations) lose no digits.
"""

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
    room = lifted(tokens)
    return moments_in(room.clone() if room is tokens else room)


def moments_in(room: Float64[Tensor, "*head image patch d"]) -> Moments:
    """The same of tokens that may be overwritten.

    Examples
    --------
    >>> import torch
    >>> moments_in(torch.ones(2, 4, 3, dtype=torch.float64)).scatter.sum().item()
    0.0
    """
    mean = room.mean(dim=-3)
    room -= mean[..., None, :, :]
    rows, images = room.flatten(-3, -2), room.mean(dim=-2)
    count = torch.tensor(room.shape[-3], device=room.device)
    return Moments(count, mean, rows.mT @ rows, images.mT @ images)


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

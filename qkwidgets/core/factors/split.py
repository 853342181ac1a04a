"""What of a token is everybody's, its place's, its picture's, and its own? The two-way analysis of variance of balanced tokens.

`X[n, p] = mean + position[p] + image[n] + residual[n, p]`, where the last three have zero means over every axis they have.
Content is what position does not say: image and residual together. The parts are orthogonal over tokens, as whole matrices:
`F_a.T @ F_b = 0`. A single token's parts are not orthogonal to each other, and their spans may overlap.

Source: the split of Doshi et al. arXiv 2601.05328; its four terms are those of Song and Zhong, arXiv 2310.04861.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.errors import InputError
from qkwidgets.core.heads import lifted


class Split(NamedTuple):
    """The four parts of some tokens, each without the axes along which it is constant."""

    mean: Float[Tensor, "*head d"]
    position: Float[Tensor, "*head patch d"]
    image: Float[Tensor, "*head image d"]
    residual: Float[Tensor, "*head image patch d"]

    @property
    def content(self) -> Float[Tensor, "*head image patch d"]:
        """Image and residual: whatever the place does not tell."""
        return self.image[..., :, None, :] + self.residual

    def everywhere(self) -> Float[Tensor, "4 *head image patch d"]:
        """All four in the order of `names.FACTORS`, spread out over all tokens."""
        parts = self.mean[..., None, None, :], self.position[..., None, :, :], self.image[..., :, None, :]
        return torch.stack([*(part.expand_as(self.residual) for part in parts), self.residual])


def split(tokens: Float[Tensor, "*head image patch d"]) -> Split:
    """The parts of tokens of which every image has the same places.

    Examples
    --------
    >>> import torch
    >>> parts = split(torch.tensor([[[1.0], [2.0]], [[3.0], [6.0]]]))
    >>> parts.mean.tolist(), parts.position[:, 0].tolist(), parts.image[:, 0].tolist()
    ([3.0], [-1.0, 1.0], [-1.5, 1.5])
    >>> parts.residual[..., 0].tolist()
    [[0.5, -0.5], [-0.5, 0.5]]
    """
    tokens = lifted(tokens)
    places = tokens.mean(dim=-3)
    mean = places.mean(dim=-2)
    own = tokens - places[..., None, :, :]
    image = own.mean(dim=-2)
    return Split(mean, places - mean[..., None, :], image, own - image[..., None, :])


def balanced(
    images: Sequence[Float[Tensor, "patch d"]] | Float[Tensor, "image patch d"], mask: Tensor | None = None
) -> Float[Tensor, "image patch d"]:
    """The patches of several images as one array, if every image has every place.

    Parameters
    ----------
    images
        The patches of each image.
    mask
        Which patches to leave out: none may be, so only None or a mask that is empty.

    Raises
    ------
    InputError
        If there are fewer than two images, their grids differ, or a patch is masked or no number.

    Examples
    --------
    >>> import torch
    >>> balanced([torch.zeros(4, 2), torch.ones(4, 2)]).shape
    torch.Size([2, 4, 2])
    """
    if len(images) < 2:
        raise InputError(
            f"Position and content are told apart by comparing images: got {len(images)}. One image alone has no content of its own. "
            "Pass at least two; a thousand are advised."
        )
    sizes = sorted({len(image) for image in images})
    if len(sizes) > 1:
        raise InputError(
            f"Every image must have the same patches, since a place is compared across images: got {' and '.join(map(str, sizes))} "
            "patches. The images were probably not resized to one size. Resize them, or split each size by itself."
        )
    tokens = images if isinstance(images, Tensor) else torch.stack(list(images))
    if (mask is not None and bool(mask.any())) or not bool(tokens.isfinite().all()):
        raise InputError(
            "Every image must have a value at every place: some patches are masked or no number. Without them the parts are no longer "
            "orthogonal, and no share would add up. Leave whole images out instead."
        )
    return tokens

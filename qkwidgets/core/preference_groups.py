"""Where do target, distractors and background lie on the patch grid, who asks, and what would uniform attention give?

An image has three groups: target T, distractors D, background B, each as a share of every patch. With nothing ignored the three shares
of a patch sum to one.

Source: Pan et al. NeurIPS 2024, section 3: the query is the maximum of the down-scaled mask. Areas, and all patches of the items, are ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

N_GROUPS = 3
"""Target, distractors, background."""

EQUAL = 1e-6
"""Shares that differ by less are one number: those of distractors are sums, and a pixel is more than this of any patch."""


class ItemPatches(NamedTuple):
    """The patches of each image that hold items, and their weights as queries for target and distractors; padded to `max(counts)`.

    `whole` says that every pixel belongs to one of the three groups, so that their masses sum to one by themselves.
    """

    patches: Int64[Tensor, "image place"]
    weights: Float[Tensor, "image 2 place"]
    counts: tuple[int, ...]
    whole: bool

    def to(self, device: torch.device) -> "ItemPatches":
        """The same on another device."""
        return ItemPatches(self.patches.to(device), self.weights.to(device), self.counts, self.whole)

    def of(self, images: Int64[Tensor, " some"]) -> "ItemPatches":
        """Those of some images, padded no further than they need."""
        counts = tuple(self.counts[image] for image in images.tolist())
        most = max(counts)
        return ItemPatches(self.patches[images, :most], self.weights[images, :, :most], counts, self.whole)


def group_shares(shares: Float[Tensor, "region patch"], target: int) -> Float[Tensor, "3 patch"]:
    """Shares of target, distractors and background, out of those of the ground (row 0) and of every object.

    All objects but the target are distractors. Zeros without a target (-1), which is an image that cannot be asked.

    Examples
    --------
    >>> group_shares(torch.tensor([[0.5, 0.0], [0.5, 0.0], [0.0, 0.5], [0.0, 0.5]]), 1).tolist()
    [[0.5, 0.0], [0.0, 1.0], [0.5, 0.0]]
    """
    if target < 1:
        return shares.new_zeros(N_GROUPS, shares.shape[-1])
    others = torch.cat([shares[1:target], shares[target + 1 :]])
    return torch.stack([shares[target], others.sum(dim=0), shares[0]])


def answerable(groups: Float[Tensor, "image 3 patch"]) -> Bool[Tensor, " image"]:
    """Which images have both a target and distractors on the grid.

    Examples
    --------
    >>> answerable(torch.tensor([[[0.1], [0.2], [0.7]], [[0.0], [0.3], [0.7]]])).tolist()
    [True, False]
    """
    return (groups[:, :2].amax(dim=-1) > 0).all(dim=-1)


def query_patches(groups: Float[Tensor, "image 3 patch"]) -> Int64[Tensor, "image 2"]:
    """The patch that holds most of the target, and the one that holds most of the distractors: row by row the first of equals.

    Examples
    --------
    >>> query_patches(torch.tensor([[[0.5, 0.9, 0.9], [0.5, 0.1, 0.0], [0.0, 0.0, 0.1]]])).tolist()
    [[1, 0]]
    """
    asking = groups[:, :2]
    place = torch.arange(groups.shape[-1], device=groups.device).expand_as(asking)
    most = asking >= asking.amax(dim=-1, keepdim=True) - EQUAL
    return place.where(most, groups.shape[-1]).amin(dim=-1)  # argmax may take any of equals


def item_patches(groups: Float[Tensor, "image 3 patch"]) -> ItemPatches:
    """Which patches hold items, and how much of the target or of the distractors each of them holds.

    Examples
    --------
    >>> found = item_patches(torch.tensor([[[0.5, 0.0, 0.0], [0.0, 0.0, 0.25], [0.5, 1.0, 0.75]]]))
    >>> found.patches.tolist(), found.weights.tolist(), found.counts
    ([[0, 2]], [[[1.0, 0.0], [0.0, 1.0]]], (2,))
    """
    share = groups[:, :2]
    holds = share.amax(dim=1) > 0
    counts = holds.sum(dim=-1).clamp_min(1)
    patches = holds.byte().argsort(dim=-1, descending=True, stable=True)[:, : int(counts.max())]
    weights = share.gather(-1, patches[:, None].expand(-1, 2, -1))
    whole = bool(((groups.sum(dim=1) - 1).abs() < EQUAL).all())
    return ItemPatches(patches, weights / weights.sum(dim=-1, keepdim=True).clamp_min(1e-12), tuple(counts.tolist()), whole)


def areas(groups: Float[Tensor, "image 3 patch"]) -> Float[Tensor, "image 6"]:
    """What uniform attention would give: the share of each group in all that is labelled.

    Examples
    --------
    >>> areas(torch.tensor([[[0.5, 0.0], [0.0, 1.0], [0.5, 0.0]]])).tolist()
    [[0.25, 0.5, 0.25, 0.25, 0.5, 0.25]]
    """
    area = groups.double().sum(dim=-1)
    return (area / area.sum(dim=-1, keepdim=True).clamp_min(1e-12)).repeat(1, 2)


def nonself_areas(groups: Float[Tensor, "image 3 patch"], query: Int64[Tensor, "image 2"]) -> Float[Tensor, "image 6"]:
    """The same without the patch that asks.

    Examples
    --------
    >>> groups = torch.tensor([[[0.5, 0.0], [0.0, 1.0], [0.5, 0.0]]])
    >>> nonself_areas(groups, torch.tensor([[0, 1]])).tolist()
    [[0.0, 1.0, 0.0, 0.5, 0.0, 0.5]]
    """
    groups = groups.double()
    own = groups.gather(2, query[:, None, :].expand(-1, N_GROUPS, -1)).mT  # [image query group]
    left = (groups.sum(dim=-1)[:, None] - own).clamp_min(0)
    return (left / left.sum(dim=-1, keepdim=True).clamp_min(1e-12)).flatten(1)

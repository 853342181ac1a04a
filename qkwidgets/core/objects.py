"""Which object does each side of a mode point at? Means of a map over the segments of an image, and the largest of them.

A segment is given by its area share in each patch; its mean is `sum_p share_p map_p / sum_p share_p`. The object of a map is
the one of largest mean, so a large object has no advantage. Whether the query and the key map point at the same one is
compared with three kinds of chance: each object as likely as the next; objects as likely as they are large; and the query
maps of the other modes of the same head on the same image, which knows of objects that draw every map.

Source: Pan et al. NeurIPS 2024, Figure 6 (the largest projection per object area). Chance is ours.
"""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

LEAST_AREA = 0.5
"""Of an object, in patches: smaller ones hardly show in a map. A choice of ours."""


def segment_means(
    maps: Float[Tensor, "*head image patch mode"], shares: Float[Tensor, "image segment patch"]
) -> Float[Tensor, "*head image segment mode"]:
    """Mean of every map over every segment, by area shares; 0 for a segment that the grid does not show.

    Examples
    --------
    >>> segment_means(torch.tensor([[[1.0], [3.0]]]), torch.tensor([[[0.5, 0.5], [0.25, 0.0]]])).tolist()
    [[[2.0], [1.0]]]
    """
    area = shares.sum(dim=-1)[..., None]
    return (shares / torch.where(area > 0, area, 1.0)) @ maps


def pointed_at(
    means: Float[Tensor, "*head image segment mode"], allowed: Bool[Tensor, "image segment"]
) -> Int64[Tensor, "*head image mode"]:
    """The allowed segment of largest mean, the first of equals; -1 where none is allowed.

    Examples
    --------
    >>> pointed_at(torch.tensor([[[1.0], [3.0], [5.0]]]), torch.tensor([[True, True, False]])).tolist()
    [[1]]
    """
    if not allowed.shape[-1]:
        return torch.full((*means.shape[:-2], means.shape[-1]), -1, device=means.device)
    found = means.masked_fill(~allowed[..., None], -torch.inf).argmax(dim=-2)
    return found.where(allowed.any(dim=-1)[:, None], -1)


def chance_by_count(allowed: Bool[Tensor, "image segment"]) -> Float[Tensor, " image"]:
    """How often two objects drawn apart are the same if each is as likely: one over their number; NaN without any.

    Examples
    --------
    >>> chance_by_count(torch.tensor([[True, True, False]])).tolist()
    [0.5]
    """
    count = allowed.sum(dim=-1)
    return torch.where(count > 0, 1 / count, torch.nan)


def chance_by_area(areas: Float[Tensor, "image segment"], allowed: Bool[Tensor, "image segment"]) -> Float[Tensor, " image"]:
    """How often two objects drawn apart are the same if each is as likely as it is large; NaN without any.

    Examples
    --------
    >>> chance_by_area(torch.tensor([[3.0, 1.0]]), torch.tensor([[True, True]])).tolist()
    [0.625]
    """
    areas = areas.where(allowed, 0.0)
    return areas.square().sum(dim=-1) / areas.sum(dim=-1).square()


def chance_by_others(
    query: Int64[Tensor, "*head image mode"], key: Int64[Tensor, "*head image mode"], counted: Bool[Tensor, "*head mode"]
) -> Float[Tensor, "*head image mode"]:
    """How often the object of a mode's key map is that of the query map of another counted mode of its head, in the same image.

    The mean over all other modes, each as likely; NaN where there is no other.

    Examples
    --------
    >>> query, key = torch.tensor([[0, 0, 1]]), torch.tensor([[0, 1, 1]])
    >>> chance_by_others(query, key, torch.tensor([True, True, True])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    counted = counted[..., None, :]
    others = counted.sum(dim=-1, keepdim=True) - counted.long()
    n_objects = int(torch.maximum(query.max(), key.max())) + 2  # one place for -1
    votes = query.new_zeros(*query.shape[:-1], n_objects)
    votes.scatter_add_(-1, query + 1, counted.expand_as(query).long())
    met = votes.gather(-1, key + 1) - ((query == key) & counted).long()
    return torch.where(others > 0, met / others, torch.nan)

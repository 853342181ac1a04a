"""How do segments meet the maps of a batch? The maps of all modes on all patches, and the segments of its images side by side."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.optimal import Side, projected
from qkwidgets.data.regions import Regions
from qkwidgets.sweeps.projecting import LayerSides
from qkwidgets.sweeps.reducer import LayerBatch

LEAST_REST = 1e-3
"""Of an object beside its parts, in patches, to be a part itself: what is less is rounding."""


def batch_regions(batch: LayerBatch, what: str) -> tuple[Regions, ...]:
    """The segments of a batch.

    Raises
    ------
    InputError
        If the set has none; `what` is what needs them.
    """
    if batch.regions is None:
        raise InputError(
            f"{what} needs images whose objects are known: this set has none. It is probably a plain folder or list of images. Pass "
            "qk.odd_one_out(...), a folder with masks, or whatever labelled_set reads."
        )
    return batch.regions


def batch_maps(
    batch: LayerBatch, sides: LayerSides, layout: TokenLayout
) -> tuple[Float[Tensor, "head image patch mode"], Float[Tensor, "head image patch mode"]]:
    """Query and key maps of all modes, over the patches alone.

    Raises
    ------
    InputError
        If one is infinite or no number.
    """
    tokens = batch.tokens
    query, key = (_maps(heads, tokens.x, way, layout) for heads, way in zip((tokens.q, tokens.k), sides, strict=True))
    finite = (query.isfinite() & key.isfinite()).flatten(2).all(dim=-1).all(dim=0)
    if not finite.all():
        wrong = ", ".join(map(str, batch.images[~finite.cpu()].tolist()[:5]))
        raise InputError(
            f"Projections must be finite: those of image {wrong} in layer {batch.layer} are not. The precision is probably too narrow. "
            'Use dtype="bfloat16" or None.'
        )
    return query, key


def _maps(heads: Tensor, x: Tensor, way: Side, layout: TokenLayout) -> Tensor:
    n_images, n_heads, n_tokens, _ = heads.shape
    room = way.matrix.new_empty(n_heads, n_images, n_tokens, way.matrix.shape[-1])
    projected(room, heads, x, way)
    return room[:, :, layout.patches] - way.offset[:, None, None]


def segment_rows(regions: Regions) -> tuple[Float[Tensor, "row patch"], int]:
    """Ground, objects, parts as the rows of one tensor, and how many rows are objects; no parts where each object is one.

    What an object has beside its known parts is a part, too; so is an object without any.

    Examples
    --------
    >>> shares = np.array([[0.5, 0.0], [0.5, 1.0]], np.float32)
    >>> part = np.array([[0.25, 0.0]], np.float32)
    >>> rows, n_objects = segment_rows(Regions(shares, -1, part, np.array([1], np.int16)))
    >>> rows.tolist(), n_objects
    ([[0.5, 0.0], [0.5, 1.0], [0.25, 0.0], [0.25, 1.0]], 1)
    """
    shares, parts = np.asarray(regions.shares), np.asarray(regions.part_shares)
    known = np.zeros_like(shares)
    np.add.at(known, regions.part_object.astype(np.intp), parts)
    rest = (shares - known).clip(0)[1:]
    rest = rest[rest.sum(axis=1) > LEAST_REST]
    n_objects = int((shares[1:].sum(axis=1) > 0).sum())
    all_parts = [parts, rest] if len(parts) + len(rest) > n_objects else []
    return torch.from_numpy(np.concatenate([shares, *all_parts])), len(shares) - 1


def side_by_side(segments: list[tuple[Tensor, int]]) -> tuple[Float[Tensor, "image row patch"], int]:
    """The segments of several images as one tensor; rows of zeros stand for what an image does not have.

    Where one image has parts, the objects of those without are their parts.

    Examples
    --------
    >>> one, two = (torch.ones(2, 4), 1), (torch.ones(5, 4), 2)
    >>> rows, n_objects = side_by_side([one, two])
    >>> rows.sum(-1).tolist(), n_objects
    ([[4.0, 4.0, 0.0, 4.0, 0.0], [4.0, 4.0, 4.0, 4.0, 4.0]], 2)
    """
    n_objects = max(count for _, count in segments)
    each = [(rows[: 1 + count], rows[1 + count :]) for rows, count in segments]
    if any(len(parts) for _, parts in each):
        each = [(wholes, parts if len(parts) else wholes[1:]) for wholes, parts in each]
    n_rows = 1 + n_objects + max(len(parts) for _, parts in each)
    found = segments[0][0].new_zeros(len(segments), n_rows, segments[0][0].shape[-1])
    for image, (wholes, parts) in enumerate(each):
        found[image, : len(wholes)] = wholes
        found[image, 1 + n_objects : 1 + n_objects + len(parts)] = parts
    return found, n_objects

"""Between what does a mode carry attention? Its visible contributions, by the relation of the two patches' objects.

Mode n adds `t_ij = s s_n (x_i . u_n)(v_n . x~_j)` to the score of query patch i and key patch j, with x~ centred over the patches:
softmax sees nothing else. Averaged over the patches of a segment a (queries) and a segment b (keys) by area shares this is a
product again, `s s_n <x . u_n>_a <v_n . x~>_b`: the table of an image is the outer product of two lists of means.

All pairs of patches fall into six relations: within one part; between parts of one object; between two objects; from ground to
figure (figure reads ground), from figure to ground (ground reads figure); within ground. A patch that several segments share
counts for each by its share; a patch together with itself is a pair as any other. An object without known parts is one part,
and what an object has beside its parts is one more. The mean over the pairs of a relation comes from sums over segments alone:
with Q and K the sums of both maps over a segment, "one object" is `sum_o Q_o K_o` and "two objects" `(sum_o Q_o)(sum_o K_o)` less that.

The relations, the normalisation and the chance are ours; the question is Pan et al.'s (NeurIPS 2024, section 4.3).
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

RELATIONS = ("same_part", "parts", "objects", "figure_reads_ground", "ground_reads_figure", "ground")
"""Keys of the relations, in the order of every axis `relation`."""

LEAST_PAIRS = 1.0
"""Pairs of whole patches below which an image says nothing of a relation. A choice of ours."""


class Segments(NamedTuple):
    """What there is of ground, of each object and of each part, in sums or in area shares; parts include the rest of an object."""

    ground: Float[Tensor, "*batch 1 each"]
    objects: Float[Tensor, "*batch object each"]
    parts: Float[Tensor, "*batch part each"]

    @classmethod
    def split(cls, rows: Float[Tensor, "*batch row each"], n_objects: int) -> "Segments":
        """Rows as they lie in one tensor: ground, objects, parts; without rows for parts, each object is one."""
        objects, parts = rows[..., 1 : 1 + n_objects, :], rows[..., 1 + n_objects :, :]
        return cls(rows[..., :1, :], objects, parts if parts.shape[-2] else objects)


def relation_sums(query: Segments, key: Segments) -> Float[Tensor, "relation *batch each"]:
    """Sums of `query_i key_j` over all pairs of patches in each relation, from the sums over segments.

    Examples
    --------
    >>> rows = torch.tensor([[1.0], [2.0], [3.0], [2.0], [1.0], [2.0]])
    >>> sums = Segments.split(rows, 2)
    >>> relation_sums(sums, sums)[:, 0].tolist()
    [9.0, 4.0, 12.0, 5.0, 5.0, 1.0]
    """
    one_part = (query.parts * key.parts).sum(dim=-2)
    one_object = (query.objects * key.objects).sum(dim=-2)
    figures = query.objects.sum(dim=-2), key.objects.sum(dim=-2)
    grounds = query.ground[..., 0, :], key.ground[..., 0, :]
    return torch.stack(
        [
            one_part,
            one_object - one_part,
            figures[0] * figures[1] - one_object,
            figures[0] * grounds[1],
            grounds[0] * figures[1],
            grounds[0] * grounds[1],
        ]
    )


def relation_means(
    query: Float[Tensor, "image patch mode"],
    key: Float[Tensor, "image patch mode"],
    rows: Float[Tensor, "image draw row patch"],
    n_objects: int,
) -> Float[Tensor, "relation image draw mode"]:
    """Mean of `query_i key_j` over the pairs of each relation, for each of several segmentations; NaN where there is no pair.

    Parameters
    ----------
    query, key
        Maps of both sides; whoever wants contributions centres the key's, whoever compares images scales both.
    rows
        Area shares of ground, objects and parts in each patch; without parts, each object is one. Rows of zeros are no segment.
    n_objects
        How many rows after the first are objects; the others are parts.

    Examples
    --------
    >>> maps = torch.tensor([[[1.0], [-1.0]]])
    >>> rows = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]])
    >>> relation_means(maps, maps, rows, 1).flatten().tolist()
    [1.0, nan, nan, -1.0, -1.0, 1.0]
    """
    sizes = Segments.split(rows.sum(dim=-1, keepdim=True), n_objects)
    pairs = relation_sums(sizes, sizes)
    pairs = torch.where(pairs >= LEAST_PAIRS, pairs, torch.nan)
    shape = (*rows.shape[:3], query.shape[-1])
    sums = (Segments.split((rows.flatten(1, 2) @ side).reshape(shape), n_objects) for side in (query, key))
    return relation_sums(*sums) / pairs


def unit_maps(
    query: Float[Tensor, "*image patch mode"], key: Float[Tensor, "*image patch mode"]
) -> tuple[Float[Tensor, "*image patch mode"], Float[Tensor, "*image patch mode"], Float[Tensor, "*image mode"]]:
    """Query maps, and key maps less their mean over the patches, in units of their root mean squares; and the product of these.

    Softmax sees nothing of a key map's mean; in these units a loud image or mode counts no more than a quiet one.

    Examples
    --------
    >>> [part.flatten().tolist() for part in unit_maps(torch.tensor([[3.0], [-3.0]]), torch.tensor([[5.0], [1.0]]))]
    [[1.0, -1.0], [1.0, -1.0], [6.0]]
    """
    key = centred(key)
    sizes = [maps.square().mean(dim=-2, keepdim=True).sqrt() for maps in (query, key)]
    query, key = (maps / torch.where(size > 0, size, 1.0) for maps, size in zip((query, key), sizes, strict=True))
    return query, key, (sizes[0] * sizes[1])[..., 0, :]


def centred(maps: Float[Tensor, "*image patch mode"]) -> Float[Tensor, "*image patch mode"]:
    """Maps less their mean over the patches: what softmax sees of the keys.

    Examples
    --------
    >>> centred(torch.tensor([[[3.0], [1.0]]])).flatten().tolist()
    [1.0, -1.0]
    """
    return maps - maps.mean(dim=-2, keepdim=True)


def moved(
    rows: Float[Tensor, "row patch"],
    grid: tuple[int, int],
    shift: Int64[Tensor, "draw 2"],
    flip: Int64[Tensor, "draw 2"],
) -> Float[Tensor, "draw row patch"]:
    """The segments, mirrored and moved over the grid as over a torus: each keeps its shape, and maps keep theirs.

    Parameters
    ----------
    shift
        Rows down and columns to the right.
    flip
        1 to mirror the rows, the columns, before moving.

    Examples
    --------
    >>> one = torch.tensor([[1.0, 0.0, 0.0, 0.0]])
    >>> moved(one, (2, 2), torch.tensor([[0, 1]]), torch.tensor([[1, 0]])).tolist()
    [[[0.0, 0.0, 0.0, 1.0]]]
    """
    axes = []
    for axis, size in enumerate(grid):
        place = (torch.arange(size) - shift[:, axis, None]) % size
        axes.append(torch.where(flip[:, axis, None] > 0, size - 1 - place, place))
    source = (axes[0][:, :, None] * grid[1] + axes[1][:, None, :]).flatten(1)
    return rows[:, source.to(rows.device)].transpose(0, 1)

"""How do all tokens of a batch lie along all singular vectors of a layer? Extremes of every map at once, single maps on demand.

Nearly all the time of a sweep beside the forward pass goes into this file. Projections come out of the queries and keys that
the model has computed, a few images at a time, so that a group's extremes are taken while it is still in the processor's
cache; the maps of the few images that enter a list are picked out afterwards.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from qkwidgets.core.degenerate import BLOCK_TOLERANCE, degenerate_blocks, null_modes, stability, stored_dtype
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.modes import factor_norms, singular_modes
from qkwidgets.core.optimal import Side, projected, side
from qkwidgets.models.contract import AttentionModel

CACHED = 2**18
"""Numbers a thread projects before it looks for their extremes: one megabyte in float32."""


class LayerSides(NamedTuple):
    """How the tokens of one layer are projected on its left (query) and right (key) singular vectors."""

    query: Side
    key: Side


class Extremes(NamedTuple):
    """Largest and smallest projection over the patches of each image, on either side of every mode."""

    query_max: Float[Tensor, "head image mode"]
    query_min: Float[Tensor, "head image mode"]
    key_max: Float[Tensor, "head image mode"]
    key_min: Float[Tensor, "head image mode"]


def model_sides(model: AttentionModel) -> tuple[list[LayerSides], dict[str, Tensor]]:
    """The sides of every layer on the model's device, and, on the CPU, what there is to say of its modes: `[layer head mode]` each.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> sides, said = model_sides(qk.load_model())
    >>> len(sides), sorted(said)
    (6, ['cosine', 'degenerate', 'null', 'singular_values', 'stability'])
    """
    W_Q, W_K = (torch.stack(weights) for weights in zip(*((w.W_Q, w.W_K) for w in model.layers), strict=True))
    modes = singular_modes(W_Q, W_K)
    precision = torch.promote_types(W_Q.dtype, torch.float32)
    sides = [
        LayerSides(*(side(*part).to(model.device, precision) for part in ((w.W_Q, w.b_Q, left), (w.W_K, w.b_K, right))))
        for w, left, right in zip(model.layers, modes.left, modes.right, strict=True)
    ]
    null = null_modes(modes.singular_values)
    said = {
        "singular_values": modes.singular_values,
        "cosine": modes.cosine.masked_fill(null, torch.nan),
        "degenerate": degenerate_blocks(modes.singular_values, BLOCK_TOLERANCE),
        "null": null,
        "stability": stability(modes.singular_values, *factor_norms(W_Q, W_K), stored_dtype(W_Q, W_K)),
    }
    return sides, {name: tensor.cpu() for name, tensor in said.items()}


class Projecting:
    """The projections of one layer of one batch at a time; room for them is kept from one to the next."""

    def __init__(self, layout: TokenLayout) -> None:
        self.layout = layout
        self._room: list[Tensor] = []
        self._sides: tuple[Side, ...] = ()

    def extremes(
        self,
        q: Float[Tensor, "image head token d_head"],
        k: Float[Tensor, "image head token d_head"],
        x: Float[Tensor, "image token d_model"],
        sides: LayerSides,
    ) -> Extremes:
        """Project all tokens, and find each map's extremes over the patches."""
        self._sides = tuple(sides)
        self._make_room(q, sides.query.matrix)
        found = [self._side_extremes(*each, x) for each in zip(self._room, (q, k), sides, strict=True)]
        return Extremes(*found[0], *found[1])

    def maps(
        self, head: Int64[Tensor, " map"], image: Int64[Tensor, " map"], mode: Int64[Tensor, " map"]
    ) -> Float[Tensor, "map 2 patch"]:
        """Query and key maps of some modes on some images of the batch last projected."""
        picked = [
            room[head, image, self.layout.patches, mode].sub_(way.offset[head, mode, None])
            for room, way in zip(self._room, self._sides, strict=True)
        ]
        return torch.stack(picked, dim=1)

    def best_patches(self, images: Int64[Tensor, " some"]) -> Int64[Tensor, "some head mode sign 2"]:
        """Where some images of the batch last projected have the largest value of every map: query and key patch.

        -1 where a map times the sign is nowhere above zero.
        """
        found = []
        for room, way in zip(self._room, self._sides, strict=True):
            maps = room.index_select(1, images)[:, :, self.layout.patches]
            ends = ((maps.max(dim=2), 1.0), (maps.min(dim=2), -1.0))
            signs = [patch.where(sign * (end - way.offset[:, None]) > 0, -1) for (end, patch), sign in ends]
            found.append(torch.stack(signs, dim=-1))
        return torch.stack(found, dim=-1).transpose(0, 1)

    def _side_extremes(self, room: Tensor, heads: Tensor, way: Side, x: Tensor) -> tuple[Tensor, Tensor]:
        n_heads, n_images, n_tokens, n_modes = room.shape
        high, low = room.new_empty(2, n_heads, n_images, n_modes)
        step = max(1, torch.get_num_threads() * CACHED // (n_heads * n_tokens * n_modes))
        step = step if room.device.type == "cpu" else n_images
        for start in range(0, n_images, step):
            part = slice(start, start + step)
            projected(room[:, part], heads[part], x[part], way)
            patches = room[:, part, self.layout.patches]
            torch.amax(patches, dim=2, out=high[:, part])
            torch.amin(patches, dim=2, out=low[:, part])
        return high.sub_(way.offset[:, None]), low.sub_(way.offset[:, None])

    def _make_room(self, q: Tensor, matrix: Tensor) -> None:
        n_images, n_heads, n_tokens, _ = q.shape
        shape = (n_heads, n_images, n_tokens, matrix.shape[-1])
        if not self._room or self._room[0].shape != shape or self._room[0].dtype != matrix.dtype:
            self._room = [torch.empty(shape, dtype=matrix.dtype, device=matrix.device) for _ in range(2)]

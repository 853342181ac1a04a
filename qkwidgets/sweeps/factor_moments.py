"""What must be kept of all images' queries and keys to split them by factor? The reducer behind `qkwidgets.factors`.

For every layer, side and head: each place's mean, and two scatter matrices (`core.factors.moments`), for either half of the set
by itself, so that shares can be shown from half the images and from all, and energies can be made of one half's queries and
the other's keys. Everything is float64. A few patches are worked on at a time, so that their tokens stay in the processor's cache.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from qkwidgets.core.errors import InputError, UnsupportedModelError
from qkwidgets.core.factors.moments import Moments, Room, merged, no_moments, take_images
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.image_sample import image_half
from qkwidgets.sweeps.reducer import LayerBatch, State, Unpictured

CACHED = 2**17
"""Numbers a thread works on at a time, so that they stay in its cache: one megabyte in float64."""

LISTED = 5
"""Images that an error names."""

PARTS = ("mean", "scatter", "image_scatter")
"""Of the state, beside the count: `[layer half side head …]`; side 0 is the query."""


@dataclass(frozen=True, eq=False)
class FactorMoments(Unpictured):
    """Moments of the queries and keys of every head at every patch, from which all factor energies and modes follow.

    Parameters
    ----------
    name
        Key of the answer.

    Raises
    ------
    InputError
        In a sweep, if images have other patches than the model's grid, or a query or key is no number.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.sweep(qk.load_model(), qk.odd_one_out(8), FactorMoments(), workers=0, progress=False)["factors"]
    >>> found.mean.shape, found.scatter.shape
    ((6, 2, 2, 4, 64, 32), (6, 2, 2, 4, 32, 32))
    """

    name: str = "factors"
    answer: str = "FactorTotals"
    _shape: tuple[int, int, int, int] = (0, 0, 0, 0)
    _place: torch.device | None = None
    _rooms: "Rooms | None" = None

    def options(self) -> dict[str, Any]:
        """There are none."""
        return {}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the sizes of a model."""
        check_readable(model)
        shape = (model.n_layers, model.n_heads, model.layout.n_patches, model.d_head)
        return replace(self, _shape=shape, _place=float64_place(model.device), _rooms=Rooms())

    def empty(self) -> State:
        """The moments of no image."""
        n_layers, n_heads, n_patches, d_head = self._shape
        none = no_moments((n_layers, 2, 2, n_heads), n_patches, d_head, self._place)
        count = torch.zeros(n_layers, 2, dtype=torch.int64, device=self._place)
        return {"count": count, **{part: getattr(none, part) for part in PARTS}}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        check_grid(batch.tokens.qk, batch.layout)
        arrays = (state[part][batch.layer] for part in PARTS)
        both = (array.view(2, -1, *array.shape[3:]) for array in arrays)  # the heads of either side in one row
        take_images(Moments(state["count"][batch.layer], *both), self._filled(batch))
        if not state["image_scatter"][batch.layer].diagonal(dim1=-2, dim2=-1).isfinite().all():
            raise not_finite(batch)

    def merge(self, one: State, other: State) -> State:
        """The moments of the images of both."""
        if one["mean"].shape != other["mean"].shape:
            raise other_grid(one["mean"].shape[-2], other["mean"].shape[-2])
        both = merged(_moments(one), _moments(other))
        return {"count": one["count"] + other["count"], **{part: getattr(both, part) for part in PARTS}}

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """The layout, and the scale of scores in each layer."""
        layout = model.layout
        return {
            "layout": [layout.n_cls, layout.n_distill, layout.n_registers, *layout.grid],
            "scale": [weights.scale for weights in model.layers],
        }

    def _filled(self, batch: LayerBatch) -> Iterator[Room]:
        """A few patches of all images at a time, those of the first half of the set before the others."""
        tokens = batch.tokens.qk[:, :, batch.layout.patches]
        self._rooms.by_half(batch.images, tokens.device)
        for part in few(batch.layout.n_patches, tokens[:, :, 0].numel(), self._place):
            yield self._rooms.filled(tokens.narrow(2, part.start, part.stop - part.start))


class Memory:
    """Numbers of one kind that are used again and again, since fresh memory is not in the processor's cache."""

    def __init__(self) -> None:
        self._numbers = torch.empty(0)

    def shaped(self, shape: Sequence[int], dtype: torch.dtype, place: torch.device) -> Tensor:
        """As many as asked for, whatever they are; the next call gives the same."""
        count = math.prod(shape)
        if self._numbers.numel() < count or self._numbers.dtype != dtype or self._numbers.device != place:
            self._numbers = torch.empty(count, dtype=dtype, device=place)
        return self._numbers[:count].view(shape)

    def lifted(self, tokens: Float[Tensor, "..."]) -> Float64[Tensor, "..."]:
        """A float64 copy of some tokens, to be overwritten."""
        return self.shaped(tokens.shape, torch.float64, float64_place(tokens.device)).copy_(tokens)


class Rooms:
    """Rooms for the queries and keys of a batch, in the same memory; what layers and batches have in common is made once."""

    def __init__(self) -> None:
        self._ordered, self._lifted = Memory(), Memory()
        self._known: dict[tuple, tuple[Tensor, Tensor, Room]] = {}
        self._images: Tensor | None = None
        self._order, self._sizes = torch.empty(0, dtype=torch.int64), (0, 0)

    def by_half(self, images: Int64[Tensor, " image"], device: torch.device) -> None:
        """Put the images of the first half of the set before the others from now on."""
        if images is not self._images:
            half = image_half(images)
            self._images, self._order = images, half.argsort(stable=True).to(device)
            self._sizes = tuple(torch.bincount(half, minlength=2).tolist())

    def filled(self, tokens: Float[Tensor, "image head some d_head"]) -> Room:
        """Room with the images in their order, in float64."""
        key = (tokens.shape, tokens.dtype, tokens.device, self._sizes)
        if key not in self._known:
            self._known[key] = self._made(tokens)
        ordered, lifted, room = self._known[key]
        torch.index_select(tokens, 0, self._order, out=ordered)
        lifted.copy_(ordered)
        return room

    def _made(self, tokens: Tensor) -> tuple[Tensor, Tensor, Room]:
        ordered = self._ordered.shaped(tokens.shape, tokens.dtype, tokens.device)
        lifted = self._lifted.shaped(tokens.transpose(0, 1).shape, torch.float64, float64_place(tokens.device))
        return ordered, lifted.transpose(0, 1), Room(lifted, self._sizes)


def few(count: int, numbers: int, place: torch.device) -> Iterator[slice]:
    """Parts of `count` things of so many numbers each, as even as can be, of a size that the threads' caches hold together.

    Examples
    --------
    >>> [(part.start, part.stop) for part in few(5, torch.get_num_threads() * CACHED // 2, torch.device("cpu"))]
    [(0, 2), (2, 4), (4, 5)]
    """
    most = max(1, torch.get_num_threads() * CACHED // numbers) if place.type == "cpu" else count
    step = -(-count // -(-count // most))
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def float64_place(device: torch.device) -> torch.device:
    """Where float64 sums of a device's tokens are kept: Apple's has none."""
    return torch.device("cpu") if device.type == "mps" else device


def check_readable(model: AttentionModel) -> None:
    """Refuse models whose scores are not products of the queries and keys that are read here."""
    for weights in model.layers:
        if any(part is not None for part in (weights.q_norm, weights.k_norm, weights.rotation, weights.additive)):
            raise UnsupportedModelError(
                f"Factors are read where scores are products of queries and keys as projected: '{model.name}' norms or turns them, or adds a "
                "term of its own. This version does not read that yet. Use a model without."
            )


def check_grid(tokens: Tensor, layout: TokenLayout) -> None:
    """Refuse tokens of another grid than the model's."""
    if tokens.shape[-2] != layout.n_tokens:
        raise other_grid(layout.n_patches, tokens.shape[-2] - layout.n_prefix)


def other_grid(one: int, other: int) -> InputError:
    """That places cannot be compared."""
    return InputError(
        f"Every image must have the same patches, since a place is compared across images: got {one} and {other} patches. The model "
        "probably has no fixed grid, or images were not resized to one size. Fix the size when the model is loaded, or resize them."
    )


def not_finite(batch: LayerBatch) -> InputError:
    """Which images have no numbers at some patches."""
    patches = batch.layout.patches
    finite = batch.tokens.qk[:, :, patches].isfinite().flatten(1).all(dim=1)
    wrong = batch.images[~finite.cpu()].tolist()
    listed = ", ".join(map(str, wrong[:LISTED])) + (f" and {len(wrong) - LISTED} more" if len(wrong) > LISTED else "")
    return InputError(
        f"Every patch must have a query and a key: those of image{'s' * (len(wrong) > 1)} {listed} in layer {batch.layer} are not all "
        "numbers. Patches were probably masked, which breaks the balance that the split rests on, or the precision is too narrow. Leave "
        'whole images out, or use dtype="bfloat16" or None.'
    )


def _moments(state: State) -> Moments:
    return Moments(state["count"][..., None, None], *(state[part] for part in PARTS))

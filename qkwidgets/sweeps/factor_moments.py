"""What must be kept of all images' queries and keys to split them by factor? The reducer behind `qkwidgets.factors`.

For every layer, side and head: each place's mean, and two scatter matrices (`core.factors.moments`), for either half of the set
by itself, so that shares can be shown from half the images and from all, and energies can be made of one half's queries and
the other's keys. Everything is float64. One head is worked on at a time, so that its tokens stay in the processor's cache.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from jaxtyping import Int64
from torch import Tensor

from qkwidgets.core.errors import InputError, UnsupportedModelError
from qkwidgets.core.factors.moments import Moments, merged, moments_in
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.image_sample import image_half
from qkwidgets.sweeps.reducer import LayerBatch, State

LISTED = 5
"""Images that an error names."""

PARTS = ("mean", "scatter", "image_scatter")
"""Of the state, beside the count: `[layer half side head …]`; side 0 is the query."""


@dataclass(frozen=True, eq=False)
class FactorMoments:
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
        sizes = {"mean": (n_patches, d_head), "scatter": (d_head, d_head), "image_scatter": (d_head, d_head)}
        heads = (n_layers, 2, 2, n_heads)
        state = {part: torch.zeros(*heads, *size, dtype=torch.float64, device=self._place) for part, size in sizes.items()}
        return state | {"count": torch.zeros(n_layers, 2, dtype=torch.int64, device=self._place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        rows, sizes = by_half(batch.images)
        for side, tokens in enumerate((batch.tokens.q, batch.tokens.k)):
            check_grid(tokens, batch.layout)
            for heads, room in self._rooms.heads(tokens, batch.layout, rows):
                for half, part in enumerate(room.split(sizes, dim=1)):
                    if len(part[0]):
                        self._take_in(state, (batch.layer, half, side, heads), part, batch)
        state["count"][batch.layer] += torch.tensor(sizes, device=self._place)

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

    def pictured(self, state: State) -> Int64[Tensor, " image"]:
        """No image is shown."""
        return torch.empty(0, dtype=torch.int64)

    def _take_in(self, state: State, spot: tuple, tokens: Tensor, batch: LayerBatch) -> None:
        new = moments_in(tokens)
        if not new.scatter.isfinite().all():
            raise not_finite(batch)
        held = Moments(state["count"][spot[:2]], *(state[part][spot] for part in PARTS))
        for part, sums in zip(PARTS, merged(held, new)[1:], strict=True):
            state[part][spot].copy_(sums)


class Rooms:
    """Float64 copies of the patches of a few heads at a time, in room that is used again."""

    def __init__(self) -> None:
        self._room: Tensor | None = None

    def heads(self, tokens: Tensor, layout: TokenLayout, rows: Tensor | None = None) -> Any:
        """Which heads, and their patches `[head image patch d_head]`, the images in the order of `rows` if given; to be overwritten."""
        n_heads, place = tokens.shape[1], float64_place(tokens.device)
        step = 1 if place.type == "cpu" else n_heads
        patches = tokens[:, :, layout.patches].transpose(0, 1)
        for first in range(0, n_heads, step):
            here = slice(first, first + step)
            picked = patches[here] if rows is None else patches[here].index_select(1, rows.to(tokens.device))
            if self._room is None or self._room.shape != picked.shape:
                self._room = torch.empty(picked.shape, dtype=torch.float64, device=place)
            yield here, self._room.copy_(picked)


def by_half(images: Int64[Tensor, " image"]) -> tuple[Int64[Tensor, " image"], list[int]]:
    """The rows of a batch, those of the first half of the set before the others, and how many each half has."""
    half = image_half(images)
    return half.argsort(stable=True), torch.bincount(half, minlength=2).tolist()


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
    finite = torch.stack([side[:, :, patches].isfinite().flatten(1).all(dim=1) for side in (batch.tokens.q, batch.tokens.k)])
    wrong = batch.images[~finite.all(dim=0).cpu()].tolist()
    listed = ", ".join(map(str, wrong[:LISTED])) + (f" and {len(wrong) - LISTED} more" if len(wrong) > LISTED else "")
    return InputError(
        f"Every patch must have a query and a key: those of image{'s' * (len(wrong) > 1)} {listed} in layer {batch.layer} are not all "
        "numbers. Patches were probably masked, which breaks the balance that the split rests on, or the precision is too narrow. Leave "
        'whole images out, or use dtype="bfloat16" or None.'
    )


def _moments(state: State) -> Moments:
    return Moments(state["count"][..., None, None], *(state[part] for part in PARTS))

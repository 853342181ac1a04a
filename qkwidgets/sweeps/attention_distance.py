"""What must be kept of all images to say how far each head looks? Sums of distances and of their squares, one pass."""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch

from qkwidgets.core.attention_distance import RADII, attention_distance, uniform_distance
from qkwidgets.core.errors import InputError
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_moments import check_grid, check_readable, float64_place
from qkwidgets.sweeps.reducer import LayerBatch, State, Summed


@dataclass(frozen=True, eq=False)
class DistanceSums(Summed):
    """Mean distance from patches to the patches that they attend to, by head, summed over images.

    Parameters
    ----------
    name
        Key of the answer.

    Raises
    ------
    InputError
        In a sweep, if images have other patches than the model's grid, or attention is no number.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> qk.sweep(qk.load_model(), qk.odd_one_out(8), DistanceSums(), workers=0, progress=False)["distance"].distance.shape
    (6, 4)
    """

    name: str = "distance"
    answer: str = "AttentionDistance"
    _scales: tuple[float, ...] = ()
    _n_heads: int = 0
    _place: torch.device | None = None

    def options(self) -> dict[str, Any]:
        """There are none."""
        return {}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the scales of a model's scores."""
        check_readable(model)
        scales = tuple(float(weights.scale) for weights in model.layers)
        return replace(self, _scales=scales, _n_heads=model.n_heads, _place=float64_place(model.device))

    def empty(self) -> State:
        """The sums of no image."""
        heads = (len(self._scales), self._n_heads)
        sizes = {"distance": heads, "squares": heads, "near": (*heads, len(RADII)), "other": heads}
        state = {part: torch.zeros(size, dtype=torch.float64, device=self._place) for part, size in sizes.items()}
        return state | {"count": torch.zeros(1, dtype=torch.int64, device=self._place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        check_grid(batch.tokens.q, batch.layout)
        found = attention_distance(batch.tokens.q, batch.tokens.k, self._scales[batch.layer], batch.layout)
        distance = found.distance.to(self._place, torch.float64)
        if not distance.isfinite().all():
            raise InputError(
                f"Attention must be a number everywhere: in layer {batch.layer} it is not. The precision is probably too narrow. Use "
                'dtype="bfloat16" or None.'
            )
        state["distance"][batch.layer] += distance.sum(dim=0)
        state["squares"][batch.layer] += distance.square().sum(dim=0)
        state["near"][batch.layer] += found.near.to(self._place, torch.float64).sum(dim=0)
        state["other"][batch.layer] += found.other.to(self._place, torch.float64).sum(dim=0)
        if batch.layer == 0:
            state["count"] += len(batch.images)

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """What uniform attention would give, and the layout."""
        distance, near = uniform_distance(model.layout.grid)
        layout = model.layout
        return {
            "uniform": distance.item(),
            "uniform_near": near.tolist(),
            "layout": [layout.n_cls, layout.n_distill, layout.n_registers, *layout.grid],
        }

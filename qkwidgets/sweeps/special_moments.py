"""What must be kept of all images' special tokens, such as CLS and registers, to treat each as a group of its own?

A special token has a single place, so its split has two parts: a mean over images, and deviations from it. Among patches it would pull the
mean and the positions towards itself.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.moments import Moments, merged, moments
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_moments import check_grid, check_readable, float64_place
from qkwidgets.sweeps.reducer import LayerBatch, State, Unpictured


@dataclass(frozen=True, eq=False)
class SpecialMoments(Unpictured):
    """Moments of the queries and keys of every head at every token that is no patch.

    Parameters
    ----------
    name
        Key of the answer.

    Raises
    ------
    InputError
        If the model has no such token; in a sweep, if images have other patches than the model's grid.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.sweep(qk.load_model(), qk.odd_one_out(8), SpecialMoments(), workers=0, progress=False)["special"]
    >>> found.names, found.mean.shape, found.scatter.shape
    (['CLS'], (6, 2, 4, 1, 32), (6, 2, 4, 1, 32, 32))
    """

    name: str = "special"
    answer: str = "SpecialTotals"
    _shape: tuple[int, int, int, int] = (0, 0, 0, 0)
    _place: torch.device | None = None

    def options(self) -> dict[str, Any]:
        """There are none."""
        return {}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the sizes of a model."""
        check_readable(model)
        if not model.layout.n_prefix:
            raise InputError(
                f"Groups of special tokens need tokens that are no patches: '{model.name}' has none. It probably pools its patches. Leave special "
                "out."
            )
        shape = (model.n_layers, model.n_heads, model.layout.n_prefix, model.d_head)
        return replace(self, _shape=shape, _place=float64_place(model.device))

    def empty(self) -> State:
        """The moments of no image."""
        n_layers, n_heads, n_special, d_head = self._shape
        heads = (n_layers, 2, n_heads, n_special)
        sizes = {"mean": (*heads, d_head), "scatter": (*heads, d_head, d_head)}
        state = {part: torch.zeros(size, dtype=torch.float64, device=self._place) for part, size in sizes.items()}
        return state | {"count": torch.zeros(n_layers, dtype=torch.int64, device=self._place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        check_grid(batch.tokens.q, batch.layout)
        special = slice(batch.layout.n_prefix)
        sides = [side[:, :, special].to(self._place, torch.float64) for side in (batch.tokens.q, batch.tokens.k)]
        tokens = torch.stack(sides).permute(0, 2, 3, 1, 4)  # [side head special image d_head]
        new = moments(tokens[..., None, :])
        held = one_place(*(state[part][batch.layer] for part in ("count", "mean", "scatter")))
        both = merged(held, new)
        state["mean"][batch.layer] = both.mean[..., 0, :]
        state["scatter"][batch.layer] = both.scatter
        state["count"][batch.layer] += tokens.shape[-2]

    def merge(self, one: State, other: State) -> State:
        """The moments of the images of both."""
        both = merged(*(one_place(s["count"][:, None, None, None], s["mean"], s["scatter"]) for s in (one, other)))
        return {"count": one["count"] + other["count"], "mean": both.mean[..., 0, :], "scatter": both.scatter}

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """The tokens' names, and the scale of scores in each layer."""
        return {"names": list(model.layout.prefix_names), "scale": [weights.scale for weights in model.layers]}


def one_place(count: Tensor, mean: Tensor, scatter: Tensor) -> Moments:
    """The moments of tokens with a single place, of which the scatter of tokens and that of images are one."""
    return Moments(count, mean[..., None, :], scatter, scatter)

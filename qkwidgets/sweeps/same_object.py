"""Do both sides of a mode point at one object? The reducer behind `SameObject`: all modes of all heads, one pass.

For each mode the images of largest score are kept, whichever sign made it, and with each the object that either side points at
under that sign. What chance would give is reckoned while the image is at hand, so the state does not grow with their number.

Source: Pan et al. NeurIPS 2024, Figure 6.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from jaxtyping import Int64
from torch import Tensor

from qkwidgets.answers.same_object import choices_of
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.objects import (
    LEAST_AREA,
    chance_by_area,
    chance_by_count,
    chance_by_others,
    pointed_at,
    segment_means,
)
from qkwidgets.core.optimal import NO_IMAGE, best, image_scores, packed, unpacked
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.projecting import LayerSides, model_sides
from qkwidgets.sweeps.reducer import LayerBatch, State
from qkwidgets.sweeps.segmenting import batch_maps, batch_regions

FEWEST_OBJECTS = 2
"""Objects that an image must have: with one both sides always point at the same."""

BESIDE = {
    "sign": (torch.int8, 0),
    "query_object": (torch.int16, -1),
    "key_object": (torch.int16, -1),
    "by_count": (torch.float32, torch.nan),
    "by_area": (torch.float32, torch.nan),
    "by_others": (torch.float32, torch.nan),
}
"""What is kept beside the score of an image: type, and what a place without an image holds."""


@dataclass(frozen=True, eq=False)
class _Ready:
    """What the reducer needs of one model."""

    sides: list[LayerSides]
    said: State
    null: Tensor
    layout: TokenLayout


@dataclass(frozen=True, eq=False)
class SameObject:
    """Objects that both sides of every mode point at in its best images.

    Parameters
    ----------
    k
        Images kept for each mode.
    ground
        Whether the ground counts as an object, as the sky or a wall does in sets that label everything.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If an option is not one of those; in a sweep, if the images have no objects, or a projection is no number.

    Examples
    --------
    >>> SameObject(k=3).options()
    {'k': 3, 'ground': False}
    """

    k: int = 5
    ground: bool = False
    name: str = "same_object"
    answer: str = "SameObject"
    _ready: _Ready | None = None

    def __post_init__(self) -> None:
        if type(self.k) is not int or self.k < 1:
            raise InputError(f"k must be a whole number of 1 or more: got {self.k!r}. The paper has 5. Give one.")

    def options(self) -> dict[str, Any]:
        """All that tells one such question from another."""
        return {"k": self.k, "ground": bool(self.ground)}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the transforms of a model's modes, on its device."""
        sides, said = model_sides(model)
        said = {name: said[name] for name in ("singular_values", "cosine", "null")}
        return replace(self, _ready=_Ready(sides, said, said["null"].to(model.device), model.layout))

    def empty(self) -> State:
        """Lists without images."""
        null = self._ready.null
        lists = (*null.shape, self.k)
        state = dict(self._ready.said) | {"keys": torch.full(lists, NO_IMAGE, dtype=torch.int64, device=null.device)}
        state |= {name: torch.full(lists, no, dtype=kind, device=null.device) for name, (kind, no) in BESIDE.items()}
        return state | {"n_told": torch.zeros(len(null), dtype=torch.int64, device=null.device)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        layer, null = batch.layer, self._ready.null[batch.layer]
        shares = _objects(batch, self.ground).to(null.device)
        areas = shares.sum(dim=-1)
        allowed = areas >= LEAST_AREA
        told = allowed.sum(dim=-1) >= FEWEST_OBJECTS
        query, key = batch_maps(batch, self._ready.sides[layer], self._ready.layout)
        scores = image_scores(query.amax(dim=2), query.amin(dim=2), key.amax(dim=2), key.amin(dim=2)).float()
        negative = scores[..., 1] > scores[..., 0]  # [head image mode]
        score = scores.amax(dim=-1).masked_fill(null[:, None] | ~told[:, None], 0.0)
        sides = [_choice(segment_means(maps, shares), negative, allowed) for maps in (query, key)]
        found = {
            "sign": negative.to(torch.int8),
            "query_object": sides[0].short(),
            "key_object": sides[1].short(),
            "by_count": chance_by_count(allowed)[:, None].expand_as(score),
            "by_area": chance_by_area(areas, allowed)[:, None].expand_as(score),
            "by_others": chance_by_others(*sides, ~null),
        }
        keys = packed(score.transpose(1, 2), batch.images.to(score.device))
        state["keys"][layer], place = best(state["keys"][layer], keys)
        filled = state["keys"][layer] != NO_IMAGE
        for name, (kind, no) in BESIDE.items():
            both = torch.cat([state[name][layer], found[name].transpose(1, 2).to(kind)], dim=-1)
            state[name][layer] = both.gather(-1, place).where(filled, torch.tensor(no, dtype=kind, device=place.device))
        state["n_told"][layer] += told.sum()

    def merge(self, one: State, other: State) -> State:
        """The best of both."""
        keys, place = best(one["keys"], other["keys"])
        beside = {name: torch.cat([one[name], other[name]], dim=-1).gather(-1, place) for name in BESIDE}
        return {**one, "keys": keys, **beside, "n_told": one["n_told"] + other["n_told"]}

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """Options and what was chosen."""
        return {
            "options": self.options(),
            "site": "attn_input",
            "choices": {choice.question: choice.choice for choice in choices_of(self.options())},
        }

    def pictured(self, state: State) -> Int64[Tensor, " image"]:
        """The images of all lists, those that most lists hold first."""
        images = unpacked(state["keys"].cpu())[1]
        each, count = images[images >= 0].unique(return_counts=True)
        return each[count.argsort(descending=True, stable=True)]


def _objects(batch: LayerBatch, ground: bool) -> Tensor:
    """Area shares of the objects of a batch, side by side: `[image object patch]`; the ground is object 0 or nothing."""
    regions = batch_regions(batch, "The probability of the same object")
    found = torch.zeros(len(regions), max(len(each.shares) for each in regions), batch.layout.n_patches)
    for image, each in enumerate(regions):
        found[image, : len(each.shares)] = torch.from_numpy(each.shares)
    if not ground:
        found[:, 0] = 0
    return found


def _choice(means: Tensor, negative: Tensor, allowed: Tensor) -> Tensor:
    return torch.where(negative, pointed_at(-means, allowed), pointed_at(means, allowed))

"""How is attention shared out between target, distractors and background? The reducer behind `Preference`: sums, however many images.

For every layer, draw of the bootstrap and head the state holds sums of the numbers in `SUMMED`; the first draw are the images as
they are. `area` holds the sums of what uniform attention would give, and `weight` how many images there were in each draw.

Source: Pan et al. NeurIPS 2024, section 3 and Figure 2; areas, controls and bootstrap are ours.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from qkwidgets.answers.preference_choices import choices_of
from qkwidgets.core.alignment import weighted_cosine
from qkwidgets.core.errors import InputError
from qkwidgets.core.preference import asked, permuted_masses
from qkwidgets.core.preference_groups import (
    ItemPatches,
    answerable,
    areas,
    group_shares,
    item_patches,
    nonself_areas,
    query_patches,
)
from qkwidgets.models.contract import AttentionModel, LayerWeights
from qkwidgets.sweeps.bootstrap import exact, image_counts
from qkwidgets.sweeps.reducer import LayerBatch, State, Unpictured

DRAWS = 1000
TOKENS = ("patches", "all")
MOST_SEED = 2**31 - 1

SUMMED = 19
"""Six masses as they are, without the query, and of all item patches; and the attention to prefix tokens."""


@dataclass(eq=False)
class _Ready:
    """What a reducer needs of one model, and of the batch that it sees layer by layer."""

    layers: tuple[LayerWeights, ...]
    cosine: Float64[Tensor, "layer head"]
    permutations: Int64[Tensor, "permutation d_model"]
    device: torch.device
    seen: "tuple[Tensor, _Batch] | None" = None


@dataclass(frozen=True, eq=False)
class _Batch:
    """Where target and distractors lie in the images of a batch, who asks, and how often each image counts in each draw."""

    groups: Float[Tensor, "image 3 patch"]
    query: Int64[Tensor, "image 2"]
    items: ItemPatches | None
    counts: Float64[Tensor, "draw image"]
    uniform: Float64[Tensor, "image 12"]
    n_skipped: int


@dataclass(frozen=True, eq=False)
class PreferenceMasses(Unpictured):
    """Masses of attention on target, distractors and background, with their controls, of labelled images.

    Parameters
    ----------
    tokens
        "patches": what falls on prefix tokens is left out, and the masses of a query sum to one; "all": it stays, and they sum to
        what the patches are given.
    items
        Whether all patches that hold items are asked as well, beside the two; this takes most of the time.
    null
        Number of permutations of the input features; 0 for no null.
    seed
        Of the bootstrap and of the permutations.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If an option is not one of those; in a sweep, if images are not labelled or attention is no number.

    Examples
    --------
    >>> PreferenceMasses(items=False).options()
    {'tokens': 'patches', 'items': False, 'null': 3, 'seed': 0, 'draws': 1000}
    """

    tokens: str = "patches"
    items: bool = True
    null: int = 3
    seed: int = 0
    name: str = "preference"
    answer: str = "Preference"
    draws: int = DRAWS
    _ready: _Ready | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.tokens not in TOKENS:
            raise InputError(
                f'Attention is shared out between the "patches" or between "all" tokens: got tokens={self.tokens!r}. It is probably '
                "misspelt. Use one of these."
            )
        for option, value, most in (("null", self.null, 100), ("seed", self.seed, MOST_SEED), ("draws", self.draws, 10_000)):
            if type(value) is not int or not 0 <= value <= most:
                raise InputError(
                    f"{option} must be a whole number from 0 to {most}: got {value!r}. Leave it out for the default."
                )

    def options(self) -> dict[str, Any]:
        """All that tells one such question from another."""
        return {name: getattr(self, name) for name in ("tokens", "items", "null", "seed", "draws")}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the weights of a model, their cosines, and permutations of its features."""
        generator = torch.Generator().manual_seed(self.seed)
        permutations = [torch.randperm(model.d_model, generator=generator) for _ in range(self.null)]
        permutations = torch.stack(permutations) if permutations else torch.empty(0, model.d_model, dtype=torch.int64)
        W_Q, W_K = (torch.stack(weights) for weights in zip(*((w.W_Q, w.W_K) for w in model.layers), strict=True))
        ready = _Ready(model.layers, weighted_cosine(W_Q, W_K).cpu(), permutations.to(model.device), model.device)
        return replace(self, _ready=ready)

    def empty(self) -> State:
        """Sums of no image, and the cosine of every head."""
        device = self._ready.device if self._ready.device.type != "mps" else "cpu"  # which has no float64
        n_layers, n_heads = self._ready.cosine.shape
        shapes = {
            "sums": (n_layers, self.draws + 1, n_heads, SUMMED),
            "null": (n_layers, self.null, n_heads, 6),
            "area": (self.draws + 1, 12),
            "weight": (self.draws + 1,),
            "skipped": (1,),
        }
        state = {name: torch.zeros(shape, dtype=torch.float64, device=device) for name, shape in shapes.items()}
        return {**state, "cosine": self._ready.cosine.clone()}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        seen, layer, device = self._seen(batch), batch.layer, state["sums"].device
        if layer == 0:
            state["area"] += (seen.counts @ exact(seen.uniform)).to(device)
            state["weight"] += seen.counts.sum(dim=-1).to(device)
            state["skipped"] += seen.n_skipped
        values, null = self._values(batch, seen)
        _check_finite(values, batch)
        counts, values = seen.counts.to(device), exact(values.to(device))
        state["sums"][layer].flatten(1).addmm_(counts, values.flatten(1))  # in place: a layer's sums lie together
        if null is not None:
            state["null"][layer] += torch.einsum("i,i...->...", counts[0], exact(null.to(device)))

    def merge(self, one: State, other: State) -> State:
        """The sums over the images of both."""
        return {name: one[name] if name == "cosine" else one[name] + other[name] for name in one}

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """Options, how the masks came to the grid, and what was chosen."""
        resize = model.preprocessing.resize or "model"
        return {
            "options": self.options(),
            "grid": list(model.layout.grid),
            "n_prefix": model.layout.n_prefix,
            "resize": resize,
            "choices": {choice.question: choice.choice for choice in choices_of({**self.options(), "resize": resize})},
        }

    def _seen(self, batch: LayerBatch) -> _Batch:
        """What all layers of one batch have in common."""
        seen = self._ready.seen
        if seen is None or seen[0] is not batch.images:
            self._ready.seen = seen = batch.images, self._located(batch)
        return seen[1]

    def _located(self, batch: LayerBatch) -> _Batch:
        if batch.regions is None or any(regions is None for regions in batch.regions):
            raise InputError(
                "Attention preference is asked of images with masks: got a set without. It was probably read as plain images. Pass scenes of "
                "odd_one_out, a folder with masks as `qkwidgets.data.labelled.labelled_set` reads it, or a list of labelled pictures."
            )
        groups = torch.stack([group_shares(torch.from_numpy(r.shares), r.target) for r in batch.regions])
        known = answerable(groups)
        counts, query, device = (
            image_counts(batch.images, self.draws, self.seed) * known,
            query_patches(groups),
            self._ready.device,
        )
        items = item_patches(groups).to(device) if self.items else None
        uniform = torch.cat([areas(groups), nonself_areas(groups, query)], dim=-1)
        return _Batch(groups.to(device), query.to(device), items, counts, uniform, len(known) - int(known.sum()))

    def _values(self, batch: LayerBatch, seen: _Batch) -> tuple[Tensor, Tensor | None]:
        weights, tokens = self._ready.layers[batch.layer], batch.tokens
        where, kept = (seen.groups, seen.query), self.tokens == "patches"
        found = asked(tokens.q, tokens.k, weights.scale, *where, seen.items, renormalised=kept)
        items = torch.zeros_like(found.masses) if found.items is None else found.items
        values = torch.cat([found.masses, found.nonself, items, found.prefix[..., None]], dim=-1)
        if not self.null:
            return values, None
        parts = (weights.W_Q, weights.W_K, weights.b_Q, weights.scale)
        return values, permuted_masses(tokens.x, *parts, *where, self._ready.permutations, renormalised=kept)


def _check_finite(values: Tensor, batch: LayerBatch) -> None:
    """Refuse what would spoil every sum."""
    finite = values.flatten(1).isfinite().all(dim=-1)
    if finite.all():
        return
    first = int(batch.images[~finite.cpu()][0])
    raise InputError(
        f"Attention must be a number: that of image {first} in layer {batch.layer} is none. The precision is probably too narrow. Use "
        'dtype="bfloat16" or None.'
    )

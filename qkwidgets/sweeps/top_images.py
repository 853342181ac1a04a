"""Which images does every mode answer to most? The reducer behind `OptimalImages`: all modes of all heads, both signs, one pass.

A list of `k` places is kept for each mode and sign, with the best pair of patches and, on request, the maps of each place; so
the state does not grow with the number of images. The other parts of the state are a sample of all images, and lists of the
two halves of the set for asking after classes.

Source: Pan et al. NeurIPS 2024, sections 4.3 and S7. The paper's code takes one head and one image at a time.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from jaxtyping import Int64
from torch import Tensor

from qkwidgets.answers.optimal_choices import choices_of
from qkwidgets.answers.optimal_parts import DECILES as N_DECILES
from qkwidgets.core.alignment import BAND_SDS, isotropic_sd
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.optimal import NO_IMAGE, WAYS, best, image_scores, packed, unpacked
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.image_sample import image_half
from qkwidgets.sweeps.places import empty_places, merge_places, update_places
from qkwidgets.sweeps.projecting import Extremes, LayerSides, Projecting, model_sides
from qkwidgets.sweeps.reducer import LayerBatch, State
from qkwidgets.sweeps.sampling import empty_sample, merge_samples, update_sample

MOST_BYTES = 4 * 10**9
"""Of the lists of a model; merging needs as much again."""

N_SIGNS = 2
"""Place 0 of every sign axis is +, place 1 is -."""

LISTED = 5
"""Images that an error names."""


@dataclass(frozen=True, eq=False)
class _Ready:
    """What a reducer needs of one model."""

    sides: list[LayerSides]
    said: dict[str, Tensor]
    null: Tensor
    layout: TokenLayout
    projecting: Projecting


@dataclass(frozen=True, eq=False)
class TopImages:
    """Top images of every mode, both signs, with scores and best pairs of patches.

    Parameters
    ----------
    k
        Images kept for each mode and sign.
    by
        "score": the product of both maxima, as in the paper; "query" or "key": the maximum of one side alone.
    maps
        Of how many modes of each head, loudest first, the maps of the kept images are kept, in 8 bits; None for all, 0 for none.
    sample
        Number of images that stand for all, from which deciles are drawn, eleven or more; all are taken if there are no more. 0
        for none.
    classes
        Images kept for each mode and sign in either half of the set, to ask which classes stand out. 0 for none.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If an option is not one of those; in a sweep, if a projection is infinite or no number.

    Examples
    --------
    >>> TopImages(k=4, by="query").options()
    {'k': 4, 'by': 'query', 'maps': None, 'sample': 0, 'classes': 0}
    """

    k: int = 8
    by: str = "score"
    maps: int | None = None
    sample: int = 0
    classes: int = 0
    name: str = "optimal"
    answer: str = "OptimalImages"
    _ready: _Ready | None = None

    def __post_init__(self) -> None:
        if self.by not in WAYS:
            raise InputError(f"Images are ranked by {', '.join(map(repr, WAYS))}: got by={self.by!r}. Use one of these.")
        least = {"k": 1, "maps": 0, "sample": 0, "classes": 0}
        for option, value in self.options().items():
            if option in least and value is not None and (type(value) is not int or value < least[option]):
                raise InputError(
                    f"{option} must be a whole number of {least[option]} or more: got {value!r}. Give one, such as 8."
                )

        if 0 < self.sample < N_DECILES:
            raise InputError(
                f"A sample from which deciles are drawn holds {N_DECILES} images or more: got sample={self.sample}. The same image would stand at "
                "several deciles. Use sample=200, or 0 for none."
            )

    def options(self) -> dict[str, Any]:
        """All that tells one such question from another."""
        return {name: getattr(self, name) for name in ("k", "by", "maps", "sample", "classes")}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the transforms of a model's modes, on its device."""
        sides, said = model_sides(model)
        ready = _Ready(sides, said, said["null"].to(model.device), model.layout, Projecting(model.layout))
        return replace(self, _ready=ready)

    def empty(self) -> State:
        """Lists without images, and what there is to say of the modes."""
        state, device = dict(self._ready.said), self._ready.null.device
        lists = (*self._ready.null.shape, N_SIGNS, self.k)
        n_maps = lists[2] if self.maps is None else min(self.maps, lists[2])
        _check_size(lists, n_maps, self._ready.layout.n_patches)
        state["keys"] = torch.full(lists, NO_IMAGE, dtype=torch.int64, device=device)
        state |= empty_places(lists, n_maps, self._ready.layout.n_patches, device)
        if self.sample:
            state |= empty_sample(self.sample, lists[:-1], device)
        if self.classes:
            state["half_keys"] = state["keys"].new_full((*lists[:-1], 2, self.classes), NO_IMAGE)
        return state

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        layer, tokens, ready = batch.layer, batch.tokens, self._ready
        found = ready.projecting.extremes(tokens.q, tokens.k, tokens.x, ready.sides[layer])
        _check_finite(found, batch)
        scores = image_scores(*found, by=self.by).float()  # [head image mode sign]
        scores = scores.masked_fill(ready.null[layer][:, None, :, None], 0.0).permute(0, 2, 3, 1)
        keys = packed(scores, batch.images.to(scores.device))
        listed, place = best(state["keys"][layer], keys)
        update_places(state, layer, listed, place, ready.projecting)
        state["keys"][layer] = listed
        if self.sample:
            update_sample(state, layer, batch.images, scores, ready.projecting)
        if self.classes:
            half = image_half(batch.images).to(keys.device)
            halves = torch.stack([keys.where(half == one, NO_IMAGE) for one in (0, 1)], dim=-2)
            state["half_keys"][layer] = best(state["half_keys"][layer], halves)[0]

    def merge(self, one: State, other: State) -> State:
        """The best of both."""
        listed, place = best(one["keys"], other["keys"])
        state = {**one, "keys": listed, **merge_places(one, other, listed, place)}
        if "sample" in one:
            state |= merge_samples(one, other)
        if "half_keys" in one:
            state["half_keys"] = best(one["half_keys"], other["half_keys"])[0]
        return state

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """Options, layout, what was chosen, and between which cosines chance lies."""
        layout = model.layout
        return {
            "options": self.options(),
            "layout": [layout.n_cls, layout.n_distill, layout.n_registers, *layout.grid],
            "site": "attn_input",
            "mode_band": BAND_SDS * isotropic_sd(model.d_model),
            "choices": {choice.question: choice.choice for choice in choices_of(self.by)},
        }

    def pictured(self, state: State) -> Int64[Tensor, " image"]:
        """All images in lists and sample; first those that most places show, with more weight for louder modes.

        A sample's image is shown by a decile of every mode about as often as any other of the sample.
        """
        images = unpacked(state["keys"].cpu())[1]
        n_modes, k = images.shape[2], images.shape[-1]
        weight = (n_modes - torch.arange(n_modes))[:, None, None].expand_as(images).double()
        shown, wanted = [images[images >= 0]], [weight[images >= 0]]
        if self.sample:
            shown.append(state["sample_image"][state["sample_image"] >= 0])
            wanted.append(
                torch.full((len(shown[-1]),), N_DECILES * weight.sum().item() / k / max(1, len(shown[-1])), dtype=torch.double)
            )
        if self.classes:  # not shown, but their labels are asked for
            halves = unpacked(state["half_keys"].cpu())[1]
            shown.append(halves[halves >= 0])
            wanted.append(torch.zeros(len(shown[-1]), dtype=torch.double))
        each, where = torch.cat(shown).unique(return_inverse=True)
        total = torch.zeros(len(each), dtype=torch.double).index_add_(0, where, torch.cat(wanted))
        return each[total.argsort(descending=True, stable=True)]


def _check_size(lists: tuple[int, ...], n_maps: int, n_patches: int) -> None:
    """Refuse what would fill the memory without a word: keys, patches, and maps of both sides with their ranges."""
    needed = math.prod(lists) * 12 + math.prod(lists) // lists[2] * n_maps * 2 * (n_patches + 8)
    if needed > MOST_BYTES:
        raise InputError(
            f"Lists of the best images may take {MOST_BYTES / 1e9:.0f} GB: k={lists[-1]} for {math.prod(lists[:-1]):,} modes and signs "
            f"takes {needed / 1e9:.0f}. k is probably larger than anybody can look at. Use a smaller k, or maps=0."
        )


def _check_finite(found: Extremes, batch: LayerBatch) -> None:
    """Refuse what would become "no hit", or the best of all: extremes hand on what is no number or has no end."""
    finite = torch.stack([each.isfinite().all(dim=-1).all(dim=0) for each in found]).all(dim=0)
    if finite.all():
        return
    wrong = batch.images[~finite.cpu()].tolist()
    listed = ("images " if len(wrong) > 1 else "image ") + ", ".join(map(str, wrong[:LISTED]))
    more = f" and {len(wrong) - LISTED} more" if len(wrong) > LISTED else ""
    raise InputError(
        f"Projections must be finite: those of {listed}{more} in layer {batch.layer} are not. The precision is probably too narrow. "
        'Use dtype="bfloat16" or None.'
    )

"""What must be kept of all images' tokens to follow position and content through depth? The reducers behind `depth_profile`.

The first pass keeps each place's mean in every layer and products of the deviations from it, within a layer and between layers
(`core.factors.depth`). Cosines of content need those means, so they take a second pass. Both hold the tokens of one batch until its
last layer has been seen; nothing grows with the number of images. Everything is float64.
"""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch
from jaxtyping import Float64
from torch import Tensor

from qkwidgets.answers.depth_totals import DepthTotals
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.depth import DepthMoments, cosine_sums, depth_moments, joined, layer_pairs
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_moments import LISTED, check_grid, float64_place
from qkwidgets.sweeps.reducer import LayerBatch, State, Summed, Unpictured

SITES = ("residual", "attn_input")
PAIRS = ("all", "neighbours")


@dataclass
class HeldLayers:
    """The patches of one batch, layer by layer, until all are there."""

    n_layers: int
    site: str
    place: torch.device
    layers: list[Tensor] = field(default_factory=list)

    def taken(self, batch: LayerBatch) -> Float64[Tensor, "layer image patch d_model"] | None:
        """All layers once the last one has come; None before."""
        if batch.layer != len(self.layers):  # a pass before this one was broken off
            self.layers.clear()
        tokens = batch.tokens.x if self.site == "attn_input" else batch.tokens.residual
        check_grid(tokens, batch.layout)
        patches = tokens[:, batch.layout.patches].to(self.place, torch.float64, copy=True)
        if not patches.isfinite().all():
            raise _not_finite(batch, patches)
        self.layers.append(patches)
        if len(self.layers) < self.n_layers:
            return None
        whole = torch.stack(self.layers)
        self.layers.clear()
        return whole


@dataclass(frozen=True, eq=False)
class DepthSums(Unpictured):
    """Moments of the patches' tokens in every layer, and between layers.

    Parameters
    ----------
    site
        "residual", the stream before the norm of each attention, or "attn_input" after it.
    pairs
        Which layers are compared: "all", or "neighbours", whose state is smaller for wide models (of a ViT-B, 110 MB for 370 MB).
    name
        Key of the answer.

    Raises
    ------
    InputError
        If an option is unknown; in a sweep, if images have other patches than the model's grid, or a token is no number.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.sweep(qk.load_model(), qk.odd_one_out(8), DepthSums(), workers=0, progress=False)["depth"]
    >>> found.mean.shape, found.cross.shape
    ((6, 64, 128), (21, 128, 128))
    """

    site: str = "residual"
    pairs: str = "all"
    name: str = "depth"
    answer: str = "DepthTotals"
    _shape: tuple[int, int, int] = (0, 0, 0)
    _held: HeldLayers | None = None

    def __post_init__(self) -> None:
        for name, among in (("site", SITES), ("pairs", PAIRS)):
            if getattr(self, name) not in among:
                raise InputError(
                    f"{name} is one of {', '.join(map(repr, among))}: got {getattr(self, name)!r}. It is probably misspelt. Use one of these."
                )

    @property
    def furthest(self) -> int | None:
        """How many layers apart the compared ones may be; None for any number."""
        return None if self.pairs == "all" else 1

    def options(self) -> dict[str, Any]:
        """All that tells one such question from another."""
        return {"site": self.site, "pairs": self.pairs}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the sizes of a model."""
        held = HeldLayers(model.n_layers, self.site, float64_place(model.device))
        return replace(self, _shape=(model.n_layers, model.layout.n_patches, model.d_model), _held=held)

    def empty(self) -> State:
        """The moments of no image."""
        n_layers, n_patches, d_model = self._shape
        sizes = {
            "mean": (n_layers, n_patches, d_model),
            "cross": (len(layer_pairs(n_layers, self.furthest)), d_model, d_model),
            "image_scatter": (n_layers, d_model, d_model),
        }
        state = {part: torch.zeros(size, dtype=torch.float64, device=self._held.place) for part, size in sizes.items()}
        return state | {"count": torch.zeros(1, dtype=torch.int64, device=self._held.place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch; the sums change when the last layer has come."""
        tokens = self._held.taken(batch)
        if tokens is not None:
            both = joined(_moments(state), depth_moments(tokens, self.furthest), self.furthest)
            for part, sums in _state(both).items():
                state[part].copy_(sums)

    def merge(self, one: State, other: State) -> State:
        """The moments of the images of both."""
        return _state(joined(_moments(one), _moments(other), self.furthest))

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """The layout and the options."""
        layout = model.layout
        return {"layout": [layout.n_cls, layout.n_distill, layout.n_registers, *layout.grid], "options": self.options()}


@dataclass(frozen=True, eq=False)
class DepthCosines(Summed):
    """Cosines of each token in one layer and in another, for whole tokens and for their content, summed over tokens.

    Parameters
    ----------
    totals
        Of a first pass over the same images with `DepthSums`.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If the totals are another model's.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model, images = qk.load_model(), qk.odd_one_out(8)
    >>> totals = qk.sweep(model, images, DepthSums(), workers=0, progress=False)["depth"]
    >>> qk.sweep(model, images, DepthCosines(totals), workers=0, progress=False)["cosines"].content.shape
    (6, 6)
    """

    totals: DepthTotals
    name: str = "cosines"
    answer: str = "DepthCosineTotals"
    _mean: Tensor | None = None
    _held: HeldLayers | None = None

    def options(self) -> dict[str, Any]:
        """The site, and a digest of the means of the first pass."""
        return first_pass(self.totals)

    def prepare(self, model: AttentionModel) -> Self:
        """The same with every place's mean on the model's device."""
        check_first_pass(model, self.totals)
        place = float64_place(model.device)
        held = HeldLayers(model.n_layers, self.totals.site, place)
        return replace(self, _mean=torch.from_numpy(self.totals.mean).to(place)[:, None], _held=held)

    def empty(self) -> State:
        """The sums of no image."""
        n, place = self._held.n_layers, self._held.place
        sums = {part: torch.zeros(n, n, dtype=torch.float64, device=place) for part in ("content", "activation")}
        return sums | {"count": torch.zeros(1, dtype=torch.int64, device=place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch; the sums change when the last layer has come."""
        tokens = self._held.taken(batch)
        if tokens is not None:
            state["activation"] += cosine_sums(tokens)
            state["content"] += cosine_sums(tokens - self._mean)
            state["count"] += tokens.shape[1]

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """How many patches an image has."""
        return {"n_patches": model.layout.n_patches}


def first_pass(totals: DepthTotals) -> dict[str, Any]:
    """What tells one first pass from another, as options of a second: the site, and a digest of its means."""
    digest = hashlib.sha256(totals.count.tobytes() + totals.mean.tobytes()).hexdigest()
    return {"site": totals.site, "first_pass": digest}


def check_first_pass(model: AttentionModel, totals: DepthTotals) -> None:
    """Refuse the totals of another model."""
    if totals.provenance["fingerprint"] != model.fingerprint:
        raise InputError(
            f"A second pass belongs to the model of the first: '{model.name}' has other weights than the totals of "
            f"'{totals.model}'. They were probably exchanged. Use the totals of this model."
        )


def _moments(state: State) -> DepthMoments:
    return DepthMoments(state["count"][0], state["mean"], state["cross"], state["image_scatter"])


def _state(found: DepthMoments) -> State:
    return {"count": found.n_images[None], "mean": found.mean, "cross": found.cross, "image_scatter": found.image_scatter}


def _not_finite(batch: LayerBatch, patches: Tensor) -> InputError:
    wrong = batch.images[~patches.isfinite().flatten(1).all(dim=1).cpu()].tolist()
    listed = ", ".join(map(str, wrong[:LISTED])) + (f" and {len(wrong) - LISTED} more" if len(wrong) > LISTED else "")
    return InputError(
        f"Every patch must have a token: those of image{'s' * (len(wrong) > 1)} {listed} in layer {batch.layer} are not all numbers. Patches "
        "were probably masked, which breaks the balance that the split rests on, or the precision is too narrow. Leave whole images "
        'out, or use dtype="bfloat16" or None.'
    )

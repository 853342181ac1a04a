"""What must be kept of all images' tokens to ask whether they tell their place? Two passes: means of places, then probes' sums.

Images are divided into four by the hash of their index: of the first the means of places are taken, probes are fitted on the second,
their ridge is chosen on the third, and they are tried on the last. So no image is held against a mean that it is part of, but where that
is the question (in-sample content).
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from qkwidgets.answers.probe_totals import PlaceTotals
from qkwidgets.core.factors.probe import place_targets, probe_sums, with_squares
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_moments import check_grid, float64_place
from qkwidgets.sweeps.image_sample import image_hash
from qkwidgets.sweeps.reducer import LayerBatch, State, Summed

FOLDS = 4
MEANS, FIT, CHOICE, TRIAL = range(FOLDS)
"""What each quarter of the images is for."""

SETS = (*((kind, fold) for kind in ("raw", "held_out") for fold in (FIT, CHOICE, TRIAL)), ("in_sample", FIT))
"""Tokens and images of each set of sums."""


def image_fold(images: Int64[Tensor, " image"]) -> Int64[Tensor, " image"]:
    """Which quarter of the set each image belongs to."""
    return image_hash(images).remainder(FOLDS)


@dataclass(frozen=True, eq=False)
class PlaceSums(Summed):
    """Sums of the attention inputs at every place, for the means of content.

    Parameters
    ----------
    width
        Channels kept: wider tokens are projected at random (orthonormal, the same for all layers), which no theorem minds.
    name
        Key of the answer.
    """

    width: int = 256
    name: str = "places"
    answer: str = "PlaceTotals"
    _shape: tuple[int, int] = (0, 0)
    _turn: Tensor | None = None

    def options(self) -> dict[str, Any]:
        """How wide tokens are."""
        return {"width": self.width}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the sizes of a model."""
        return replace(self, _shape=(model.n_layers, model.layout.n_patches), _turn=projection(model, self.width))

    def empty(self) -> State:
        """The sums of no image."""
        (n_layers, n_patches), place, width = self._shape, self._turn.device, self._turn.shape[1]
        sizes = {"total": (n_layers, FOLDS, n_patches, width), "square": (n_layers, width)}
        state = {part: torch.zeros(size, dtype=torch.float64, device=place) for part, size in sizes.items()}
        return state | {"count": torch.zeros(n_layers, FOLDS, dtype=torch.int64, device=place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        tokens, folds = patches_of(batch, self._turn), image_fold(batch.images).to(self._turn.device)
        state["total"][batch.layer].index_add_(0, folds, tokens)
        state["square"][batch.layer] += tokens.square().sum(dim=(0, 1))
        state["count"][batch.layer] += torch.bincount(folds, minlength=FOLDS)

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """The grid."""
        return {"grid": list(model.layout.grid)}


@dataclass(frozen=True, eq=False)
class ProbeReducer(Summed):
    """Sums of the features of raw tokens, of held-out content and of in-sample content.

    Parameters
    ----------
    places
        Of a first pass over the same images with `PlaceSums`.
    draws
        How often the places of every image are shuffled, each image by itself, to see what chance explains.
    name
        Key of the answer.
    """

    places: PlaceTotals
    draws: int = 8
    name: str = "probe"
    answer: str = "ProbeTotals"
    _turn: Tensor | None = None
    _means: Tensor | None = None
    _middle: Tensor | None = None
    _size: Tensor | None = None

    def options(self) -> dict[str, Any]:
        """How often places are shuffled, and a digest of the means."""
        digest = hashlib.sha256(self.places.count.tobytes() + self.places.total.tobytes()).hexdigest()
        return {"draws": self.draws, "first_pass": digest}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with every place's means on the model's device."""
        turn = projection(model, self.places.total.shape[-1])
        total, square, count = (
            torch.from_numpy(each).to(turn.device) for each in (self.places.total, self.places.square, self.places.count)
        )
        tokens = (count.sum(dim=1) * total.shape[2]).double()[:, None]
        middle = total.sum(dim=(1, 2)) / tokens
        size = (square / tokens - middle.square()).clamp(min=0).sqrt()
        size = torch.where(size > 0, size, 1.0)
        means = total / count[..., None, None].clamp(min=1)
        means = (means - middle[:, None, None]) / size[:, None, None]
        return replace(self, _turn=turn, _means=means, _middle=middle, _size=size)

    def empty(self) -> State:
        """The sums of no image."""
        n_layers, _, _, width = self._means.shape
        sets, f, targets = (n_layers, len(SETS)), 2 * width, 2 * (1 + self.draws)
        sizes = {"count": sets, "total": (*sets, f), "second": (*sets, f, f), "cross": (*sets, f, targets)}
        return {part: torch.zeros(size, dtype=torch.float64, device=self._means.device) for part, size in sizes.items()}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        layer, folds = batch.layer, image_fold(batch.images)
        tokens = (patches_of(batch, self._turn) - self._middle[layer]) / self._size[layer]
        for at, (kind, fold) in enumerate(SETS):
            rows = (folds == fold).nonzero().flatten()
            if not len(rows):
                continue
            here = tokens[rows.to(tokens.device)]
            if kind != "raw":
                here = here - self._means[layer, MEANS if kind == "held_out" else fold]
            found = probe_sums(with_squares(here), self._targets(batch.images[rows]))
            for part in state:
                state[part][layer, at] += getattr(found, part)

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """Nothing more."""
        return {}

    def _targets(self, images: Int64[Tensor, " image"]) -> Float64[Tensor, "image patch target"]:
        """Row and column of every patch, and then of others, by draw: an image's shuffles depend on its index alone."""
        places = place_targets((self.places.grid[0], self.places.grid[1]))
        found = []
        for number in images.tolist():
            generator = torch.Generator().manual_seed(number)
            shuffled = [places[torch.randperm(len(places), generator=generator)] for _ in range(self.draws)]
            found.append(torch.cat([places, *shuffled], dim=1))
        return torch.stack(found).to(self._means.device)


def projection(model: AttentionModel, width: int) -> Float64[Tensor, "d_model channel"]:
    """Orthonormal directions at random, or all channels as they are where there are no more."""
    place = float64_place(model.device)
    if width >= model.d_model:
        return torch.eye(model.d_model, dtype=torch.float64, device=place)
    drawn = torch.randn(model.d_model, width, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return torch.linalg.qr(drawn)[0].to(place)


def patches_of(batch: LayerBatch, turn: Tensor) -> Float64[Tensor, "image patch channel"]:
    """The attention inputs of the patches in float64."""
    check_grid(batch.tokens.x[:, None], batch.layout)
    return batch.tokens.x[:, batch.layout.patches].to(turn.device, torch.float64) @ turn

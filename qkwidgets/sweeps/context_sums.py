"""What must be kept of all images to ask whether steps of depth are contextual? A pass that knows the means of places already.

Images are divided into four by the hash of their index: predictions are fitted on two parts, their ridge is chosen on the third, and they
are tried on the last (`core.factors.context`). One layer of one batch is held until the next has come.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from qkwidgets.answers.depth_totals import DepthTotals
from qkwidgets.core.factors.context import attended, context_features, step_sums
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.depth_moments import check_first_pass, first_pass
from qkwidgets.sweeps.factor_moments import check_grid, check_readable, float64_place
from qkwidgets.sweeps.position_probe import image_fold, projection
from qkwidgets.sweeps.reducer import LayerBatch, State, Summed

FOLDS = ((0, 1), (2,), (3,))
"""Which quarters of the images predictions are fitted on, their ridge is chosen on, and they are tried on."""

WIDTH = 256
"""Channels of what neighbours bring and of what is predicted; wider models are projected at random (orthonormal, one for all layers)."""


@dataclass
class HeldLayer:
    """The features of one layer of one batch, until the next layer has come."""

    layer: int = -1
    features: Tensor | None = None


@dataclass(frozen=True, eq=False)
class ContextSums(Summed):
    """Sums for predicting each patch's content in the next layer from its own, and from what its attention brings beside.

    Parameters
    ----------
    totals
        Of a first pass over the same images with `DepthSums`.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If the totals are another model's; in a sweep, if images have other patches than the model's grid.
    UnsupportedModelError
        If scores are not products of queries and keys as projected.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps.depth_moments import DepthSums
    >>> model, images = qk.load_model(), qk.odd_one_out(8)
    >>> totals = qk.sweep(model, images, DepthSums(), workers=0, progress=False)["depth"]
    >>> qk.sweep(model, images, ContextSums(totals), workers=0, progress=False)["context"].cross.shape
    (5, 3, 384, 128)
    """

    totals: DepthTotals
    name: str = "context"
    answer: str = "ContextTotals"
    _mean: Tensor | None = None
    _turn: Tensor | None = None
    _scales: tuple[float, ...] = ()
    _held: HeldLayer = field(default_factory=HeldLayer)

    def options(self) -> dict[str, Any]:
        """The site, and a digest of the means of the first pass."""
        return first_pass(self.totals)

    def prepare(self, model: AttentionModel) -> Self:
        """The same with every place's mean on the model's device."""
        check_readable(model)
        check_first_pass(model, self.totals)
        mean = torch.from_numpy(self.totals.mean).to(float64_place(model.device))
        scales = tuple(float(weights.scale) for weights in model.layers)
        return replace(self, _mean=mean, _turn=projection(model, WIDTH), _scales=scales, _held=HeldLayer())

    def empty(self) -> State:
        """The sums of no image."""
        d_model, channels = self._turn.shape
        sets, features = (len(self._mean) - 1, len(FOLDS)), d_model + 2 * channels
        sizes = {"count": sets, "square": sets, "second": (*sets, features, features), "cross": (*sets, features, channels)}
        return {part: torch.zeros(size, dtype=torch.float64, device=self._turn.device) for part, size in sizes.items()}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch: the target of the step that leads here, and the features of the step that leads on."""
        layer, held = batch.layer, self._held
        tokens = batch.tokens.x if self.totals.site == "attn_input" else batch.tokens.residual
        check_grid(tokens, batch.layout)
        content = tokens[:, batch.layout.patches].to(self._turn.device, torch.float64) - self._mean[layer]
        if layer and held.layer == layer - 1:
            self._take_in(state, layer - 1, held.features, content @ self._turn, batch.images)
        last = layer == len(self._mean) - 1
        held.layer, held.features = layer, None
        if not last:
            weight = attended(batch.tokens.q, batch.tokens.k, self._scales[layer], batch.layout)
            held.features = context_features(content, weight.to(content.device), self._turn)

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """How many of the features are a token's own."""
        return {"n_own": model.d_model}

    def _take_in(
        self,
        state: State,
        step: int,
        features: Float64[Tensor, "image patch feature"],
        following: Float64[Tensor, "image patch channel"],
        images: Int64[Tensor, " image"],
    ) -> None:
        quarter = image_fold(images)
        for at, fold in enumerate(FOLDS):
            rows = torch.isin(quarter, torch.tensor(fold)).nonzero().flatten().to(features.device)
            if len(rows):
                found = step_sums(features[rows], following[rows])
                state["square"][step, at] += found.square
                for part in ("count", "second", "cross"):
                    state[part][step, at] += getattr(found.features, part)

"""How do position and content fare through the layers of a model? Tables by layer, and by pair of layers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.depth_choices import CHOICES
from qkwidgets.answers.listed import listed
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout

SIMILARITIES = ("content_cosine", "activation_cosine", "content_cka", "activation_cka", "position_cka")
"""Names of the tables of pairs of layers."""


@dataclass(frozen=True, eq=False, repr=False)
class DepthProfile(Table):
    """Position and content of patches in every layer, and how alike layers are.

    Attributes
    ----------
    trace
        Variance (mean square) of the mean, of position, of images and of residuals, as measured; content is the last two.
    position_share, position_share_corrected
        Of position in that of position and content; corrected for the content that has leaked into places' means.
    leak
        The part of the measured variance of position that is leaked content, by the formula.
    coordinates, axis_share
        Places on the first three principal components of position, and the share of its variance on each.
    row_r2, column_r2
        R² of a patch's row and column on these three.
    neighbour_recall, recall_chance
        Share of a patch's neighbours in the grid among as many nearest in all of position, and what chance gives.
    distance_correlation
        Spearman's, of distances between places in position and in the grid.
    participation, participation_corrected
        How many directions share the variance of position.
    content_cka, activation_cka, position_cka
        Linear CKA between layers of content, of whole tokens, and of position; NaN for pairs that were not asked for.
    content_cosine, activation_cosine
        Mean cosine of a token's content, and of the whole token, with itself in another layer; None without a second pass.
    embedding_cka, embedding_chance
        Linear CKA of position with the table that the model adds to patches, and its mean if places are exchanged at random; None
        where there is no table.
    context
        How much of the next layer's content is told, on held-out images, by a patch's own content; by that and the mean of all other
        patches; by that and the patches that it attends to. None if it was not asked for.
    """

    trace: Float64[np.ndarray, "layer 4"]
    position_share: Float64[np.ndarray, " layer"]
    position_share_corrected: Float64[np.ndarray, " layer"]
    leak: Float64[np.ndarray, " layer"]
    coordinates: Float64[np.ndarray, "layer patch 3"]
    axis_share: Float64[np.ndarray, "layer 3"]
    row_r2: Float64[np.ndarray, " layer"]
    column_r2: Float64[np.ndarray, " layer"]
    neighbour_recall: Float64[np.ndarray, " layer"]
    recall_chance: float
    distance_correlation: Float64[np.ndarray, " layer"]
    participation: Float64[np.ndarray, " layer"]
    participation_corrected: Float64[np.ndarray, " layer"]
    content_cka: Float64[np.ndarray, "layer layer"]
    activation_cka: Float64[np.ndarray, "layer layer"]
    position_cka: Float64[np.ndarray, "layer layer"]
    layout: TokenLayout
    site: str
    n_images: int
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]
    content_cosine: Float64[np.ndarray, "layer layer"] | None = None
    activation_cosine: Float64[np.ndarray, "layer layer"] | None = None
    embedding_cka: Float64[np.ndarray, " layer"] | None = None
    embedding_chance: Float64[np.ndarray, " layer"] | None = None
    context: Float64[np.ndarray, "step 3"] | None = None

    def __str__(self) -> str:
        shuffled = "" if self.shuffled is None else ", patches shuffled"
        return (
            f"Position through depth in {self.model} at {self.site}, {self.n_images} images{shuffled}: share of variance in layers 0 to "
            f"{self.n_layers - 1}: {listed(self.position_share)}"
        )

    @property
    def n_layers(self) -> int:
        """Layers of the model."""
        return len(self.trace)

    @property
    def shuffled(self) -> int | None:
        """The seed with which patches were exchanged inside each image before the model; None where they were left."""
        return self.provenance.get("shuffle")

    @property
    def grid_r2(self) -> Float64[np.ndarray, " layer"]:
        """R² of the place in the grid on the first three principal components: the mean of rows and columns."""
        return (self.row_r2 + self.column_r2) / 2

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where the paper leaves it open."""
        return CHOICES

    @property
    def bias(self) -> str:
        """A word about few images; empty from a thousand on."""
        if self.n_images >= 1000:
            return ""
        return (
            f"From {self.n_images} images: up to {100 * self.leak.max():.1f} % of the variance of position in a layer is content that has leaked "
            "into it. The corrected share is free of it on average; the manifold, its R² and recall are not. Take 1,000 images."
        )

    def similarity(self, kind: str = "content_cosine") -> Float64[np.ndarray, "layer layer"]:
        """One of the tables of pairs of layers.

        Raises
        ------
        InputError
            If there is no such table, or it was not asked for.
        """
        if kind not in SIMILARITIES:
            raise InputError(
                f"Layers are compared by {', '.join(map(repr, SIMILARITIES))}: got {kind!r}. It is probably misspelt. Use one of these."
            )
        table = getattr(self, kind)
        if table is None:
            raise InputError(
                f"{kind} takes a second pass over the images: it was not made here. The profile was probably made with cosines=False, or of "
                "totals. Pass the images, or use linear CKA."
            )
        return table

    def enrichment(self, kind: str = "content_cosine") -> Float64[np.ndarray, " step"]:
        """1 less the similarity of each layer with the next: how much a layer changes what tokens hold.

        Raises
        ------
        InputError
            As `similarity`.
        """
        return 1 - np.diagonal(self.similarity(kind), offset=1)

    @property
    def contextual(self) -> Float64[np.ndarray, "step 2"]:
        """Of what a patch's own content leaves untold of the next layer's, the part told by all other patches, and by the attended ones.

        Raises
        ------
        InputError
            If it was not asked for.
        """
        if self.context is None:
            raise InputError(
                "Whether a step is contextual is tested where it is asked for: it was not here. The profile was probably made without the option. "
                "Call depth_profile(model, images, context=True)."
            )
        alone = self.context[:, :1]
        return (self.context[:, 1:] - alone) / (1 - alone)

    def rows(self) -> list[dict[str, Any]]:
        """A row a layer; steps are those to the next layer, NaN in the last."""
        columns: dict[str, np.ndarray] = {
            name: getattr(self, name)
            for name in (
                "position_share",
                "position_share_corrected",
                "leak",
                "row_r2",
                "column_r2",
                "neighbour_recall",
                "distance_correlation",
                "participation",
                "participation_corrected",
                "embedding_cka",
                "embedding_chance",
            )
            if getattr(self, name) is not None
        }
        for kind in SIMILARITIES:
            if getattr(self, kind) is not None:
                columns[f"step_{kind}"] = np.append(self.enrichment(kind), np.nan)
        if self.context is not None:
            for place, name in enumerate(("alone", "uniform", "attended")):
                columns[f"step_told_{name}"] = np.append(self.context[:, place], np.nan)
            for place, name in enumerate(("uniform", "attended")):
                columns[f"step_context_{name}"] = np.append(self.contextual[:, place], np.nan)
        return [
            {"model": self.model, "layer": layer, **{name: float(values[layer]) for name, values in columns.items()}}
            for layer in range(self.n_layers)
        ]

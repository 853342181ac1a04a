"""Sums over images from which a `DepthProfile` is made: what sweeps of `DepthSums` and `DepthCosines` give."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64, Int64

from qkwidgets.answers.base import Answer
from qkwidgets.core.layout import TokenLayout


@dataclass(frozen=True, eq=False, repr=False)
class DepthTotals(Answer):
    """Of every layer each place's mean token, and products of deviations from it in this and another layer, summed over tokens.

    `cross` holds pairs of layers, first layer first; `image_scatter` is that of the images' means over their patches.
    `qkwidgets.depth_profile(model, totals)` makes a profile of them, without cosines.
    """

    count: Int64[np.ndarray, " 1"]
    mean: Float64[np.ndarray, "layer patch d_model"]
    cross: Float64[np.ndarray, "pair d_model d_model"]
    image_scatter: Float64[np.ndarray, "layer d_model d_model"]
    layout: TokenLayout
    site: str
    pairs: str
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]

    @property
    def n_images(self) -> int:
        """Images seen."""
        return int(self.count[0])

    def __str__(self) -> str:
        n_layers, n_patches, _ = self.mean.shape
        state = "" if self.finished else " so far"
        return f"Moments of {self.model} at {self.site} across {n_layers} layers, {n_patches} patches, over {self.n_images} images{state}"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The totals that a sweep's state holds."""
        n_cls, n_distill, n_registers, *grid = record["layout"]
        return cls(
            **{name: arrays[name] for name in ("count", "mean", "cross", "image_scatter")},
            layout=TokenLayout(n_cls, n_distill, n_registers, (grid[0], grid[1])),
            n_skipped=len(record["skipped"]),
            finished=record["finished"],
            provenance=record["provenance"],
            **record["options"],
        )


@dataclass(frozen=True, eq=False, repr=False)
class DepthCosineTotals(Answer):
    """Mean cosines of tokens, and of their content, in one layer and another, over all patches of all images."""

    content: Float64[np.ndarray, "layer layer"]
    activation: Float64[np.ndarray, "layer layer"]
    n_images: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Cosines of tokens of {self.model} across {len(self.content)} layers, over {self.n_images} images"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The means that a sweep's sums give."""
        n_images = int(arrays["count"][0])
        n_tokens = max(1, n_images * record["n_patches"])
        means = {name: arrays[name] / n_tokens for name in ("content", "activation")}
        return cls(**means, n_images=n_images, finished=record["finished"], provenance=record["provenance"])


@dataclass(frozen=True, eq=False, repr=False)
class ContextTotals(Answer):
    """Sums of features of patches in one layer, and of their products with the content of the next; what a sweep of `ContextSums` gives.

    Sets are the images that predictions are fitted on, those that their ridge is chosen on, and those that they are tried on.
    """

    count: Float64[np.ndarray, "step 3"]
    square: Float64[np.ndarray, "step 3"]
    second: Float64[np.ndarray, "step 3 feature feature"]
    cross: Float64[np.ndarray, "step 3 feature channel"]
    n_own: int
    n_images: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Sums for the steps through depth of {self.model}, over {self.n_images} images"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The sums that a sweep's state holds."""
        own = {name: arrays[name] for name in ("count", "square", "second", "cross")}
        return cls(**own, **{name: record[name] for name in ("n_own", "n_images", "finished", "provenance")})

"""The moments of queries and keys over many images, from which `Factors` are made: what a sweep of `FactorMoments` gives."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64, Int64

from qkwidgets.answers.base import Answer
from qkwidgets.core.layout import TokenLayout


@dataclass(frozen=True, eq=False, repr=False)
class FactorTotals(Answer):
    """Sums in float64, each half of the images by itself, without the scale of scores; side 0 is the query, 1 the key.

    `mean` is each place's over images; `scatter` sums products of deviations from it over all tokens, `image_scatter` those of
    the images' means over their patches, over images. `qkwidgets.factors(model, totals)` makes tables of them, with any options.
    """

    count: Int64[np.ndarray, "layer half"]
    mean: Float64[np.ndarray, "layer half side head patch d_head"]
    scatter: Float64[np.ndarray, "layer half side head d_head d_head"]
    image_scatter: Float64[np.ndarray, "layer half side head d_head d_head"]
    scale: Float64[np.ndarray, " layer"]
    layout: TokenLayout
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]

    @property
    def n_images(self) -> int:
        """Images seen."""
        return int(self.count[0].sum())

    def __str__(self) -> str:
        n_layers, _, _, n_heads, n_patches, _ = self.mean.shape
        state = "" if self.finished else " so far"
        heads = f"{n_layers} x {n_heads} heads, {n_patches} patches"
        return f"Moments of the queries and keys of {self.model}, {heads}, over {self.n_images} images{state}"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The totals that a sweep's state holds."""
        n_cls, n_distill, n_registers, *grid = record["layout"]
        return cls(
            **{name: arrays[name] for name in ("count", "mean", "scatter", "image_scatter")},
            scale=np.array(record["scale"]),
            layout=TokenLayout(n_cls, n_distill, n_registers, (grid[0], grid[1])),
            n_skipped=len(record["skipped"]),
            finished=record["finished"],
            provenance=record["provenance"],
        )


@dataclass(frozen=True, eq=False, repr=False)
class FactorDetailTotals(Answer):
    """Sums over images of a second pass, without the scale of scores: what a sweep of `FactorDetails` gives.

    `products` are those of the scores of all cells inside an image, the mean over its pairs of patches; `spread` sums the squares of
    what content adds to a mode's map. Either is None if it was not asked for.
    """

    count: Int64[np.ndarray, " layer"]
    scale: Float64[np.ndarray, " layer"]
    finished: bool
    provenance: dict[str, Any]
    products: Float64[np.ndarray, "layer head 4 4 4 4"] | None = None
    spread: Float64[np.ndarray, "side layer head mode patch"] | None = None

    def __str__(self) -> str:
        parts = [
            word
            for word, array in (("products inside images", self.products), ("spreads of maps", self.spread))
            if array is not None
        ]
        return f"Sums for the factors of {self.model} over {int(self.count[0])} images: {' and '.join(parts)}"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The sums that a sweep's state holds."""
        own = {name: arrays[name] for name in ("count", "products", "spread") if name in arrays}
        return cls(scale=np.array(record["scale"]), finished=record["finished"], provenance=record["provenance"], **own)

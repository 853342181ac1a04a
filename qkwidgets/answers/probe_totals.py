"""Sums over many images from which a probe of position is made: what the sweeps of `PlaceSums` and `ProbeReducer` give."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64, Int64

from qkwidgets.answers.base import Answer


@dataclass(frozen=True, eq=False, repr=False)
class PlaceTotals(Answer):
    """What tokens are like at every place, each quarter of the images by itself; `square` sums squares over images and places."""

    count: Int64[np.ndarray, "layer fold"]
    total: Float64[np.ndarray, "layer fold patch channel"]
    square: Float64[np.ndarray, "layer channel"]
    grid: list[int]
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Means of the tokens of {self.model} at every place over {int(self.count[0].sum())} images"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The totals that a sweep's state holds."""
        own = {name: arrays[name] for name in ("count", "total", "square")}
        told = {name: record[name] for name in ("grid", "finished", "provenance")}
        return cls(**own, **told, n_skipped=len(record["skipped"]))


@dataclass(frozen=True, eq=False, repr=False)
class ProbeTotals(Answer):
    """Sums of features and of their products, with each other and with the place, and with shuffled ones; by set of tokens."""

    count: Float64[np.ndarray, "layer set"]
    total: Float64[np.ndarray, "layer set feature"]
    second: Float64[np.ndarray, "layer set feature feature"]
    cross: Float64[np.ndarray, "layer set feature target"]
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Sums for probes of position in the tokens of {self.model}"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The sums that a sweep's state holds."""
        own = {name: arrays[name] for name in ("count", "total", "second", "cross")}
        return cls(**own, finished=record["finished"], provenance=record["provenance"])

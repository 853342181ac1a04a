"""The moments of special tokens over many images: what a sweep of `SpecialMoments` gives."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64, Int64

from qkwidgets.answers.base import Answer


@dataclass(frozen=True, eq=False, repr=False)
class SpecialTotals(Answer):
    """Sums in float64 without the scale of scores; side 0 is the query, 1 the key. `scatter` sums products of deviations from the mean."""

    count: Int64[np.ndarray, " layer"]
    mean: Float64[np.ndarray, "layer side head special d_head"]
    scatter: Float64[np.ndarray, "layer side head special d_head d_head"]
    names: list[str]
    scale: Float64[np.ndarray, " layer"]
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Moments of {', '.join(self.names)} in {self.model} over {int(self.count[0])} images"

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The totals that a sweep's state holds."""
        own = {name: arrays[name] for name in ("count", "mean", "scatter")}
        told = {name: record[name] for name in ("names", "finished", "provenance")}
        return cls(**own, **told, scale=np.array(record["scale"]))

"""The modes of one image, ordered by their part in its attention."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32

from qkwidgets.answers.base import Table
from qkwidgets.core.index import ModeIndex

WAYS = ("share", "peak", "energy")
"""What modes can be ranked by; `qkwidgets.core.ranking` says what each means."""


@dataclass(frozen=True, eq=False, repr=False)
class ModeRanking(Table):
    """Every mode of every head ranked for one image by `share`, `energy` or `peak`, strongest first.

    Shares are within a head: over a head's modes they sum to one together with `bias`, its key-only bias term.
    """

    value: Float32[np.ndarray, "layer head mode"]
    bias: Float32[np.ndarray, "layer head"]
    by: str
    image: str
    provenance: dict[str, Any]

    def __str__(self) -> str:
        first = ", ".join(f"{index} {value:.2f}" for index, value in self.top(3))
        return f"Modes of {self.model} on {self.image} by {self.by}: {first}, …"

    def top(self, n: int = 6, *, layer: int | None = None, head: int | None = None) -> list[tuple[ModeIndex, float]]:
        """The first `n` modes, of one layer or one head if named, with their values. Undefined values are left out."""
        value = self.value.astype(float)
        for axis, chosen in enumerate((layer, head)):
            if chosen is not None:
                others = np.arange(value.shape[axis]) != chosen
                value[(slice(None),) * axis + (others,)] = np.nan
        order = np.argsort(-value, axis=None, kind="stable")[:n]
        places = (np.unravel_index(place, value.shape) for place in order)
        return [(ModeIndex(*map(int, place)), float(value[place])) for place in places if not np.isnan(value[place])]

    def rows(self) -> list[dict[str, Any]]:
        """A row a mode: rank, address, value."""
        ranked = self.top(self.value.size)
        return [
            {"rank": rank, "layer": index.layer, "head": index.head, "mode": index.mode, self.by: value}
            for rank, (index, value) in enumerate(ranked)
        ]

"""The weighted mean cosine of every head and layer, beside what chance would give."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from qkwidgets.answers.base import Table
from qkwidgets.answers.listed import listed


@dataclass(frozen=True, eq=False, repr=False)
class Alignment(Table):
    """Weighted mean cosine by head and layer, with chance bands; near 1 a head seeks tokens like its query.

    `head_band` and `layer_band` are half-widths of two-sided 95 % bands around zero, for a head and for the mean over the
    heads of a layer; `mode_band` is that of a single mode of random directions.
    """

    layer: Float64[np.ndarray, " layer"]
    head: Float64[np.ndarray, "layer head"]
    layer_band: Float64[np.ndarray, " layer"]
    head_band: Float64[np.ndarray, "layer head"]
    mode_band: float
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Alignment of {self.model}, weighted mean cosine of layers 0 to {len(self.layer) - 1}: {listed(self.layer)}"

    def rows(self) -> list[dict[str, Any]]:
        """A row a head: layer, head, cosine, band, and the layer's mean and band."""
        return [
            {
                "model": self.model,
                "layer": layer,
                "head": head,
                "cosine": float(self.head[layer, head]),
                "chance_band": float(self.head_band[layer, head]),
                "layer_mean": float(self.layer[layer]),
                "layer_chance_band": float(self.layer_band[layer]),
            }
            for layer in range(self.head.shape[0])
            for head in range(self.head.shape[1])
        ]

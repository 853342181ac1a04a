"""What did training do to the modes? Singular values and cosines of one model at a few steps of its training."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int16, Int64

from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.base import Table
from qkwidgets.core.errors import check_range


@dataclass(frozen=True, eq=False, repr=False)
class Training(Table):
    """Spectra and cosines of a model at several steps of its training; step 0 is before the first.

    Numbers only: no weights are kept, so a snapshot has no maps. `score` says how well the model did by then on unseen
    scenes; what it measures stands in `provenance["score"]`. Cosines, means and bands are those of `SingularModes` and
    `Alignment`, a snapshot each. The modes of one snapshot are numbered by strength: mode 3 of one step is not followed into
    the next.
    """

    step: Int64[np.ndarray, " snapshot"]
    score: Float64[np.ndarray, " snapshot"]
    singular_values: Float32[np.ndarray, "snapshot layer head mode"]
    cosine: Float32[np.ndarray, "snapshot layer head mode"]
    degenerate: Int16[np.ndarray, "snapshot layer head mode"]
    null: Bool[np.ndarray, "snapshot layer head mode"]
    head_cosine: Float32[np.ndarray, "snapshot layer head"]
    head_band: Float32[np.ndarray, "snapshot layer head"]
    layer_cosine: Float32[np.ndarray, "snapshot layer"]
    layer_band: Float32[np.ndarray, "snapshot layer"]
    mode_band: float
    provenance: dict[str, Any]

    def __str__(self) -> str:
        first, last = self.layer_cosine[[0, -1]].mean(1)
        return (
            f"Training of {self.model} ({self.provenance['objective']}), {len(self)} snapshots of steps {self.step[0]} to "
            f"{self.step[-1]}: weighted mean cosine {first:.2f} before and {last:.2f} after"
        )

    def __len__(self) -> int:
        return len(self.step)

    def alignment(self, snapshot: int | None = None) -> Alignment:
        """One snapshot as an alignment; the last if none is named.

        Raises
        ------
        InputError
            If there is no such snapshot.
        """
        snapshot = len(self) - 1 if snapshot is None else snapshot
        check_range("snapshot", snapshot, len(self), repr(self.model))
        return Alignment(
            layer=self.layer_cosine[snapshot].astype(np.float64),
            head=self.head_cosine[snapshot].astype(np.float64),
            layer_band=self.layer_band[snapshot].astype(np.float64),
            head_band=self.head_band[snapshot].astype(np.float64),
            mode_band=self.mode_band,
            provenance={
                **self.provenance,
                "model": f"{self.model} at step {self.step[snapshot]:,}",
                "weights": "singular values",
                "null": "isotropic",
            },
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row a head and snapshot: step, score, layer, head, cosine, band, and the layer's mean and band."""
        return [
            {"step": int(self.step[n]), "score": float(self.score[n])} | row | {"model": self.model}
            for n in range(len(self))
            for row in self.alignment(n).rows()
        ]

"""What becomes of a model's answer if patches cannot attend near, or far? A row for each cut, random cuts of equal size beside."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float64

from qkwidgets.answers.base import Table

CUTS = ("inside", "outside")


@dataclass(frozen=True, eq=False, repr=False)
class AttentionCut(Table):
    """Effects of cuts in all layers at once: `inside` takes from each patch the other patches within a radius, `outside` those beyond.

    Radii count rows and columns, the larger of both. A patch keeps itself and all tokens that are no patches, and those see
    everything. `random` cuts take as many patches from each, drawn anew for every draw; `[radius cut draw]`.
    `cls_change` is 1 less the mean cosine of the class token after the last norm with and without the cut; `accuracy` the share of
    scenes whose odd patch is found, NaN where the model has no such answer or the images no odd patch; `whole` that without a cut, `chance`
    that of naming an item at random, and `features` in what the scenes' odd items differ.
    """

    radii: Float64[np.ndarray, " radius"]
    n_removed: Float64[np.ndarray, "radius cut"]
    cls_change: Float64[np.ndarray, "radius cut"]
    cls_change_random: Float64[np.ndarray, "radius cut draw"]
    accuracy: Float64[np.ndarray, "radius cut"]
    accuracy_random: Float64[np.ndarray, "radius cut draw"]
    n_images: int
    provenance: dict[str, Any]
    n_patches: int | None = None
    whole: float | None = None
    chance: float | None = None
    features: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        rows = ", ".join(
            f"{row['cut']} {row['radius']}: {row['cls_change']:.2f} (random {row['cls_change_random']:.2f})"
            for row in self.rows()
        )
        found = (
            ""
            if self.whole is None
            else f"; odd patches found{' by a linear probe' * self.probed}: {self.whole:.0%} uncut, {self._found()}"
        )
        return f"Attention cut in {self.model}, {self.n_images} images{self._of()}: change of the class token: {rows}{found}"

    @property
    def probed(self) -> bool:
        """Whether the answer is a linear probe's: a model trained by masking alone was never asked for the odd patch."""
        return self.provenance.get("card", {}).get("recipe", {}).get("objective") == "masked"

    def _of(self) -> str:
        return f" (odd in {', '.join(self.features)})" if self.features else ""

    def _found(self) -> str:
        return ", ".join(
            f"{row['cut']} {row['radius']} {row['accuracy']:.0%} (random {row['accuracy_random']:.0%})" for row in self.rows()
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row for each radius and cut; those of random cuts are means over draws."""
        return [
            {
                "model": self.model,
                "radius": int(self.radii[radius]),
                "cut": CUTS[cut],
                "patches_removed": float(self.n_removed[radius, cut]),
                "cls_change": float(self.cls_change[radius, cut]),
                "cls_change_random": float(self.cls_change_random[radius, cut].mean()),
                "accuracy": float(self.accuracy[radius, cut]),
                "accuracy_random": float(self.accuracy_random[radius, cut].mean()),
                "accuracy_uncut": float("nan") if self.whole is None else self.whole,
                "accuracy_chance": float("nan") if self.chance is None else self.chance,
            }
            for radius, cut in np.ndindex(self.cls_change.shape)
        ]

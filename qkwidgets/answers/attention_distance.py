"""How far does each head look, in patches, beside what attention that is the same everywhere would give?"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.core.layout import TokenLayout

CHOICES = (
    Choice(
        "What is the distance of attention?",
        "the mean distance in patches from a patch to those that it attends to, weighted by attention, over query patches and images",
        "in pixels of the input",
        "ours",
    ),
    Choice(
        "What of attention to other tokens?",
        "it is left out and reported beside; the rest is brought to a sum of one",
        "it counts as no distance",
        "ours",
    ),
)
"""What was settled where it is open."""


@dataclass(frozen=True, eq=False, repr=False)
class AttentionDistance(Table):
    """Mean distance of attention by head.

    `band` is the half-width of a 95 % interval of the mean over images; `near` are the shares of attention to patches within 1 and 2
    rows and columns (windows of 3 x 3 and 5 x 5, the patch itself included), `other` the share of all attention that goes to other
    tokens. `uniform` and `uniform_near` are those of attention that is the same on all patches.
    """

    distance: Float64[np.ndarray, "layer head"]
    band: Float64[np.ndarray, "layer head"]
    near: Float64[np.ndarray, "layer head 2"]
    other: Float64[np.ndarray, "layer head"]
    uniform: float
    uniform_near: list[float]
    layout: TokenLayout
    n_images: int
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        means = " ".join(f"{value:.1f}" for value in self.layer)
        return (
            f"Attention distance in {self.model} over {self.n_images} images, in patches (uniform: {self.uniform:.1f}), means of layers 0 to "
            f"{len(self.distance) - 1}: {means}"
        )

    @property
    def layer(self) -> Float64[np.ndarray, " layer"]:
        """Mean over the heads of each layer."""
        return self.distance.mean(axis=1)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where it is open."""
        return CHOICES

    def rows(self) -> list[dict[str, Any]]:
        """A row a head."""
        return [
            {
                "model": self.model,
                "layer": layer,
                "head": head,
                "distance": float(self.distance[layer, head]),
                "band": float(self.band[layer, head]),
                "uniform_distance": self.uniform,
                "within_1": float(self.near[layer, head, 0]),
                "within_2": float(self.near[layer, head, 1]),
                "uniform_within_1": self.uniform_near[0],
                "uniform_within_2": self.uniform_near[1],
                "to_other_tokens": float(self.other[layer, head]),
            }
            for layer, head in np.ndindex(self.distance.shape)
        ]

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The means that a sweep's sums give."""
        n = int(arrays["count"][0])
        means = {name: arrays[name] / max(1, n) for name in ("distance", "near", "other", "squares")}
        spread = np.sqrt(np.clip(means.pop("squares") - means["distance"] ** 2, 0, None) * n / max(1, n - 1))
        n_cls, n_distill, n_registers, *grid = record["layout"]
        return cls(
            **means,
            band=1.96 * spread / np.sqrt(max(1, n)) if n > 1 else np.full_like(spread, np.nan),
            uniform=record["uniform"],
            uniform_near=record["uniform_near"],
            layout=TokenLayout(n_cls, n_distill, n_registers, (grid[0], grid[1])),
            n_images=record["n_images"],
            n_skipped=len(record["skipped"]),
            finished=record["finished"],
            provenance={**record["provenance"], "choices": {choice.question: choice.choice for choice in CHOICES}},
        )

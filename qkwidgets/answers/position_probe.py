"""Do tokens tell their place, and does their content? What probes explain, beside what they explain of shuffled places."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.listed import listed

TOKENS = ("raw", "in_sample", "held_out")
FEATURES = ("linear", "squared")
AXES = ("row", "column")

THEOREM = (
    "A linear probe of in-sample content is at chance by theorem, whatever the model: content has a mean of zero at every place, so its "
    "covariance with the place is zero. Held-out content and squares can fail, so they say something."
)

CHOICES = (
    Choice(
        "What is probed?",
        "row and column of a patch, by least squares: shares of variance explained (R²), 0 for knowing nothing",
        "the patch's number, by softmax regression",
        "ours",
    ),
    Choice(
        "Which images does a probe see?",
        "a quarter each: means of places, weights, their ridge, R²; in-sample content is fitted and tried where its means are from, as in the "
        "paper's validation",
        "more images for the means, which error in them is the less of",
        "ours",
    ),
    Choice(
        "Which nonlinear probe?",
        "squares of every channel beside the channels: they see a place that scales content",
        "a small network",
        "ours",
    ),
    Choice("What is chance?", "places shuffled in every image by itself; mean and largest of all draws", "R² = 0", "ours"),
)


@dataclass(frozen=True, eq=False, repr=False)
class PositionProbe(Table):
    """Shares of the variance of row and column that probes of the attention inputs explain, tried on images not fitted to.

    Attributes
    ----------
    r2
        By `TOKENS`, `FEATURES` ("squared": squares beside the channels themselves) and `AXES`. In-sample content alone is tried on
        the images that it was fitted to.
    chance
        The same of places that were shuffled in every image by itself.
    n_means, n_fit, n_trial
        Images from which means of places were taken, that weights and their ridge were fitted to, and that they were tried on.
    width
        Channels that were looked at.
    """

    r2: Float64[np.ndarray, "layer tokens features axis"]
    chance: Float64[np.ndarray, "layer tokens features draw axis"]
    n_means: int
    n_fit: int
    n_trial: int
    n_skipped: int
    width: int
    provenance: dict[str, Any]

    def __str__(self) -> str:
        raw, inside, held = (self.r2[:, at].mean(axis=-1) for at in range(len(TOKENS)))
        shuffled = self.chance[:, [0, 2]].mean(axis=-1)  # in-sample squares are tried where they were fitted, and overfit
        return (
            f"Probes of position in {self.model} over {self.n_means + self.n_fit + self.n_trial} images, R² of layers 0 to {len(raw) - 1}: raw "
            f"tokens, linear {listed(raw[:, 0])}; held-out content, linear {listed(held[:, 0])}, squared {listed(held[:, 1])}; in-sample "
            f"content, linear {listed(inside[:, 0])}; on other images at most {shuffled.max(initial=-np.inf):.2f} for shuffled places. {THEOREM}"
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row a layer, kind of tokens and kind of features."""
        found = []
        for layer, tokens, features in np.ndindex(self.r2.shape[:3]):
            spot = (layer, tokens, features)
            row = {"model": self.model, "layer": layer, "tokens": TOKENS[tokens], "features": FEATURES[features]}
            row |= {f"{axis}_r2": float(self.r2[*spot, at]) for at, axis in enumerate(AXES)}
            row["r2"] = float(self.r2[spot].mean())
            drawn = self.chance[spot].mean(axis=-1)
            row |= {"chance": float(drawn.mean()) if drawn.size else np.nan, "chance_high": float(drawn.max(initial=-np.inf))}
            row["by_theorem"] = TOKENS[tokens] == "in_sample" and FEATURES[features] == "linear"
            found.append(row)
        return found

"""Whom does attention prefer: the same object, another one, or the background? By layer and head, beside what chance gives."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float32, Float64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.preference_state import GROUPS, PAIRS, VARIANTS, grouped, over, read_state, same_enrichment, variant_number
from qkwidgets.answers.quantise import Arrays
from qkwidgets.answers.relation import Relation, correlation, preference_sentence

CHOICES = (
    Choice(
        "Which patches ask?",
        "two an image: the first maximum of the down-scaled target mask, and of the distractor mask",
        "all patches that hold items, each with the weight of its share: computed beside it",
        "paper",
    ),
    Choice(
        "What is the same object?",
        "target to target, distractor to distractors: all distractors count as one",
        "each distractor for itself, which the masks of the O3 data set cannot tell",
        "paper",
    ),
    Choice(
        "Does the patch that asks count as its own object?",
        "yes, as in the paper",
        "no: it is taken out of attention, masks and areas; computed beside it",
        "paper",
    ),
    Choice(
        "Which attention is shared out?",
        "the model's own, biases and all tokens in the softmax; then the patches alone, made to sum to one; a photograph "
        "is squeezed into the square input, masks are thresholded at full size and averaged over the area of each patch",
        'what falls on prefix tokens is kept (tokens="all"); the model\'s own crop (resize="model")',
        "ours",
    ),
    Choice(
        "What is chance?",
        "uniform attention: the share of each group in the area; enrichment is the mean mass over the mean area, so that an image "
        "with a tiny target does not count for many",
        "the mean of each image's own ratio",
        "ours",
    ),
    Choice(
        "How sure is it?",
        "95 % of 1000 bootstrap draws over images; each image has a Poisson count in each draw, made from the seed and its index, so that the "
        "draws do not depend on order, batches or machines",
        "drawing n of n images with putting back, which needs all of them at hand",
        "ours",
    ),
    Choice(
        "What would the same spectrum and cosines do without a match to the tokens?",
        "the input features of the query and key weights are permuted alike; mean and range of several permutations",
        "none",
        "ours",
    ),
)
"""What was settled where the paper leaves it open."""


@dataclass(frozen=True, eq=False, repr=False)
class Preference(Table):
    """Where the attention of target and distractor patches goes: masses from 0 to 1, a mean over images.

    Pairs are in the order of `PAIRS`, groups of `GROUPS`, variants of `VARIANTS`; a bound is low or high of a 95 % interval over images.

    Attributes
    ----------
    masses, nonself, items
        Of each head: two patches ask; the same, without themselves; all item patches, NaN if they were not asked.
    masses_interval, enrichment_interval
        Of the heads.
    curves, curves_interval, enrichment_curves, enrichment_curves_interval
        Means of the heads of a layer; the curves of a variant sum to one.
    area, nonself_area
        The mean share of each pair's second group in the area, which uniform attention would give; without the patch that asks.
    null
        Masses with permuted input features.
    same_draws
        The enrichment of the same object in each draw of the bootstrap.
    cosine
        Weighted mean cosine of each head (`Alignment.head`).
    prefix
        What the two patches attend to prefix tokens, before the patches are made to sum to one.
    n_images, n_skipped, n_unread
        Images that count; that have no target or no distractors on the grid; that could not be read.
    """

    masses: Float64[np.ndarray, "layer head pair"]
    nonself: Float64[np.ndarray, "layer head pair"]
    items: Float64[np.ndarray, "layer head pair"]
    masses_interval: Float64[np.ndarray, "variant layer head pair bound"]
    enrichment_interval: Float64[np.ndarray, "variant layer head pair bound"]
    curves: Float64[np.ndarray, "variant group layer"]
    curves_interval: Float64[np.ndarray, "variant group layer bound"]
    enrichment_curves: Float64[np.ndarray, "variant group layer"]
    enrichment_curves_interval: Float64[np.ndarray, "variant group layer bound"]
    area: Float64[np.ndarray, " pair"]
    nonself_area: Float64[np.ndarray, " pair"]
    null: Float64[np.ndarray, "permutation layer head pair"]
    same_draws: Float32[np.ndarray, "variant draw layer head"]
    cosine: Float64[np.ndarray, "layer head"]
    prefix: Float64[np.ndarray, "layer head"]
    n_images: int
    n_skipped: int
    n_unread: int
    finished: bool
    provenance: dict[str, Any]

    @property
    def same(self) -> Float64[np.ndarray, " layer"]:
        """Attention to one's own object, T to T and D to D; mean over heads."""
        return self.curves[0, 0]

    @property
    def different(self) -> Float64[np.ndarray, " layer"]:
        """Attention to the other objects, T to D and D to T; mean over heads."""
        return self.curves[0, 1]

    @property
    def background(self) -> Float64[np.ndarray, " layer"]:
        """Attention to the background; mean over heads."""
        return self.curves[0, 2]

    @property
    def enrichment(self) -> Float64[np.ndarray, "layer head pair"]:
        """Mass over area: 1 for uniform attention."""
        return self.enriched("plain")

    def enriched(self, variant: str = "plain") -> Float64[np.ndarray, "layer head pair"]:
        """Mass over area of a variant, by head."""
        return over(self.variant(variant), self.chance(variant))

    def variant(self, variant: str) -> Float64[np.ndarray, "layer head pair"]:
        """The masses of "plain", "nonself" or "items"."""
        return (self.masses, self.nonself, self.items)[variant_number(variant)]

    def chance(self, variant: str = "plain") -> Float64[np.ndarray, " pair"]:
        """What uniform attention would give each pair."""
        return self.nonself_area if variant == "nonself" else self.area

    def group_chance(self, variant: str = "plain") -> Float64[np.ndarray, " group"]:
        """What uniform attention would give the same object, others, and the background."""
        return grouped(self.chance(variant))

    def null_curves(self) -> Float64[np.ndarray, "permutation group layer"]:
        """The three curves with permuted input features; to be compared with the plain ones."""
        return np.moveaxis(grouped(self.null).mean(axis=2), -1, 1)

    def cosine_relation(self, variant: str = "nonself") -> Relation:
        """Whether the cosine of a head (the paper's Figure 3) tells how much it attends to the same object (Figure 2).

        Spearman's correlation of the weighted mean cosine with the enrichment of the same object. Without the query itself by default: a head
        of large cosine attends to the very patch that asks, which is no statement on objects.
        """
        number = variant_number(variant)
        enrichment = same_enrichment(self.variant(variant), self.chance(variant))
        seed = int(self.provenance.get("seed", 0))
        overall, within = (
            correlation(self.cosine, enrichment, self.same_draws[number], within_layers=each, seed=seed) for each in (False, True)
        )
        return Relation(overall, within, preference_sentence(overall, within, variant))

    def __str__(self) -> str:
        if not self.n_images:
            return f"Attention preference of {self.model}: no image with target and distractors so far ({self.n_skipped} without)"
        state = "" if self.finished else " so far"
        left_out = f" ({self.n_skipped} without target or distractors on the grid)" if self.n_skipped else ""
        words = []
        for number, name in enumerate(GROUPS):
            first, *_, last = self.curves[0, number]
            words.append(f"{name} {first:.2f} to {last:.2f} (area {self.group_chance()[number]:.2f})")
        first, *_, last = self.enrichment_curves[1, 0]
        return (
            f"Attention preference of {self.model} on {self.n_images} images{state}{left_out}, first to last layer: {', '.join(words)}; without the "
            f"query itself the same object has {first:.2g} to {last:.2g} times its area"
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row for each variant, layer, head and pair, and for the three groups of each layer (head None: mean of the heads)."""
        found = []
        for number, variant in enumerate(VARIANTS):
            if np.isnan(self.variant(variant)).all():
                continue
            found += [row for layer in range(len(self.cosine)) for row in self._layer_rows(number, variant, layer)]
        return found

    def _layer_rows(self, number: int, variant: str, layer: int) -> list[dict[str, Any]]:
        null, null_curves = self.null.mean(axis=0), self.null_curves().mean(axis=0)
        enriched, has_null = self.enriched(variant), variant == "plain" and len(self.null) > 0
        found = []
        for place, group in enumerate(GROUPS):
            spot = (number, place, layer)
            numbers = (self.curves[spot], *self.curves_interval[spot], self.group_chance(variant)[place])
            numbers += (self.enrichment_curves[spot], *self.enrichment_curves_interval[spot])
            found.append(self._row(variant, layer, None, group, numbers, null_curves[place, layer] if has_null else None))
        for head in range(self.cosine.shape[1]):
            for place, pair in enumerate(PAIRS):
                spot = (layer, head, place)
                numbers = (self.variant(variant)[spot], *self.masses_interval[(number, *spot)], self.chance(variant)[place])
                numbers += (enriched[spot], *self.enrichment_interval[(number, *spot)])
                found.append(self._row(variant, layer, head, pair, numbers, null[spot] if has_null else None))
        return found

    def _row(self, variant: str, layer: int, head: int | None, pair: str, numbers: tuple, null: float | None) -> dict[str, Any]:
        names = ("mass", "mass_low", "mass_high", "area", "enrichment", "enrichment_low", "enrichment_high")
        address = {"model": self.model, "variant": variant, "layer": layer, "head": head, "pair": pair}
        known = {name: float(value) for name, value in zip(names, numbers, strict=True)}
        cosine = None if head is None else float(self.cosine[layer, head])
        return {**address, **known, "null_mass": None if null is None else float(null), "cosine": cosine}

    @classmethod
    def from_state(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The answer that a sweep's state holds."""
        return cls(**read_state(arrays, record))

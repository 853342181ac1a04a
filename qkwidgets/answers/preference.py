"""Whom does attention prefer: the same object, another one, or the background? By layer and head, beside what chance gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float32, Float64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.preference_choices import choices_of
from qkwidgets.answers.preference_state import (
    BOUNDS,
    FEWEST,
    GROUPS,
    PAIRS,
    VARIANTS,
    grouped,
    over,
    read_state,
    same_enrichment,
    variant_number,
)
from qkwidgets.answers.quantise import Arrays
from qkwidgets.answers.relation import Relation, correlation, few_images, preference_sentence
from qkwidgets.answers.scene_images import SceneImages

PREFIX = 'attention to prefix tokens stays (tokens="all"), so uniform attention gives each area times the patches\' share of the tokens'
"""What must be known to read masses that are not those of the patches alone."""


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
        Means of the heads of a layer; the curves of a variant sum to one, or, with `tokens="all"`, to what the patches are given.
    area, nonself_area
        The mean share of each pair's second group in the area, which uniform attention to the patches would give; without the patch
        that asks. Uniform attention to all tokens would give it times the patches' share of the tokens.
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
    live
        Single images before the model: those of the answer, if they were not generated, or others that are handed to it; None in an answer from
        a file.
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
    live: Callable[..., SceneImages] | None = None

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where the paper leaves it open."""
        return choices_of(self.provenance)

    @property
    def prefix_words(self) -> str:
        """What to know of prefix tokens where their attention was not left out; empty where it was."""
        return PREFIX if self.provenance.get("tokens") == "all" else ""

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
        """Mass over area: 1 for uniform attention to the patches."""
        return self.enriched("plain")

    def enriched(self, variant: str = "plain") -> Float64[np.ndarray, "layer head pair"]:
        """Mass over area of a variant, by head."""
        return over(self.variant(variant), self.chance(variant))

    def variant(self, variant: str) -> Float64[np.ndarray, "layer head pair"]:
        """The masses of "plain", "nonself" or "items"."""
        return (self.masses, self.nonself, self.items)[variant_number(variant)]

    def chance(self, variant: str = "plain") -> Float64[np.ndarray, " pair"]:
        """What uniform attention to the patches would give each pair."""
        return self.nonself_area if variant == "nonself" else self.area

    def group_chance(self, variant: str = "plain") -> Float64[np.ndarray, " group"]:
        """What uniform attention to the patches would give the same object, others, and the background."""
        return grouped(self.chance(variant))

    def same_enriched(
        self, variant: str = "plain"
    ) -> tuple[Float64[np.ndarray, "layer head"], Float64[np.ndarray, "layer head bound"]]:
        """Attention of each head to the same object over its area, and its 95 % interval over images; the value itself where there is none."""
        value = same_enrichment(self.variant(variant), self.chance(variant))
        draws = self.same_draws[variant_number(variant)]
        if self.n_images < FEWEST or not len(draws):
            return value, np.stack([value, value], axis=-1)
        return value, np.moveaxis(np.nanpercentile(draws, BOUNDS, axis=0), 0, -1)

    def null_curves(self) -> Float64[np.ndarray, "permutation group layer"]:
        """The three curves with permuted input features; to be compared with the plain ones."""
        return np.moveaxis(grouped(self.null).mean(axis=2), -1, 1)

    def cosine_relation(self, variant: str = "nonself") -> Relation:
        """Whether the cosine of a head (the paper's Figure 3) tells how much it attends to the same object (Figure 2).

        Spearman's correlation of the weighted mean cosine with the enrichment of the same object. Without the query itself by default: a head
        of large cosine attends to the very patch that asks, which is no statement on objects.
        """
        number = variant_number(variant)
        enrichment, _ = self.same_enriched(variant)
        seed = int(self.provenance.get("seed", 0))
        overall, within = (
            correlation(self.cosine, enrichment, self.same_draws[number], within_layers=each, seed=seed) for each in (False, True)
        )
        sentence = preference_sentence(overall, within, variant)
        return Relation(overall, within, sentence[:-1] + few_images(self.n_images) + ".")

    def __str__(self) -> str:
        unread = f"{self.n_unread} could not be read" if self.n_unread else ""
        if not self.n_images:
            without = ", ".join(filter(None, (f"{self.n_skipped} without", unread)))
            return f"Attention preference of {self.model}: no image with target and distractors so far ({without})"
        state = "" if self.finished else " so far"
        left_out = ", ".join(
            filter(None, (f"{self.n_skipped} without target or distractors on the grid" if self.n_skipped else "", unread))
        )
        left_out = f" ({left_out})" if left_out else ""
        words = []
        for number, name in enumerate(GROUPS):
            first, *_, last = self.curves[0, number]
            words.append(f"{name} {first:.2f} to {last:.2f} (area {self.group_chance()[number]:.2f})")
        first, *_, last = self.enrichment_curves[1, 0]
        return (
            f"Attention preference of {self.model} on {self.n_images} images{state}{left_out}, first to last layer: {', '.join(words)}; without the "
            f"query itself the same object has {first:.2g} to {last:.2g} times its area{'; ' * bool(self.prefix_words)}{self.prefix_words}"
            f"{few_images(self.n_images)}"
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
        enriched, has_null = self.enriched(variant), variant == "plain" and len(self.null) > 0
        null, null_curves = (each.mean(axis=0) if has_null else None for each in (self.null, self.null_curves()))
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

    def to_parts(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and JSON record, for a file; images and model are left behind."""
        arrays, record = super().to_parts()
        return arrays, {name: value for name, value in record.items() if name != "live"}

    @classmethod
    def from_state(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The answer that a sweep's state holds."""
        return cls(**read_state(arrays, record))

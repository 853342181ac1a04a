"""Does the preference of attention change with what makes the odd one odd? Curves of several conditions, side by side as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64, Int64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.preference import Preference
from qkwidgets.answers.preference_choices import choices_of
from qkwidgets.answers.preference_state import GROUPS, VARIANTS
from qkwidgets.answers.relation import few_images
from qkwidgets.core.errors import InputError


@dataclass(frozen=True, eq=False, repr=False)
class PreferenceByCondition(Table):
    """Where the attention of target and distractor patches goes in each of several conditions; means of the heads of a layer.

    Attributes
    ----------
    curves, curves_interval, enrichment_curves, enrichment_curves_interval
        As in `Preference`, a condition a row.
    chance
        What uniform attention to the patches would give each group.
    conditions
        The options of each condition.
    n_images, n_skipped
        Images that count in each condition, and that have no target or no distractors on the grid.
    """

    curves: Float64[np.ndarray, "condition variant group layer"]
    curves_interval: Float64[np.ndarray, "condition variant group layer bound"]
    enrichment_curves: Float64[np.ndarray, "condition variant group layer"]
    enrichment_curves_interval: Float64[np.ndarray, "condition variant group layer bound"]
    chance: Float64[np.ndarray, "condition variant group"]
    n_images: Int64[np.ndarray, " condition"]
    n_skipped: Int64[np.ndarray, " condition"]
    conditions: list[dict[str, Any]]
    provenance: dict[str, Any]

    @classmethod
    def joined(cls, answers: Sequence[Preference], conditions: Sequence[dict[str, Any]]) -> Self:
        """One of the answers of all conditions, which are of one model with the same options.

        Raises
        ------
        InputError
            If there is none, or not one for each condition.
        """
        if not answers or len(answers) != len(conditions):
            raise InputError(
                f"Each condition has an answer of its own: got {len(answers)} answers for {len(conditions)} conditions. One was probably left out. "
                "Hand on as many."
            )
        names = ("curves", "curves_interval", "enrichment_curves", "enrichment_curves_interval")
        return cls(
            **{name: np.stack([getattr(answer, name) for answer in answers]) for name in names},
            chance=np.stack([[answer.group_chance(variant) for variant in VARIANTS] for answer in answers]),
            n_images=np.array([answer.n_images for answer in answers]),
            n_skipped=np.array([answer.n_skipped for answer in answers]),
            conditions=[dict(condition) for condition in conditions],
            provenance={name: value for name, value in answers[0].provenance.items() if name != "images"},
        )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where the paper leaves it open."""
        return choices_of(self.provenance)

    def __str__(self) -> str:
        last = self.enrichment_curves[:, 1, 0, -1]
        low, high = (int(np.nanargmin(last)), int(np.nanargmax(last))) if np.isfinite(last).any() else (0, 0)
        few = " to ".join(dict.fromkeys(map(str, (self.n_images.min(), self.n_images.max()))))
        return (
            f"Attention preference of {self.model} in {len(self.conditions)} conditions of {few} images: without the query "
            f"itself, the same object has in the last layer {last[low]:.2g} times its area ({_named(self.conditions[low])}) to {last[high]:.2g} "
            f"({_named(self.conditions[high])}){few_images(int(self.n_images.min()))}"
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row for each condition, variant, layer and group; the options of the condition are called `asked_feature` and so on."""
        found = []
        for number, condition in enumerate(self.conditions):
            asked = {f"asked_{name}": value for name, value in condition.items()}
            for (place, variant), (group, name) in (
                (variant, group) for variant in enumerate(VARIANTS) for group in enumerate(GROUPS)
            ):
                if np.isnan(self.curves[number, place]).all():
                    continue
                for layer in range(self.curves.shape[-1]):
                    spot = (number, place, group, layer)
                    found.append(
                        {
                            "model": self.model,
                            "condition": number,
                            **asked,
                            "n_images": int(self.n_images[number]),
                            "variant": variant,
                            "layer": layer,
                            "pair": name,
                            "mass": float(self.curves[spot]),
                            **_ends("mass", self.curves_interval[spot]),
                            "area": float(self.chance[number, place, group]),
                            "enrichment": float(self.enrichment_curves[spot]),
                            **_ends("enrichment", self.enrichment_curves_interval[spot]),
                        }
                    )
        return found


def _ends(name: str, interval: np.ndarray) -> dict[str, float]:
    return {f"{name}_low": float(interval[0]), f"{name}_high": float(interval[1])}


def _named(condition: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in condition.items())

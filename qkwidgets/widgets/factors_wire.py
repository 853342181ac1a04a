"""Factors in the form in which they travel to the browser: JSON, and safetensors bytes. Arrays are cut and rounded, nothing is computed.

`js/src/factors/data.ts` reads what is written here. Energies and shares of all heads and modes travel once; the maps of one head are
one container:

* `query_position`, `key_position` [mode, patch]: what a place adds to a mode's map on every image;
* `query_spread`, `key_spread` [mode, patch]: root mean square of what content adds there; absent where it was not asked for;
* `query_mean`, `key_mean` [mode];
* `query_content`, `key_content` [image, mode, patch]: what content adds on the images of the view; absent without any.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from qkwidgets.answers.factor_images import FactorImages
from qkwidgets.answers.factor_rows import MEASURES
from qkwidgets.answers.factors import Factors
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.quantise import Arrays, quantised
from qkwidgets.widgets.wire import meta_record, wire_pictures

SIDES = ("query", "key")

RICHNESS = {
    "participation": "participation ratio",
    "entropy": "exponential of the entropy",
    "stable": "stable rank",
    "roy_vetterli": "Roy and Vetterli’s effective rank",
    "k90": "modes that hold 90 %",
}
SPECIALISATION = (
    "How much of the energy lies in the largest cell of its mode, the mean dropped: 1 if every mode joins one factor with one."
)
CONCENTRATION = "One less the entropy of the head’s four cells without the mean, in parts of the largest possible."


@dataclass(frozen=True, eq=False)
class FactorParts:
    """The factors of a model with maps of the first `n_modes` modes of every head, on the first `n_images` images."""

    answer: Factors
    images: FactorImages | None
    n_modes: int
    n_images: int

    @classmethod
    def whole(cls, answer: Factors, images: FactorImages | None) -> "FactorParts":
        """Everything that there is."""
        return cls(answer, images, answer.singular_values.shape[2], len(images.pictures) if images else 0)

    @property
    def heads(self) -> list[tuple[int, int]]:
        return list(np.ndindex(self.answer.energy.shape[:2]))

    def meta(self, title: str | None = None) -> dict[str, Any]:
        """The record that the browser reads first."""
        answer = self.answer
        known = meta_record(
            title or f"Position and content in {answer.model}",
            answer.model,
            answer.singular_values.shape,
            answer.layout,
            answer.provenance,
            answer.choices,
            images=self.images.records[: self.n_images] if self.images else (),
            head_numbers=(
                {"key": key, "label": label, "diverging": False, "about": about} for key, label, about, _ in head_numbers(answer)
            ),
        )
        return {
            **known,
            "notes": _notes(answer),
            "d_head": answer.query_read.shape[2],
            "factors": {
                "svd": answer.svd,
                "n_images": answer.n_images,
                "threshold": answer.threshold,
                "correction": answer.correction,
                "bias": answer.bias,
                "mapped_modes": self.n_modes,
                "unspecialised": [f"L{layer}H{head}" for layer, head in np.argwhere(answer.unspecialised)],
            },
        }

    def energies(self) -> bytes:
        """Numbers of the heads in float32."""
        answer = self.answer
        specialisation = np.concatenate([answer.specialisation[..., None], answer.specialisation_null], axis=-1)
        arrays: dict[str, np.ndarray | None] = {
            "energy": answer.energy,
            "cells": answer.cells,
            "within": answer.within,
            "within_visible": answer.within_visible,
            "within_dropped": answer.within_dropped,
            "label": answer.head_label,
            "specialisation": specialisation,
            "numbers": np.stack([values for *_, values in head_numbers(answer)]),
        }
        return to_bytes({name: _narrow(array) for name, array in arrays.items() if array is not None})

    def spectra(self) -> bytes:
        """Strengths and shares of all modes in float32; what the explorer's are has the names that it has there."""
        answer, shape = self.answer, self.answer.singular_values.shape
        arrays: dict[str, np.ndarray] = {
            "singular_values": answer.singular_values,
            "cosine": np.full(shape, np.nan) if answer.cosine is None else answer.cosine,
            "degenerate": answer.degenerate,
            "null": answer.null,
            "stability": np.zeros(shape),  # under the rounding of weights: not known of modes on data
            "alpha": answer.query_share,
            "beta": answer.key_share,
            "label": answer.mode_label,
        }
        return to_bytes({name: _narrow(array) for name, array in arrays.items()})

    def pictures(self) -> bytes:
        """The encoded pictures in one container."""
        return wire_pictures(self.images.pictures[: self.n_images] if self.images else ())

    def head(self, layer: int, head: int, *, exact: bool = False) -> bytes:
        """The maps of one head, in 8 bits unless they shall be exact."""
        arrays: Arrays = {f"{side}_mean": getattr(self.answer, f"{side}_mean")[layer, head] for side in SIDES}
        for name, values in self._maps(layer, head).items():
            arrays |= {name: values} if exact else quantised(name, values, np.uint8)
        return to_bytes({name: np.ascontiguousarray(values) for name, values in arrays.items()})

    def _maps(self, layer: int, head: int) -> Arrays:
        maps: Arrays = {}
        for name in (f"{side}_{part}" for side in SIDES for part in ("position", "spread")):
            values = getattr(self.answer, name)
            if values is not None:
                maps[name] = values[layer, head, : self.n_modes]
        if self.images and self.n_images:
            for side, values in zip(SIDES, self.images.content(layer, head), strict=True):
                maps[f"{side}_content"] = values[: self.n_images, : self.n_modes]
        return maps


def _notes(answer: Factors) -> list[str]:
    """What a reader of labels must know."""
    plain, tested = int(answer.unspecialised.sum()), int(np.isfinite(answer.specialisation_null[..., 1]).sum())
    if not tested:
        return ["Heads were not held against random read-outs: their labels may be the sizes of their factors."]
    return (
        [
            f"{plain} of {tested} heads are no more specialised than random read-outs: their labels may be the sizes of their factors."
        ]
        if plain
        else []
    )


def head_numbers(answer: Factors) -> list[tuple[str, str, str, np.ndarray]]:
    """What heads can be coloured by besides their cells: key, label, what it is, values [layer, head]."""
    found = [
        ("specialisation", "specialisation", SPECIALISATION, answer.specialisation),
        ("concentration", "concentration", CONCENTRATION, answer.concentration),
    ]
    for place, name in enumerate(MEASURES):
        words = RICHNESS[name]
        found.append(
            (f"richness_{name}", f"richness: {words}", "Of σ² over the modes, the mean dropped.", answer.richness[place])
        )
    words = f"{RICHNESS[MEASURES[0]]} of"
    found.append(
        ("content_richness", f"{words} content", "The same of what content drives of each mode.", answer.content_richness[0])
    )
    found.append(
        ("weight_richness", f"{words} the weights", "The same of the weights alone, without data.", answer.weight_richness[0])
    )
    if answer.ratio is not None:
        found.append(
            ("ratio", "energy of its modes over its own", "1 where modes of the weights do not overlap on data.", answer.ratio)
        )
    return found


def _narrow(array: np.ndarray) -> np.ndarray:
    """In the types that the browser reads."""
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    return array.view(np.uint8) if array.dtype == np.bool_ else array

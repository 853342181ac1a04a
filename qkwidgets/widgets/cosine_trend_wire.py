"""Trainings in the form in which they travel to the browser: JSON, and safetensors bytes. `js/src/cosine_trend/data.ts` reads them."""

from typing import Any

import numpy as np

from qkwidgets.analyses.head_numbers import HEAD_NUMBERS
from qkwidgets.answers.choices import MODE_CHOICES, PANELS
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.training import Training
from qkwidgets.core.layout import TokenLayout
from qkwidgets.widgets.wire import meta_record

CARRIED = ("singular_values", "cosine", "degenerate", "null", "head_cosine", "head_band", "layer_cosine", "layer_band")

NOTES = (
    "Mean cosines are weighted by singular values; a layer's value is the mean of its heads.",
    "Modes of one snapshot are numbered by strength: mode 3 of one step is not followed into the next.",
    "No weights are kept of a snapshot, so it has no maps.",
)


def trends_meta(trainings: tuple[Training, ...], title: str | None = None) -> dict[str, Any]:
    """The record that the browser reads first."""
    names = [each.model for each in trainings]
    first = trainings[0]
    told = names if len(set(names)) == len(names) else [f"{n + 1}. {name}" for n, name in enumerate(names)]
    known = meta_record(
        title or f"Cosines through training: {', '.join(names)}",
        ", ".join(names),
        first.cosine.shape[1:],
        TokenLayout(n_cls=0, grid=(1, 1)),
        {f"{name}: {key}": value for name, each in zip(told, trainings, strict=True) for key, value in _record(each).items()},
        [choice for choice in MODE_CHOICES if {"spectrum", "trend"} & set(PANELS[choice.question])],
        head_numbers=[HEAD_NUMBERS[0]._asdict()],
        notes=NOTES,
    )
    return {
        **known,
        "embedded_modes": first.cosine.shape[-1],
        "mode_band": first.mode_band,
        "row_tokens": [],
        "trainings": [
            {
                "model": each.model,
                "objective": each.provenance["objective"],
                "measures": each.provenance["score"],
                "steps": each.step.tolist(),
                "scores": [float(score) for score in each.score],
            }
            for each in trainings
        ],
    }


def _record(training: Training) -> dict[str, Any]:
    return {key: value for key, value in training.provenance.items() if key != "model"}


def trends_wire(trainings: tuple[Training, ...]) -> bytes:
    """Spectra and cosines of all snapshots: "cosine.1" is [snapshot layer head mode] of the second training."""

    def plain(array: np.ndarray) -> np.ndarray:
        return array.view(np.uint8) if array.dtype == np.bool_ else array

    return to_bytes({f"{name}.{n}": plain(getattr(each, name)) for n, each in enumerate(trainings) for name in CARRIED})

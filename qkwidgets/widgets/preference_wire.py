"""Scenes and their attention in the form in which they travel to the browser: JSON, and safetensors bytes. Arrays are cut, nothing is computed.

`js/src/preference/data.ts` reads what is written here. One scene is one container: its encoded picture, the regions of its pixels, the
attention of its two patches, and the three groups of masses beside what uniform attention would give, with and without the patch that asks.
"""

from typing import Any

import numpy as np

from qkwidgets.analyses.scene_source import SceneSource
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.preference import CHOICES, Preference
from qkwidgets.answers.preference_state import GROUPS
from qkwidgets.answers.quantise import quantised
from qkwidgets.answers.scene_attention import SceneAttention


def scene_key(chosen: tuple[int, ...]) -> str:
    """The name of a scene: the places of its values, in the order of the parameters.

    Examples
    --------
    >>> scene_key((2, 0, 11))
    '2.0.11'
    """
    return ".".join(map(str, chosen))


def scene_bytes(scene: SceneAttention, *, exact: bool) -> bytes:
    """One scene; its attention exact, or rounded to 8 bits."""
    attention = scene.attention.astype(np.float32)
    arrays = {
        "picture": np.frombuffer(scene.picture, np.uint8),
        "regions": scene.regions.astype(np.uint8) if scene.regions.max() < 255 else scene.regions,
        "query": scene.query_patch.astype(np.int32),
        **({"attention": attention} if exact else quantised("attention", attention, np.uint8)),
    }
    for itself, name in ((True, ""), (False, "_nonself")):
        arrays[f"groups{name}"] = scene.groups(itself).astype(np.float32)
        arrays[f"enrichment{name}"] = scene.enrichment(itself).astype(np.float32)
        arrays[f"chance{name}"] = scene.chance(itself).astype(np.float32)
    return to_bytes(arrays)


def scene_meta(source: SceneSource, answer: Preference | None, title: str | None = None) -> dict[str, Any]:
    """The record that the browser reads first."""
    model = source.model
    layout = model.layout
    return {
        "format": 1,
        "title": title or f"Attention preference of {model.name}",
        "model": model.name,
        "n_layers": model.n_layers,
        "n_heads": model.n_heads,
        "n_modes": 1,
        "layout": {
            "n_cls": layout.n_cls,
            "n_distill": layout.n_distill,
            "n_registers": layout.n_registers,
            "grid": list(layout.grid),
        },
        "tokens": [],
        "images": [],
        "axes": [
            {"name": axis.name, "label": axis.label, "words": list(axis.words), "about": axis.about} for axis in source.axes
        ],
        "curves": None if answer is None else _curves(answer),
        "about": [choice._asdict() for choice in CHOICES],
        "left_out": [],
        "notes": [],
        "provenance": {**model.provenance, "fingerprint": model.fingerprint},
    }


def _curves(answer: Preference) -> dict[str, Any]:
    """Means over many scenes with their intervals, by layer: [variant][group][layer]."""

    def rounded(values: np.ndarray) -> list[Any]:
        return np.where(np.isfinite(values), np.round(values.astype(float), 5), None).tolist()

    return {
        "n_images": answer.n_images,
        "groups": list(GROUPS),
        "mass": rounded(answer.curves[:2]),
        "mass_interval": rounded(answer.curves_interval[:2]),
        "enrichment": rounded(answer.enrichment_curves[:2]),
        "enrichment_interval": rounded(answer.enrichment_curves_interval[:2]),
    }

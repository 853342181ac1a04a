"""Scenes and their attention in the form in which they travel to the browser: JSON, and safetensors bytes. Arrays are cut, nothing is computed.

`js/src/preference/data.ts` reads what is written here. One scene is one container: its encoded picture, the regions of its pixels, the
attention of its two patches, and the three groups of masses beside what uniform attention would give, with and without the patch that asks.
"""

from typing import Any

import numpy as np

from qkwidgets.analyses.scene_source import SceneSource
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.preference import Preference
from qkwidgets.answers.preference_choices import choices_of
from qkwidgets.answers.preference_state import GROUPS
from qkwidgets.answers.quantise import quantised
from qkwidgets.answers.scene_attention import SceneAttention
from qkwidgets.data.labels.listed import SceneSet
from qkwidgets.data.labels.o3 import O3Set


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
    unlike = [] if answer is None else _unlike(source, answer)
    notes = [f"The means of the answer are not drawn: {'; '.join(unlike)}."] if unlike else _others(source, answer)
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
            {
                "name": axis.name,
                "label": axis.label,
                "words": list(axis.words),
                "about": axis.about,
                "idle": _idle(source, number),
            }
            for number, axis in enumerate(source.axes)
        ],
        "curves": None if answer is None or unlike else _curves(answer),
        "merged": isinstance(source.scenes, O3Set),
        "about": [choice._asdict() for choice in choices_of({})],
        "left_out": [],
        "notes": notes,
        "provenance": {**model.provenance, "fingerprint": model.fingerprint},
    }


def _idle(source: SceneSource, number: int) -> dict[str, list[str]]:
    """The words of the feature at which turning this parameter changes no scene."""
    names = [axis.name for axis in source.axes]
    if "feature" not in names:
        return {}
    feature = names.index("feature")
    words = []
    for place, word in enumerate(source.axes[feature].words):
        turned = [0] * len(names)
        turned[feature] = place
        turned[number] = source.counts[number] - 1
        if source.settled(tuple(turned)) != tuple(turned):
            words.append(word)
    return {"feature": words} if words else {}


def _of(answer: Preference) -> str:
    """How many of what an answer's means are of."""
    return f"{answer.n_images:,} {answer.provenance.get('images', {}).get('kind', 'images')}"


def _unlike(source: SceneSource, answer: Preference) -> list[str]:
    """Which options of an answer make its means something else than the mean of what single scenes show here."""
    found = []
    if answer.provenance.get("tokens", "patches") != "patches":
        found.append('what falls on prefix tokens is kept in them (tokens="all"), and left out here')
    here = source.model.preprocessing.describe()["crop"]
    if answer.provenance.get("preprocessing", {}).get("crop", here) != here:
        found.append('they are of the model\'s own crop (resize="model"), and whole pictures are squeezed here')
    return found


def _others(source: SceneSource, answer: Preference | None) -> list[str]:
    """That the means behind are of another kind of pictures than the one that is shown, where that is known."""
    shown = SceneSet.kind if source.scenes is None else source.scenes.kind
    kind = None if answer is None else answer.provenance.get("images", {}).get("kind")
    return [] if kind in (None, shown) else [f"The means behind are of {_of(answer)}; what is shown are {shown}."]


def _curves(answer: Preference) -> dict[str, Any]:
    """Means over many scenes with their intervals, by layer: [variant][group][layer]."""

    def rounded(values: np.ndarray) -> list[Any]:
        return np.where(np.isfinite(values), np.round(values.astype(float), 5), None).tolist()

    return {
        "n_images": answer.n_images,
        "of": _of(answer),
        "groups": list(GROUPS),
        "mass": rounded(answer.curves[:2]),
        "mass_interval": rounded(answer.curves_interval[:2]),
        "enrichment": rounded(answer.enrichment_curves[:2]),
        "enrichment_interval": rounded(answer.enrichment_curves_interval[:2]),
    }

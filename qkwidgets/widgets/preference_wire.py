"""Scenes and their attention in the form in which they travel to the browser: JSON, and safetensors bytes. Arrays are cut, nothing is computed.

`js/src/preference/data.ts` reads what is written here. One scene is one container: its encoded picture, the regions of its pixels, the
attention of its two patches, and the three groups of masses beside what uniform attention would give, with and without the patch that asks.
"""

from typing import Any

import numpy as np

from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.preference import Preference
from qkwidgets.answers.preference_choices import choices_of
from qkwidgets.answers.preference_state import GROUPS
from qkwidgets.answers.quantise import quantised
from qkwidgets.answers.scene_attention import NOTHING, SceneAttention
from qkwidgets.answers.scene_images import Chosen, SceneImages
from qkwidgets.widgets.wire import meta_record

NARROW_NOTHING = 255
"""`scene_attention.NOTHING` in 8 bits."""


def scene_key(chosen: Chosen) -> str:
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
        "regions": _regions(scene),
        "query": scene.query_patch.astype(np.int32),
        **({"attention": attention} if exact else quantised("attention", attention, np.uint8)),
    }
    for itself, name in ((True, ""), (False, "_nonself")):
        arrays[f"groups{name}"] = scene.groups(itself).astype(np.float32)
        arrays[f"enrichment{name}"] = scene.enrichment(itself).astype(np.float32)
        arrays[f"chance{name}"] = scene.chance(itself).astype(np.float32)
    return to_bytes(arrays)


def _regions(scene: SceneAttention) -> np.ndarray:
    """In 8 bits where the numbers fit; the largest number of the type is neither item nor ground."""
    if scene.n_items >= NARROW_NOTHING:
        return scene.regions
    return np.where(scene.regions == NOTHING, NARROW_NOTHING, scene.regions).astype(np.uint8)


def scene_meta(source: SceneImages, answer: Preference | None, title: str | None = None) -> dict[str, Any]:
    """The record that the browser reads first."""
    unlike = [] if answer is None else _unlike(source, answer)
    notes = [f"The means of the answer are not drawn: {'; '.join(unlike)}."] if unlike else _others(source, answer)
    known = meta_record(
        title or f"Attention preference of {source.model}",
        source.model,
        (source.n_layers, source.n_heads, 1),
        source.layout,
        source.provenance,
        choices_of({}),
        notes=notes,
    )
    return {
        **known,
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
        "merged": source.merged,
    }


def _idle(source: SceneImages, number: int) -> dict[str, list[str]]:
    """The words of the feature at which turning this parameter changes no scene."""
    names = [axis.name for axis in source.axes]
    if "feature" not in names:
        return {}
    feature = names.index("feature")
    words = []
    for place, word in enumerate(source.axes[feature].words):
        turned = [0] * len(names)
        turned[feature] = place
        turned[number] = len(source.axes[number].values) - 1
        if source.settled(tuple(turned)) != tuple(turned):
            words.append(word)
    return {"feature": words} if words else {}


def _of(answer: Preference) -> str:
    """How many of what an answer's means are of."""
    return f"{answer.n_images:,} {answer.provenance.get('images', {}).get('kind', 'images')}"


def _unlike(source: SceneImages, answer: Preference) -> list[str]:
    """Which options of an answer make its means something else than the mean of what single scenes show here."""
    found = []
    if answer.provenance.get("tokens", "patches") != "patches":
        found.append('what falls on prefix tokens is kept in them (tokens="all"), and left out here')
    here = source.preprocessing["crop"]
    if answer.provenance.get("preprocessing", {}).get("crop", here) != here:
        found.append('they are of the model\'s own crop (resize="model"), and whole pictures are squeezed here')
    return found


def _others(source: SceneImages, answer: Preference | None) -> list[str]:
    """That the means behind are of another kind of pictures than the one that is shown, where that is known."""
    kind = None if answer is None else answer.provenance.get("images", {}).get("kind")
    if kind in (None, source.kind):
        return []
    return [f"The means behind are of {_of(answer)}; what is shown are {source.kind}. Pass scenes= to see those."]


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

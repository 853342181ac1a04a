"""What is a vision transformer's attention made of? The public names, each imported when it is first used.

`import qkwidgets` must stay light (a saved answer opens without torch), so this file only says where each name lives.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "ModeIndex": "qkwidgets.core.index:ModeIndex",
    "alignment": "qkwidgets.analyses.alignment:alignment",
    "anisotropy_baseline": "qkwidgets.analyses.anisotropy:anisotropy_baseline",
    "attention_cut": "qkwidgets.analyses.attention_cut:attention_cut",
    "attention_distance": "qkwidgets.analyses.attention_distance:attention_distance",
    "attention_preference": "qkwidgets.analyses.preference:attention_preference",
    "depth_profile": "qkwidgets.analyses.depth_profile:depth_profile",
    "examples": "qkwidgets.answers.examples:examples",
    "explore": "qkwidgets.widgets.explorer:explore",
    "factors": "qkwidgets.analyses.factors:factors",
    "labelled_set": "qkwidgets.data.labelled:labelled_set",
    "link": "qkwidgets.widgets.link:link",
    "load_model": "qkwidgets.models.load:load_model",
    "modes": "qkwidgets.analyses.modes:modes",
    "odd_one_out": "qkwidgets.data.odd_one_out:odd_one_out",
    "odd_one_out_grid": "qkwidgets.data.scene_conditions:odd_one_out_grid",
    "open": "qkwidgets.answers.file:open_answer",
    "optimal_images": "qkwidgets.analyses.optimal_images:optimal_images",
    "p3_arrays": "qkwidgets.data.odd_one_out:p3_arrays",
    "position_probe": "qkwidgets.analyses.position_probe:position_probe",
    "rank_modes": "qkwidgets.analyses.ranking:rank_modes",
    "same_object_probability": "qkwidgets.analyses.same_object:same_object_probability",
    "sample_images": "qkwidgets.data.samples:sample_images",
    "semantic_map": "qkwidgets.analyses.semantic_map:semantic_map",
    "sweep": "qkwidgets.sweeps.run:sweep",
}

# `from qkwidgets import *` must not hide Python's own `open`.
__all__ = sorted(set(_HOMES) - {"open"})


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value = version("qkwidgets")
    elif name in _HOMES:
        module, attribute = _HOMES[name].split(":")
        value = getattr(import_module(module), attribute)
    else:
        raise AttributeError(f"module 'qkwidgets' has no attribute {name!r}")
    globals()[name] = value  # asked once
    return value


def __dir__() -> list[str]:
    own = {name for name in globals() if name.startswith("__")}  # what this file imports for itself is nobody's business
    return sorted({*own, *_HOMES, "__version__"})

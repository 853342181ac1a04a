"""The answers about weights alone as widgets: the explorer's panels that need no image."""

from typing import Any

import numpy as np

from qkwidgets.analyses.head_numbers import HEAD_NUMBERS
from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.choices import MODE_CHOICES
from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.modes import SingularModes
from qkwidgets.answers.source import OF_MODES, Spectra
from qkwidgets.widgets.explorer import Explorer

CHANCE = {
    "isotropic": "Chance: left and right directions are independent and random; two-sided 95 %.",
    "subspace": "Chance: directions are paired at random inside the head's own column spaces; two-sided 95 %.",
}


def spectrum_widget(modes: SingularModes, **traits: Any) -> Explorer:
    """Singular values and cosines of every head, beside the layer x head grid and the trend over layers.

    Parameters
    ----------
    modes
        From `qkwidgets.modes`.
    traits
        Where to start: `layer`, `head`, `mode`, `panels`.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> view = spectrum_widget(qk.modes(qk.load_model()), layer=4)
    >>> view.selection = "L4 H2 M1"
    """
    tables = {name: getattr(modes, name) for name in OF_MODES}
    heads = {name: getattr(modes, name) for name in ("head_cosine", "head_band", "layer_cosine", "layer_band")}
    notes = ["Mean cosines are weighted by singular values; a layer's value is the mean of its heads.", CHANCE["isotropic"]]
    meta = _meta(modes.provenance, modes.singular_values.shape, modes.mode_band, notes)
    meta |= {"degenerate_tolerance": modes.provenance["tolerance"], "d_model": modes.left.shape[2]}
    return Explorer(_without_images(meta, tables | heads), **{"panels": ["grid", "spectrum", "trend"], **traits})


def trend_widget(alignment: Alignment, **traits: Any) -> Explorer:
    """The weighted cosine over layers with single heads and chance, beside the layer x head grid.

    An alignment holds no spectra, so the view has no spectrum to show: take `qkwidgets.modes(model).widget()` for one.

    Parameters
    ----------
    alignment
        From `qkwidgets.alignment`.
    traits
        Where to start: `layer`, `head`, `panels`.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> trend_widget(qk.alignment(qk.load_model())).panels
    ['trend', 'grid']
    """
    shape = (*alignment.head.shape, 1)
    tables = {
        "singular_values": np.full(shape, np.nan),
        "cosine": np.full(shape, np.nan),
        "degenerate": np.full(shape, -1, dtype=np.int16),
        "null": np.zeros(shape, dtype=bool),
        "stability": np.full(shape, np.nan),
    }
    heads = {
        "head_cosine": alignment.head,
        "head_band": alignment.head_band,
        "layer_cosine": alignment.layer,
        "layer_band": alignment.layer_band,
    }
    weights = {"equal": "equally", "singular values": "by singular values"}[
        alignment.provenance.get("weights", "singular values")
    ]
    notes = [
        f"Mean cosines are weighted {weights}; a layer's value is the mean of its heads.",
        CHANCE[alignment.provenance.get("null", "isotropic")],
    ]
    meta = _meta(alignment.provenance, shape, alignment.mode_band, notes)
    return Explorer(_without_images(meta, tables | heads), **{"panels": ["trend", "grid"], **traits})


def _without_images(meta: dict[str, Any], numbers: dict[str, np.ndarray]) -> Exploration:
    """A view of no images: what is about images has length zero."""
    return Exploration(meta, Spectra.without_images(numbers | {"head_numbers": numbers["head_cosine"][None]}), {}, ())


def _meta(provenance: dict[str, Any], shape: tuple[int, ...], mode_band: float, notes: list[str]) -> dict[str, Any]:
    n_layers, n_heads, n_modes = shape
    return {
        "model": provenance["model"],
        "n_layers": n_layers,
        "n_heads": n_heads,
        "n_modes": n_modes,
        "d_model": None,
        "d_head": None,
        "scale": None,
        "layout": {"n_cls": 0, "n_distill": 0, "n_registers": 0, "grid": [1, 1]},
        "tokens": [],
        "images": [],
        "mode_band": mode_band,
        "head_numbers": [HEAD_NUMBERS[0]._asdict()],  # the weighted cosine
        "row_tokens": [],
        "degenerate_tolerance": None,
        "circuit": provenance.get("circuit", "qk"),
        "bias": provenance.get("bias", "separate"),
        "site": "attn_input",
        "about": [choice._asdict() for choice in MODE_CHOICES],
        "left_out": [],
        "notes": notes,
        "provenance": {name: value for name, value in provenance.items() if name != "choices"},
    }

"""An answer source in the form in which it travels to the browser: JSON, and safetensors bytes."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from qkwidgets.answers.choices import PANELS, Choice
from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.source import Spectra
from qkwidgets.core.layout import TokenLayout

SIGNIFICANT_BITS = 13
"""Of the numbers that rank modes: each is off by 2^-13 of itself at most, and no more than three of its digits are shown."""

_RANKS = ("share", "peak", "energy")


def wire_meta(frozen: Exploration, title: str | None = None) -> dict[str, Any]:
    """The meta record as the browser takes it: each choice with the panels that it concerns, where this version knows it."""
    meta = {name: value for name, value in frozen.meta.items() if name != "start"}  # traits of their own say it
    about = [
        {**row, "panels": list(PANELS[row["question"]])} if row["question"] in PANELS else row for row in frozen.meta["about"]
    ]
    return {"format": 1, "title": title or frozen.model, **meta, "about": about}


def meta_record(
    title: str,
    model: str,
    shape: tuple[int, int, int],
    layout: TokenLayout,
    provenance: Mapping[str, Any],
    choices: Iterable[Choice],
    *,
    images: Iterable[Mapping[str, Any]] = (),
    head_numbers: Iterable[Mapping[str, Any]] = (),
    notes: Iterable[str] = (),
) -> dict[str, Any]:
    """What the record that the browser reads first says in every view; `shape` is how many layers, heads and modes there are."""
    n_layers, n_heads, n_modes = shape
    return {
        "format": 1,
        "title": title,
        "model": model,
        "n_layers": n_layers,
        "n_heads": n_heads,
        "n_modes": n_modes,
        "layout": {
            "n_cls": layout.n_cls,
            "n_distill": layout.n_distill,
            "n_registers": layout.n_registers,
            "grid": list(layout.grid),
        },
        "tokens": [],
        "images": [dict(image) for image in images],
        "head_numbers": [dict(number) for number in head_numbers],
        "about": [choice._asdict() for choice in choices],
        "left_out": [],
        "notes": list(notes),
        "provenance": {name: value for name, value in provenance.items() if name != "choices"},
    }


def wire_spectra(spectra: Spectra) -> bytes:
    """The spectra in float32, those of each image to 13 bits; block numbers and null marks stay whole numbers."""

    def narrow(name: str, array: np.ndarray) -> np.ndarray:
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        if name in _RANKS:
            return _rounded(array)
        return array.view(np.uint8) if array.dtype == np.bool_ else array

    return to_bytes({name: narrow(name, array) for name, array in spectra.arrays().items()})


def wire_pictures(pictures: tuple[bytes, ...]) -> bytes:
    """The encoded pictures in one container."""
    return to_bytes({f"image.{i}": np.frombuffer(data, dtype=np.uint8) for i, data in enumerate(pictures)})


def wire_tiles(frozen: Exploration) -> dict[str, bytes]:
    """The quantised tile of every head, by "L0H0"."""
    if not frozen.tiles:
        return {}
    heads = np.ndindex(frozen.meta["n_layers"], frozen.meta["n_heads"])
    return {f"L{layer}H{head}": frozen.tile(layer, head).to_bytes() for layer, head in heads}


def _rounded(values: np.ndarray) -> np.ndarray:
    """The nearest numbers of 13 significant bits, of which gzip saves the rest; NaN and infinity stay."""
    significand, exponent = np.frexp(values)
    return np.ldexp(np.rint(significand * 2**SIGNIFICANT_BITS) / 2**SIGNIFICANT_BITS, exponent)

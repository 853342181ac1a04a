"""An answer source in the form in which it travels to the browser: JSON, and safetensors bytes."""

from typing import Any

import numpy as np

from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.source import Spectra


def wire_meta(frozen: Exploration, title: str | None = None) -> dict[str, Any]:
    """The meta record as the browser takes it."""
    meta = {name: value for name, value in frozen.meta.items() if name != "start"}  # traits of their own say it
    return {"format": 1, "title": title or frozen.model, **meta}


def wire_spectra(spectra: Spectra) -> bytes:
    """The spectra in float32; block numbers and null marks stay whole numbers."""

    def narrow(array: np.ndarray) -> np.ndarray:
        if array.dtype == np.float64:
            return array.astype(np.float32)
        return array.view(np.uint8) if array.dtype == np.bool_ else array

    return to_bytes({name: narrow(array) for name, array in spectra.arrays().items()})


def wire_pictures(pictures: tuple[bytes, ...]) -> bytes:
    """The encoded pictures in one container."""
    return to_bytes({f"image.{i}": np.frombuffer(data, dtype=np.uint8) for i, data in enumerate(pictures)})


def wire_tiles(frozen: Exploration) -> dict[str, bytes]:
    """The quantised tile of every head, by "L0H0"."""
    if not frozen.tiles:
        return {}
    heads = np.ndindex(frozen.meta["n_layers"], frozen.meta["n_heads"])
    return {f"L{layer}H{head}": frozen.tile(layer, head).to_bytes() for layer, head in heads}

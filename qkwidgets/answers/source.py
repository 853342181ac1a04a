"""What a widget asks of an answer, whoever gives it: a live model, a saved file, a test.

Widgets never compute. They are handed an `AnswerSource` and ask nothing else.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float64, Int16

from qkwidgets.answers.tile import HeadTile

if TYPE_CHECKING:
    from qkwidgets.answers.exploration import Exploration


OF_MODES = ("singular_values", "cosine", "degenerate", "null", "stability")
"""What spectra say of single modes; answers about modes have fields of these names."""


@dataclass(frozen=True, eq=False)
class Spectra:
    """What can be said of every head without its maps; the last four arrays, and the bias share, are about images.

    `head_numbers` holds one number a head of each kind that the layer x head grid can show, in the order of the meta
    record's list of the same name. Cosines and shares that are not defined are NaN.
    """

    singular_values: Float64[np.ndarray, "layer head mode"]
    cosine: Float64[np.ndarray, "layer head mode"]
    degenerate: Int16[np.ndarray, "layer head mode"]
    null: Bool[np.ndarray, "layer head mode"]
    stability: Float64[np.ndarray, "layer head mode"]
    head_cosine: Float64[np.ndarray, "layer head"]
    head_band: Float64[np.ndarray, "layer head"]
    layer_cosine: Float64[np.ndarray, " layer"]
    layer_band: Float64[np.ndarray, " layer"]
    head_numbers: Float[np.ndarray, "number layer head"]
    share: Float[np.ndarray, "image layer head mode"]
    peak: Float[np.ndarray, "image layer head mode"]
    energy: Float[np.ndarray, "image layer head mode"]
    share_bias: Float[np.ndarray, "image layer head"]

    @classmethod
    def of_modes(cls, answer: Any, head_cosine: np.ndarray, head_numbers: np.ndarray) -> Self:
        """Those of an answer about modes, with numbers [number layer head] of their heads."""
        known = {name: getattr(answer, name) for name in OF_MODES}
        return cls.without_images({**known, "head_cosine": head_cosine, "head_numbers": head_numbers})

    @classmethod
    def without_images(cls, known: dict[str, np.ndarray]) -> Self:
        """Of modes alone: what is about images has length zero, and what is about heads and layers is NaN where it is not among `known`."""
        shape = known["singular_values"].shape
        unknown = np.full(shape[:2], np.nan)
        heads = {"head_band": unknown, "layer_cosine": unknown[:, 0], "layer_band": unknown[:, 0]}
        of_images = {name: np.zeros((0, *shape)) for name in ("share", "peak", "energy")}
        return cls(**{**heads, **of_images, "share_bias": np.zeros((0, *shape[:2])), **known})

    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@runtime_checkable
class AnswerSource(Protocol):
    """What the explorer shows: numbers of all heads, pictures, and a tile for each head."""

    meta: dict[str, Any]
    """Names, sizes, choices and provenance, as JSON values; the contract with the browser spells them out."""

    pictures: tuple[bytes, ...]
    """Each image as the model sees it, encoded as its meta record says."""

    def tile(self, layer: int, head: int) -> HeadTile:
        """One head on all images, as exactly as the source knows it."""
        ...

    def frozen(self, n_modes: int | None = None) -> "Exploration":
        """Everything with maps of the first modes quantised, to be embedded or saved; all modes if no number is given."""
        ...

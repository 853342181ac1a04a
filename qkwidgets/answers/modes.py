"""The singular modes of all heads of a model."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float64, Int16

from qkwidgets.answers.base import Table
from qkwidgets.answers.unique import check_unique, mates
from qkwidgets.core.errors import check_range
from qkwidgets.core.index import ModeIndex


class Mode(NamedTuple):
    """One mode: its two vectors, its strength, its cosine, and the number of its degenerate block (-1: unique)."""

    left: Float[np.ndarray, " d_model"]
    singular_value: float
    right: Float[np.ndarray, " d_model"]
    cosine: float
    block: int


@dataclass(frozen=True, eq=False, repr=False)
class SingularModes(Table):
    """Left and right singular vectors (columns), singular values and cosines of every head, loudest mode first.

    `degenerate` numbers the blocks of modes that are defined only together (-1 for a unique mode), `null` marks modes of no
    strength, whose cosine is NaN, and `stability` says how far rounding of the stored weights could turn a mode (values of
    1 and above: not determined at that precision). `modes["L4 H2 M1"]` is one mode.

    `head_cosine` and `layer_cosine` are means weighted by singular values, and the bands half-widths of 95 % bands around
    zero, as in `Alignment`.
    """

    left: Float[np.ndarray, "layer head d_model mode"]
    singular_values: Float64[np.ndarray, "layer head mode"]
    right: Float[np.ndarray, "layer head d_model mode"]
    cosine: Float64[np.ndarray, "layer head mode"]
    degenerate: Int16[np.ndarray, "layer head mode"]
    null: Bool[np.ndarray, "layer head mode"]
    stability: Float64[np.ndarray, "layer head mode"]
    head_cosine: Float64[np.ndarray, "layer head"]
    head_band: Float64[np.ndarray, "layer head"]
    layer_cosine: Float64[np.ndarray, " layer"]
    layer_band: Float64[np.ndarray, " layer"]
    mode_band: float
    provenance: dict[str, Any]

    def __str__(self) -> str:
        n_layers, n_heads, n_modes = self.singular_values.shape
        return (
            f"{n_layers} x {n_heads} x {n_modes} {self.provenance['circuit']} modes of {self.model}: "
            f"{int((self.degenerate >= 0).sum())} lie in degenerate blocks"
        )

    def __getitem__(self, address: ModeIndex | str | tuple[int, int, int]) -> Mode:
        layer, head, mode = self._checked(address)
        return Mode(
            self.left[layer, head, :, mode],
            float(self.singular_values[layer, head, mode]),
            self.right[layer, head, :, mode],
            float(self.cosine[layer, head, mode]),
            int(self.degenerate[layer, head, mode]),
        )

    def mates(self, address: ModeIndex | str | tuple[int, int, int]) -> tuple[ModeIndex, ...]:
        """The other modes of the same degenerate block; empty for a unique mode."""
        return mates(self._checked(address), self.degenerate)

    def unique(self, address: ModeIndex | str | tuple[int, int, int]) -> Mode:
        """The mode at `address`, refused if it is defined only together with others.

        Raises
        ------
        InputError
            If the mode lies in a degenerate block, or has no strength.
        """
        check_unique(self._checked(address), self.model, self.degenerate, self.null, self.provenance["tolerance"])
        return self[address]

    def rows(self) -> list[dict[str, Any]]:
        """A row a mode: its address, singular value, cosine, block and stability."""
        columns = ("singular_values", "cosine", "degenerate", "null", "stability")
        return [
            {"layer": index[0], "head": index[1], "mode": index[2]}
            | {name: getattr(self, name)[index].item() for name in columns}
            for index in np.ndindex(self.singular_values.shape)
        ]

    def _checked(self, address: ModeIndex | str | tuple[int, int, int]) -> ModeIndex:
        index = ModeIndex.parse(address)
        n_layers, n_heads, n_modes = self.singular_values.shape
        check_range("layer", index.layer, n_layers, repr(self.model))
        check_range("head", index.head, n_heads, repr(self.model))
        check_range("mode", index.mode, n_modes, repr(self.model))
        return index

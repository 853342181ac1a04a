"""Is a mode one that can be spoken of by itself? Refused in words where it is not."""

import numpy as np
from jaxtyping import Bool, Int16

from qkwidgets.core.errors import InputError
from qkwidgets.core.index import ModeIndex


def mates(index: ModeIndex, degenerate: Int16[np.ndarray, "layer head mode"]) -> tuple[ModeIndex, ...]:
    """The other modes of the same degenerate block; empty for a unique mode.

    Examples
    --------
    >>> mates(ModeIndex(0, 0, 1), np.array([[[-1, 0, 0]]], np.int16))
    (ModeIndex(layer=0, head=0, mode=2),)
    """
    layer, head, mode = index
    block = degenerate[layer, head]
    if block[mode] < 0:
        return ()
    return tuple(ModeIndex(layer, head, int(n)) for n in np.flatnonzero(block == block[mode]) if n != mode)


def check_unique(
    index: ModeIndex,
    model: str,
    degenerate: Int16[np.ndarray, "layer head mode"],
    null: Bool[np.ndarray, "layer head mode"],
    tolerance: float,
) -> None:
    """Refuse a mode that is defined only together with others, or has no strength.

    Examples
    --------
    >>> check_unique(ModeIndex(0, 0, 0), "my_model", np.array([[[-1, 0, 0]]], np.int16), np.zeros((1, 1, 3), bool), 1e-3)
    """
    claim = f"A claim about a single mode needs one that is unique: {index} of {model!r}"
    if null[tuple(index)]:
        raise InputError(f"{claim} has no strength. Its two directions are whatever was left over. Choose another mode.")
    if others := mates(index, degenerate):
        raise InputError(
            f"{claim} is defined only together with {', '.join(map(str, others))}. Their singular values are equal within "
            f"{tolerance:g} of each, so any rotation among them is as good. Choose another mode, or speak of the block."
        )

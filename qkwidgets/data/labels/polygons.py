"""Which pixels lie inside an outline, or a run-length code? Those whose centres do, by the even-odd rule.

References
----------
Lin et al. "Microsoft COCO: Common Objects in Context". ECCV 2014; the run-length codes are those of its Python tools,
https://github.com/cocodataset/cocoapi.
"""

import numpy as np
from jaxtyping import Bool, Float

from qkwidgets.core.errors import InputError


def inside(outline: Float[np.ndarray, "corner 2"], size: tuple[int, int]) -> Bool[np.ndarray, "height width"]:
    """Pixels whose centres lie inside a closed outline of corners (x, y); the first pixel covers 0 to 1.

    Examples
    --------
    >>> inside(np.array([[0, 0], [2, 0], [2, 1], [0, 1]], float), (2, 3)).astype(int)
    array([[1, 1, 0],
           [0, 0, 0]])
    """
    height, width = size
    crossed = np.zeros((height, width + 1), np.int64)
    for (x, y), (x_end, y_end) in zip(outline, np.roll(outline, -1, 0), strict=True):
        low, high = np.clip(np.ceil(np.sort([y, y_end]) - 0.5), 0, height).astype(int)
        if low < high:  # rows whose centres lie between the two corners
            row = np.arange(low, high)
            at = x + (row + 0.5 - y) * (x_end - x) / (y_end - y)
            np.add.at(crossed, (row, np.clip(np.ceil(at - 0.5), 0, width).astype(int)), 1)
    return crossed[:, :-1].cumsum(1) % 2 == 1


def runs(counts: list[int] | str | bytes, size: tuple[int, int], name: str) -> Bool[np.ndarray, "height width"]:
    """The mask of a run-length code, plain or in COCO's compressed form: runs of no and yes in turn, column by column.

    Raises
    ------
    InputError
        If the runs do not fill the picture.

    Examples
    --------
    >>> runs([1, 2, 1], (2, 2), "cup").astype(int), (runs("121", (2, 2), "cup") == runs([1, 2, 1], (2, 2), "cup")).all()
    (array([[0, 1],
           [1, 0]]), np.True_)
    """
    lengths = np.array(counts if isinstance(counts, list) else _decompressed(counts), np.int64)
    if len(lengths) == 0 or lengths.min() < 0 or lengths.sum() != size[0] * size[1]:
        raise InputError(
            f"A run-length code must fill its picture: that of '{name}' has {int(lengths.sum())} of {size[0] * size[1]} pixels. It probably "
            "belongs to another size. Decode it with the tools that made it, and pass masks."
        )
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths).reshape(size[1], size[0]).T


def _decompressed(code: str | bytes) -> list[int]:
    """Runs from five bits a letter, low bits first, the sixth saying that more follow; from the fourth on, as differences."""
    lengths: list[int] = []
    value = shift = 0
    for letter in code if isinstance(code, bytes) else code.encode():
        bits = letter - 48
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:  # negative
                value -= 1 << shift
            lengths.append(value + (lengths[-2] if len(lengths) > 2 else 0))
            value = shift = 0
    return lengths

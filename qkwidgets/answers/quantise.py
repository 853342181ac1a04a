"""Maps travel as whole numbers with a range of their own; this is the rounding, and its bound.

A quantised array `x` is stored as `x` (uint8 or uint16), `x.lo` and `x.step` (float32, without the last axis):
`value = lo + step * number`, wrong by `step / 2` and the rounding of float32 at the most. float32 arrays are exact and have neither.
"""

import numpy as np

Arrays = dict[str, np.ndarray]
"""Arrays by their names on the wire."""

COARSER = 257
"""65535 / 255: how many steps of 16 bits make one of 8 bits over the same range."""

_FLOAT32 = 5 * 2.0**-24
"""Five roundings to float32, each by 2^-24 of the largest value at most: value less lo, over step; `coarsened`'s step; times
number, plus lo. Far from zero they are more than half a step."""


def quantised(name: str, values: np.ndarray, dtype: type[np.unsignedinteger]) -> Arrays:
    """`values` rounded to whole numbers of `dtype` along the last axis, with their ranges.

    Examples
    --------
    >>> import numpy as np
    >>> parts = quantised("x", np.array([[0.0, 1.0, 4.0]]), np.uint8)
    >>> parts["x"].tolist(), parts["x.lo"].tolist()
    ([[0, 64, 255]], [0.0])
    """
    lo, hi = values.min(axis=-1).astype(np.float32), values.max(axis=-1)
    step = ((hi - lo) / np.iinfo(dtype).max).astype(np.float32)
    safe = np.where(step > 0, step, 1)[..., None]
    numbers = np.rint((values - lo[..., None]) / safe).clip(0, np.iinfo(dtype).max)
    return {name: numbers.astype(dtype), f"{name}.lo": lo, f"{name}.step": step}


def coarsened(arrays: Arrays) -> Arrays:
    """The arrays with every 16-bit number rounded to 8 bits, and with steps 257 times as large.

    A number is off by 128 of its old steps at most, since 257 is odd; with the half step by which it was wrong before, that
    is 128.5 old steps, half a new one. So the bound of the rounding is half a step again, as if there had been 8 bits at first.

    Examples
    --------
    >>> import numpy as np
    >>> parts = coarsened(quantised("x", np.array([0.0, 1.0, 4.0]), np.uint16))
    >>> parts["x"].tolist(), bool(np.abs(restored(parts, "x") - [0, 1, 4]).max() <= rounding_bound(parts, "x"))
    ([0, 64, 255], True)
    """
    fine = [name for name, numbers in arrays.items() if numbers.dtype == np.uint16]
    numbers = {name: ((arrays[name].astype(np.uint32) + COARSER // 2) // COARSER).astype(np.uint8) for name in fine}
    return arrays | numbers | {f"{name}.step": arrays[f"{name}.step"] * np.float32(COARSER) for name in fine}


def restored(arrays: Arrays, name: str) -> np.ndarray:
    """The values of `name` in float32, whether quantised or exact.

    Examples
    --------
    >>> import numpy as np
    >>> restored(quantised("x", np.array([0.0, 1.0, 2.0]), np.uint8), "x").round(2).tolist()
    [0.0, 1.0, 2.0]
    """
    values = arrays[name]
    if f"{name}.lo" not in arrays:
        return values.astype(np.float32, copy=False)
    return arrays[f"{name}.lo"][..., None] + arrays[f"{name}.step"][..., None] * values.astype(np.float32)


def rounding_bound(arrays: Arrays, name: str) -> np.ndarray:
    """By how much the values of `name` can be wrong, without the last axis; zeros for exact ones."""
    if f"{name}.step" in arrays:
        lo, step = arrays[f"{name}.lo"], arrays[f"{name}.step"]
        largest = np.abs(lo) + np.iinfo(arrays[name].dtype).max * step
        return np.where(step > 0, step / 2 + np.float32(_FLOAT32) * largest, 0).astype(np.float32)
    return np.zeros(arrays[name].shape[:-1], dtype=np.float32)

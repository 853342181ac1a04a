"""Maps travel as whole numbers with a range of their own; this is the rounding, and its bound.

A quantised array `x` is stored as `x` (uint8 or uint16), `x.lo` and `x.step` (float32, without the last axis):
`value = lo + step * number`, wrong by `step / 2` and the rounding of float32 at the most. float32 arrays are exact and have neither.
"""

import numpy as np

Arrays = dict[str, np.ndarray]
"""Arrays by their names on the wire."""


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
        # lo, step and the restored value are float32, each wrong by 2^-24 of the largest value; and room for a fourth.
        largest = np.abs(lo) + np.iinfo(arrays[name].dtype).max * step
        return np.where(step > 0, step / 2 + np.float32(2**-22) * largest, 0).astype(np.float32)
    return np.zeros(arrays[name].shape[:-1], dtype=np.float32)

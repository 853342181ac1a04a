"""How are the numbers of all layers put into one sentence? Two decimals each, and no zero before the point."""

import numpy as np
from jaxtyping import Float


def listed(values: Float[np.ndarray, " layer"]) -> str:
    """The numbers one after the other; what rounds to zero has no sign.

    Examples
    --------
    >>> listed(np.array([0.123, -0.5, 1.0, -0.001]))
    '.12 -.50 1.00 .00'
    """
    return " ".join(f"{round(float(value), 2) + 0.0:.2f}".replace("0.", ".", 1) for value in values)

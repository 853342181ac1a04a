"""How are the numbers of all layers put into one sentence? Two decimals each, and no zero before the point."""

import re

import numpy as np
from jaxtyping import Float


def listed(values: Float[np.ndarray, " layer"]) -> str:
    """The numbers one after the other; what rounds to zero has no sign.

    Examples
    --------
    >>> listed(np.array([0.123, -0.5, 1.0, -0.001, 10.0]))
    '.12 -.50 1.00 .00 10.00'
    """
    return " ".join(re.sub(r"^(-?)0\.", r"\1.", f"{round(float(value), 2) + 0.0:.2f}") for value in values)

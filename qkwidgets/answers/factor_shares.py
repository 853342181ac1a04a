"""What share of a head's or a layer's energy lies in which cell? Energies `[…, query_factor, key_factor]` as parts of a whole.

The mean factor is large, and partly invisible to softmax, so what the whole is has to be said: `VARIANTS`.
"""

import numpy as np
from jaxtyping import Float

from qkwidgets.core.errors import InputError

VARIANTS = ("all", "drop_mean", "visible")
AGGREGATES = ("energy", "head")

Cells = Float[np.ndarray, "*head factor factor"]


def kept(cells: Cells, variant: str = "all") -> Cells:
    """The cells that a variant looks at, zeros elsewhere.

    Parameters
    ----------
    cells
        Of queries (rows) and keys, the mean first.
    variant
        "all"; "drop_mean", without the mean on either side, as in the paper's three classes; "visible", without the
        key's mean, which adds the same to all scores of a query, so that no softmax sees it (as long as all keys are patches).

    Examples
    --------
    >>> import numpy as np
    >>> kept(np.ones((3, 3)), "visible")[0].tolist()
    [0.0, 1.0, 1.0]
    """
    if variant not in VARIANTS:
        raise InputError(
            f"Energies are those of {', '.join(map(repr, VARIANTS))} cells: got {variant!r}. It is probably misspelt. Use one of these."
        )
    cells = cells.copy()
    if variant != "all":
        cells[..., :, 0] = 0
    if variant == "drop_mean":
        cells[..., 0, :] = 0
    return cells


def shares(cells: Cells, variant: str = "all") -> Cells:
    """Energies as shares of those that the variant looks at; NaN where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> shares(np.ones((3, 3)), "drop_mean")[1].tolist()
    [0.0, 0.25, 0.25]
    """
    cells = kept(cells, variant)
    total = cells.sum(axis=(-2, -1), keepdims=True)
    return np.divide(cells, total, out=np.full_like(cells, np.nan), where=total != 0)


def with_content(cells: Float[np.ndarray, "*head 4 4"]) -> Float[np.ndarray, "*head 3 3"]:
    """Sums over cells by mean, position and content, out of those of all four factors.

    Examples
    --------
    >>> import numpy as np
    >>> with_content(np.ones((4, 4)))[2].tolist()
    [2.0, 2.0, 4.0]
    """
    return np.add.reduceat(np.add.reduceat(cells, [0, 1, 2], axis=-2), [0, 1, 2], axis=-1)


def layer_shares(
    cells: Float[np.ndarray, "layer head factor factor"], variant: str = "all", aggregate: str = "energy"
) -> Float[np.ndarray, "layer factor factor"]:
    """Shares of a layer: of the sum of its heads' energies ("energy"), or the mean of its heads' shares ("head").

    Examples
    --------
    >>> import numpy as np
    >>> cells = np.zeros((1, 2, 3, 3))
    >>> cells[0, 0, 1, 1], cells[0, 1, 2, 2] = 3, 1
    >>> [layer_shares(cells, aggregate=way)[0, 1, 1].item() for way in ("energy", "head")]
    [0.75, 0.5]
    """
    if aggregate not in AGGREGATES:
        raise InputError(
            f'Heads count by their "energy", or one "head" as much as another: got {aggregate!r}. It is probably misspelt. Use one of these.'
        )
    return shares(cells.sum(axis=1), variant) if aggregate == "energy" else shares(cells, variant).mean(axis=1)

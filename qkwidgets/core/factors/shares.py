"""How are energies and products of factors shared out? Sums and quotients that need no torch: of numpy arrays and of tensors alike.

Inside an image cells are not orthogonal, so that there are three ways to share its scores out: by covariance, which sums to one and may
be negative; by the energies of single cells, which leave a remainder; and by four blocks that are orthogonal in every single image.
"""

from typing import Any

from jaxtyping import Float

Cells = Float[Any, "*head query_factor key_factor"]
Products = Float[Any, "*head a b a b"]


def mode_points(
    query_share: Float[Any, "*head mode factor"], key_share: Float[Any, "*head mode factor"]
) -> Float[Any, "*head mode factor"]:
    """Where modes lie in the triangle of mean ("layer"), position and content: the mean of both sides' shares.

    Examples
    --------
    >>> import numpy as np
    >>> mode_points(np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0]])).tolist()
    [[0.5, 0.0, 0.5]]
    """
    return (query_share + key_share) / 2


def head_points(cells: Float[Any, "*head factor factor"]) -> Float[Any, "*head factor"]:
    """Where heads lie: the mean of row and column sums of their shares; exactly their modes' points, weighted by energy.

    Examples
    --------
    >>> import numpy as np
    >>> head_points(np.diag([3.0, 1.0])).tolist()
    [0.75, 0.25]
    """
    return (cells.sum(-1) + cells.sum(-2)) / (2 * cells.sum((-2, -1))[..., None])


def visible_energy(cells: Cells) -> Float[Any, "*head"]:
    """The energy that a softmax over patches can see: all but that of the key's mean, which shifts whole rows of scores.

    Where other tokens are keys, too, the shift matters against these.

    Examples
    --------
    >>> import numpy as np
    >>> float(visible_energy(np.ones((3, 3))))
    6.0
    """
    return cells[..., 1:].sum((-2, -1))


def covariance_shares(products: Products) -> Float[Any, "*head a b"]:
    """`<l_ab, l> / <l, l>` of every cell: they sum to one, and may be negative.

    Examples
    --------
    >>> import numpy as np
    >>> covariance_shares(np.ones((2, 2, 2, 2))).tolist()
    [[0.25, 0.25], [0.25, 0.25]]
    """
    return products.sum((-2, -1)) / products.sum((-4, -3, -2, -1))[..., None, None]


def diagonal_shares(products: Products) -> Float[Any, "*head a b"]:
    """`<l_ab, l_ab> / <l, l>` of every cell: what is missing to one, or too much, is the products between cells.

    Examples
    --------
    >>> import numpy as np
    >>> diagonal_shares(np.ones((2, 2, 2, 2))).tolist()
    [[0.0625, 0.0625], [0.0625, 0.0625]]
    """
    a, b = [[row] for row in range(products.shape[-2])], [list(range(products.shape[-1]))]
    return products[..., a, b, a, b] / products.sum((-4, -3, -2, -1))[..., None, None]


def block_shares(products: Float[Any, "*head 4 4 4 4"]) -> Float[Any, "*head 2 2"]:
    """Shares of the four blocks that are orthogonal in every image: query flat (mean, image) or varying (position, residual), key likewise.

    Examples
    --------
    >>> import numpy as np
    >>> block_shares(np.ones((4, 4, 4, 4))).tolist()
    [[0.25, 0.25], [0.25, 0.25]]
    """
    cells = covariance_shares(products)
    rows = cells[..., :2, :] + cells[..., 2:, :]  # mean and image, position and residual: FACTORS has them two apart
    return rows[..., :2] + rows[..., 2:]

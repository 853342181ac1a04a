"""How much of a head's scores joins which factor of the query with which of the key? Energies that sum to the whole, exactly.

`energy[a, b] = tr(G_q[a] G_k[b])` is the mean square of the score between factor a of a query and factor b of a key, over all
pairs of tokens, those of different images included (the product design). It is also the energy of the head's interaction
matrix between the bases of both factors, weighted by their variances. The paper's own normalisation is not public.

Cells are `[query_factor, key_factor]`, in the order of `names.FACTORS` (16) or `names.BFD` (9).
"""

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from qkwidgets.core.factors.moments import Moments, grams


def cell_energies(
    query: Float[Tensor, "*head query_factor d d"], key: Float[Tensor, "*head key_factor d d"]
) -> Float[Tensor, "*head query_factor key_factor"]:
    """Energies of all cells from the second moments of both sides, scale included in these.

    Examples
    --------
    >>> import torch
    >>> cell_energies(torch.eye(2).expand(3, 2, 2), 2 * torch.eye(2).expand(3, 2, 2)).sum().item()
    36.0
    """
    return torch.einsum("...aij,...bij->...ab", query, key)


def crossfit_energies(query: tuple[Moments, Moments], key: tuple[Moments, Moments]) -> Float64[Tensor, "*head factor factor"]:
    """Energies whose two sides come from different images: corrected moments of either half of the set, both ways averaged.

    Products of two estimates from the same images stay a little too large even when each is unbiased; these do not. They need
    not sum to the energy of the whole.

    Examples
    --------
    >>> import torch
    >>> from qkwidgets.core.factors.moments import moments
    >>> halves = moments(torch.randn(10, 4, 2)), moments(torch.randn(10, 4, 2))
    >>> crossfit_energies(halves, halves).shape
    torch.Size([4, 4])
    """
    (one, other), (first, second) = (tuple(grams(half, corrected=True) for half in side) for side in (query, key))
    return (cell_energies(one, second) + cell_energies(other, first)) / 2


def with_content(cells: Float[Tensor, "*head 4 4"]) -> Float[Tensor, "*head 3 3"]:
    """Energies of mean, position and content, out of those of all four factors: content's are sums.

    Examples
    --------
    >>> import torch
    >>> with_content(torch.ones(4, 4))[2].tolist()
    [2.0, 2.0, 4.0]
    """
    rows = torch.cat([cells[..., :2, :], cells[..., 2:, :].sum(dim=-2, keepdim=True)], dim=-2)
    return torch.cat([rows[..., :2], rows[..., 2:].sum(dim=-1, keepdim=True)], dim=-1)

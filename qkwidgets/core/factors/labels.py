"""What does a head or a mode trade mostly, and how sharply? Labels and specialisation.

Labels look at position and content alone, in this order, the mean left out; both ways round of content and position are one
class, so that a mode half one and half the other on both sides has shares of 1/4, 1/2 and 1/4: the base rate.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from qkwidgets.core.factors.names import MIXED, THRESHOLD


def class_shares(cells: Float[Tensor, "*any 2 2"]) -> Float[Tensor, "*any 3"]:
    """Shares of content-content, content and position either way round, and position-position.

    Examples
    --------
    >>> import torch
    >>> class_shares(torch.ones(2, 2)).tolist()
    [0.25, 0.5, 0.25]
    """
    sums = torch.stack([cells[..., 1, 1], cells[..., 0, 1] + cells[..., 1, 0], cells[..., 0, 0]], dim=-1)
    return sums / sums.sum(dim=-1, keepdim=True)


def labels(cells: Float[Tensor, "*any 2 2"], threshold: float = THRESHOLD) -> Int64[Tensor, "*any"]:
    """Number in `names.LABELS` of the class whose share is largest and reaches the threshold; "mixed" where none does.

    -1 where there is nothing to share.

    Examples
    --------
    >>> import torch
    >>> from qkwidgets.core.factors.names import LABELS
    >>> [LABELS[i] for i in labels(torch.tensor([[[0.0, 0.0], [0.1, 0.9]], [[0.4, 0.1], [0.1, 0.4]]]))]
    ['content-content', 'mixed']
    """
    found = class_shares(cells)
    share, number = found.nan_to_num(-1.0).max(dim=-1)
    number = torch.where(share >= threshold, number, MIXED)
    return torch.where(found.isnan().any(dim=-1), -1, number)


def specialisation(
    singular_values: Float[Tensor, "*head mode"],
    query_share: Float[Tensor, "*head mode factor"],
    key_share: Float[Tensor, "*head mode factor"],
) -> Float[Tensor, "*head"]:
    """Mean over modes, by energy, of the share of each mode's largest cell: 1 if every mode joins one factor with one.

    Examples
    --------
    >>> import torch
    >>> half = torch.full((1, 2), 0.5)
    >>> specialisation(torch.ones(1), half, half).item()
    0.25
    """
    p = singular_values.square()
    largest = (query_share.amax(dim=-1) * key_share.amax(dim=-1)).nan_to_num(0.0)
    return (p * largest).sum(dim=-1) / p.sum(dim=-1)


def concentration(cells: Float[Tensor, "*head factor factor"]) -> Float[Tensor, "*head"]:
    """One less the entropy of a head's cells in parts of the largest possible: 1 for a single cell, 0 for equal ones.

    Examples
    --------
    >>> import torch
    >>> concentration(torch.ones(2, 2)).item(), concentration(torch.diag(torch.tensor([1.0, 0.0]))).item()
    (0.0, 1.0)
    """
    f = (cells / cells.sum(dim=(-2, -1), keepdim=True)).flatten(-2)
    entropy = torch.special.entr(f).sum(dim=-1)
    return 1 - entropy / torch.tensor(float(f.shape[-1]), dtype=f.dtype).log()

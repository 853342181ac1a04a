"""Over how many modes is a head's energy spread? Five measures that agree on a flat spectrum and order every other one."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

ENOUGH = 0.9
"""Of the energy, for the count of modes that hold it."""


class Richness(NamedTuple):
    """Each 1 for a single mode and r for r equal ones; `stable <= participation <= entropy <= rank` (Renyi orders infinity, 2, 1, 0).

    NaN where there is no energy at all.
    """

    participation: Float[Tensor, "*head"]
    entropy: Float[Tensor, "*head"]
    stable: Float[Tensor, "*head"]
    roy_vetterli: Float[Tensor, "*head"]
    k90: Float[Tensor, "*head"]


def richness(energy: Float[Tensor, "*head mode"]) -> Richness:
    """How widely energy is spread over modes.

    Parameters
    ----------
    energy
        Of every mode, zero or above: squared singular values, or what of these lies in some cells.

    Returns
    -------
    Richness
        With `p` the energies' shares: participation ratio `1 / sum p^2`; `exp(-sum p log p)`; stable rank `1 / max p`; the same
        entropy of the square roots' shares (Roy and Vetterli's effective rank); and the least number of modes with 90 %.

    Examples
    --------
    >>> import torch
    >>> [round(value.item(), 6) for value in richness(torch.tensor([2.0, 2.0, 0.0]))]
    [2.0, 2.0, 2.0, 2.0, 2.0]
    """
    p = energy / energy.sum(dim=-1, keepdim=True)
    falling = p.sort(dim=-1, descending=True).values.cumsum(dim=-1)
    k90 = (falling < ENOUGH - 1e-12).sum(dim=-1).to(p.dtype) + 1
    return Richness(1 / p.square().sum(dim=-1), _spread(p), 1 / p.amax(dim=-1), _spread(energy.sqrt()), k90 + 0 * p.sum(dim=-1))


def _spread(weights: Tensor) -> Tensor:
    p = weights / weights.sum(dim=-1, keepdim=True)
    return torch.special.entr(p).sum(dim=-1).exp()

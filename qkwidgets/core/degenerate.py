"""Which modes are not unique, and how far rounding of the stored weights could turn them.

Where singular values are equal only the subspace they share is defined: any rotation inside it is as good. Such modes
form a *block*. Modes of (almost) no strength form the *null block*, whose two sides rotate independently.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

BLOCK_TOLERANCE = 1e-3
"""Largest relative gap between neighbours of one block. A choice of ours."""

NULL_TOLERANCE = 1e-6
"""Singular values up to this fraction of the first one count as none. A choice of ours."""


def null_modes(singular_values: Float[Tensor, "*head mode"]) -> Bool[Tensor, "*head mode"]:
    """Whether each mode belongs to the null block.

    Examples
    --------
    >>> import torch
    >>> null_modes(torch.tensor([2.0, 1.0, 1e-9]))
    tensor([False, False,  True])
    """
    return singular_values <= NULL_TOLERANCE * singular_values[..., :1]


def degenerate_blocks(
    singular_values: Float[Tensor, "*head mode"], tolerance: float = BLOCK_TOLERANCE
) -> Int[Tensor, "*head mode"]:
    """Number of the block that each mode belongs to, counted from zero inside its head; -1 for a unique mode.

    Neighbours n and n + 1 are joined when `s_n - s_(n+1) <= tolerance * s_n`, in chains; the null block is always one.

    Examples
    --------
    >>> import torch
    >>> degenerate_blocks(torch.tensor([3.0, 2.0, 2.0, 1.0, 0.0])).tolist()
    [-1, 0, 0, -1, 1]
    """
    null = null_modes(singular_values)
    upper, lower = singular_values[..., :-1], singular_values[..., 1:]
    joined = null[..., :-1] | ((upper - lower <= tolerance * upper) & ~null[..., 1:])
    first = torch.cat([torch.ones_like(null[..., :1]), ~joined], dim=-1)
    group = first.cumsum(-1) - 1
    size = torch.zeros_like(group).scatter_add_(-1, group, torch.ones_like(group)).gather(-1, group)
    in_block = (size > 1) | null
    number = (first & in_block).cumsum(-1) - 1
    return torch.where(in_block, number, -1).to(torch.int16)


def stored_dtype(*weights: Tensor) -> torch.dtype:
    """The narrowest dtype that holds the weights exactly: what they were stored in, whatever they were cast to since.

    Examples
    --------
    >>> import torch
    >>> stored_dtype(torch.randn(9).half().double()), stored_dtype(torch.randn(9))
    (torch.float16, torch.float32)
    """
    for dtype in (torch.bfloat16, torch.float16, torch.float32):
        if all(torch.equal(weight.to(dtype).to(weight.dtype), weight) for weight in weights):
            return dtype
    return torch.float64


def stability(
    singular_values: Float[Tensor, "*head mode"],
    left_norm: Float[Tensor, "*head"],
    right_norm: Float[Tensor, "*head"],
    stored_dtype: torch.dtype,
) -> Float[Tensor, "*head mode"]:
    """How far rounding in the stored dtype could turn a mode, as a bound on the sine of the turn: `eps |W_Q| |W_K| / gap`.

    Parameters
    ----------
    singular_values
        Descending, of the interaction.
    left_norm, right_norm
        Spectral norms of the two factors.
    stored_dtype
        The dtype that the weights were stored in; its unit round-off is half of `torch.finfo(...).eps`.

    Returns
    -------
    Float[Tensor, "*head mode"]
        Values of 1 and above flag a mode that is not determined by weights of that precision.

    Examples
    --------
    >>> import torch
    >>> stability(torch.tensor([2.0, 1.0]), torch.tensor(1.0), torch.tensor(2.0), torch.bfloat16).tolist()
    [0.0078125, 0.0078125]
    """
    padded = torch.nn.functional.pad(singular_values, (0, 1))
    below = padded[..., :-1] - padded[..., 1:]
    above = torch.nn.functional.pad(below[..., :-1], (1, 0), value=torch.inf)
    round_off = torch.finfo(stored_dtype).eps / 2
    return round_off * (left_norm * right_norm)[..., None] / torch.minimum(below, above)

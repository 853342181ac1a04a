"""Query and key maps as pictures: their common range, and which sign of a mode an image prefers.

A mode and its negative are the same mode, so a map may be shown with either sign. We show the sign whose score in the
sense of the paper's optimal images is larger, and say which.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.optimal import image_scores

RANGE_QUANTILE = 0.99
"""The signed scale ends at this quantile of the magnitude over all images shown. A choice of ours."""


def signed_range(maps: Float[Tensor, "image *mode patch"]) -> Float[Tensor, "*mode"]:
    """One range for each mode over all images: the 99th percentile of the magnitude, so that images can be compared.

    Examples
    --------
    >>> import torch
    >>> signed_range(torch.linspace(-1, 1, 201).repeat(3, 1)).item() > 0.98
    True
    """
    magnitude = maps.abs().movedim(0, -2).flatten(-2)
    return magnitude.quantile(RANGE_QUANTILE, dim=-1)


def optimal_scores(
    query: Float[Tensor, "*map patch"], key: Float[Tensor, "*map patch"]
) -> tuple[Float[Tensor, "*map"], Float[Tensor, "*map"]]:
    """The paper's optimal-image score for the sign + and for the sign -, each with two guarded maxima.

    Two negative maxima are no hit (`core.optimal`).

    Examples
    --------
    >>> import torch
    >>> plus, minus = optimal_scores(torch.tensor([-1.0, -2.0]), torch.tensor([-3.0, 1.0]))
    >>> plus.item(), minus.item()
    (0.0, 6.0)
    """
    scores = image_scores(query.amax(dim=-1), query.amin(dim=-1), key.amax(dim=-1), key.amin(dim=-1))
    return scores[..., 0], scores[..., 1]


def preferred_sign(query: Float[Tensor, "image *mode patch"], key: Float[Tensor, "image *mode patch"]) -> Float[Tensor, "*mode"]:
    """+1 or -1 for each mode: the sign whose best image scores higher; + on a tie.

    Examples
    --------
    >>> import torch
    >>> preferred_sign(torch.tensor([[-1.0, -2.0]]), torch.tensor([[-3.0, 1.0]])).item()
    -1.0
    """
    plus, minus = optimal_scores(query, key)
    return torch.where(minus.amax(dim=0) > plus.amax(dim=0), -1.0, 1.0)

"""How far can shares from few images be trusted? What content leaks into position, by the formula.

The estimate of a place's mean is off by the mean of N images' residuals there, so `E S_pos = S_pos + S_res / N`: even tokens
without any positional part show one of that size. For any correlation within an image; images must be independent.
"""

import torch
from jaxtyping import Float64
from torch import Tensor

from qkwidgets.core.factors.moments import Moments, grams
from qkwidgets.core.factors.names import ENOUGH_IMAGES

CORRECTIONS = ("none", "moments", "crossfit")
"""None keeps every identity exact; "moments" makes second moments unbiased; "crossfit" energies, too."""


def position_leak(found: Moments) -> Float64[Tensor, "*head"]:
    """The part of the estimated variance of position that is content expected to have leaked into it: 0 to 1, or more.

    Examples
    --------
    >>> import torch
    >>> from qkwidgets.core.factors.moments import moments
    >>> leak = [position_leak(moments(torch.randn(n, 64, 8))).item() for n in (10, 1000)]
    >>> [0.5 < share < 2 for share in leak]  # noise has no position: all of it has leaked
    [True, True]
    """
    trace = grams(found).diagonal(dim1=-2, dim2=-1).sum(dim=-1)
    return trace[..., 3] / (found.n_images.double() - 1) / trace[..., 1]


def bias_words(n_images: int, leak: float, shift: float, correction: str = "none") -> str:
    """What must be said of shares from fewer images than advised; nothing of others.

    Parameters
    ----------
    n_images
        Images seen.
    leak
        Largest share of a head's position variance that is leaked content.
    shift
        Largest change of a head's cell share by the correction.
    correction
        What has been done about it.

    Examples
    --------
    >>> bias_words(100, 0.031, 0.004)
    'From 100 images: up to 3.1 % of the variance of position in a head is content that has leaked into it (tr S_res / (N - 1)
    over tr S_pos, a ratio of two estimates), which moves shares of energy by up to 0.004. Take 1,000 images, or correction="moments".'
    >>> bias_words(1000, 0.0031, 0.0004)
    ''
    """
    if n_images >= ENOUGH_IMAGES:
        return ""
    much = f"up to {100 * leak:.1f} % of" if leak < 1 else "about as much as all there is of"
    moved = "the shares say nothing yet" if not shift <= 1 else f"which moves shares of energy by up to {shift:.3f}"
    leaked = (
        f"From {n_images} images: {much} the variance of position in a head is content that has leaked into it "
        f"(tr S_res / (N - 1) over tr S_pos, a ratio of two estimates), {moved}. "
    )
    advice = f'Take {ENOUGH_IMAGES:,} images, or correction="moments".'
    done = f'On average this is corrected here (correction="{correction}"); chance stays, and {ENOUGH_IMAGES:,} images lessen it.'
    return leaked + (advice if correction == "none" else done)


def largest_shift(one: Float64[Tensor, "*head a b"], other: Float64[Tensor, "*head a b"]) -> float:
    """Largest difference of a cell's share of its head between two estimates of the energies.

    Examples
    --------
    >>> import torch
    >>> largest_shift(torch.ones(2, 2).double(), torch.tensor([[2.0, 2.0], [2.0, 4.0]]).double())
    0.15...
    """
    return torch.stack([cells / cells.sum(dim=(-2, -1), keepdim=True) for cells in (one, other)]).diff(dim=0).abs().max().item()

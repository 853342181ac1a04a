"""What do patches and special tokens, such as CLS, trade with each other? Energies between the factors of patches and those of each token.

A special token has a mean over images and deviations from it; as in the product design, every token of one image meets every one of all
images, so energies add up exactly.
"""

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.factor_tables import halves
from qkwidgets.answers.factor_totals import FactorTotals
from qkwidgets.answers.special_totals import SpecialTotals
from qkwidgets.core.factors.moments import grams, merged, with_content
from qkwidgets.sweeps.special_moments import one_place


def special_tables(totals: FactorTotals, special: SpecialTotals, correction: str) -> dict[str, np.ndarray]:
    """The fields of `Factors` about special tokens.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps.factor_moments import FactorMoments
    >>> from qkwidgets.sweeps.special_moments import SpecialMoments
    >>> swept = qk.sweep(qk.load_model(), qk.odd_one_out(8), [FactorMoments(), SpecialMoments()], workers=0, progress=False)
    >>> found = special_tables(swept["factors"], swept["special"], "none")
    >>> found["to_special"].shape, found["from_special"].shape, found["among_special"].shape
    ((6, 4, 1, 3, 2), (6, 4, 1, 2, 3), (6, 4, 1, 1, 2, 2))
    """
    corrected = correction != "none"
    one, other = halves(totals)
    patches = [with_content(grams(merged(*sides), corrected=corrected)) for sides in zip(one, other, strict=True)]
    groups = [_groups(special, side, corrected) for side in (0, 1)]
    return {
        "to_special": _energies("lhaij,lhsbij->lhsab", patches[0], groups[1]),
        "from_special": _energies("lhsaij,lhbij->lhsab", groups[0], patches[1]),
        "among_special": _energies("lhsaij,lhtbij->lhstab", *groups),
    }


def _groups(special: SpecialTotals, side: int, corrected: bool) -> Tensor:
    """Second moments of the mean of each token and of the deviations from it, `[layer head special 2 d_head d_head]`."""
    count = torch.from_numpy(special.count)[:, None, None]
    scale = torch.from_numpy(special.scale)[:, None, None, None]
    mean, scatter = (torch.from_numpy(each)[:, side] for each in (special.mean, special.scatter))
    found = grams(one_place(count, scale.sqrt() * mean, scale[..., None] * scatter), corrected=corrected)
    return found[..., [0, 2], :, :]  # a single place has no positions and no residuals


def _energies(equation: str, query: Tensor, key: Tensor) -> np.ndarray:
    """`tr(G_a G_b)` of all pairs; both matrices are symmetric."""
    return torch.einsum(equation, query, key).contiguous().numpy()

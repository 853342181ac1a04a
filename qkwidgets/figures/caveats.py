"""What has to be said of modes that are not unique, in words and in runs of neighbours."""

import numpy as np
from jaxtyping import Bool, Int

from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.answers.source import Spectra
from qkwidgets.core.index import ModeIndex


def blocks(degenerate: Int[np.ndarray, " mode"], null: Bool[np.ndarray, " mode"]) -> list[tuple[int, int]]:
    """First and last mode of each degenerate block of a head; the null modes are no block here.

    Examples
    --------
    >>> import numpy as np
    >>> blocks(np.array([-1, 0, 0, 1, 1]), np.array([False] * 3 + [True] * 2))
    [(1, 2)]
    """
    live = np.where(null, -1, degenerate)
    members = (np.flatnonzero(live == block) for block in np.unique(live[live >= 0]))
    return [(int(modes[0]), int(modes[-1])) for modes in members]


def caveat(spectra: Spectra | OptimalImages, index: ModeIndex) -> str:
    """What a picture of this mode must say, or nothing for a mode that is unique and stable."""
    layer, head, mode = index
    if spectra.null[layer, head, mode]:
        return "null mode: its directions are arbitrary"
    block = spectra.degenerate[layer, head]
    mates = [f"M{n}" for n in np.flatnonzero(block == block[mode]) if n != mode]
    if block[mode] >= 0 and mates:
        return f"defined only together with {', '.join(mates)}"
    return "may turn under the rounding of the stored weights" if spectra.stability[layer, head, mode] >= 1 else ""

"""Where do the target and a distractor of one scene look, layer by layer and head by head?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt16

from qkwidgets.answers.preference_state import grouped, over

NOTHING = 65535
"""In `SceneAttention.regions`: neither item nor ground, ignored by whoever made the masks or outside of the picture."""


@dataclass(frozen=True, eq=False, repr=False)
class SceneAttention:
    """One scene with its masks, and the attention of its two patches that ask: the target's and a distractor's.

    Attributes
    ----------
    picture
        As the model sees it, encoded.
    regions
        Of each of its pixels: 0 ground, 1 target, 2 and more distractors, `NOTHING` neither.
    attention
        Softmax over all tokens; then the patches alone, made to sum to one.
    query_patch
        The patches that ask, row by row.
    masses, nonself
        In the order of `preference_state.PAIRS`; `nonself` without the patch that asks.
    area, nonself_area
        What uniform attention would give.
    """

    picture: bytes
    mime: str
    regions: UInt16[np.ndarray, "height width"]
    attention: Float32[np.ndarray, "layer head query patch"]
    query_patch: Int64[np.ndarray, " query"]
    masses: Float32[np.ndarray, "layer head pair"]
    nonself: Float32[np.ndarray, "layer head pair"]
    area: Float64[np.ndarray, " pair"]
    nonself_area: Float64[np.ndarray, " pair"]

    def groups(self, itself: bool = True) -> Float32[np.ndarray, "layer head group"]:
        """Attention to the same object, to the others and to the background; with or without the patch that asks."""
        return grouped(self.masses if itself else self.nonself)

    def chance(self, itself: bool = True) -> Float64[np.ndarray, " group"]:
        """What uniform attention would give the three."""
        return grouped(self.area if itself else self.nonself_area)

    def enrichment(self, itself: bool = True) -> Float64[np.ndarray, "layer head group"]:
        """Mass over what uniform attention would give; NaN where that is nothing."""
        return over(self.groups(itself), self.chance(itself))

    @property
    def n_items(self) -> int:
        """The largest number of an item in `regions`."""
        return int(self.regions.max(initial=0, where=self.regions != NOTHING))

    def __repr__(self) -> str:
        return f"SceneAttention({self.attention.shape[0]} layers, {self.attention.shape[1]} heads, {self.n_items} items)"

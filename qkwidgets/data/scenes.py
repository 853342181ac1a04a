"""What is a scene with an odd item, once it is drawn? Pictures, exact masks, and what makes the odd item odd.

Conventions: `items` holds 0 for the ground and 1, 2, … for the items; `parts` holds 1 and 2 for the parts of an item that has
two, 1 for one that has none; `odd` is the number of the odd item; `feature` counts in `FEATURES`, `arrangement` in
`ARRANGEMENTS`. Target, distractors and ground share no pixel and leave none out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from qkwidgets.answers import registry
from qkwidgets.answers.presenting import drawn
from qkwidgets.data.scene_plan import DEFAULT, FEATURES
from qkwidgets.data.scene_table import scene_rows


@dataclass(frozen=True, eq=False)
class Scenes:
    """Odd-one-out scenes with exact masks; `scenes[3:5]`, `scenes[mask]` and `scenes[0]` are scenes again.

    Attributes
    ----------
    difference
        How far the odd item is from the mean of the others, jitter included: degrees of hue, degrees of orientation within the
        period of the shape, or the binary logarithm of the ratio of sizes; NaN where the feature has no degrees.
    arrangement
        -1 where it is not known.
    """

    images: UInt8[np.ndarray, "scene height width 3"]
    items: UInt8[np.ndarray, "scene height width"]
    odd: Int[np.ndarray, " scene"]
    feature: Int[np.ndarray, " scene"]
    parts: UInt8[np.ndarray, "scene height width"] | None = None
    difference: Float[np.ndarray, " scene"] | None = None
    arrangement: Int[np.ndarray, " scene"] | None = None

    def __post_init__(self) -> None:
        unknown = {
            "parts": lambda: (self.items > 0).astype(np.uint8),
            "difference": lambda: np.full(len(self.odd), np.nan),
            "arrangement": lambda: np.full(len(self.odd), -1),
        }
        for name, filled in unknown.items():
            if getattr(self, name) is None:
                object.__setattr__(self, name, filled())

    @property
    def target(self) -> Bool[np.ndarray, "scene height width"]:
        """Pixels of the odd item."""
        return self.items == self.odd[:, None, None]

    @property
    def distractors(self) -> Bool[np.ndarray, "scene height width"]:
        """Pixels of all other items."""
        return ~(self.target | self.ground)

    @property
    def ground(self) -> Bool[np.ndarray, "scene height width"]:
        """Pixels of no item."""
        return self.items == 0

    def patch(self, grid: tuple[int, int] = (8, 8)) -> Int[np.ndarray, " scene"]:
        """Index, row by row, of the patch that holds most of the target; the first of equals.

        Examples
        --------
        >>> from qkwidgets.data.odd_one_out import odd_one_out
        >>> odd_one_out(3, seed=1).patch().shape
        (3,)
        """
        height, width = self.items.shape[1:]
        held = _shares(height, grid[0]) @ self.target.astype(float) @ _shares(width, grid[1]).T
        return held.reshape(len(self), -1).argmax(1)

    def figure(self, *choices: Any, **options: Any) -> Any:
        """The first scenes with the outlines of their items, as a plotly figure; see `qkwidgets.figures.labelled.labelled_figure`."""
        return drawn(registry.set_presenter(), f"{type(self).__name__}.figure", self, choices, options)

    def rows(self) -> list[dict[str, Any]]:
        """The statistics of each scene, measured on its pixels, a dict a scene; see `scene_table.scene_rows`."""
        return scene_rows(self)

    def to_pandas(self) -> Any:
        """The statistics of each scene as a pandas DataFrame (pandas must be installed).

        Examples
        --------
        >>> from qkwidgets.data.odd_one_out import odd_one_out
        >>> odd_one_out(2, feature="size").to_pandas()[["feature", "n_items"]]
          feature  n_items
        0    size        8
        1    size        7
        """
        import pandas as pd

        return pd.DataFrame(self.rows())

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator["Scenes"]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, which) -> "Scenes":
        if isinstance(which, int | np.integer):
            which = [which]
        return type(self)(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def __repr__(self) -> str:
        count = [int(np.sum(self.feature == i)) for i in range(len(FEATURES))]
        told = ", ".join(f"{name} {count[i]}" for i, name in enumerate(FEATURES) if i < DEFAULT or count[i])
        return f"{len(self)} odd-one-out scenes of {self.images.shape[1]} x {self.images.shape[2]} pixels; odd in {told}"


def joined(several: list[Scenes]) -> Scenes:
    """Scenes of one size, one after the other.

    Examples
    --------
    >>> from qkwidgets.data.odd_one_out import odd_one_out
    >>> joined([odd_one_out(2), odd_one_out(1, seed=1)])
    3 odd-one-out scenes of 64 x 64 pixels; odd in colour 0, orientation 0, shape 0, size 2, pattern 1
    """
    return Scenes(**{field.name: np.concatenate([getattr(scenes, field.name) for scenes in several]) for field in fields(Scenes)})


def _shares(pixels: int, patches: int) -> np.ndarray:
    """Share of each pixel in each patch along one side; ones and zeros where patches hold whole pixels."""
    edge = np.arange(patches + 1)[:, None] * (pixels / patches)
    covered = np.clip(edge - np.arange(pixels), 0, 1)
    return np.diff(covered, axis=0)

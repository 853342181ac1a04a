"""Which scenes have one item that is not like the others, and which pixels are it?

Scenes are made, not stored: several alike items on a textured ground, one of which differs in one of five features. They
need no licence, their masks are exact, and there is no end of them. They train the built-in model and feed the question
of attention preference when the photographs of the O3 data set are not at hand.

Conventions: `items` holds 0 for the ground and 1, 2, … for the items; `odd` is the number of the odd item; `feature`
counts in `FEATURES`. Masks are exact: target, distractors and ground share no pixel and leave none out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Int, UInt8

from qkwidgets.core.errors import InputError
from qkwidgets.data.scene_drawing import drawn_scene
from qkwidgets.data.scene_plan import FEATURES, scene_plan

FEWEST, MOST = 3, 12
SMALLEST_SIZE = 32


@dataclass(frozen=True, eq=False)
class Scenes:
    """Odd-one-out scenes with exact masks; `scenes[3:5]`, `scenes[mask]` and `scenes[0]` are scenes again."""

    images: UInt8[np.ndarray, "scene height width 3"]
    items: UInt8[np.ndarray, "scene height width"]
    odd: Int[np.ndarray, " scene"]
    feature: Int[np.ndarray, " scene"]

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
        >>> odd_one_out(3, seed=1).patch().shape
        (3,)
        """
        height, width = self.items.shape[1:]
        held = _shares(height, grid[0]) @ self.target.astype(float) @ _shares(width, grid[1]).T
        return held.reshape(len(self), -1).argmax(1)

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator["Scenes"]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, which) -> "Scenes":
        if isinstance(which, int | np.integer):
            which = [which]
        return type(self)(**{field.name: getattr(self, field.name)[which] for field in fields(self)})

    def __repr__(self) -> str:
        names = ", ".join(f"{name} {np.sum(self.feature == i)}" for i, name in enumerate(FEATURES))
        return f"{len(self)} odd-one-out scenes of {self.images.shape[1]} x {self.images.shape[2]} pixels; odd in {names}"


def odd_one_out(
    n: int = 8,
    *,
    seed: int = 0,
    size: int = 64,
    feature: str | None = None,
    n_items: int | tuple[int, int] = (4, 9),
    start: int = 0,
) -> Scenes:
    """Generate odd-one-out scenes: alike items on a textured ground, one of which differs in one feature.

    Everything else is shared by the items of a scene up to a small jitter, and varies from scene to scene. Items have
    equal area unless size is the odd feature; hues have equal lightness; patterns have the same mean colour.

    Parameters
    ----------
    n
        How many scenes.
    seed, start
        Scene i of a seed is the same whatever `n` and `start` are: numbers `start … start + n - 1` come back. At
        another `size` it is the same scene, drawn finer.
    size
        Side of the square images, in pixels.
    feature
        One of `FEATURES` for all scenes; by default each scene draws its own.
    n_items
        How many items, or the fewest and the most. With many items each is small.

    Raises
    ------
    InputError
        If `feature` is no name of a feature, or a number is out of range.

    Notes
    -----
    Centres keep to the middle quarter of a patch of an 8 x 8 grid and off its rim, so that one patch holds most of the target
    and no item is cut; distractors obey the same rule, so that it gives nothing away. About 1,500 scenes of 64 x 64
    pixels a second on one core.

    Examples
    --------
    >>> scenes = odd_one_out(6, feature="colour", seed=2)
    >>> scenes
    6 odd-one-out scenes of 64 x 64 pixels; odd in colour 6, orientation 0, shape 0, size 0, pattern 0
    >>> scenes.images.shape, scenes[:2].target.shape
    ((6, 64, 64, 3), (2, 64, 64))
    >>> bool((scenes.target | scenes.distractors | scenes.ground).all())
    True
    """
    _check_whole("n", n, 1, "No scene was asked for. Try n=8.")
    _check_whole("start", start, 0, "Scenes count from zero. Try start=0.")
    _check_whole("seed", seed, 0, "It numbers a stream of scenes. Try seed=0.")
    _check_whole("size", size, SMALLEST_SIZE, "Items would be a few pixels wide. Try size=64.")
    counts, which = _item_range(n_items), None if feature is None else _feature_index(feature)
    images, items = np.empty((n, size, size, 3), np.uint8), np.empty((n, size, size), np.uint8)
    odd, features = np.empty(n, int), np.empty(n, int)
    for i in range(n):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(start + i,))))
        plan = scene_plan(rng, which, counts)
        images[i], items[i] = drawn_scene(plan, size)
        odd[i], features[i] = plan.odd + 1, plan.feature
    return Scenes(images, items, odd, features)


def _shares(pixels: int, patches: int) -> np.ndarray:
    """Share of each pixel in each patch along one side; ones and zeros where patches hold whole pixels."""
    edge = np.arange(patches + 1)[:, None] * (pixels / patches)
    covered = np.clip(edge - np.arange(pixels), 0, 1)
    return np.diff(covered, axis=0)


def _check_whole(name: str, value: object, least: int, advice: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}: got {value!r}. {advice}")


def _feature_index(name: str) -> int:
    if name not in FEATURES:
        raise InputError(
            f"feature must be one of {', '.join(FEATURES)}: got {name!r}. A scene has one odd feature, and names are "
            f"spelled in British English. Leave feature out to draw one for each scene."
        )
    return FEATURES.index(name)


def _item_range(n_items: int | tuple[int, int]) -> tuple[int, int]:
    fewest, most = (n_items, n_items) if isinstance(n_items, int | np.integer) else n_items
    if not FEWEST <= fewest <= most <= MOST:
        raise InputError(
            f"n_items must be a number, or a fewest and a most, from {FEWEST} to {MOST}: got {n_items!r}. With fewer items none "
            f"is the odd one, and more do not fit side by side. Try n_items=(4, 9)."
        )
    return int(fewest), int(most)

"""How are many scenes made from one seed, all at once or one when it is asked for?

A recipe is all that decides which pixels come out; scene i of it is the same whatever comes before. The chance that a ground of
photographs or a range of differences needs comes from streams of its own: a scene that is asked for with another ground
or another difference has the same items in the same places.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.scene_drawing import drawn_scene
from qkwidgets.data.scene_grounds import Photographs, flat, waves
from qkwidgets.data.scene_options import (
    SMALLEST_SIZE,
    arrangements_of,
    check_bytes,
    check_whole,
    contrast_of,
    differences_of,
    features_of,
    ground_of,
    items_of,
    kind_of,
)
from qkwidgets.data.scene_plan import ScenePlan, scene_plan
from qkwidgets.data.scene_shapes import PATTERNS, SHAPES
from qkwidgets.data.scenes import Scenes

_DIFFERENCE, _GROUND = 1, 2
"""Streams of chance beside that of the plan."""


@dataclass(frozen=True, kw_only=True)
class SceneRecipe:
    """Scenes that are not yet drawn; the options are those of `qkwidgets.odd_one_out`.

    Where a data set of labelled pictures is asked for, a recipe is one whose scenes are drawn when they are read: any number of
    them needs no memory.

    Examples
    --------
    >>> recipe = SceneRecipe(n=100_000, feature="size")
    >>> len(recipe), recipe.scene(99_999).images.shape
    (100000, (1, 64, 64, 3))
    """

    n: int = 8
    seed: int = 0
    size: int = 64
    feature: Any = None
    n_items: Any = (4, 9)
    arrangement: Any = None
    difference: Any = None
    shape: str | None = None
    pattern: str | None = None
    ground: Any = "waves"
    ground_contrast: float = 1
    start: int = 0

    def __post_init__(self) -> None:
        check_whole("n", self.n, 1, "No scene was asked for. Try n=8.")
        check_whole("start", self.start, 0, "Scenes count from zero. Try start=0.")
        check_whole("seed", self.seed, 0, "It numbers a stream of scenes. Try seed=0.")
        check_whole("size", self.size, SMALLEST_SIZE, "Items would be a few pixels wide. Try size=64.")
        _ = self._checked

    @cached_property
    def _checked(self) -> tuple[Any, ...]:
        """Features, arrangements, fewest and most items, least and most difference, shape and pattern, ground, and its contrast."""
        arrangements = arrangements_of(self.arrangement)
        features = features_of(self.feature)
        return (
            features,
            arrangements,
            items_of(self.n_items, arrangements),
            differences_of(self.difference, features),
            (kind_of("shape", self.shape, SHAPES, features), kind_of("pattern", self.pattern, PATTERNS, features)),
            ground_of(self.ground),
            contrast_of(self.ground_contrast),
        )

    def __len__(self) -> int:
        return self.n

    def scenes(self) -> Scenes:
        """All scenes, drawn; refused where they would not fit into memory."""
        check_bytes(self.n, self.size)
        return self._drawn(range(self.n))

    def scene(self, index: int) -> Scenes:
        """One scene, drawn."""
        return self._drawn([index])

    def plan(self, index: int) -> ScenePlan:
        """One scene, planned."""
        features, arrangements, n_items, differences, (shape, pattern), _, _ = self._checked
        difference = None if differences is None else float(self._chance(index, _DIFFERENCE).uniform(*differences))
        options = {"arrangement": arrangements, "difference": difference, "shape": shape, "pattern": pattern}
        return scene_plan(self._chance(index), features, n_items, **options)

    def describe(self) -> dict[str, Any]:
        """All that decides which pixels come out, as JSON values."""
        features, arrangements, n_items, differences, _, ground, contrast = self._checked
        return {
            "n": int(self.n),
            "seed": int(self.seed),
            "size": int(self.size),
            "feature": features,
            "n_items": n_items,
            "arrangement": arrangements,
            "difference": differences,
            "shape": self.shape,
            "pattern": self.pattern,
            "ground": ground.mark() if isinstance(ground, Photographs) else ground,
            "ground_contrast": contrast,
            "start": int(self.start),
        }

    def _chance(self, index: int, *stream: int) -> np.random.Generator:
        # One spawn key for the plan, as ever: scenes of earlier versions stay what they were.
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=(self.start + index, *stream))))

    def _ground(self, index: int, plan: ScenePlan) -> np.ndarray:
        *_, ground, contrast = self._checked
        if isinstance(ground, Photographs):
            return ground.piece(self._chance(index, _GROUND), plan, self.size, contrast)
        return flat(plan, self.size) if ground == "flat" else waves(plan, self.size, contrast)

    def _drawn(self, which: Any) -> Scenes:
        n, size = len(which), self.size
        images, items, parts = np.empty((n, size, size, 3), np.uint8), *np.empty((2, n, size, size), np.uint8)
        odd, feature, arrangement = np.empty((3, n), int)
        difference = np.empty(n)
        for i, index in enumerate(which):
            if not 0 <= index < self.n:
                raise InputError(
                    f"A recipe's scenes count from 0 to {self.n - 1}: got {index!r}. It is probably one too many. Pass one of these."
                )
            plan = self.plan(index)
            images[i], items[i], parts[i] = drawn_scene(plan, size, self._ground(index, plan))
            odd[i], feature[i], arrangement[i], difference[i] = plan.odd + 1, plan.feature, plan.arrangement, plan.difference
        return Scenes(images, items, odd, feature, parts, difference, arrangement)

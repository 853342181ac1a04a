"""Which scenes can be turned to, parameter by parameter?

Every parameter is a finite, ordered list of values, so that a page without a kernel can hold what a live view computes when asked.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from qkwidgets.answers.scene_images import Axis, Chosen
from qkwidgets.core.errors import InputError, check_keywords
from qkwidgets.data.labelled import LabelledPicture, LabelledSet, labelled_set
from qkwidgets.data.scene_plan import FEATURES, UNITS
from qkwidgets.data.scene_recipe import SceneRecipe

VARIED: dict[str, tuple[Any, ...]] = {
    "feature": FEATURES,
    "difference": (None, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0),
    "n_items": (4, 6, 9, 12),
    "arrangement": ("grid", "ring", "scatter", "array"),
    "ground": ("waves", "flat"),
    "seed": tuple(range(40)),
}
"""What one turns by default. These numbers of items fill an array."""

FEW: dict[str, tuple[Any, ...]] = {
    "difference": (None, 0.1, 0.4),
    "n_items": (4, 9),
    "arrangement": ("grid", "array"),
    "ground": ("waves",),
    "seed": (0, 1, 2),
}
"""Those of `VARIED` that a page has where nothing else is asked for; values that were chosen by hand are all in it."""

TOGETHER = (("feature", "difference"), ("feature", "shape"), ("feature", "pattern"), ("arrangement", "n_items"))
"""Options of which not every value goes with every value of the other."""

LABELS = {
    "feature": "odd in",
    "difference": "difference",
    "n_items": "items",
    "arrangement": "arrangement",
    "ground": "ground",
    "seed": "seed",
    "ground_contrast": "texture",
    "image": "image",
}

ABOUT = {
    "difference": "from just above the jitter (0) to the largest (1); plain: so that it is plain to see. Shapes, patterns and configurations "
    "differ in kind, and have no degrees",
    "seed": "another scene of the same kind",
}

_QUICK = {"ground": "flat"}
"""A ground that nothing is read for, while other options are checked."""


class TurnedScenes:
    """Scenes in every combination of some options.

    Parameters
    ----------
    vary
        Options of `odd_one_out` with the values that each can take; by default those of `VARIED`.
    same
        Options that are the same in all scenes.

    Raises
    ------
    InputError
        If an option is none, has no values, or has a value that no scene has, alone or with one of another option.

    Examples
    --------
    >>> scenes = TurnedScenes({"feature": ["colour", "size"], "seed": range(3)})
    >>> [axis.label for axis in scenes.axes], scenes.labelled((1, 2)).names[:2]
    (['odd in', 'seed'], ('distractor', 'distractor'))
    """

    kind = "scenes that are turned here"
    merged = False

    def __init__(self, vary: Mapping[str, Sequence[Any]] | None = None, **same: Any) -> None:
        self.same = same
        chosen = self._usual() if vary is None else vary
        check_keywords("odd_one_out", chosen, SceneRecipe.__dataclass_fields__)
        empty = [name for name, values in chosen.items() if isinstance(values, str) or not len(values)]
        if empty:
            raise InputError(
                f"vary= lists the values that each option can take: got {empty[0]}={chosen[empty[0]]!r}. A single value is nothing to turn. Pass "
                "it by itself, beside vary=."
            )
        self._check(chosen)
        self.axes = tuple(_axis(name, tuple(values)) for name, values in chosen.items())

    def settled(self, chosen: Chosen) -> Chosen:
        """The same scene as first named: where a parameter means nothing, its first value."""
        names = [axis.name for axis in self.axes]
        if "feature" in names and "difference" in names:
            feature, difference = names.index("feature"), names.index("difference")
            if _in_kind(self.axes[feature].values[chosen[feature]]):
                return (*chosen[:difference], 0, *chosen[difference + 1 :])
        return chosen

    def labelled(self, chosen: Chosen) -> LabelledPicture:
        """One of the scenes."""
        options = {axis.name: axis.values[place] for axis, place in zip(self.axes, chosen, strict=True)}
        return labelled_set(self._recipe(options)).labelled(0)

    def _usual(self) -> dict[str, tuple[Any, ...]]:
        """What one turns where nothing is named: of `VARIED`, the values that scenes can have beside what is the same in all."""
        free = {name: values for name, values in VARIED.items() if name not in self.same}
        first = {name: values[0] for name, values in free.items()}
        self._recipe(first)
        fitting = {
            name: tuple(value for value in values if self._fits({**first, name: value, **_QUICK}))
            for name, values in free.items()
        }
        return {name: values for name, values in fitting.items() if len(values) > 1}

    def _check(self, vary: Mapping[str, Sequence[Any]]) -> None:
        """Refuse at once what would be refused when one turns to it."""
        first = {name: values[0] for name, values in vary.items()}
        self._recipe(first)
        for names in (*((name,) for name in vary), *TOGETHER):
            known = [name for name in names if name in vary]
            quick = {} if "ground" in known else _QUICK
            for values in product(*(vary[name] for name in known)):
                self._recipe({**first, **quick, **dict(zip(known, values, strict=True))})

    def _fits(self, options: dict[str, Any]) -> bool:
        try:
            self._recipe(options)
        except InputError:
            return False
        return True

    def _recipe(self, options: dict[str, Any]) -> SceneRecipe:
        """One scene. A difference is left out where one turned to a feature that has none."""
        every = {**self.same, **options}
        if "feature" in options and _in_kind(options["feature"]):
            every.pop("difference", None)
        return SceneRecipe(n=1, **every)


class SteppedPictures:
    """The pictures of a labelled set, one after the other.

    Examples
    --------
    >>> from qkwidgets.data.odd_one_out import odd_one_out
    >>> SteppedPictures(labelled_set(odd_one_out(3))).axes[0].words
    ('scene 0', 'scene 1', 'scene 2')
    """

    def __init__(self, pictures: LabelledSet) -> None:
        self.pictures, self.kind, self.merged = pictures, pictures.kind, pictures.merged
        places, names = tuple(range(len(pictures))), tuple(pictures.names)
        self.axes = (Axis("image", LABELS["image"], places, names, "", places),)

    def settled(self, chosen: Chosen) -> Chosen:
        """Every picture is its own."""
        return chosen

    def labelled(self, chosen: Chosen) -> LabelledPicture:
        """One of the pictures."""
        return self.pictures.labelled(*chosen)


def _axis(name: str, values: tuple[Any, ...]) -> Axis:
    words = tuple(_word(name, value) for value in values)
    few = FEW.get(name, values) if values == VARIED.get(name) else values
    return Axis(name, LABELS.get(name, name), values, words, ABOUT.get(name, ""), few)


def _in_kind(feature: Any) -> bool:
    """Whether it is one feature, in which items differ in kind and not by degrees."""
    return isinstance(feature, str) and feature not in UNITS


def _word(name: str, value: Any) -> str:
    return ("plain" if name == "difference" else "any") if value is None else str(value)

"""Which scenes belong to which condition? Every combination of some options, the same seeds in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from typing import Any

import numpy as np
from jaxtyping import Int

from qkwidgets.answers import registry
from qkwidgets.answers.presenting import drawn
from qkwidgets.core.errors import InputError, check_keywords, check_range
from qkwidgets.data.scene_options import check_bytes
from qkwidgets.data.scene_recipe import SceneRecipe
from qkwidgets.data.scenes import Scenes, joined

MOST_SCENES = 100_000


@dataclass(frozen=True, eq=False)
class Conditions:
    """Scenes of several conditions, one condition after the other.

    Attributes
    ----------
    table
        The options of each condition.
    condition
        The row of `table` that each scene belongs to.
    """

    scenes: Scenes
    table: tuple[dict[str, Any], ...]
    condition: Int[np.ndarray, " scene"]

    def of(self, number: int) -> Scenes:
        """The scenes of one condition, in the order of their seeds."""
        check_range("condition", number, len(self.table), "this grid")
        return self.scenes[self.condition == number]

    def figure(self, *choices: Any, **options: Any) -> Any:
        """The first scenes with the outlines of their items, as a plotly figure; see `qkwidgets.figures.labelled.labelled_figure`."""
        return drawn(registry.set_presenter(), f"{type(self).__name__}.figure", self, choices, options)

    def rows(self) -> list[dict[str, Any]]:
        """What was asked for and what was measured, a dict a scene; options are called `asked_feature` and so on."""
        asked = [{f"asked_{name}": value for name, value in self.table[k].items()} for k in self.condition]
        return [{"condition": int(k), **a, **row} for k, a, row in zip(self.condition, asked, self.scenes.rows(), strict=True)]

    def to_pandas(self) -> Any:
        """The rows as a pandas DataFrame (pandas must be installed)."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def __repr__(self) -> str:
        varied = ", ".join(f"{name} ({len({str(row[name]) for row in self.table})})" for name in self.table[0])
        return f"{len(self.table)} conditions of {len(self.scenes) // len(self.table)} scenes: {varied}"


def odd_one_out_grid(n: int = 8, *, vary: Any, **same: Any) -> Conditions:
    """Odd-one-out scenes in every combination of some options.

    Scene j of every condition comes from the same seed, so that conditions are compared pair by pair: what an option does not
    decide stays as it is. With another feature or number of items the rest of the scene is drawn anew.

    Parameters
    ----------
    n
        Scenes in each condition.
    vary
        A dict: options of `qkwidgets.odd_one_out` with the values that each shall take; the last one changes fastest. A value may be a pair
        or a list, where the option takes one.
    same
        Options that are the same in all conditions.

    Raises
    ------
    InputError
        If an option is none, is given twice or has no values, or scenes would be of different sizes.

    Examples
    --------
    >>> grid = odd_one_out_grid(3, vary={"feature": ["colour", "size"], "difference": [0.2, 0.6, 1.0]}, seed=1)
    >>> grid
    6 conditions of 3 scenes: feature (2), difference (3)
    >>> grid.of(0), grid.table[0]
    (3 odd-one-out scenes of 64 x 64 pixels; odd in colour 3, orientation 0, shape 0, size 0, pattern 0, {'feature': 'colour', 'difference': 0.2})
    """
    _check(vary, same)
    table = tuple(dict(zip(vary, values, strict=True)) for values in product(*vary.values()))
    if len(table) * n > MOST_SCENES:
        raise InputError(
            f"A grid must hold at most {MOST_SCENES:,} scenes: {len(table)} conditions of {n} are more. They are all held in memory. Vary less at "
            "a time, or pass a smaller n."
        )
    recipes = [SceneRecipe(n=n, **same, **row) for row in table]  # all options are checked before the first scene is drawn
    check_bytes(len(table) * n, recipes[0].size)
    return Conditions(joined([recipe.scenes() for recipe in recipes]), table, np.repeat(np.arange(len(table)), n))


def _check(vary: Any, same: dict[str, Any]) -> None:
    if not isinstance(vary, Mapping):
        raise InputError(
            f"vary= names options and lists their values, in a dict: got one of type {type(vary).__name__}. The names were probably passed "
            'alone. Write for instance vary={"feature": ["colour", "size"]}.'
        )
    known = [field.name for field in fields(SceneRecipe) if field.name not in ("n", "start", "size")]
    if fixed := [name for name in vary if name in ("n", "start", "size")]:
        raise InputError(
            f"Options that can be varied are {', '.join(known)}: got {fixed[0]!r}. All scenes of a grid have one size. Pass one of these."
        )
    check_keywords("vary=", vary, known, "option")
    check_keywords("odd_one_out_grid", same, ("n", "vary", *known, "start", "size"))
    if twice := [name for name in vary if name in same]:
        raise InputError(
            f"An option is varied or the same: {twice[0]!r} is both. It was probably meant as one of the values. Leave it out of one."
        )
    bad = [
        name for name, values in vary.items() if isinstance(values, str) or not isinstance(values, Sequence) or not len(values)
    ]
    if bad or not vary:
        given = f"{bad[0]}={vary[bad[0]]!r}" if bad else "nothing"
        raise InputError(
            f"vary= names options and lists their values: got {given}. A single value is no condition. Write for instance "
            'vary={"feature": ["colour", "size"]}.'
        )

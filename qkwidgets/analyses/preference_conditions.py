"""Does attention stay on its object whatever makes the odd one odd? The preference of attention, condition by condition."""

from pathlib import Path
from typing import Any

from qkwidgets.analyses.preference import attention_preference
from qkwidgets.answers.preference_conditions import PreferenceByCondition
from qkwidgets.core.errors import InputError
from qkwidgets.data.scene_conditions import Conditions
from qkwidgets.models.contract import AttentionModel


def preference_by_condition(model: AttentionModel, grid: Any, **options: Any) -> PreferenceByCondition:
    """Attention to the same object, to others and to the background in each condition of a grid, which are not pooled.

    Parameters
    ----------
    model
        From `load_model`.
    grid
        From `odd_one_out_grid`.
    **options
        Of `attention_preference`; with `resume`, each condition has a folder of its own in it.

    Returns
    -------
    PreferenceByCondition
        A table: `.rows()`, `.to_pandas()`, `.to_csv()`.

    Raises
    ------
    InputError
        If it is no grid, or an option cannot be used.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> grid = qk.odd_one_out_grid(4, vary={"feature": ["colour", "size"]})
    >>> found = preference_by_condition(qk.load_model(), grid, items=False, null=0, workers=0, progress=False)
    >>> found.curves.shape, [row["asked_feature"] for row in found.rows()[::36]]
    ((2, 3, 3, 6), ['colour', 'size'])
    """
    if not isinstance(grid, Conditions):
        raise InputError(
            f"Conditions are those of a grid: got one of type {type(grid).__name__}. Scenes alone do not say which condition they belong to. Make "
            "them with odd_one_out_grid, or call attention_preference."
        )
    resume = options.pop("resume", None)
    answers = []
    for number in range(len(grid.table)):
        folder = {} if resume is None else {"resume": Path(resume) / f"condition {number}"}
        try:
            answers.append(attention_preference(model, grid.of(number), **options, **folder))
        except InputError as error:
            raise type(error)(f"In condition {number}, {grid.table[number]}: {error}") from error
    return PreferenceByCondition.joined(answers, grid.table)

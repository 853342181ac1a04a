"""Whatever is handed to a figure: it is drawn, or refused in one sentence; never is an error of Python's own met."""

from inspect import Parameter, signature

import numpy as np
import pytest

from qkwidgets.answers import registry
from qkwidgets.answers.presenting import fits
from qkwidgets.core.errors import InputError
from qkwidgets.core.index import ModeIndex
from tests.answers.test_anisotropy import alignment, baseline
from tests.answers.test_same_object import answer as same_object
from tests.answers.test_tables import modes, ranking
from tests.factor_answers import factors
from tests.figures.test_objects import semantic_map
from tests.galleries import optimal
from tests.preferences import preference
from tests.trainings import training
from tests.views import view

MADE = (alignment, baseline, factors, modes, optimal, preference, ranking, same_object, semantic_map, training, view)

WRONG = (["x"], {"a": 1}, {2}, 2.5, object(), None, True)


def refusal(answer, *choices, **options) -> str:
    """In what words a figure is refused; empty where it is drawn."""
    try:
        assert answer.figure(*choices, **options).data is not None
    except InputError as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
def test_a_figure_is_drawn_or_refused_in_words(make):
    answer = make()
    known = signature(registry.presenter(registry.FIGURES, "figure", answer)).parameters.values()
    assert "theme" in [each.name for each in known]
    for each in (each for each in known if each.default is not Parameter.empty):
        # A list may stand for a tuple; under pytest the annotation itself refuses it.
        said = [refusal(answer, **{each.name: value}) for value in WRONG if not (value == ["x"] and fits(each.annotation, value))]
        assert [words for words in said if words and ": got " not in words and " does not exist: " not in words] == []
        assert any(said)
    if any(each.kind is Parameter.VAR_POSITIONAL for each in known):
        assert all("draws further answers beside its own" in refusal(answer, value) for value in WRONG)


@pytest.mark.parametrize(
    ("annotation", "taken", "refused"),
    [
        (int, (3, np.int64(3)), (True, 2.5, "3", None)),
        (float, (3, 2.5, np.float32(1)), (True, "3")),
        (bool, (True, np.bool_(False)), (1, "yes")),
        (str | None, ("a", None), (3, ["a"])),
        (ModeIndex | str | tuple[int, int, int], (ModeIndex(0, 0, 0), "L0", (0, 0, 0), [0, 0, 0]), (3, None)),
    ],
)
def test_a_value_fits_its_annotation(annotation, taken, refused):
    assert [fits(annotation, value) for value in (*taken, *refused)] == [True] * len(taken) + [False] * len(refused)

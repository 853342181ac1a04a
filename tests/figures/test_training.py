"""Does the figure of a training show every snapshot, and say which is which?"""

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import colours
from qkwidgets.figures.training import training_figure
from tests.figures.texts import ESCAPED, NASTY, markup_of_names, traces, words
from tests.trainings import training


def test_every_snapshot_is_a_line_in_the_colour_of_its_dot():
    found = training()
    figure = found.figure()
    (score,) = traces(figure, "score")
    np.testing.assert_array_equal(score.y, found.score)
    for n, step in enumerate(found.step):
        (line,) = traces(figure, f"step {step}")
        np.testing.assert_array_equal(line.y, found.layer_cosine[n])
        assert line.line.color == score.marker.color[n]
    assert len(set(score.marker.color)) == 3


def test_chance_is_that_of_the_last_snapshot_and_the_score_is_named():
    figure = training_figure(training())
    (band,) = traces(figure, "chance for the mean")
    np.testing.assert_array_equal(band.y[:2], training().layer_band[-1])
    assert "share of scenes &lt;found&gt;" in words(figure)


def test_trainings_stand_side_by_side_with_one_axis_of_cosines():
    figure = training_figure(training(), training("other"))
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert "other" in figure.layout.xaxis2.title.text
    low, high = figure.layout.yaxis.range
    assert low < -0.3 < 0.6 < high


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_are_only_names_and_colours_those_of_the_theme(theme):
    figure = training_figure(training(NASTY), theme=theme)
    assert markup_of_names(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == colours(theme).paper
    assert ESCAPED[:10] in figure.layout.xaxis.title.text


def test_nothing_to_draw_is_refused():
    with pytest.raises(
        InputError,
        match=r"^A figure of training needs at least one answer: got none\. .*Call qkwidgets\.open of what tools/train_builtin\.py wrote, ",
    ):
        training_figure()

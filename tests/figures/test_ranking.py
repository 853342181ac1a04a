"""Do the bars keep the order, and do they say what is left out?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.answers.ranking import ModeRanking
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.figures.ranking import ranking_figure
from tests.figures.texts import NASTY, words


@pytest.fixture
def ranking() -> ModeRanking:
    value = np.array([[[0.5, -0.25, 0.05], [0.12, 0.1, np.nan]]], dtype=np.float32)
    return ModeRanking(value, np.array([[0.7, 0.6]], dtype=np.float32), "share", NASTY, {"model": NASTY})


def test_bars_are_the_strongest_modes_in_order(ranking):
    (bars,) = ranking_figure(ranking, 3).data
    assert list(bars.y) == ["L0 H0 M0", "L0 H1 M0", "L0 H1 M1"]
    np.testing.assert_allclose(bars.x, [50, 12, 10], rtol=1e-6)


def test_a_ranking_as_a_widget_is_the_same_bars(ranking):
    widget = ranking.widget(3, layer=0)
    assert type(widget).__name__ == "FigureWidget"
    (bars,), figure = widget.data, ranking_figure(ranking, 3, layer=0)
    assert (list(bars.y), list(bars.x)) == (list(figure.data[0].y), list(figure.data[0].x))
    assert widget.layout == figure.layout
    widget.close()


def test_beside_the_bars_stand_bias_and_what_is_not_shown(ranking):
    columns = [annotation.text for annotation in ranking_figure(ranking, 3).layout.annotations]
    # L0 H0: 1 - 0.7 - 0.5; L0 H1, with two bars: 1 - 0.6 - 0.12 - 0.1
    assert columns == ["bias of<br>its head", "70 %", "60 %", "60 %", "not shown<br>of its head", "−20 %", "18 %", "18 %"]


def test_the_bars_of_one_head_sum_to_one(ranking):
    (bars,) = ranking_figure(ranking, 2, layer=0, head=0).data
    assert list(bars.y) == ["L0 H0 M0", "L0 H0 M2", "key-only bias", "1 other modes"]
    assert sum(bars.x) == pytest.approx(100)
    assert bars.marker.pattern.shape[-1] == "/"
    (all_modes,) = ranking_figure(ranking, 9, layer=0, head=0).data
    assert list(all_modes.y)[-1] == "key-only bias"


@pytest.mark.parametrize(("bias", "words_on_axis"), [("absorb", "its head"), ("drop", "biases dropped")])
def test_without_a_bias_of_its_own_none_is_shown(ranking, bias, words_on_axis):
    record = {"model": NASTY, "bias": bias}
    bare = dataclasses.replace(ranking, bias=np.zeros_like(ranking.bias), provenance=record)
    assert "bias of" not in words(ranking_figure(bare))
    assert "key-only bias" not in ranking_figure(bare, layer=0, head=0).data[0].y
    assert ranking_figure(bare).layout.xaxis.title.text.endswith(words_on_axis)


def test_peaks_are_numbers_and_nothing_is_said_to_be_left(ranking):
    figure = ranking_figure(dataclasses.replace(ranking, by="peak"), 2)
    assert list(figure.data[0].text) == ["0.500", "0.120"]
    assert not figure.layout.annotations


def test_a_ranking_that_cannot_be_drawn_is_refused(ranking):
    with pytest.raises(InputError, match=r"^A ranking shows one mode or more: got n=0\."):
        ranking_figure(ranking, 0)
    with pytest.raises(OutOfRangeError, match="Head 2 of"):
        ranking_figure(ranking, head=2)
    with pytest.raises(InputError, match=r"^A ranking needs modes with a peak: none is defined here\."):
        ranking_figure(dataclasses.replace(ranking, by="peak", value=ranking.value * np.nan))

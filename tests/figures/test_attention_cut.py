"""Does the figure of cuts show their effects, the random cuts of each, and the levels that a share is to be held against?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.answers.attention_cut import AttentionCut
from qkwidgets.core.errors import InputError
from qkwidgets.figures.attention_cut import cut_figure
from tests.figures.texts import ESCAPED, NASTY, markup_of_names, traces, words


def answer(**changes) -> AttentionCut:
    """Two radii, three random cuts each, every number another."""
    numbers = np.random.default_rng(0).uniform(0.1, 0.9, (2, 2, 8))
    made = AttentionCut(
        radii=np.array([1.0, 2.0]),
        n_removed=np.array([[8.0, 55.0], [24.0, 39.0]]),
        cls_change=numbers[..., 0],
        cls_change_random=numbers[..., 1:4],
        accuracy=numbers[..., 4],
        accuracy_random=numbers[..., 5:],
        whole=0.95,
        n_images=400,
        provenance={"model": NASTY},
        n_patches=64,
        chance=0.15,
        features=["colour", "configuration"],
    )
    return dataclasses.replace(made, **changes)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_effects_stand_beside_the_range_of_their_random_cuts(theme):
    made = answer()
    figure = made.figure(theme=theme)
    seen = [trace for trace in figure.data if trace.name == ESCAPED]
    for trace, values in zip(seen, (made.cls_change, made.accuracy), strict=True):
        assert trace.y.tolist() == [values[0, 0], values[1, 0], values[0, 1], values[1, 1]]  # within 1 and 2, beyond 1 and 2
    ticks = traces(figure, "random cuts of the same size: mean and range")
    bands = traces(figure, "range of random cuts")
    for tick, band, drawn in zip(ticks, bands, (made.cls_change_random, made.accuracy_random), strict=True):
        for place, cell in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
            assert tick.y[place] == pytest.approx(drawn[cell].mean())
            assert tick.customdata[place].tolist() == [drawn[cell].min(), drawn[cell].max()]
            assert band.y[place] - band.error_y.arrayminus[place] == pytest.approx(drawn[cell].min())
            assert band.y[place] + band.error_y.array[place] == pytest.approx(drawn[cell].max())
    assert [trace.y[0] for trace in figure.data if trace.mode == "lines"] == [0.95, 0.15]
    assert figure.layout.xaxis.ticktext == ("within 1<br>13%", "within 2<br>38%", "beyond 1<br>87%", "beyond 2<br>62%")
    margin = 1.96 * np.sqrt(made.accuracy * (1 - made.accuracy) / 400).max()
    assert "400 images, 3 random cuts each · dashed: without a cut, dotted: an item at random" in words(figure)
    assert f"by chance shares are off by up to {100 * margin:.0f} points" in words(figure)
    assert markup_of_names(figure) == []


def test_scenes_of_one_model_are_told_apart_by_their_feature_and_models_by_their_name():
    one, other = answer(features=["colour"]), answer(features=["configuration"], n_removed=np.full((2, 2), 9.0))
    figure = cut_figure(one, other)
    assert [trace.name for trace in figure.data if trace.showlegend][1:] == [f"{ESCAPED}, colour", f"{ESCAPED}, configuration"]
    shown = [trace for trace in figure.data if trace.showlegend][1:]
    assert shown[0].marker.symbol != shown[1].marker.symbol
    assert (shown[0].x < shown[1].x).all()
    assert figure.layout.xaxis.ticktext[0] == "within 1"  # of different sizes: no one share is true of both


def test_without_an_answer_that_can_be_wrong_there_is_one_panel_and_without_answers_none():
    nothing = np.full((2, 2), np.nan)
    figure = answer(accuracy=nothing, whole=None, chance=None, features=[]).figure()
    assert "odd patches found" not in words(figure)
    assert "dashed" not in words(figure)
    assert len(figure.data) == 3
    with pytest.raises(InputError, match=r"^A figure of cuts needs at least one answer: got none\. "):
        cut_figure()


def test_what_is_next_to_nothing_looks_so_and_the_axis_says_how_far_it_goes():
    small = answer(cls_change=np.full((2, 2), 0.001), cls_change_random=np.full((2, 2, 3), 0.002))
    figure = small.figure()
    assert figure.layout.yaxis.range == (0, pytest.approx(0.106))
    assert "the axis of changes goes to 0.1 at least" in words(figure)
    both = cut_figure(small, answer())
    most = max(answer().cls_change.max(), answer().cls_change_random.max())
    assert both.layout.yaxis.range == (0, pytest.approx(1.06 * most))
    assert "at least" not in words(both)


def test_a_model_that_was_never_asked_is_read_by_a_probe_and_the_figure_says_so():
    masked = {"model": NASTY, "card": {"recipe": {"objective": "masked"}}}
    probe, asked = (
        answer(provenance=masked),
        answer(provenance={"model": "other", "card": {"recipe": {"objective": "finetuned"}}}),
    )
    assert probe.probed
    assert not asked.probed
    assert "odd patches found by a linear probe: " in str(probe)
    assert "odd patches found: " in str(asked)
    alone, both = probe.figure(), cut_figure(asked, probe)
    assert "odd patches found by a linear probe" in [each.text for each in alone.layout.annotations]
    assert "odd patches found" in [each.text for each in both.layout.annotations]
    for figure in (alone, both):
        assert f"{ESCAPED}: found by a linear probe" in words(figure)
        assert markup_of_names(figure) == []
    assert "probe" not in words(asked.figure())

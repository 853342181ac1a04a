"""Do the figures of factors hold the numbers of the answer, and name what their shares are shares of?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import LABELS
from qkwidgets.figures.factor_triangle import in_triangle
from qkwidgets.figures.factors import factors_figure
from tests.factors import factors
from tests.figures.texts import ESCAPED, NASTY, traces, words


@pytest.fixture
def answer():
    found = factors()
    return dataclasses.replace(found, provenance={**found.provenance, "model": NASTY})


@pytest.mark.parametrize(
    ("variant", "count", "said"), [("all", 9, "all cells"), ("drop_mean", 4, "the mean left out"), ("visible", 6, "softmax")]
)
def test_stacked_shares_of_a_layer_sum_to_one(answer, variant, count, said):
    figure = factors_figure(answer, variant=variant)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == count
    assert np.allclose(np.sum([bar.y for bar in bars], axis=0), 1)
    (one,) = traces(figure, "content reads position")
    assert np.array_equal(one.y, answer.shares(variant, by="layer")[:, 2, 1])
    assert said in figure.layout.xaxis.title.text
    assert ESCAPED in words(figure)
    assert "6 images" in words(figure)


def test_every_head_has_its_label_once(answer):
    found = {}
    for number, name in enumerate(LABELS):
        (trace,) = traces(factors_figure(answer, "labels"), name)
        found |= {(int(layer), int(head)): number for layer, head in zip(trace.x, trace.y, strict=True)}
    assert found == {(layer, head): answer.head_label[layer, head] for layer, head in np.ndindex(2, 3)}


def test_richness_shows_means_and_single_heads(answer):
    figure = factors_figure(answer, "richness", measure="entropy")
    (mean,) = traces(figure, "driven by content")
    assert np.allclose(mean.y, answer.content_richness[1].mean(axis=1))
    assert figure.layout.yaxis.title.text == "exp(entropy)"


@pytest.mark.parametrize("what", ["modes", "heads"])
def test_points_lie_in_the_triangle(answer, what):
    figure = factors_figure(answer, what)
    points = {text: (x, y) for name in LABELS for t in traces(figure, name) for text, x, y in zip(t.text, t.x, t.y, strict=True)}
    assert len(points) == (2 * 3 * 16 if what == "modes" else 6)
    shares = answer.shares()[1, 2]
    expected = (
        (shares.sum(0) + shares.sum(1)) / 2 if what == "heads" else (answer.query_share[1, 2, 3] + answer.key_share[1, 2, 3]) / 2
    )
    assert points["L1 H2" if what == "heads" else "L1 H2 M3"] == pytest.approx(in_triangle(expected[None])[0])
    assert any(trace.name == "density" for trace in figure.data)


def test_what_cannot_be_drawn_is_said(answer):
    with pytest.raises(InputError, match=r"^A figure of factors: what is drawn is one of 'layers', .*: got 'bars'"):
        factors_figure(answer, "bars")
    with pytest.raises(InputError, match="the measure is one of"):
        factors_figure(answer, "richness", measure="rank")
    assert answer.figure("labels").layout.title.text == "What does each head trade?"

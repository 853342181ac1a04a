"""Does the trend hold the numbers of its models, with the band of chance around zero?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.figures.trend import trend_figure
from tests.figures.texts import ESCAPED, traces, words


def test_a_trend_shows_means_heads_and_chance(alignment):
    figure = trend_figure(alignment)
    (mean,) = traces(figure, ESCAPED)
    np.testing.assert_array_equal(mean.y, alignment.layer)
    np.testing.assert_allclose(mean.x, [0, 0.5, 1])
    (heads,) = traces(figure, "single heads")
    np.testing.assert_array_equal(heads.y, alignment.head.ravel())
    assert heads.text[3] == "L1 H1"
    (band,) = traces(figure, "chance for the mean")
    np.testing.assert_array_equal(band.y[:3], alignment.layer_band)
    np.testing.assert_array_equal(band.y[3:], -alignment.layer_band[::-1])
    assert any(shape.y0 == shape.y1 == 0 for shape in figure.layout.shapes)


def test_layers_are_counted_if_asked(alignment):
    (mean,) = traces(trend_figure(alignment, layers="index"), ESCAPED)
    np.testing.assert_array_equal(mean.x, [0, 1, 2])


def test_everything_of_a_trend_is_inside_its_axes(alignment):
    low, high = trend_figure(alignment).layout.yaxis.range
    assert low < -0.5
    assert high > 0.9
    near_zero = dataclasses.replace(alignment, head=alignment.head / 100, layer=alignment.layer / 100)
    low, high = trend_figure(near_zero).layout.yaxis.range
    assert low < -0.2 < 0.2 < high  # the bands


def test_models_differ_in_colour_and_in_symbol(alignment, other):
    figure = trend_figure(alignment, other)
    one, two = traces(figure, ESCAPED)[0], traces(figure, "other")[0]
    assert one.line.color != two.line.color
    assert one.marker.symbol != two.marker.symbol
    assert len(traces(figure, "chance for the mean")) == 2
    np.testing.assert_array_equal(two.x, [0, 1])


def test_a_figure_shows_one_kind_of_mean(alignment, other):
    equal = dataclasses.replace(other, provenance={**other.provenance, "weights": "equal"})
    assert trend_figure(equal).layout.yaxis.title.text == "mean cosine, equal weights"
    with pytest.raises(InputError, match=r"^One figure shows one kind of mean: got .*\. Draw two figures\.$"):
        trend_figure(alignment, equal)


def test_a_trend_says_what_chance_is(alignment):
    subspace = dataclasses.replace(alignment, provenance={**alignment.provenance, "null": "subspace"})
    assert "inside each head" in words(trend_figure(subspace))
    assert "inside each head" not in words(trend_figure(alignment))


def test_a_trend_refuses_what_it_cannot_draw(alignment):
    with pytest.raises(InputError, match=r"^A trend needs at least one alignment: got none\."):
        trend_figure()
    with pytest.raises(
        InputError,
        match=r'^Layers are "normalised" or counted by "index": got \'deep\'\. It is probably misspelt\. Use one of these\.$',
    ):
        trend_figure(alignment, layers="deep")

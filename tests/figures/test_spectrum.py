"""Does the spectrum say values and cosines truly, and mark what is not unique?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.core.errors import OutOfRangeError
from qkwidgets.figures.colours import colours, css, diverging_scale
from qkwidgets.figures.spectrum import spectrum_figure
from tests.figures.texts import traces, words


def test_a_spectrum_shows_values_coloured_by_cosine_around_zero(modes):
    figure = spectrum_figure(modes, layer=1)
    (bars,) = traces(figure, "singular value")
    np.testing.assert_array_equal(bars.y, modes.singular_values[1, 0])
    np.testing.assert_array_equal(bars.marker.color[:4], modes.cosine[1, 0, :4])
    axis = figure.layout.coloraxis
    assert (axis.cmin, axis.cmax) == (-1, 1)
    assert dict(axis.colorscale)[0.5] == css(colours("light").diverging(0.0))
    assert tuple(axis.colorscale) == tuple(diverging_scale("light"))


def test_the_strip_says_what_the_colours_say(modes):
    figure = spectrum_figure(modes, layer=1)
    (dots,) = traces(figure, "cosine")
    np.testing.assert_array_equal(dots.x, [0, 1, 2, 3])
    np.testing.assert_array_equal(dots.y, modes.cosine[1, 0, :4])
    (band,) = traces(figure, "chance for one mode (95 %)")
    assert (min(band.y), max(band.y)) == (-0.4, 0.4)
    assert figure.layout.yaxis2.range == (-1.05, 1.05)
    assert "±0.40" in words(figure)


def test_blocks_are_bracketed_and_null_modes_hatched(modes):
    figure = spectrum_figure(modes, layer=1)
    brackets = [shape for shape in figure.layout.shapes if shape.name]
    assert [shape.name for shape in brackets] == ["block 1-2"]
    assert "M 0.7" in brackets[0].path
    assert "L 2.3" in brackets[0].path
    (hatching,) = traces(figure, "null")
    np.testing.assert_array_equal(hatching.x, [4, 5])
    assert hatching.marker.pattern.shape == "/"
    assert "bracket: defined only together" in words(figure)
    assert "hatched: null" in words(figure)


def test_a_spectrum_without_blocks_speaks_of_none(modes):
    plain = dataclasses.replace(modes, degenerate=np.full_like(modes.degenerate, -1), null=np.zeros_like(modes.null))
    assert "bracket" not in words(spectrum_figure(plain))
    assert "hatched" not in words(spectrum_figure(plain))


def test_a_mode_can_be_pointed_out(modes):
    figure = spectrum_figure(modes, "L1 H0 M1")
    (label,) = [annotation for annotation in figure.layout.annotations if annotation.showarrow]
    assert label.text.startswith("<b>M1</b>  σ 2.00")
    assert (label.x, label.y) == (1, 2.0)


def test_a_spectrum_of_a_view_is_that_of_its_modes(exploration):
    (bars,) = traces(spectrum_figure(exploration, layer=1, head=2), "singular value")
    np.testing.assert_array_equal(bars.y, exploration.spectra.singular_values[1, 2])


@pytest.mark.parametrize("place", [{"layer": 2}, {"head": 2}, {"index": "L0 H0 M6"}])
def test_a_spectrum_that_does_not_exist_is_refused(modes, place):
    with pytest.raises(OutOfRangeError, match="does not exist"):
        spectrum_figure(modes, **place)

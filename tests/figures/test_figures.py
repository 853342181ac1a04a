"""Do the figures hold the answers' numbers, honest scales, every mark and no foreign markup?"""

import base64
import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from qkwidgets.answers.ranking import ModeRanking
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.figures.colours import colours, css, diverging_scale
from qkwidgets.figures.grid import grid_figure
from qkwidgets.figures.overlay import overlay_figure
from qkwidgets.figures.ranking import ranking_figure
from qkwidgets.figures.raster import overlay_colours, strengths
from qkwidgets.figures.spectrum import spectrum_figure
from qkwidgets.figures.theme import escaped, number, percent, unit
from qkwidgets.figures.trend import trend_figure
from tests.figures.texts import ESCAPED, NASTY, markup_of_names
from tests.oracles import pictures
from tests.views import LAYOUT, N_IMAGES, view

THEMES = ("light", "dark")


def traces(figure, name: str) -> list:
    return [trace for trace in figure.data if trace.name == name]


def words(figure) -> str:
    return " ".join(annotation.text for annotation in figure.layout.annotations)


# all of them


@pytest.fixture(params=["trend", "trends", "spectrum", "grid", "overlay", "ranking"])
def draw(request, exploration, modes, alignment, other):
    return {
        "trend": lambda **options: alignment.figure(**options),
        "trends": lambda **options: trend_figure(alignment, other, **options),
        "spectrum": lambda **options: modes.figure(index="L1 H0 M1", **options),
        "grid": lambda **options: grid_figure(exploration, **options),
        "overlay": lambda **options: exploration.figure(**options),
        "ranking": lambda **options: exploration.rank(0).figure(**options),
    }[request.param]


@pytest.mark.parametrize("theme", THEMES)
def test_names_are_shown_as_they_are(draw, theme):
    figure = draw(theme=theme)
    assert markup_of_names(figure) == []
    assert ESCAPED[:12] in str(figure.to_plotly_json())


def test_markup_in_a_name_is_seen():
    from plotly.graph_objects import Figure

    assert markup_of_names(Figure(layout={"title": {"text": f"<i>ours</i> {NASTY}"}})) != []


@pytest.mark.parametrize("theme", THEMES)
def test_ground_and_ink_are_the_themes(draw, theme):
    layout = draw(theme=theme).layout.template.layout
    assert layout.plot_bgcolor == layout.paper_bgcolor == colours(theme).paper
    assert layout.font.color == colours(theme).ink
    assert "Arial" in layout.font.family


def test_an_unknown_theme_is_refused(draw):
    with pytest.raises(InputError, match=r'A figure\'s theme is "light" or "dark": got \'pink\''):
        draw(theme="pink")


def test_a_long_name_is_shortened_in_the_middle():
    short = escaped("a" * 40 + "b" * 40)
    assert len(short) == 60
    assert short.startswith("aaa")
    assert short.endswith("bbb")
    assert escaped(NASTY) == ESCAPED


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (number, -0.12345, "−0.123"),
        (number, 123456.0, "1.23e+05"),
        (number, 1234.5, "1234"),
        (number, 3.7, "3.70"),
        (number, np.nan, "–"),
        (unit, -0.004, "0.00"),
        (unit, -1, "−1.00"),
        (unit, np.nan, "–"),
        (percent, 0.5, "50 %"),
        (percent, -0.0123, "−1.2 %"),
        (percent, np.nan, "–"),
    ],
)
def test_numbers_are_written_as_in_print(form, value, text):
    assert form(value) == text


# trend


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
    with pytest.raises(InputError, match=r'^Layers are "normalised" or counted by "index": got \'deep\'\. Use one of these\.$'):
        trend_figure(alignment, layers="deep")


# spectrum


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


# grid


def test_a_grid_is_centred_at_zero(exploration, alignment):
    for answer, values in ((exploration, exploration.spectra.head_cosine), (alignment, alignment.head)):
        figure = grid_figure(answer)
        np.testing.assert_array_equal(figure.data[0].z, values.T)
        axis = figure.layout.coloraxis
        assert axis.cmin == -axis.cmax
        assert axis.cmax >= np.abs(values).max()


def test_a_number_without_sign_starts_at_zero(exploration):
    spectra = dataclasses.replace(exploration.spectra, head_numbers=np.full((1, 2, 3), 59.0))
    about = [{"key": "effective", "label": "effective modes", "diverging": False, "about": ""}]
    figure = grid_figure(
        dataclasses.replace(exploration, spectra=spectra, meta={**exploration.meta, "head_numbers": about}), "effective"
    )
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0, 60)


def test_cells_say_their_numbers(alignment):
    digits = grid_figure(alignment).data[1]
    assert list(digits.text) == [".90", ".70", ".10", "−.50", ".20", ".40"]
    assert list(zip(digits.x, digits.y, strict=True))[3] == (1, 1)
    assert digits.textfont.color[0] == "#ffffff"  # on dark green
    assert digits.textfont.color[2] == "#1d2126"


def test_an_unknown_number_is_refused(alignment):
    with pytest.raises(InputError, match=r"^A number of a head is one of cosine here: got 'size'\. Use one of these\.$"):
        grid_figure(alignment, "size")


# overlay


def pixels(trace) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(trace.source.split(",")[1]))))


def test_an_overlay_shows_every_image_and_the_mixtures(exploration):
    assert sum(trace.type == "image" for trace in overlay_figure(exploration, "L1 H2 M1").data) == N_IMAGES + 1
    one = overlay_figure(exploration, "L1 H2 M1", 1)
    shown = [trace for trace in one.data if trace.type == "image"]
    assert len(shown) == 2
    (mixtures,) = [pixels(trace) for trace in shown if pixels(trace).shape == (12, 12, 3)]
    assert mixtures[-1, 0].tolist() == [0, 0, 0]
    assert mixtures[-1, -1].tolist() == [255, 0, 0]
    assert mixtures[0, 0].tolist() == [0, 255, 255]
    assert mixtures[0, -1].tolist() == [255, 255, 255]


def test_an_overlay_says_mode_sign_and_ranges(exploration):
    figure = overlay_figure(exploration, "L1 H2 M1")
    tile = exploration.tile(1, 2)
    assert figure.layout.title.text.startswith("L1 H2 M1 of ")
    for part in (
        f"singular value {number(exploration.spectra.singular_values[1, 2, 1])}",
        f"cosine {unit(exploration.spectra.cosine[1, 2, 1])}",
        f"sign {'+' if tile.arrays['sign'][1] > 0 else '−'}, the one with the larger score",
        f"query from 0 to a = {number(float(tile.arrays['range'][0, 1]))}",
        f"key from 0 to a = {number(float(tile.arrays['range'][1, 1]))}",
        "over all 2 images",
        "Information flows cyan → red",
    ):
        assert part in words(figure)
    fixed = words(overlay_figure(exploration, "L1 H2 M1", sign="-", palette="orange-blue"))
    assert "sign −  ·" in fixed or "sign − " in fixed
    assert "larger score" not in fixed
    assert "blue → orange" in fixed


@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("scale", ["signed", "percentile"])
def test_strengths_are_those_of_the_scale(exploration, sign, scale):
    lit = strengths(exploration, 1, 2, 1, 0, scale=scale, sign=sign)
    tile = exploration.tile(1, 2)
    direction = 1 if sign == "+" else -1
    for side, values, limit in ((lit.query, tile.query, lit.limits[0]), (lit.key, tile.key, lit.limits[1])):
        patches = direction * values[0, 1, LAYOUT.patches]
        expected = np.clip(patches / limit, 0, 1) if scale == "signed" else pictures.percentile_picture(patches)
        np.testing.assert_allclose(side.ravel(), expected, atol=1e-5)
    assert lit.sign == sign


def test_what_lies_beyond_the_scale_is_marked_in_its_corner(exploration):
    tiles = {**exploration.tiles, "range": exploration.tiles["range"] / 3}
    loud = dataclasses.replace(exploration, tiles=tiles)
    lit = strengths(loud, 0, 0, 0, 0)
    assert lit.query_clipped.any()
    assert lit.key_clipped.any()
    figure = overlay_figure(loud, "L0 H0 M0", 0)
    for side, clipped, corner in (("query", lit.query_clipped, 0), ("key", lit.key_clipped, 1)):
        (marks,) = traces(figure, f"{side} beyond the scale")
        first = [(x + 0.5, y + 0.5) for x, y in zip(marks.x[::5], marks.y[::5], strict=True)]
        wide, high = 12 / LAYOUT.grid[1], 9 / LAYOUT.grid[0]
        expected = [((column + corner) * wide, (row + corner) * high) for row, column in np.argwhere(clipped)]
        np.testing.assert_allclose(first, expected)
    (quiet,) = traces(
        overlay_figure(dataclasses.replace(loud, tiles={**tiles, "range": 100 * tiles["range"]}), "L0 H0 M0", 0),
        "query beyond the scale",
    )
    assert len(quiet.x) == 0


def test_a_flat_map_lights_nothing(exploration):
    tiles = {**exploration.tiles, "range": 0 * exploration.tiles["range"]}
    lit = strengths(dataclasses.replace(exploration, tiles=tiles), 0, 0, 0, 0)
    assert not lit.query.any()
    assert not lit.query_clipped.any()


def test_light_is_added():
    grid = np.array([[0.0, 1.0, 0.5]])
    lights = overlay_colours(grid, np.zeros_like(grid)), overlay_colours(np.zeros_like(grid), grid)
    np.testing.assert_array_equal(overlay_colours(grid, grid)[0, 1], [255, 255, 255])
    np.testing.assert_array_equal(overlay_colours(grid, grid), lights[0] + lights[1])


def test_a_mode_that_is_not_unique_is_marked(exploration):
    degenerate = np.full_like(exploration.spectra.degenerate, -1)
    degenerate[0, 0, 1:4] = 0
    null = exploration.spectra.null.copy()
    null[1, 0, 4] = True
    stability = exploration.spectra.stability.copy()
    stability[1, 1, 0] = 2.0
    spectra = dataclasses.replace(exploration.spectra, degenerate=degenerate, null=null, stability=stability)
    marked = dataclasses.replace(exploration, spectra=spectra)
    assert "defined only together with M1, M3" in words(overlay_figure(marked, "L0 H0 M2"))
    assert "null mode: its directions are arbitrary" in words(overlay_figure(marked, "L1 H0 M4"))
    assert "may turn under the rounding" in words(overlay_figure(marked, "L1 H1 M0"))
    assert "together" not in words(overlay_figure(marked, "L0 H0 M0"))


def test_an_overlay_that_cannot_be_drawn_is_refused(exploration):
    with pytest.raises(OutOfRangeError, match="Image 2 of this view does not exist"):
        overlay_figure(exploration, image=2)
    with pytest.raises(OutOfRangeError, match=r"Mode 5 of .* does not exist"):
        overlay_figure(exploration, "L0 H0 M5")
    with pytest.raises(InputError, match=r"^An overlay needs the mode's maps: this view holds those of modes 0 to 1 .* thinned"):
        overlay_figure(view(n_modes=2), "L0 H0 M2")
    with pytest.raises(InputError, match=r"^An overlay's scale is \"signed\" or \"percentile\" .*: got 'log' and 'auto'\."):
        overlay_figure(exploration, scale="log")
    with pytest.raises(InputError, match=r"got 'signed' and '0'\."):
        overlay_figure(exploration, sign="0")
    with pytest.raises(InputError, match=r"^An overlay lies on images: this view has none\."):
        overlay_figure(exploration.first_images(0))


# ranking


@pytest.fixture
def ranking() -> ModeRanking:
    value = np.array([[[0.5, -0.25, 0.05], [0.12, 0.1, np.nan]]], dtype=np.float32)
    return ModeRanking(value, np.array([[0.7, 0.6]], dtype=np.float32), "share", NASTY, {"model": NASTY})


def test_bars_are_the_strongest_modes_in_order(ranking):
    (bars,) = ranking_figure(ranking, 3).data
    assert list(bars.y) == ["L0 H0 M0", "L0 H1 M0", "L0 H1 M1"]
    np.testing.assert_allclose(bars.x, [50, 12, 10], rtol=1e-6)


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

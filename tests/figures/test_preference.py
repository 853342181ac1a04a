"""Do the curves and the dots stand where the numbers are, and does the small print say what they are?"""

import html

import numpy as np
import pytest

from qkwidgets.answers.preference_state import same_enrichment
from qkwidgets.core.errors import InputError
from qkwidgets.figures.preference import preference_figure
from tests.preferences import images
from tests.preferences import preference as some_preference

CURVES = ("same object", "other objects", "background")


def traces(figure, name, panel="y"):
    return [trace for trace in figure.data if trace.name == name and (trace.yaxis or "y") == panel]


def texts(figure):
    return " ".join(" ".join(note.text.split("<br>")) for note in figure.layout.annotations)


def test_the_three_curves_and_their_bands_are_those_of_the_answer(preference):
    figure = preference.figure()
    for place, name in enumerate(CURVES):
        for panel, curves, interval in (
            ("y", preference.curves, preference.curves_interval),
            ("y2", preference.enrichment_curves, preference.enrichment_curves_interval),
        ):
            (line,), (band,) = traces(figure, name, panel), traces(figure, f"95 % of {name}", panel)
            assert list(line.y) == list(curves[0, place])
            assert list(line.x) == [0, 1]
            assert list(band.y) == [*interval[0, place, :, 1], *interval[0, place, ::-1, 0]]
    assert [trace.name for trace in figure.data if trace.showlegend] == list(CURVES)


def test_area_and_null_lie_beside_the_curves(preference):
    figure = preference.figure()
    levels = {shape.y0 for shape in figure.layout.shapes}
    assert levels == {*preference.group_chance(), 1}
    (null,) = traces(figure, "same object, features permuted")
    assert list(null.y) == list(preference.null_curves()[:, 0].mean(axis=0))
    (control,) = traces(figure, "same object, without the query itself", "y2")
    assert list(control.y) == list(preference.enrichment_curves[1, 0])
    said = texts(figure)
    for part in (
        "uniform attention",
        "95 % over images",
        "permuted",
        "without the patch that asks",
        "mean of 7 images, 2 more without",
    ):
        assert part in said


@pytest.mark.parametrize("variant", ["nonself", "items"])
def test_other_variants_have_their_own_area_and_no_null(preference, variant):
    figure = preference.figure(variant=variant)
    number = ("plain", "nonself", "items").index(variant)
    assert list(traces(figure, "same object")[0].y) == list(preference.curves[number, 0])
    assert {shape.y0 for shape in figure.layout.shapes} == {*preference.group_chance(variant), 1}
    assert not [trace for trace in figure.data if "permuted" in trace.name]
    assert "permuted" not in texts(figure)


def test_dots_are_heads_at_their_cosine_and_enrichment(preference):
    figure = preference.figure("cosine")
    (dots,) = figure.data
    expected = same_enrichment(preference.nonself, preference.nonself_area)
    assert list(dots.x) == list(preference.cosine.ravel())
    assert list(dots.y) == list(expected.ravel())
    assert list(dots.marker.color) == [0, 0, 0, 1, 1, 1]
    assert list(dots.text) == [f"L{layer} H{head}" for layer in (0, 1) for head in (0, 1, 2)]
    high = np.nanpercentile(preference.same_draws[1], 97.5, axis=0)
    np.testing.assert_allclose(np.array(dots.error_y.array), (high - expected).clip(0).ravel(), rtol=1e-5)
    sentence = preference.cosine_relation().sentence.replace("-", "−")
    assert sentence in texts(figure)


def test_everything_lies_inside_the_axes(preference):
    for what, variant in (("curves", None), ("curves", "nonself"), ("cosine", None)):
        figure = preference.figure(what, variant=variant)
        for trace in figure.data:
            panel = "yaxis" + (trace.yaxis or "y")[1:]
            low, high = figure.layout[panel].range
            y = np.array(trace.y, float)
            y = np.log10(y) if figure.layout[panel].type == "log" else y
            if "95 %" not in (trace.name or ""):
                assert (y >= low).all()
                assert (y <= high).all()


def test_a_single_image_has_no_band_and_the_figure_says_so():
    figure = some_preference(known=images(n_images=1)).figure()
    assert not [trace for trace in figure.data if "95 %" in trace.name]
    assert "a single image has no interval" in texts(figure)
    assert "mean of 1 image," in texts(figure)
    some_preference(known=images(n_images=1)).figure("cosine")


@pytest.mark.parametrize(("n_images", "banded"), [(2, False), (5, False), (6, True)])
def test_few_images_have_no_band_and_the_figure_says_so(n_images, banded):
    answer = some_preference(known=images(n_images=n_images))
    assert np.isfinite(answer.curves_interval).all()
    curves, cosine = answer.figure(), answer.figure("cosine")
    assert any("95 %" in (trace.name or "") for trace in curves.data) is banded
    (line,) = traces(curves, "same object")
    assert ("to %{customdata" in line.hovertemplate) is banded
    assert (cosine.data[0].error_y.array is not None) is banded
    for figure, drawn in ((curves, "bands"), (cosine, "bars")):
        assert (f"{n_images} images are too few for {drawn}" in texts(figure)) is not banded
        assert (f"{drawn}: 95 % over images" in html.unescape(texts(figure))) is banded


def test_layers_are_counted_if_asked(preference):
    figure = preference.figure(layers="index")
    assert list(figure.data[1].x) == [0, 1]
    assert figure.layout.xaxis.title.text == "layer"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"what": "curve"}, r'A preference is drawn as "curves" or beside the "cosine": got \'curve\'.'),
        ({"layers": "depth"}, r'Layers are "normalised" or counted by "index": got \'depth\'.'),
        ({"variant": "self"}, r'Two patches ask \("plain"\), ask and do not count themselves'),
    ],
)
def test_an_unknown_option_is_refused(preference, options, sentence):
    with pytest.raises(InputError, match=f"^{sentence}"):
        preference_figure(preference, **options)


def test_a_variant_that_was_not_computed_is_refused():
    with pytest.raises(
        InputError, match=r"A figure needs masses: those of 'items' are not there. They were probably not asked for"
    ):
        some_preference(options={"items": False}).figure(variant="items")

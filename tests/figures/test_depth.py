"""Do the figures of depth show the numbers of their answers, one model beside another, and say what they are made of?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import diverging_scale, sequential_scale
from qkwidgets.figures.depth import PANELS, depth_figure
from tests.depths import profile
from tests.figures.texts import ESCAPED, NASTY, markup_of_names, words


def named(**changes):
    """The small model's profile under a name full of markup."""
    found = profile()
    return dataclasses.replace(found, provenance={**found.provenance, "model": NASTY}, **changes)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_curves_are_the_measures_by_layer_with_chance_beside(theme):
    answer = named()
    figure = depth_figure(answer, theme=theme)
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [trace.name for trace in lines] == [ESCAPED] * len(PANELS)
    for panel, line in zip(PANELS, lines, strict=True):
        expected = answer.enrichment() if panel.measure == "enrichment" else getattr(answer, panel.measure)
        np.testing.assert_array_equal(line.y, expected)
    recall, table = (trace for trace in figure.data if trace.mode == "lines")
    np.testing.assert_array_equal(recall.y, [answer.recall_chance] * 2)
    np.testing.assert_array_equal(table.y, answer.embedding_chance)
    np.testing.assert_array_equal(lines[-1].x, [0.5])  # a step lies between its layers
    assert "9 images, residual stream, patches only" in words(figure)
    assert "1 − mean cosine of content" in words(figure)
    assert markup_of_names(figure) == []


def test_models_side_by_side_differ_and_are_compared_by_one_measure():
    one, other = named(), named(content_cosine=None, embedding_cka=None, embedding_chance=None)
    figure = depth_figure(one, other, layers="index")
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert [trace.showlegend for trace in lines].count(True) == 2
    assert lines[0].line.color != lines[-1].line.color
    assert lines[0].marker.symbol != lines[-1].marker.symbol
    for answer, line in ((one, lines[5]), (other, lines[-1])):
        np.testing.assert_array_equal(line.y, answer.enrichment("content_cka"))
    assert "linear CKA of content" in words(figure)
    alone = depth_figure(other)
    assert "none" in [annotation.text for annotation in alone.layout.annotations]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_context_is_drawn_as_the_part_that_is_left_to_tell(theme):
    one = named(context=np.array([[0.6, 0.7, 0.9]]))
    other = dataclasses.replace(
        one, context=np.array([[0.5, 0.5, 0.5]]), provenance={**one.provenance, "model": "other", "shuffle": 0}
    )
    figure = one.figure(other, what="context", theme=theme)
    assert [trace.name for trace in figure.data if trace.showlegend is None] == [ESCAPED, "other, patches shuffled"]
    np.testing.assert_allclose([trace.y[0] for trace in figure.data], [0.75, 0.25, 0, 0])
    assert [trace.x[0] for trace in figure.data] == [0.5] * 4
    assert "a patch’s own content tells 50 % to 60 % of its next" in words(figure)
    assert "below 0: images held out are told worse than by own content alone" in words(figure)
    (zero,) = figure.layout.shapes
    assert (zero.y0, zero.y1, zero.x0, zero.x1) == (0, 0, 0, 1)
    assert markup_of_names(figure) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_manifold_shows_every_layer_by_row_and_by_column(theme):
    answer = named()
    figure = answer.figure("manifold", layer=1, theme=theme)
    assert len(figure.data) == 4 * answer.n_layers
    shown = [trace for trace in figure.data if trace.visible]
    assert [trace.name for trace in shown] == ["L1, neighbours", "L1, by row", "L1, neighbours", "L1, by column"]
    scale = np.abs(answer.coordinates[1]).max()
    for trace, values in ((shown[1], np.repeat(np.arange(4), 4)), (shown[3], np.tile(np.arange(4), 4))):
        np.testing.assert_allclose(np.stack([trace.x, trace.y, trace.z], 1) * scale, answer.coordinates[1])
        np.testing.assert_array_equal(trace.marker.color, values)
    (slider,) = figure.layout.sliders
    assert slider.active == 1
    for layer, step in enumerate(slider.steps):
        visible = [trace.name for trace, on in zip(figure.data, step.args[0]["visible"], strict=True) if on]
        assert all(name.startswith(f"L{layer},") for name in visible)
        assert f"layer {layer} ·" in step.args[1]["title"]["subtitle"]["text"]
    assert (figure.data[0].x[4], len(figure.data[0].x)) == (None, 40) or np.isnan(figure.data[0].x[4])
    assert markup_of_names(figure) == []


def test_cosines_have_zero_in_the_middle_and_linear_cka_begins_there():
    answer = named()
    cosine = answer.figure(what="similarity")
    cka = answer.figure(what="similarity", kinds=("content_cka", "position_cka"), theme="dark")
    mixed = answer.figure(what="similarity", kinds=("content_cosine", "content_cka"))
    for figure, kinds, theme in (
        (cosine, ("content_cosine", "activation_cosine"), "light"),
        (cka, ("content_cka", "position_cka"), "dark"),
        (mixed, ("content_cosine", "content_cka"), "light"),
    ):
        maps = [trace for trace in figure.data if trace.type == "heatmap"]
        for kind, each in zip(kinds, maps, strict=True):
            signed = kind.endswith("cosine")
            np.testing.assert_array_equal(each.z, getattr(answer, kind))
            assert (each.zmin, each.zmax) == (-1 if signed else 0, 1)
            scale = diverging_scale(theme) if signed else sequential_scale(theme)
            assert [tuple(stop) for stop in each.colorscale] == scale
        assert maps[-1].showscale
        assert markup_of_names(figure) == []
    assert [trace.showscale for trace in mixed.data if trace.type == "heatmap"] == [True, True]
    assert "each layer’s norm has its own gain" in words(named(site="attn_input").figure(what="similarity"))
    shuffled = named()
    shuffled.provenance["shuffle"] = 3
    assert "patches shuffled before the model" in words(shuffled.figure(what="similarity", kinds="content_cka"))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: depth_figure(), r"^A figure of depth needs at least one answer: got none\. "),
        (lambda: named().figure("map"), r"^what is one of 'curves', 'manifold', 'similarity', 'context': got 'map'\. "),
        (lambda: named().figure(layers="deep"), r"^layers is one of 'normalised', 'index': got 'deep'\. "),
        (lambda: depth_figure(named(), named(), what="manifold"), r"^what='manifold' shows one model: got 2 answers\. "),
        (lambda: named().figure(what="manifold", layer=2), r"^Layer 2 of .* does not exist: it has layers 0 to 1\. "),
        (
            lambda: named().figure(what="similarity", kinds=("a", "b", "c")),
            r"^One or two tables are shown side by side: got 3\. ",
        ),
        (lambda: named().figure(what="similarity", kinds="cka"), r"^Layers are compared by .*: got 'cka'\. "),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(InputError, match=message):
        draw()

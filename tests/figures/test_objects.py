"""Do the figures about objects show the numbers of their answers, and chance beside them?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.answers.anisotropy import AnisotropyBaseline
from qkwidgets.answers.semantic_map import SemanticMap
from qkwidgets.answers.semantic_tables import ImageTables
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.figures.anisotropy import baseline_figure, relative_figure
from qkwidgets.figures.colours import colours, ink_on
from qkwidgets.figures.same_object import same_object_figure
from qkwidgets.figures.semantic_map import semantic_figure
from qkwidgets.figures.theme import number
from tests.answers.test_same_object import answer as same_object
from tests.figures.texts import ESCAPED, NASTY, markup_of_names, traces, words

SHAPE = (2, 2, 3)


def semantic_map(**changes) -> SemanticMap:
    """Half of the modes have a type; no image has two parts of one object."""
    rng = np.random.default_rng(0)
    kind = np.array([[[0, 2, -1], [4, -1, -1]], [[5, 5, 2], [-1, 0, 3]]], dtype=np.int8)
    by_relation = rng.uniform(-1, 1, (*SHAPE, 6))
    by_relation[..., 1] = np.nan
    pixels = np.zeros((8, 8), np.uint8)
    factors = rng.uniform(-1, 1, (2, *SHAPE, 3)).astype(np.float32)
    image = ImageTables(
        index=4,
        name=NASTY,
        source=None,
        licence=None,
        mime="image/png",
        names=("ground", NASTY, "cat"),
        part_names=(NASTY, "tail"),
        picture=np.zeros(5, np.uint8),
        object_map=pixels,
        part_map=pixels,
        part_object=np.array([2, 2], np.int16),
        area=np.ones(3, np.float32),
        part_area=np.ones(2, np.float32),
        query=factors[0],
        key=factors[1],
        part_query=factors[0, ..., :2].copy(),
        part_key=factors[1, ..., :2].copy(),
    )
    numbers = dict.fromkeys(("excess", "error", "z", "p", "contribution"), by_relation)
    spectra = {name: np.ones(SHAPE) for name in ("singular_values", "cosine", "stability")}
    fields = {
        "type": kind,
        **numbers,
        "above_random": kind == 2,
        "random_typed": np.array([0.25, 0.75]),
        "n_with": np.array([9, 0, 9, 9, 9, 9]),
        **spectra,
        "degenerate": np.full(SHAPE, -1, np.int16),
        "null": np.zeros(SHAPE, dtype=bool),
        "layout": TokenLayout(grid=(2, 2)),
        "segments_from": "masks",
        "n_images": 9,
        "n_skipped": 0,
        "finished": True,
        "provenance": {"model": NASTY, "null": "other images", "draws": 99, "level": 0.05},
        "images": (image,),
    }
    return SemanticMap(**(fields | changes))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_same_objects_are_shown_with_interval_heads_and_chance(theme):
    answer = same_object(provenance={"model": NASTY})
    figure = same_object_figure(answer, theme=theme)
    (mean,) = traces(figure, ESCAPED)
    np.testing.assert_array_equal(mean.y, answer.layer)
    np.testing.assert_allclose(mean.y + mean.error_y.array, answer.layer_interval[:, 1])
    np.testing.assert_allclose(mean.y - mean.error_y.arrayminus, answer.layer_interval[:, 0])
    (heads,) = traces(figure, "single heads")
    np.testing.assert_array_equal(heads.y, answer.head.ravel())
    for name, words_ in (("by_others", "other modes"), ("by_area", "areas"), ("by_count", "as likely")):
        (line,) = (trace for trace in figure.data if trace.name.startswith("chance") and words_ in trace.name)
        np.testing.assert_array_equal(line.y, getattr(answer, name))
    assert "5 best of 40 images" in words(figure)
    assert markup_of_names(figure) == []


def test_several_models_differ_and_show_one_kind_of_chance():
    figure = same_object_figure(same_object(), same_object(provenance={"model": "other"}), layers="index")
    one, two = traces(figure, "a model")[0], traces(figure, "other")[0]
    assert one.line.color != two.line.color
    assert one.marker.symbol != two.marker.symbol
    assert [trace.name for trace in figure.data if trace.name.startswith("chance")] == ["chance: other modes’ query maps"] * 2
    np.testing.assert_array_equal(one.x, [0, 1])


def test_a_baseline_and_what_is_relative_to_it(alignment, other):
    numbers = np.array([0.5, 0.2, 0.1])
    record = {"model": alignment.model, "fingerprint": "1"}
    baseline = AnisotropyBaseline(numbers, numbers / 10, "attn_input", 70, 0, True, record)
    figure = baseline_figure(baseline)
    np.testing.assert_array_equal(figure.data[0].y, numbers)
    np.testing.assert_array_equal(figure.data[0].error_y.array, numbers / 10)
    assert "all pairs of 70 images" in words(figure)
    relative = baseline.relative(dataclasses.replace(alignment, provenance={**alignment.provenance, "fingerprint": "1"}))
    figure = relative_figure(relative, layers="index")
    (line,) = traces(figure, f"{ESCAPED}, relative")
    np.testing.assert_allclose(line.y, alignment.layer - numbers)
    np.testing.assert_array_equal(traces(figure, "cosine before")[0].y, alignment.layer)
    assert markup_of_names(figure) == []
    assert len(relative_figure(relative, relative).data) == 4  # no lines beside


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shares_of_types_by_layer_and_beside_random_directions(theme):
    answer = semantic_map()
    figure = semantic_figure(answer, theme=theme)
    (above, below) = traces(figure, "two objects")
    np.testing.assert_allclose(above.y, [100 / 6, 100 / 6])
    np.testing.assert_allclose(below.y, [100 / 6, 100 / 6])
    same_part = traces(figure, "same object")
    np.testing.assert_allclose([trace.y for trace in same_part], [[100 / 6, 100 / 6], [0, 0]])
    assert not traces(figure, "parts of one object")
    (marks,) = traces(figure, "random directions that pass")
    np.testing.assert_allclose(marks.y, [25, 75])
    fills = [(trace.marker.color, trace.marker.pattern.shape) for trace in figure.data[:5]]
    assert len(set(fills)) == 5
    (line,) = traces(figure, "random directions above 95 %")
    np.testing.assert_allclose(np.reshape(line.y, (2, 3))[:, :2], [[5, 5], [5, 5]])
    assert "segments of other images, 99 draws" in words(figure)
    assert markup_of_names(figure) == []


def test_a_table_is_read_from_key_to_query():
    answer = semantic_map()
    figure = semantic_figure(answer, "L0 H1 M0", image=4)
    cells, digits = figure.data
    image = answer.images[0]
    np.testing.assert_allclose(cells.z, np.outer(image.query[0, 1, 0], image.key[0, 1, 0]))
    assert cells.zmin == -cells.zmax == -np.abs(cells.z).max()
    places = zip(digits.y, digits.x, digits.text, digits.textfont.color, strict=True)
    for query, key, said, ink in places:
        value = float(cells.z[query][key])
        assert said == number(value, 2)
        assert ink == ink_on(colours("light").diverging(value / cells.zmax))
    assert figure.layout.yaxis.ticktext[:1] == ("ground",)
    assert "type: ground reads figure" in figure.layout.title.subtitle.text
    assert "query" in figure.layout.yaxis.title.text
    assert markup_of_names(figure) == []
    parts = semantic_figure(answer, (0, 1, 1), image=4, parts=True)
    assert np.shape(parts.data[0].z) == (2, 2)
    assert "no type beyond chance" in parts.layout.title.subtitle.text


def test_the_best_modes_of_a_type_are_listed():
    answer = semantic_map()
    assert {kind.key for _, kind, _ in answer.top()} == {"objects"}  # the others are not above random directions
    assert len(answer.top(above_random=False)) == 8
    found = answer.top(9, kind="objects")
    assert {str(index) for index, _, _ in found} == {"L0 H0 M1", "L1 H0 M2"}
    assert found[0][2] >= found[1][2]
    assert len(answer.top(3, layer=1, above_random=False)) == 3
    with pytest.raises(InputError, match=r"^A type is one of 'same_part', .*: got 'blob'\. It is probably misspelt\. "):
        answer.top(kind="blob")


def test_chance_above_random_directions_is_by_the_same_rule_and_never_more_than_have_a_type():
    older = semantic_map(random_typed=np.array([0.25, 0.02]))
    np.testing.assert_allclose(older.chance_above_random, [0.05, 0.02])
    answer = semantic_map(random_above=np.array([0.0, 0.04]))
    np.testing.assert_allclose(answer.chance_above_random, [0, 0.04])
    assert str(dataclasses.replace(answer, random_above=np.array([0.5, 0.0]))).endswith(
        "2 do so more than 95 % of these, 3 would by chance"
    )
    np.testing.assert_allclose(
        np.reshape(traces(semantic_figure(answer), "random directions above 95 %")[0].y, (2, 3))[:, 0], [0, 4]
    )


def test_an_image_that_is_kept_may_be_named():
    answer = semantic_map()
    np.testing.assert_array_equal(answer.table("L0 H1 M0", NASTY), answer.table("L0 H1 M0", 4))


def test_figures_refuse_what_they_cannot_draw():
    for draw in (same_object_figure, baseline_figure, relative_figure):
        with pytest.raises(InputError, match="needs at least one answer: got none"):
            draw()
    with pytest.raises(InputError, match=r'^Layers are "normalised" or counted by "index": got \'deep\'\. '):
        same_object_figure(same_object(), layers="deep")

"""Do the figures of factors hold the numbers of the answer, and name what their shares are shares of?"""

import dataclasses

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import LABELS
from qkwidgets.figures import theme
from qkwidgets.figures.factor_triangle import in_triangle
from qkwidgets.figures.factors import factors_figure
from tests.factors import factors
from tests.figures.texts import ESCAPED, NASTY, markup_of_names, traces, words


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


def test_heads_that_random_read_outs_equal_are_open_and_say_so(answer):
    high = answer.specialisation + np.array([[-0.01, 0.01, 0.02], [0.1, -0.1, 0.1]])
    answer = dataclasses.replace(answer, specialisation_null=np.stack([high - 0.1, high], axis=-1))
    plain = {(0, 1), (0, 2), (1, 0), (1, 2)}
    assert set(map(tuple, np.argwhere(answer.unspecialised).tolist())) == plain
    figure, found = factors_figure(answer, "labels"), {}
    for trace in figure.data:
        for layer, head, symbol, said in zip(trace.x, trace.y, trace.marker.symbol, trace.customdata, strict=True):
            found[int(layer), int(head)] = symbol.endswith("-open"), "no more specialised than random" in said[3]
    assert {at for at, marks in found.items() if all(marks)} == plain
    assert {at for at, marks in found.items() if any(marks)} == plain
    assert "open: no more specialised than random read-outs" in figure.layout.xaxis.title.text
    heads = factors_figure(answer, "heads")
    marks = {
        text: symbol.endswith("-open")
        for trace in heads.data
        if trace.text is not None
        for text, symbol in zip(trace.text, trace.marker.symbol, strict=True)
    }
    assert {at for at, mark in marks.items() if mark} == {f"L{layer} H{head}" for layer, head in plain}
    assert "open: no more specialised" in words(heads)
    assert "open" not in words(factors_figure(answer, "modes"))
    rows = {(row["layer"], row["head"]): row["note"] for row in answer.rows()}
    assert {at for at, said in rows.items() if said == "no more specialised than random read-outs"} == plain
    untested = dataclasses.replace(answer, specialisation_null=np.full_like(answer.specialisation_null, np.nan))
    assert not untested.unspecialised.any()
    assert untested.rows()[0]["note"] == "not held against random read-outs"
    assert "open" not in factors_figure(untested, "labels").layout.xaxis.title.text


def test_pairs_of_factors_are_shared_out_to_modes(answer):
    figure = factors_figure(answer, "pairs", layer=1)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == 3 * 9
    squares = answer.singular_values[1] ** 2
    whole = squares / squares.sum(-1, keepdims=True)
    (name, axis) = ("position reads content", "x3")
    (bar,) = (trace for trace in traces(figure, name) if trace.xaxis == axis)
    expected = whole[2] * np.nan_to_num(answer.query_share[1, 2, :, 1] * answer.key_share[1, 2, :, 2])
    assert np.allclose(bar.y, expected)
    assert np.allclose(np.sum([trace.y for trace in bars if trace.xaxis == axis], axis=0), whole[2])
    off = np.abs(
        np.einsum("hm,hma,hmb->hab", whole, np.nan_to_num(answer.query_share[1]), np.nan_to_num(answer.key_share[1]))
        - answer.shares()[1]
    ).max()
    assert off > 1e-3  # the sum over modes of a cell is not the cell's energy
    assert f"differs from the head’s by up to {theme.number(off, 2)}" in words(figure)
    one = answer.figure("pairs", layer=1, head=2)
    assert np.array_equal(traces(one, name)[0].y, bar.y)
    with pytest.raises(InputError, match=r"^Head 3 of .* does not exist"):
        answer.figure("pairs", head=3)


def test_richness_shows_means_and_single_heads(answer):
    figure = factors_figure(answer, "richness", measure="entropy")
    (mean,) = traces(figure, "driven by content")
    assert np.allclose(mean.y, answer.content_richness[1].mean(axis=1))
    assert figure.layout.yaxis.title.text == "exp(entropy)"


def corrected(answer):
    """With shares that a correction left below 0 and above 1."""
    energy, query = answer.energy.copy(), answer.query_parts.copy()
    energy[:, :, 1, [0, 2]] *= 0.01
    energy[:, :, [0, 2], 1] *= 0.01
    energy[:, :, 1, 1] = -0.1 * energy[:, :, [2, 2, 1], [2, 1, 2]].sum(axis=-1)
    query[0, 0, 0] = [-0.2, -0.3, 0.5, 1.0]
    return dataclasses.replace(answer, energy=energy, query_parts=query, correction="moments")


@pytest.mark.parametrize("what", ["modes", "heads"])
def test_corrected_points_are_drawn_in_the_triangle_and_told_as_they_are(answer, what):
    figure = factors_figure(corrected(answer), what)
    drawn = [trace for name in LABELS for trace in traces(figure, name)]
    corners = np.linalg.inv(np.column_stack([in_triangle(np.eye(3)), np.ones(3)]))
    places = np.concatenate([np.column_stack([t.x, t.y, np.ones(len(t.x))]) for t in drawn if len(t.x)])
    assert (places @ corners).min() > -1e-9
    assert np.concatenate([t.customdata for t in drawn if len(t.x)]).min() < 0
    assert "drawn at the border" in words(figure)
    assert "drawn at the border" not in words(factors_figure(answer, what))


def test_corrected_shares_of_layers_are_stacked_from_zero_to_one(answer):
    found = corrected(answer)
    figure = factors_figure(found)
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert np.allclose(np.sum([bar.y for bar in bars], axis=0), 1)
    assert min(np.min(bar.y) for bar in bars) == 0
    (one,) = traces(figure, "position reads position")
    assert np.array_equal(one.customdata, found.shares("drop_mean", by="layer")[:, 1, 1])
    assert one.customdata.max() < 0
    assert "drawn at the border" in words(figure)


def test_corrected_positions_of_modes_are_drawn_at_the_border_of_the_cosines_open_and_told_as_they_are():
    found = factors(svd="weight", bias="separate")
    (modes,) = traces(factors_figure(found, "cosine"), "modes")
    assert set(modes.marker.symbol) == {"circle"}
    query, key = found.query_parts.copy(), found.key_parts.copy()
    query[0, 0, 0], query[1, 2, 3] = [0.4, -0.9, 0.5, 1.0], [-0.8, 2.6, -0.3, -0.5]
    key[0, 0, 0], key[1, 2, 3] = [0.2, 0.1, 0.3, 0.4], [0.0, 0.8, 0.1, 0.1]
    answer = dataclasses.replace(found, query_parts=query, key_parts=key, correction="moments")
    figure = factors_figure(answer, "cosine")
    (modes,) = traces(figure, "modes")
    drawn = {
        text: (x, told, symbol)
        for text, x, told, symbol in zip(modes.text, modes.x, modes.customdata, modes.marker.symbol, strict=True)
    }
    assert drawn["L0 H0 M0"] == (0, pytest.approx(-0.4), "circle-open")
    assert drawn["L1 H2 M3"] == (1, pytest.approx(1.7), "circle-open")
    assert list(modes.marker.symbol).count("circle-open") == 2
    assert "open: 2 of 96 corrected shares lie outside" in figure.layout.xaxis2.title.text


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


def test_parts_of_the_cosine_stand_beside_their_nulls_and_every_mode_beside_its_position():
    found = factors(svd="weight", bias="separate")
    figure = factors_figure(found, "cosine")
    (position,), (content,), (whole,) = (traces(figure, name) for name in ("position", "content", "all together"))
    parts = found.cosine_parts.mean(axis=1)
    assert np.allclose(position.y, parts[:, 1])
    assert np.allclose(content.y, parts[:, 2])
    assert np.allclose(whole.y, parts.sum(axis=1))
    (band,) = traces(figure, "chance, position")
    assert np.array_equal(band.y, [*found.cosine_turned[:, 1, 1], *found.cosine_turned[::-1, 1, 0]])
    (divided,) = traces(figure, "position, if cosines were shared out at random")
    assert np.allclose(divided.y + divided.error_y.array, found.cosine_exchanged[:, 1, 1])
    (modes,) = traces(figure, "modes")
    where = list(modes.text).index("L1 H2 M3")
    assert modes.x[where] == pytest.approx((found.query_share + found.key_share)[1, 2, 3, 1] / 2)
    assert modes.y[where] == found.cosine[1, 2, 3]
    without = factors_figure(factors(svd="weight", bias="separate", draws=0), "cosine")
    assert traces(without, "chance, position") == []


def test_specialisation_stands_beside_its_null(answer):
    high = answer.specialisation + np.array([[-0.01, 0.01, 0.02], [0.1, -0.1, 0.1]])
    answer = dataclasses.replace(answer, specialisation_null=np.stack([high - 0.1, high], axis=-1))
    figure = factors_figure(answer, "specialisation")
    ((above,), (below,), (null,)) = (traces(figure, name) for name in ("heads above", "heads that are not", figure.data[0].name))
    assert list(above.text) == ["L0 H0", "L1 H1"]
    assert np.array_equal(below.y, answer.specialisation[[0, 0, 1, 1], [1, 2, 0, 2]])
    assert np.allclose(null.y + null.error_y.array, high.ravel())
    assert "2 of 6 heads are above their null" in figure.layout.xaxis.title.text


@pytest.fixture(scope="module")
def with_special():
    """Two layers of three heads with a class token, and the same energies for another and two registers, each token's another."""
    found = factors(special="groups", draws=0)
    more = np.array([1.0, 2.0, 3.0, 7.0])[:, None, None]
    to, back = found.to_special * more, found.from_special * more
    layout = dataclasses.replace(found.layout, n_distill=1, n_registers=2)
    among = np.repeat(np.repeat(found.among_special, 4, axis=2), 4, axis=3)
    record = {**found.provenance, "model": NASTY}
    return dataclasses.replace(
        found, layout=layout, to_special=to, from_special=back, among_special=among, provenance=record, n_images=2000
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_special_tokens_stand_beside_patches_by_size_and_by_part(with_special, theme):
    figure = with_special.figure("special", theme=theme)
    own = with_special.energy.sum(axis=(-2, -1))
    lines = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "lines+markers"]
    heads = [trace for trace in figure.data if trace.name == "single heads"]
    tokens = ([0], [1], [2, 3])  # class token, distillation token, registers
    ways = [(with_special.to_special, (-2, -1)), (with_special.from_special, (-1, -2))]
    expected = [(energies[:, :, here].mean(axis=2), axes) for here in tokens for energies, axes in ways]
    for line, dots, (energies, _) in zip(lines, heads, expected, strict=True):
        assert np.allclose(line.y, energies.sum(axis=(1, 2, 3)) / own.sum(axis=1))
        assert np.allclose(dots.y, (energies.sum(axis=(-2, -1)) / own).ravel())
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert len(bars) == 6 * len(expected)
    for panel, (energies, axes) in enumerate(expected):
        shown = {bar.name: bar.y for bar in bars[6 * panel : 6 * panel + 6]}
        whole = energies.sum(axis=(1, 2, 3))
        for patch, name in enumerate(("mean", "position", "content")):
            for part, own_name in enumerate(("mean", "deviations")):
                cell = np.moveaxis(energies.sum(axis=1), axes, (-2, -1))[:, patch, part]
                assert np.allclose(shown[f"patches’ {name} and the token’s {own_name}"], cell / whole)
    titles = [figure.layout[axis].title.text for axis in ("yaxis", "yaxis4", "yaxis7")]
    assert titles == [
        "class token,<br>over that of patches",
        "distillation token,<br>over that of patches",
        "2 registers, mean,<br>over that of patches",
    ]
    assert [trace.name for trace in figure.data if trace.legendrank == 1 and trace.showlegend] == [
        "patches read it",
        "it reads patches",
    ]
    assert sum(trace.showlegend is not False for trace in figure.data) == 8
    assert "counts against special tokens alone" in words(figure)
    assert markup_of_names(figure) == []


def test_sizes_of_special_tokens_lie_on_their_axis(with_special):
    figure = with_special.figure("special")
    for row, axis in ((1, "yaxis"), (2, "yaxis4"), (3, "yaxis7")):
        low, high = figure.layout[axis].range
        logs = np.log10(np.concatenate([trace.y for trace in figure.select_traces(row=row, col=1)]))
        assert low < min(0, logs.min())
        assert high > max(0, logs.max())
        assert len([value for value in figure.layout[axis].tickvals if low < np.log10(value) < high]) >= 2


def test_special_tokens_that_were_not_asked_for_are_not_drawn(answer):
    with pytest.raises(
        InputError, match=r"^A figure of special tokens needs their energies: these factors are of patches alone\. "
    ):
        answer.figure("special")


def test_what_cannot_be_drawn_is_said(answer):
    with pytest.raises(InputError, match=r"^A figure of factors: what is drawn is one of 'layers', .*: got 'bars'"):
        factors_figure(answer, "bars")
    with pytest.raises(InputError, match="the measure is one of"):
        factors_figure(answer, "richness", measure="rank")
    with pytest.raises(
        InputError, match=r"^Cosines are those of the modes of the weights: these factors are of the modes of the data"
    ):
        factors_figure(answer, "cosine")
    with pytest.raises(
        InputError, match=r"^Specialisation is shown beside that of random read-outs: these factors were made without"
    ):
        factors_figure(factors(draws=0), "specialisation")
    for chosen in ({"layer": 3}, {"head": 99}, {"layer": 0}):
        with pytest.raises(InputError, match=r'^A layer and a head are chosen for "pairs": got layer=.* with \'labels\''):
            factors_figure(answer, "labels", **chosen)
    assert answer.figure("labels").layout.title.text == "What does each head trade?"

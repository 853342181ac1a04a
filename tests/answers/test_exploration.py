"""Does a saved view hold what it was made of, whole or thinned?"""

import numpy as np
import pytest

import qkwidgets
from qkwidgets.answers.quantise import restored
from qkwidgets.answers.source import AnswerSource
from qkwidgets.answers.tile import HeadTile
from qkwidgets.core.errors import InputError, OutOfRangeError
from tests.views import D_HEAD, HEADS, LAYOUT, N_HEADS, N_IMAGES, N_LAYERS, SCALE, view


@pytest.fixture
def whole():
    return view()


def exact_tile(head) -> HeadTile:
    return HeadTile(head.exact(), head.values.astype(np.float32), SCALE)


def test_a_saved_view_is_a_source_of_answers(whole):
    assert isinstance(whole, AnswerSource)
    assert whole.layout == LAYOUT
    assert str(whole) == "Explorer of test:model: 2 layers x 3 heads, 5 of 5 modes a head, 2 images"
    assert whole.frozen() is whole


def test_it_comes_back_from_a_file(whole, tmp_path):
    whole.save(tmp_path / "view.qk")
    again = qkwidgets.open(tmp_path / "view.qk")
    assert again.meta == whole.meta
    assert again.pictures == whole.pictures
    for mine, yours in ((whole.tiles, again.tiles), (whole.spectra.arrays(), again.spectra.arrays())):
        assert set(mine) == set(yours)
        assert all(np.array_equal(mine[name], yours[name], equal_nan=mine[name].dtype.kind == "f") for name in mine)
    again.save(tmp_path / "again.qk")
    assert (tmp_path / "again.qk").read_bytes() == (tmp_path / "view.qk").read_bytes()


def test_an_exact_tile_gives_the_scores():
    for layer in HEADS:
        for head in layer:
            for image in range(N_IMAGES):
                assert np.abs(exact_tile(head).scores(image) - head.scores(image)).max() < 1e-5 * np.abs(head.scores(image)).max()


def test_a_quantised_tile_gives_them_within_its_rounding(whole):
    for (layer, head), image in zip(np.ndindex(N_LAYERS, N_HEADS), [0, 1] * 3, strict=True):
        tile, made = whole.tile(layer, head), HEADS[layer][head]
        query, key = (np.abs(tile.query[image]), np.abs(tile.key[image]))
        query_bound, key_bound = (tile.bound(side)[image][:, None] for side in ("query", "key"))
        loud = SCALE * made.values[:, None]
        bound = (loud * (query + query_bound)).T @ (key_bound * np.ones_like(key)) + (
            loud * query_bound * np.ones_like(query)
        ).T @ key
        bound += tile.bound("bias_key")[image] + tile.bound("bias_query")[image]
        error = np.abs(tile.scores(image) - made.scores(image))
        assert (error <= bound + 1e-5).all()
        assert error.max() > 1e-4  # else the bound says nothing


def test_rows_of_the_probe_tokens_are_the_full_scores(whole):
    thin = whole.frozen(2)
    for layer, head in np.ndindex(N_LAYERS, N_HEADS):
        tile = thin.tile(layer, head)
        rows = tile.arrays["rows"] * tile.arrays["rows.step"][..., None] + tile.arrays["rows.lo"][..., None]
        for image in range(N_IMAGES):
            expected = HEADS[layer][head].scores(image)[list(LAYOUT.probe_tokens())]
            assert (np.abs(rows[image] - expected) <= tile.bound("rows")[image][:, None] + 1e-5).all()


def test_a_thinned_tile_refuses_to_pass_a_part_for_the_score(whole):
    with pytest.raises(InputError, match="only 2 are here"):
        whole.frozen(2).tile(0, 0).scores(0)


def test_thinning_keeps_the_first_modes_of_every_array(whole):
    thin, fresh = whole.frozen(2), view(n_modes=2)
    assert thin.meta == {**whole.meta, "embedded_modes": 2}
    assert set(thin.tiles) == set(fresh.tiles)
    for name, array in fresh.tiles.items():
        assert np.array_equal(thin.tiles[name], array), name
    assert np.array_equal(thin.spectra.singular_values, whole.spectra.singular_values)
    assert thin.frozen(D_HEAD) is thin


def test_coarser_rows_and_bias_terms_keep_their_bounds_and_maps_stay(whole):
    coarse = whole.coarsened()
    for layer, head in np.ndindex(N_LAYERS, N_HEADS):
        tile, before, exact = coarse.tile(layer, head), whole.tile(layer, head), HEADS[layer][head].exact()
        for name in ("rows", "bias_key", "bias_query"):
            assert tile.arrays[name].dtype == np.uint8
            error = np.abs(restored(tile.arrays, name) - exact[name])
            assert (error <= tile.bound(name)[..., None]).all()
            assert error.max() > 20 * before.bound(name).max()  # else nothing was rounded
        assert np.array_equal(tile.query, before.query)
    assert coarse.coarsened().tiles["rows"] is coarse.tiles["rows"]


def test_fewer_images_are_the_first_ones_of_every_array(whole):
    one = whole.first_images(1)
    assert [image["name"] for image in one.meta["images"]] == ["scene 0"]
    assert one.pictures == whole.pictures[:1]
    for layer, head in np.ndindex(N_LAYERS, N_HEADS):
        tile, all_images = one.tile(layer, head), whole.tile(layer, head)
        assert np.array_equal(tile.query, all_images.query[:1])
        assert np.array_equal(tile.key, all_images.key[:1])
        assert np.array_equal(tile.scores(0), all_images.scores(0))
        assert np.array_equal(tile.arrays["range"], all_images.arrays["range"])
    assert one.spectra.share.shape[0] == one.spectra.share_bias.shape[0] == 1
    assert one.rank(0).value.shape == (N_LAYERS, N_HEADS, D_HEAD)


def test_tiles_are_those_of_their_head(whole):
    for layer, head in np.ndindex(N_LAYERS, N_HEADS):
        expected = HEADS[layer][head].exact()
        tile = whole.tile(layer, head)
        for side in ("query", "key"):
            assert (np.abs(getattr(tile, side) - expected[side]) <= tile.bound(side)[..., None] + 1e-6).all()
        assert np.array_equal(tile.arrays["sign"], expected["sign"])
        assert np.array_equal(tile.singular_values, HEADS[layer][head].values.astype(np.float32))


@pytest.mark.parametrize("place", [(N_LAYERS, 0), (0, N_HEADS), (-1, 0)])
def test_a_head_that_is_not_there_has_no_tile(whole, place):
    with pytest.raises(OutOfRangeError):
        whole.tile(*place)


@pytest.mark.parametrize("by", ["share", "energy", "peak"])
def test_ranks_are_those_kept_for_the_image(whole, by):
    ranking = whole.rank(1, by)
    assert ranking.value is not None
    assert np.array_equal(ranking.value, getattr(whole.spectra, by)[1])
    assert np.array_equal(ranking.bias, whole.spectra.share_bias[1])
    assert (ranking.image, ranking.by, ranking.provenance["by"]) == ("scene 1", by, by)
    best, value = ranking.top(1)[0]
    assert value == pytest.approx(np.nanmax(ranking.value))
    assert ranking.value[tuple(best)] == pytest.approx(value)

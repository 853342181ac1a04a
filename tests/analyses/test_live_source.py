"""Are the tiles and numbers of the explorer those of plain numpy on the model's own inputs?"""

import dataclasses
import json

import numpy as np
import pytest

from qkwidgets.analyses import exploration
from qkwidgets.analyses.exploration import LiveSource
from qkwidgets.answers.quantise import restored
from qkwidgets.answers.source import AnswerSource
from qkwidgets.core.errors import OutOfRangeError
from tests.models.test_contract import own_scores
from tests.oracles import dense, pictures, scores

PLACES = [(layer, head) for layer in range(2) for head in range(3)]


def parts(source, layer, head):
    """Tokens of all images, weights and modes of a head, as numpy arrays in float64."""
    w = source.model.layers[layer]
    weights = [tensor[head].double().numpy() for tensor in (w.W_Q, w.W_K, w.b_Q, w.b_K)]
    sides = [side[layer, head].astype(float) for side in (source.modes.left, source.modes.right)]
    return source.attn_inputs[layer].double().numpy(), weights, sides, w.scale


def test_it_is_a_source_of_answers(live):
    assert isinstance(live, AnswerSource)
    assert live.pictures
    assert live.frozen(2).meta["embedded_modes"] == 2


@pytest.mark.parametrize("place", PLACES)
def test_a_tile_holds_projections_and_bias_terms_of_all_tokens(live, place):
    x, (W_Q, W_K, b_Q, b_K), (left, right), scale = parts(live, *place)
    tile = live.tile(*place)
    assert np.allclose(tile.query, np.swapaxes(x @ left, 1, 2), atol=1e-4)
    assert np.allclose(tile.key, np.swapaxes(x @ right, 1, 2), atol=1e-4)
    assert np.allclose(tile.arrays["bias_key"], scale * x @ W_K @ b_Q, atol=1e-4)
    assert np.allclose(tile.arrays["bias_query"], scale * x @ W_Q @ b_K, atol=1e-4)
    assert np.allclose(tile.arrays["constant"], scale * b_Q @ b_K, atol=1e-5)
    assert tile.bound("query").max() == 0


@pytest.mark.parametrize("place", PLACES)
def test_scores_of_a_tile_and_its_rows_are_those_that_reach_the_softmax(live, place):
    layer, head = place
    own = own_scores(live.model._runner.module, live._pixels)[layer][:, head].detach().numpy()
    tile = live.tile(layer, head)
    for image in range(2):
        assert np.abs(tile.scores(image) - own[image]).max() <= 1e-5 * np.abs(own[image]).max()
    rows = own[:, list(live.model.layout.probe_tokens())]
    assert np.abs(tile.arrays["rows"] - rows).max() <= 1e-5 * np.abs(own).max()


@pytest.mark.parametrize("place", PLACES)
def test_signs_and_ranges_are_of_patches_alone(live, place):
    x, _, sides, _ = parts(live, *place)
    tile = live.tile(*place)
    patches = [np.swapaxes(x[:, live.model.layout.patches] @ side, 1, 2) for side in sides]
    for n in range(tile.n_modes):
        maps = [side[:, n] for side in patches]
        assert tile.arrays["sign"][n] == pictures.preferred_sign(*maps)
        for number, side in enumerate(maps):
            assert tile.arrays["range"][number, n] == pytest.approx(pictures.signed_range(side), rel=1e-4)


@pytest.mark.parametrize("place", PLACES)
def test_shares_are_those_of_whole_matrices_over_patches(live, place):
    x, (W_Q, W_K, b_Q, _), (left, right), scale = parts(live, *place)
    spectra = live.frozen().spectra
    values = spectra.singular_values[place]
    for image in range(2):
        seen = x[image, live.model.layout.patches]
        share, energy, bias = scores.shares(seen, W_Q, W_K, b_Q, left, values, right, scale)
        peaks = [scores.peak(seen, u, s, v) for u, s, v in zip(left.T, values, right.T, strict=True)]
        assert spectra.share[image][place] == pytest.approx(share, abs=1e-4)
        assert spectra.energy[image][place] == pytest.approx(energy, rel=1e-3)
        assert spectra.peak[image][place] == pytest.approx(peaks, rel=1e-3, abs=1e-5)
        assert spectra.share_bias[image][place] == pytest.approx(bias, abs=1e-4)
        assert spectra.share[image][place].sum() + bias == pytest.approx(1, abs=1e-3)


def test_spectra_are_those_of_the_dense_decomposition(live):
    spectra = live.frozen().spectra
    for layer, head in PLACES:
        _, (W_Q, W_K, *_), _, _ = parts(live, layer, head)
        left, values, right = dense.dense_modes(W_Q, W_K)
        assert spectra.singular_values[layer, head] == pytest.approx(values, rel=1e-9)
        assert spectra.degenerate[layer, head].tolist() == dense.blocks(values)
        unique = spectra.stability[layer, head] < 1e-3
        assert spectra.cosine[layer, head][unique] == pytest.approx((left * right).sum(0)[unique], abs=1e-6)
        assert spectra.head_cosine[layer, head] == pytest.approx(dense.dense_weighted_cosine(W_Q, W_K), abs=1e-9)
        norms = [np.linalg.norm(W, 2) for W in (W_Q, W_K)]
        assert spectra.stability[layer, head] == pytest.approx(dense.stability(values, *norms, 2.0**-24), rel=1e-6)
    assert np.allclose(spectra.layer_cosine, spectra.head_cosine.mean(axis=1))


def test_head_numbers_are_what_their_labels_say(live):
    frozen = live.frozen()
    numbers = dict(zip((number["key"] for number in frozen.meta["head_numbers"]), frozen.spectra.head_numbers, strict=True))
    values = frozen.spectra.singular_values
    p = values / values.sum(axis=-1, keepdims=True)
    assert np.allclose(numbers["cosine"], frozen.spectra.head_cosine)
    assert np.allclose(numbers["effective_modes"], np.prod(p**-p, axis=-1))
    assert np.allclose(numbers["first_share"], p.max(axis=-1))
    assert np.allclose(numbers["strength"], values.max(axis=-1))
    assert np.allclose(numbers["bias_share"], frozen.spectra.share_bias.mean(axis=0))


@pytest.mark.parametrize("n_modes", [None, 3])
def test_a_frozen_view_is_the_live_one_within_its_rounding(live, n_modes):
    frozen = live.frozen(n_modes)
    for layer, head in PLACES:
        exact, kept = live.tile(layer, head), frozen.tile(layer, head)
        count = n_modes or exact.n_modes
        assert kept.n_modes == count
        for name, whole in exact.arrays.items():
            mine = restored(kept.arrays, name)
            if name in ("query", "key"):
                whole = whole[:, :count]
            elif name in ("sign", "range"):
                whole = whole[..., :count]
            assert mine.shape == whole.shape
            bound = kept.bound(name)[..., None] if whole.ndim else 0
            assert (np.abs(mine - whole) <= bound * 1.001 + 1e-5 * np.abs(whole).max()).all(), name


def test_a_frozen_view_is_computed_once_for_the_same_weights_and_images(small_model, noise, monkeypatch):
    first = LiveSource(small_model, noise).frozen(2)
    monkeypatch.setattr(exploration, "mode_shares", None)  # computing again would fail here
    again = LiveSource(small_model, noise).frozen(2)
    assert all(np.array_equal(first.tiles[name], array) for name, array in again.tiles.items())
    with pytest.raises(TypeError):
        LiveSource(small_model, noise[:1]).frozen(2)
    with pytest.raises(TypeError):
        LiveSource(small_model, noise).frozen(3)
    monkeypatch.setattr(exploration, "ALGORITHM_VERSION", exploration.ALGORITHM_VERSION + 1)
    with pytest.raises(TypeError):
        LiveSource(small_model, noise).frozen(2)


def test_the_meta_record_is_json_and_tells_every_choice(live):
    meta = live.meta
    assert json.loads(json.dumps(meta, allow_nan=False)) == meta
    layout = live.model.layout
    assert meta["tokens"] == ["CLS", "REG0", "REG1", "REG2", "REG3"]
    assert meta["layout"] == {"n_cls": 1, "n_distill": 0, "n_registers": 4, "grid": [4, 4]}
    assert meta["row_tokens"] == list(layout.probe_tokens())
    assert (meta["n_layers"], meta["n_heads"], meta["n_modes"], meta["d_model"], meta["d_head"]) == (2, 3, 16, 48, 16)
    assert meta["scale"] == pytest.approx(16**-0.5)
    assert meta["mode_band"] == pytest.approx(1.96 / 48**0.5)
    assert (meta["site"], meta["bias"], meta["degenerate_tolerance"]) == ("attn_input", "separate", 1e-3)
    assert len(meta["about"]) >= 12
    assert {"question", "choice", "alternative", "source"} == set(meta["about"][0])
    assert {"model", "fingerprint", "circuit", "fold_norm", "tolerance", "bias"} <= set(meta["provenance"])
    assert [image["name"] for image in meta["images"]] == ["image 0", "image 1"]


@pytest.mark.parametrize("place", [(2, 0), (0, 3), (-1, 0)])
def test_a_head_that_is_not_there_has_no_tile(live, place):
    with pytest.raises(OutOfRangeError, match="of 'small' does not exist"):
        live.tile(*place)


def test_another_normalisation_or_scale_is_not_taken_for_the_same_view(small_model, noise):
    first = LiveSource(small_model, noise).frozen(2)
    darker = dataclasses.replace(small_model, _preprocess=dataclasses.replace(small_model._preprocess, mean=(0.9, 0.9, 0.9)))
    assert not np.array_equal(LiveSource(darker, noise).frozen(2).tiles["query.lo"], first.tiles["query.lo"])
    layers = tuple(dataclasses.replace(weights, scale=3 * weights.scale) for weights in small_model.layers)
    louder = dataclasses.replace(small_model, layers=layers)
    assert np.allclose(LiveSource(louder, noise).frozen(2).tiles["rows.step"], 3 * first.tiles["rows.step"], rtol=1e-3)

"""Does everything hold on a trained model? The trained DeiT-Ti, against dense float64 and against its own softmax."""

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.analyses.exploration import LiveSource
from qkwidgets.core.scores import bias_terms, mode_scores, projections
from tests.models.test_contract import own_scores
from tests.oracles import dense

pytestmark = pytest.mark.needs_data

LAYER_COSINES = [0.87, 0.56, 0.33, 0.06, 0.16, 0.01, 0.22, 0.27, 0.07, 0.14, 0.22, 0.47]
"""Of DeiT-Ti, in science-modes 6.8."""


@pytest.fixture(scope="module")
def found(deit):
    return qk.modes(deit, dtype="float64")


def test_weighted_mean_cosines_are_those_of_dense_float64(deit):
    found = qk.alignment(deit)
    for layer, weights in enumerate(deit.layers):
        for head, pair in enumerate(zip(weights.W_Q, weights.W_K, strict=True)):
            assert found.head[layer, head] == pytest.approx(dense.dense_weighted_cosine(*(W.numpy() for W in pair)), abs=1e-6)
    assert np.allclose(found.layer, found.head.mean(axis=1))
    assert np.abs(found.layer - LAYER_COSINES).max() < 0.01
    assert found.mode_band == pytest.approx(0.1415, abs=1e-4)
    assert (found.layer_band > 0.0105).all()
    assert (found.layer_band < 0.0175).all()


def test_single_heads_of_layer_5_cancel(deit):
    assert sorted(qk.alignment(deit).head[5].round(2)) == [-0.53, 0.23, 0.33]


def test_both_formulas_and_both_answers_agree(deit, found):
    from_modes = qk.alignment(deit)
    assert np.allclose(found.head_cosine, from_modes.head, atol=1e-9)
    assert np.allclose(found.head_band, from_modes.head_band, atol=1e-9)
    assert np.allclose(found.layer_cosine, from_modes.layer, atol=1e-9)
    assert np.allclose(found.layer_band, from_modes.layer_band, atol=1e-9)


def test_few_modes_lie_in_blocks(found):
    assert (found.degenerate >= 0).mean() == pytest.approx(0.004, abs=0.0006)
    assert not found.null.any()


def test_scores_from_modes_and_biases_are_those_that_reach_the_softmax(deit, found, photographs):
    pixels, _ = deit.preprocess(photographs)
    own = own_scores(deit._runner.module, pixels)
    assert len(own) == 12
    for layer, (x, w) in enumerate(zip(deit.attn_inputs(pixels), deit.layers, strict=True)):
        left, right = (torch.from_numpy(side[layer]) for side in (found.left, found.right))
        terms = bias_terms(x, w.W_Q, w.W_K, w.b_Q, w.b_K, w.scale)
        values = torch.from_numpy(found.singular_values[layer])
        rebuilt = mode_scores(projections(x, left), projections(x, right), values, w.scale)
        rebuilt = rebuilt + terms.key_only[..., None, :] + terms.query_only[..., :, None] + terms.constant[:, None, None]
        q, k = (x[:, None] @ W + b[:, None] for W, b in ((w.W_Q, w.b_Q), (w.W_K, w.b_K)))
        for expected in (own[layer], w.scale * q @ k.mT):
            assert rebuilt.dtype == expected.dtype == torch.float32
            assert (rebuilt - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_tiles_give_the_scores_of_both_photographs(deit, photographs):
    source = LiveSource(deit, photographs)
    own = own_scores(deit._runner.module, source._pixels)
    for layer, head in ((0, 0), (6, 1), (11, 2)):
        tile = source.tile(layer, head)
        for image in range(2):
            expected = own[layer][image, head].detach().numpy()
            assert np.abs(tile.scores(image) - expected).max() <= 1e-5 * np.abs(expected).max()


def test_dropping_the_key_only_term_would_move_the_attention(deit, photographs):
    pixels, _ = deit.preprocess(photographs)
    moved = []
    for scores, x, w in zip(own_scores(deit._runner.module, pixels), deit.attn_inputs(pixels), deit.layers, strict=True):
        key_only = bias_terms(x, w.W_Q, w.W_K, w.b_Q, w.b_K, w.scale).key_only[..., None, :]
        moved.append((scores.softmax(-1) - (scores - key_only).softmax(-1)).abs().sum(-1).mean() / 2)
    assert torch.stack(moved).mean().item() == pytest.approx(0.34, abs=0.05)


def test_the_shipped_example_is_this_model(deit):
    """Numbers of the weights agree with those that ship; its photographs are not in the test data."""
    shipped, fresh = qk.examples("deit-tiny"), qk.alignment(deit)
    assert np.allclose(shipped.spectra.head_cosine, fresh.head, atol=1e-9)
    assert shipped.provenance["fingerprint"] == deit.fingerprint

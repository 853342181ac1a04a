"""Do the options of the analyses do what they say, and nothing else?"""

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.analyses.circuit import circuit_factors
from qkwidgets.core.alignment import subspace_sd
from tests.oracles import dense, scores


def as_numpy(tensor) -> np.ndarray:
    return tensor.double().numpy()


def test_modes_of_the_value_output_circuit_are_those_of_what_a_head_writes(small_model):
    found = qk.modes(small_model, circuit="ov", dtype="float64")
    for layer, w in enumerate(small_model.layers):
        for head in range(3):
            written = as_numpy(w.W_V[head]) @ as_numpy(w.W_O[head]) * as_numpy(w.layer_scale)
            rebuilt = (found.left[layer, head] * found.singular_values[layer, head]) @ found.right[layer, head].T
            assert np.allclose(rebuilt, written, atol=1e-10 * np.abs(written).max())


def test_folding_the_norm_changes_modes_and_leaves_scores_alone(small_model, noise):
    pixels, _ = small_model.preprocess(noise)
    plain, folded = circuit_factors(small_model), circuit_factors(small_model, fold_norm=True)
    for layer, (x, w) in enumerate(zip(small_model.attn_inputs(pixels), small_model.layers, strict=True)):
        x, gain, shift = as_numpy(x[0]), as_numpy(w.norm_gain), as_numpy(w.norm_shift)
        normalised = (x - shift) / gain
        for head in range(3):
            W, b = [as_numpy(side[head]) for side in (w.W_Q, w.W_K)], [as_numpy(side[head]) for side in (w.b_Q, w.b_K)]
            inner = [as_numpy(side[layer, head]) for side in folded]
            shifted = [bias + shift @ weight for weight, bias in zip(W, b, strict=True)]
            expected = scores.scores(x, *W, *b, w.scale)
            assert np.allclose(scores.scores(normalised, *inner, *shifted, w.scale), expected, atol=1e-6 * np.abs(expected).max())
            assert np.array_equal(as_numpy(plain.left[layer, head]), W[0])
    cosines = [qk.alignment(small_model, fold_norm=fold).head for fold in (False, True)]
    assert np.abs(cosines[0] - cosines[1]).max() > 1e-3
    assert np.allclose(qk.modes(small_model, fold_norm=True).head_cosine, cosines[1])


def test_equal_weights_are_the_plain_mean_of_cosines(small_model):
    found = qk.alignment(small_model, weights="equal")
    assert np.allclose(found.head, qk.modes(small_model).cosine.mean(axis=-1), atol=1e-9)
    assert np.allclose(found.head_band, 1.96 / np.sqrt(16 * 48))
    assert found.provenance["weights"] == "equal"


def test_the_subspace_null_scales_the_band_of_each_head(small_model):
    isotropic, subspace = (qk.alignment(small_model, null=null) for null in ("isotropic", "subspace"))
    factors = circuit_factors(small_model)
    ratio = subspace_sd(*factors).numpy() * np.sqrt(48)
    assert np.allclose(subspace.head_band, isotropic.head_band * ratio)
    assert np.array_equal(subspace.head, isotropic.head)
    assert np.allclose(subspace.layer_band, np.sqrt((subspace.head_band**2).sum(axis=1)) / 3)


@pytest.mark.parametrize("bias", ["separate", "absorb", "drop"])
@pytest.mark.parametrize("tokens", ["patches", "all"])
def test_ranked_shares_are_of_the_score_that_the_options_name(small_model, noise, bias, tokens):
    ranking = qk.rank_modes(small_model, noise[1], bias=bias, tokens=tokens)
    found = qk.modes(small_model, dtype="float64")
    pixels, _ = small_model.preprocess([noise[1]])
    for layer, (x, w) in enumerate(zip(small_model.attn_inputs(pixels), small_model.layers, strict=True)):
        x = as_numpy(x[0])[small_model.layout.patches if tokens == "patches" else slice(None)]
        for head in range(3):
            W_Q, W_K, b_Q, b_K = (as_numpy(tensor[head]) for tensor in (w.W_Q, w.W_K, w.b_Q, w.b_K))
            left, right, values = found.left[layer, head], found.right[layer, head], found.singular_values[layer, head]
            query, key = x @ left, x @ right
            if bias == "absorb":
                query, key = query + b_Q @ np.linalg.pinv(W_Q) @ left, key + b_K @ np.linalg.pinv(W_K) @ right
            total = scores.scores(x, W_Q, W_K, *((None, None) if bias == "drop" else (b_Q, b_K)), w.scale)
            seen = scores.visible(total)
            terms = [w.scale * s * np.outer(query[:, n], key[:, n]) for n, s in enumerate(values)]
            expected = [np.sum(scores.visible(term) * seen) / np.sum(seen * seen) for term in terms]
            assert ranking.value[layer, head] == pytest.approx(expected, abs=1e-4)
            share_bias = ranking.bias[layer, head]
            assert ranking.value[layer, head].sum() + share_bias == pytest.approx(1, abs=1e-3)
            assert (share_bias == 0) == (bias != "separate")


def test_a_ranking_of_the_view_is_that_of_the_image(small_model, noise, live):
    for by in ("share", "energy", "peak"):
        alone, together = qk.rank_modes(small_model, noise[1], by), live.frozen().rank(1, by)
        assert np.allclose(alone.value, together.value, rtol=1e-3, atol=1e-5)
        assert np.allclose(alone.bias, together.bias, atol=1e-5)


def test_modes_are_recorded_with_everything_they_depend_on(small_model):
    found = qk.modes(small_model, bias="drop", tolerance=1e-2)
    assert found.left.dtype == np.float32
    assert found.singular_values.dtype == found.cosine.dtype == np.float64
    assert {**found.provenance, "circuit": "qk", "bias": "drop", "fold_norm": False, "tolerance": 1e-2} == found.provenance
    assert found.provenance["fingerprint"] == small_model.fingerprint
    values = found.singular_values
    blocks = [dense.blocks(values[place], 1e-2) for place in np.ndindex(2, 3)]
    assert found.degenerate.reshape(6, -1).tolist() == blocks


def test_a_null_block_has_no_cosine_and_no_weight(small_model):
    from dataclasses import replace

    layer = small_model.layers[0]
    W_Q = layer.W_Q.clone()
    W_Q[0, :, -2:] = 0
    model = replace(small_model, layers=(replace(layer, W_Q=W_Q), *small_model.layers[1:]))
    found = qk.modes(model)
    assert found.null[0, 0].tolist() == [False] * 14 + [True] * 2
    assert np.isnan(found.cosine[0, 0]).tolist() == [False] * 14 + [True] * 2
    assert found.degenerate[0, 0, -2:].tolist() == [found.degenerate[0, 0].max()] * 2 != [-1, -1]
    expected = dense.dense_weighted_cosine(W_Q[0].numpy(), layer.W_K[0].numpy())
    assert found.head_cosine[0, 0] == pytest.approx(expected, abs=1e-9)
    assert qk.alignment(model, weights="equal").head[0, 0] == pytest.approx(np.nanmean(found.cosine[0, 0]), abs=1e-9)


def test_the_built_in_model_keeps_its_scores_to_twelve_digits():
    model = qk.load_model(dtype=torch.float64)
    pixels, _ = model.preprocess(qk.odd_one_out(1, seed=0))
    found = qk.modes(model, dtype="float64")
    for layer, (x, w) in enumerate(zip(model.attn_inputs(pixels), model.layers, strict=True)):
        for head in range(model.n_heads):
            W_Q, W_K, b_Q, b_K = (as_numpy(tensor[head]) for tensor in (w.W_Q, w.W_K, w.b_Q, w.b_K))
            expected = scores.scores(as_numpy(x[0]), W_Q, W_K, b_Q, b_K, w.scale)
            terms = scores.mode_terms(
                as_numpy(x[0]), found.left[layer, head], found.singular_values[layer, head], found.right[layer, head], w.scale
            )
            key_only, query_only = w.scale * as_numpy(x[0]) @ W_K @ b_Q, w.scale * as_numpy(x[0]) @ W_Q @ b_K
            whole = sum(terms) + key_only[None, :] + query_only[:, None] + w.scale * b_Q @ b_K
            assert np.abs(whole - expected).max() <= 1e-12 * np.abs(expected).max()
            weights = scores.softmax(sum(terms) + key_only[None, :])
            assert np.abs(weights - scores.softmax(expected)).max() <= 1e-12

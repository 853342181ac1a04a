"""Do modes and bias terms give the model's scores, for queries, keys and softmax alike? Science-modes 4 and 16.3."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.errors import InputError
from qkwidgets.core.modes import singular_modes
from qkwidgets.core.scores import absorbed_bias, bias_terms, mode_scores, pair_contributions, projections
from tests.core.heads import EASY, factor, head_pairs, largest_error
from tests.oracles import scores as oracle

layers = head_pairs(log_conditions=(EASY,), wide=False, deficient=False)


def tokens_and_biases(pair, seed, n_tokens=7):
    """Tokens with a mean, biases of ordinary size, and a scale, for one layer."""
    generator = torch.Generator().manual_seed(seed)
    n_heads, d_model, d_head = pair[0].shape
    x = torch.randn(n_tokens, d_model, generator=generator, dtype=torch.float64) + 0.5
    b_Q, b_K = torch.randn(2, n_heads, d_head, generator=generator, dtype=torch.float64).unbind()
    return x, b_Q, b_K, d_head**-0.5


def in_modes(x, pair):
    """Projections of the tokens on both sides, and the singular values."""
    modes = singular_modes(*pair)
    return projections(x, modes.left), projections(x, modes.right), modes


@given(layers, st.integers(0, 99), st.sampled_from(["both", "query", "key", "none"]))
def test_modes_and_three_bias_terms_are_the_scores(pair, seed, biases):
    x, b_Q, b_K, scale = tokens_and_biases(pair, seed)
    b_Q, b_K = (b if biases in ("both", side) else None for b, side in ((b_Q, "query"), (b_K, "key")))
    query, key, modes = in_modes(x, pair)
    terms = bias_terms(x, *pair, b_Q, b_K, scale)
    found = mode_scores(query, key, modes.singular_values, scale)
    found = found + terms.key_only[:, None, :] + terms.query_only[:, :, None] + terms.constant[:, None, None]
    for head in range(len(found)):
        mine = [None if b is None else b[head].numpy() for b in (b_Q, b_K)]
        expected = oracle.scores(x.numpy(), pair[0][head].numpy(), pair[1][head].numpy(), *mine, scale)
        assert largest_error(found[head], torch.from_numpy(expected)) < 1e-10


@given(layers, st.integers(0, 99))
def test_softmax_sees_modes_and_the_key_only_term_alone(pair, seed):
    x, b_Q, b_K, scale = tokens_and_biases(pair, seed)
    query, key, modes = in_modes(x, pair)
    key_only = bias_terms(x, *pair, b_Q, b_K, scale).key_only
    weights = (mode_scores(query, key, modes.singular_values, scale) + key_only[:, None, :]).softmax(-1)
    for head in range(len(weights)):
        biases = b_Q[head].numpy(), b_K[head].numpy()
        expected = oracle.softmax(oracle.scores(x.numpy(), pair[0][head].numpy(), pair[1][head].numpy(), *biases, scale))
        assert np.abs(weights[head].numpy() - expected).max() < 1e-10


@given(layers, st.integers(0, 99))
def test_absorbed_biases_leave_the_scores_to_the_modes(pair, seed):
    x, b_Q, b_K, scale = tokens_and_biases(pair, seed)
    query, key, modes = in_modes(x, pair)
    query = query + absorbed_bias(b_Q, pair[0], modes.left)[..., None]
    key = key + absorbed_bias(b_K, pair[1], modes.right)[..., None]
    found = mode_scores(query, key, modes.singular_values, scale)
    for head in range(len(found)):
        biases = b_Q[head].numpy(), b_K[head].numpy()
        expected = oracle.scores(x.numpy(), pair[0][head].numpy(), pair[1][head].numpy(), *biases, scale)
        assert largest_error(found[head], torch.from_numpy(expected)) < 1e-9


def test_absorbing_is_refused_where_the_weight_has_no_inverse_to_speak_of():
    rng = np.random.default_rng(0)
    W = torch.from_numpy(np.stack([factor(rng, 10, 4, EASY), factor(rng, 10, 4, EASY, rank=3), factor(rng, 10, 4, EASY)]))
    with pytest.raises(InputError, match=r'^bias="absorb" needs weights of full rank .* head 1 has .* Use bias="separate"\.$'):
        absorbed_bias(torch.ones(3, 4).double(), W, W)
    assert absorbed_bias(torch.ones(2, 4).double(), W[::2], W[::2]).isfinite().all()


@given(layers, st.integers(0, 99))
def test_contributions_of_one_pair_of_tokens_sum_to_the_modes_part_of_its_score(pair, seed):
    x, _, _, scale = tokens_and_biases(pair, seed)
    query, key, modes = in_modes(x, pair)
    whole = mode_scores(query, key, modes.singular_values, scale)
    for i, j in ((0, 3), (5, 1)):
        parts = pair_contributions(query[..., i], key[..., j], modes.singular_values, scale)
        assert torch.allclose(parts.sum(-1), whole[:, i, j], atol=1e-10)


def test_projections_take_any_number_of_images():
    x, vectors = torch.randn(2, 3, 5, 8), torch.randn(4, 8, 6)
    found = projections(x, vectors)
    assert found.shape == (2, 3, 4, 6, 5)
    assert torch.allclose(found[1, 2, 3, 4, 0], x[1, 2, 0] @ vectors[3, :, 4], atol=1e-5)


def test_float32_tokens_keep_five_digits():
    pair = torch.randn(2, 3, 64, 16).unbind()
    x, scale = torch.randn(50, 64), 0.25
    query, key, modes = in_modes(x, pair)
    found = mode_scores(query, key, modes.singular_values, scale)
    for head in range(3):
        expected = torch.from_numpy(oracle.scores(x.numpy(), pair[0][head].numpy(), pair[1][head].numpy(), scale=scale))
        assert largest_error(found[head].double(), expected) < 1e-5

"""Do shares sum to one and agree with whole matrices? Science-modes 9 and 16.4."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.modes import singular_modes
from qkwidgets.core.ranking import mode_shares
from qkwidgets.core.scores import bias_terms, projections
from tests.core.test_scores import layers, tokens_and_biases
from tests.oracles import scores as oracle


def ranked(pair, seed):
    x, b_Q, b_K, scale = tokens_and_biases(pair, seed)
    modes = singular_modes(*pair)
    key_only = bias_terms(x, *pair, b_Q, b_K, scale).key_only
    found = mode_shares(projections(x, modes.left), projections(x, modes.right), key_only, modes.singular_values, scale)
    return x, b_Q, scale, modes, found


@given(layers, st.integers(0, 99))
def test_shares_and_the_bias_share_sum_to_one(pair, seed):
    *_, found = ranked(pair, seed)
    assert torch.allclose(found.share.sum(-1) + found.bias, torch.ones_like(found.bias), atol=1e-10)


@given(layers, st.integers(0, 99))
def test_the_fast_form_is_the_form_with_whole_matrices(pair, seed):
    x, b_Q, scale, modes, found = ranked(pair, seed)
    for head in range(len(found.bias)):
        mine = [tensor[head].numpy() for tensor in (*pair, b_Q, modes.left, modes.singular_values, modes.right)]
        share, energy, bias = oracle.shares(x.numpy(), *mine, scale)
        assert found.share[head].tolist() == pytest.approx(share, rel=1e-8, abs=1e-10)
        assert found.energy[head].tolist() == pytest.approx(energy, rel=1e-8, abs=1e-10)
        assert found.bias[head].item() == pytest.approx(bias, rel=1e-8, abs=1e-10)


@given(layers, st.integers(0, 99))
def test_peak_is_the_singular_value_times_the_better_guarded_product(pair, seed):
    x, *_, modes, found = ranked(pair, seed)
    for head, n in np.ndindex(*found.peak.shape):
        u, v = modes.left[head, :, n].numpy(), modes.right[head, :, n].numpy()
        expected = oracle.peak(x.numpy(), u, modes.singular_values[head, n].item(), v)
        assert found.peak[head, n].item() == pytest.approx(expected, abs=1e-9)


def test_no_visible_score_at_all_has_no_shares():
    found = mode_shares(torch.ones(1, 2, 4), torch.zeros(1, 2, 4), torch.zeros(1, 4), torch.ones(1, 2), 1.0)
    assert found.share.isnan().all()
    assert found.energy.isnan().all()
    assert found.bias.isnan().all()
    assert (found.peak == 0).all()

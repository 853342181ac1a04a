"""Are mean cosines what the formula says, and chance bands what drawing at random gives? Science-modes 16.2."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.alignment import (
    BAND_SDS,
    head_sd,
    isotropic_sd,
    layer_sd,
    mean_cosine,
    spectrum_weights,
    subspace_sd,
    weighted_cosine,
    with_bands,
)
from qkwidgets.core.modes import singular_modes
from tests.core.heads import EASY, factor, head_pairs
from tests.oracles.chance import frame, sampled_sds, sampled_subspace_sds
from tests.oracles.dense import dense_weighted_cosine

spectra = st.lists(st.floats(0.01, 10), min_size=1, max_size=8).map(lambda values: sorted(values, reverse=True))


@given(head_pairs())
def test_the_closed_form_is_the_dense_weighted_mean(pair):
    found = weighted_cosine(*pair)
    for head, (W_Q, W_K) in enumerate(zip(*pair, strict=True)):
        assert found[head].item() == pytest.approx(dense_weighted_cosine(W_Q.numpy(), W_K.numpy()), abs=1e-10)


@given(head_pairs())
def test_the_closed_form_is_the_weighted_sum_over_modes(pair):
    modes = singular_modes(*pair)
    assert torch.allclose(weighted_cosine(*pair), mean_cosine(modes.singular_values, modes.cosine), atol=1e-9)
    assert torch.equal(weighted_cosine(*pair, modes.singular_values), weighted_cosine(*pair, modes.singular_values.clone()))


def test_a_mean_of_equal_weights_is_the_plain_mean_over_the_modes_that_have_a_cosine():
    values, cosine = torch.tensor([5.0, 2.0, 1.0, 0.0]), torch.tensor([1.0, 0.0, -0.4, torch.nan])
    assert mean_cosine(values, cosine, "equal").item() == pytest.approx(0.2)
    assert mean_cosine(values, cosine).item() == pytest.approx((5 - 0.4) / 8)


def test_a_head_without_interaction_has_no_mean_cosine():
    assert weighted_cosine(torch.zeros(2, 5, 2), torch.ones(2, 5, 2)).isnan().all()


@given(spectra)
def test_weights_of_a_spectrum_sum_to_one_and_follow_it(values):
    p = spectrum_weights(torch.tensor(values))
    assert p.sum().item() == pytest.approx(1, abs=1e-6)
    assert torch.allclose(p * values[0], p[0] * torch.tensor(values), rtol=1e-5)
    assert spectrum_weights(torch.tensor(values), "equal").tolist() == pytest.approx([1 / len(values)] * len(values))


def test_weights_of_a_third_kind_are_refused():
    with pytest.raises(
        ValueError,
        match=r"^weights must be .singular values. or .equal.: got 'sigma'\. It is probably misspelt\. Use one of these\.$",
    ):
        spectrum_weights(torch.ones(2), "sigma")


@pytest.mark.parametrize(("d_model", "band"), [(192, 0.1415), (384, 0.1), (768, 0.0707), (1024, 0.06125), (1280, 0.0548)])
def test_the_band_of_a_mode_is_that_of_random_directions(d_model, band):
    assert pytest.approx(band, abs=5e-5) == BAND_SDS * isotropic_sd(d_model)


def test_chance_agrees_with_drawn_frames():
    p = np.array([[0.6, 0.3, 0.1], [0.5, 0.25, 0.25]])
    mode, head, layer = sampled_sds(np.random.default_rng(0), 20, p, 4000)
    heads = head_sd(torch.from_numpy(p), isotropic_sd(20))
    assert isotropic_sd(20) == pytest.approx(mode, rel=0.05)
    assert heads[0].item() == pytest.approx(head, rel=0.05)
    assert layer_sd(heads).item() == pytest.approx(layer, rel=0.05)


def test_chance_inside_two_subspaces_agrees_with_drawn_directions():
    rng = np.random.default_rng(1)
    p = np.array([0.5, 0.3, 0.15, 0.05])
    query = factor(rng, 12, 4, EASY)
    key = np.concatenate([query[:, :2] + 0.3 * rng.standard_normal((12, 2)), rng.standard_normal((12, 2))], axis=1)
    bases = [np.linalg.qr(W)[0] for W in (query, key)]
    mode, head = sampled_subspace_sds(rng, *bases, p, 3000)
    found = subspace_sd(torch.from_numpy(query), torch.from_numpy(key))
    assert found.item() == pytest.approx(mode, rel=0.05)
    assert head_sd(torch.from_numpy(p), found).item() == pytest.approx(head, rel=0.05)
    assert abs(found.item() - isotropic_sd(12)) > 0.05 * isotropic_sd(12)  # else this test could not tell the two apart


@given(head_pairs(wide=False, deficient=False))
def test_the_subspace_null_is_the_overlap_of_the_two_spaces(pair):
    d_head = pair[0].shape[-1]
    for head, found in enumerate(subspace_sd(*pair)):
        query, key = (np.linalg.qr(side[head].numpy())[0] for side in pair)
        assert found.item() == pytest.approx(np.linalg.norm(query.T @ key) / d_head, abs=1e-9)


def test_independent_gaussian_heads_lie_within_four_sds_of_zero():
    W_Q, W_K = torch.randn(2, 40, 96, 12, dtype=torch.float64).unbind()
    p = spectrum_weights(singular_modes(W_Q, W_K).singular_values)
    turns = weighted_cosine(W_Q, W_K) / head_sd(p, isotropic_sd(96))
    assert turns.abs().max() < 4
    assert 0.7 < turns.std() < 1.3


def test_the_oracle_draws_orthonormal_frames():
    drawn = frame(np.random.default_rng(2), 9, 4)
    assert np.allclose(drawn.T @ drawn, np.eye(4))


def test_a_head_without_interaction_has_no_part_in_its_layer():
    head = torch.tensor([[0.5, float("nan")], [0.25, 0.75]], dtype=torch.float64)
    p = torch.full((2, 2, 4), 0.25, dtype=torch.float64)
    p[0, 1] = float("nan")
    means = with_bands(head, p, 0.2)
    assert means.layer.tolist() == [0.5, 0.5]
    assert means.layer_band[0] == pytest.approx(means.head_band[0, 0])
    assert means.layer_band[1] == pytest.approx(means.head_band[1, 0] / 2**0.5)

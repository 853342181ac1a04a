"""Do probes from sums find what least squares on written-out tokens finds, and what was planted?"""

import numpy as np
import pytest
import torch

from qkwidgets.core.factors.probe import chosen_r_squared, linear_part, place_targets, probe_sums, r_squared, with_squares
from qkwidgets.core.factors.split import split
from tests.core.factors import planted

PLACES = place_targets((planted.SIDE, planted.SIDE))


def sums(tokens):
    return probe_sums(with_squares(tokens), PLACES.expand(len(tokens), -1, -1))


def gain_field(gain, n=600):
    """Tokens in the directions of content, those of other images than the means are taken from."""
    rng = np.random.default_rng(0)
    position, content, mean = planted.basis(rng)
    field = planted.grid_functions()[:, planted.ROW]
    con = planted.content(rng, n) * (1 + gain * field)[None, :, None]
    x = torch.from_numpy(planted.MEAN * mean + planted.grid_functions() @ position.T + con @ content.T)
    parts = split(x[: n // 2])
    return (x[n // 2 :] - parts.mean - parts.position) @ torch.from_numpy(content), parts.content, x[n // 2 :]


def test_it_is_least_squares_on_images_that_it_was_not_fitted_to():
    rng = np.random.default_rng(1)
    x = planted.tokens(rng, 30, planted.basis(rng)) + 0.3 * torch.from_numpy(rng.standard_normal((30, 64, planted.D)))
    X = torch.cat([with_squares(x), torch.ones(30, 64, 1)], dim=-1)
    train, test = X[:20].flatten(0, 1), X[20:].flatten(0, 1)
    weights = torch.linalg.lstsq(train, PLACES.repeat(20, 1), driver="gelsd").solution
    expected = 1 - (PLACES.repeat(10, 1) - test @ weights).square().mean(0)
    assert torch.allclose(r_squared(sums(x[:20]), sums(x[20:]), ridge=0), expected, atol=1e-8)
    assert (r_squared(sums(x[:20]), sums(x[20:])) - expected).abs().max() < 0.05


def test_s5_a_gain_field_shows_in_squares_and_not_in_a_linear_probe():
    for gain, found in ((0.0, 0.0), (0.6, 0.73)):
        held_out, _, _ = gain_field(gain)
        train, test = sums(held_out[:150]), sums(held_out[150:])
        linear, squared = r_squared(linear_part(train), linear_part(test)), r_squared(train, test)
        assert linear.abs().max() < 0.03
        assert squared[0] == pytest.approx(found, abs=0.12)
        assert squared[1].abs() < 0.05  # the gain goes with the row


def test_a_linear_probe_of_in_sample_content_has_no_weights_whatever_the_tokens():
    for tokens in (gain_field(0.6)[1], split(torch.from_numpy(np.random.default_rng(0).standard_cauchy((9, 64, 12)))).content):
        own = linear_part(sums(tokens))
        assert r_squared(own, own).abs().max() < 1e-12
        assert (own.cross / own.second.diagonal().sqrt()[:, None]).abs().max() < 1e-9


def test_raw_tokens_tell_their_place():
    _, _, raw = gain_field(0.6)
    assert (r_squared(linear_part(sums(raw[:150])), linear_part(sums(raw[150:]))) > 0.99).all()


def test_features_without_spread_and_axes_of_one_patch_say_nothing():
    flat = torch.zeros(4, 6, 3, dtype=torch.float64)
    places = place_targets((1, 6))
    assert places[:, 0].abs().max() == 0
    found = probe_sums(flat + 2, places.expand(4, -1, -1))
    assert r_squared(found, found).tolist() == [0.0, 0.0]


def test_a_ridge_is_chosen_on_images_of_its_own_so_that_noise_does_not_mislead():
    rng = np.random.default_rng(3)
    noise = torch.from_numpy(rng.standard_normal((12, 1, 40)) + 0.1 * rng.standard_normal((12, 64, 40)))
    fit, choice, trial = (sums(noise[part : part + 4]) for part in (0, 4, 8))
    assert r_squared(fit, trial, ridge=1e-5).min() < -0.3
    assert (chosen_r_squared(fit, choice, trial, together=2).abs() < 0.1).all()
    kept = chosen_r_squared(fit, choice, trial, ridges=(0.5,))
    both = probe_sums(with_squares(noise[:8]), PLACES.expand(8, -1, -1))
    assert torch.allclose(kept, r_squared(both, trial, ridge=0.5))

"""Are ranges, optimal scores and signs of maps what their definitions say? Science-modes 7, 8 and 16.5."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from qkwidgets.core.maps import optimal_scores, preferred_sign, signed_range
from tests.oracles import pictures as oracle


@st.composite
def maps(draw) -> tuple[Tensor, Tensor]:
    """Query and key maps [image head mode patch], some of one sign only, some flat."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    shape = (draw(st.integers(1, 3)), 2, draw(st.integers(1, 4)), draw(st.integers(1, 12)))
    shift = draw(st.sampled_from([0.0, 0.0, 3.0, -3.0]))
    return tuple(torch.from_numpy(rng.standard_normal(shape) + shift * rng.choice([-1, 1])) for _ in range(2))


@given(maps())
def test_the_optimal_score_is_the_guarded_product_of_maxima(pair):
    plus, minus = (side.numpy() for side in optimal_scores(*pair))
    for place in np.ndindex(plus.shape):
        query, key = (side[place].numpy() for side in pair)
        assert plus[place] == pytest.approx(oracle.guarded(query, key))
        assert minus[place] == pytest.approx(oracle.guarded(-query, -key))


@given(maps())
def test_the_best_pair_is_the_best_corner_and_the_better_sign_where_both_sides_take_both_signs(pair):
    plus, minus = optimal_scores(*pair)
    for place in np.ndindex(plus.shape):
        query, key = (side[place].numpy() for side in pair)
        best = oracle.best_pair(query, key)
        assert best == pytest.approx(max(a * b for a in (query.min(), query.max()) for b in (key.min(), key.max())))
        if min(query.max(), key.max(), -query.min(), -key.min()) > 0:
            assert best == pytest.approx(max(plus[place].item(), minus[place].item()))


def test_two_negative_maxima_are_no_hit():
    plus, minus = optimal_scores(torch.tensor([-1.0, -2.0]), torch.tensor([-3.0, -4.0]))
    assert (plus.item(), minus.item()) == (0, 8)


@given(maps())
def test_the_other_sign_scores_as_the_flipped_mode(pair):
    plus, minus = optimal_scores(*pair)
    flipped_plus, flipped_minus = optimal_scores(-pair[0], -pair[1])
    assert torch.equal(plus, flipped_minus)
    assert torch.equal(minus, flipped_plus)


@given(maps())
def test_the_preferred_sign_is_that_of_the_best_image(pair):
    found = preferred_sign(*pair)
    for place in np.ndindex(found.shape):
        query, key = (side[:, *place].numpy() for side in pair)
        assert found[place].item() == oracle.preferred_sign(query, key)


@given(maps())
def test_one_range_for_all_images_is_the_99th_percentile_of_the_magnitude(pair):
    found = signed_range(pair[0])
    assert found.shape == pair[0].shape[1:-1]
    for place in np.ndindex(found.shape):
        assert found[place].item() == pytest.approx(oracle.signed_range(pair[0][:, *place].numpy()))

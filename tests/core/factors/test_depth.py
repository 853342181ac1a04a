"""Do the moments of all layers compare layers as whole arrays do, and is the grid found in positions? Science-factors 13."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.factors import manifold
from qkwidgets.core.factors.depth import (
    by_layer,
    cka,
    cosine_sums,
    depth_moments,
    joined,
    layer_pairs,
    position_products,
    with_positions,
)
from qkwidgets.core.factors.moments import grams, moments
from tests.oracles import depth as oracle

LAYERS, N, D = 3, 11, 5
GRID = (3, 4)


def some_tokens(seed=0, loud=1000.0):
    """Layers that share content and position in part; one channel far from zero."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((1, N, 12, D)) + rng.standard_normal((1, 1, 12, D))
    own = rng.standard_normal((LAYERS, N, 12, D)) + rng.standard_normal((LAYERS, 1, 12, D))
    tokens = shared @ rng.standard_normal((LAYERS, 1, D, D)) + own
    tokens[..., 1] += loud
    return tokens


@pytest.mark.parametrize("furthest", [None, 1])
def test_linear_cka_of_content_tokens_and_positions_is_that_of_whole_arrays(furthest):
    tokens = some_tokens()
    pairs = layer_pairs(LAYERS, furthest)
    found = depth_moments(torch.from_numpy(tokens), furthest)
    by_content = cka(found.cross, pairs, LAYERS).numpy()
    whole = cka(with_positions(found, pairs), pairs, LAYERS).numpy()
    position = cka(position_products(found, pairs), pairs, LAYERS).numpy()
    for one, other in pairs:
        x, y = tokens[one], tokens[other]
        rows = [oracle.content(part).reshape(-1, D) for part in (x, y)]
        assert by_content[one, other] == by_content[other, one] == pytest.approx(oracle.cka(*rows), rel=1e-9)
        assert whole[one, other] == pytest.approx(oracle.cka(x.reshape(-1, D), y.reshape(-1, D)), rel=1e-9)
        assert position[one, other] == pytest.approx(oracle.cka(x.mean(0), y.mean(0)), rel=1e-9)
    assert np.isnan(by_content[0, 2]) == (furthest == 1)


@given(st.integers(0, 99), st.integers(1, N - 2), st.integers(1, N), st.sampled_from([None, 1]))
def test_any_split_and_order_gives_the_same_moments(seed, first, second, furthest):
    tokens = torch.from_numpy(some_tokens(seed))
    order = torch.from_numpy(np.random.default_rng(seed).permutation(N))
    cuts = sorted({first, min(second, N - 1)})
    parts = [depth_moments(part, furthest) for part in tokens[:, order].tensor_split(cuts, dim=1)]
    found = parts[-1]
    for part in parts[:-1]:
        found = joined(found, part, furthest)
    for one, other in zip(found, depth_moments(tokens, furthest), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-9)


def test_each_layer_by_itself_has_the_moments_of_section_11():
    tokens = torch.from_numpy(some_tokens())
    layers = by_layer(depth_moments(tokens), layer_pairs(LAYERS))
    for one, other in zip(layers[1:], moments(tokens)[1:], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-8)
    total = torch.einsum("lnpi,lnpj->lij", tokens, tokens) / (N * 12)
    torch.testing.assert_close(grams(layers).sum(dim=1), total, rtol=1e-12, atol=1e-8)


def test_moments_of_no_image_change_nothing():
    whole = depth_moments(torch.from_numpy(some_tokens()))
    nothing = whole._replace(**{name: torch.zeros_like(part) for name, part in whole._asdict().items()})
    for both in (joined(nothing, whole), joined(whole, nothing)):
        for one, other in zip(both, whole, strict=True):
            torch.testing.assert_close(one, other)


def test_cosines_are_summed_over_tokens_and_zero_adds_nothing():
    tokens = some_tokens(loud=0.0)
    found = cosine_sums(torch.from_numpy(tokens)).numpy() / (N * 12)
    assert found[0, 2] == found[2, 0] == pytest.approx(oracle.mean_cosine(tokens[0], tokens[2]), rel=1e-12)
    np.testing.assert_allclose(found.diagonal(), 1)
    assert cosine_sums(torch.zeros(2, 1, 3, 4).double()).abs().max() == 0


@given(st.integers(0, 50), st.floats(0, 3))
def test_measures_of_the_manifold_are_those_of_plain_loops(seed, noise):
    rng = np.random.default_rng(seed)
    places = manifold.places(GRID).numpy() @ rng.standard_normal((2, D))
    position = oracle.centred(places + noise * rng.standard_normal((12, D)))
    given_ = torch.from_numpy(position)
    assert manifold.neighbour_recall(given_, GRID)[0] == pytest.approx(oracle.recall(position, GRID))
    shape = manifold.manifold(given_, GRID)
    if noise > 1e-3:  # with less the third component is rounding, and so is the order of distances that are equal on the grid
        assert manifold.distance_correlation(given_, GRID) == pytest.approx(oracle.distance_spearman(position, GRID), abs=1e-9)
        r2 = manifold.explained(shape.coordinates, manifold.places(GRID)).numpy()
        np.testing.assert_allclose(r2, oracle.grid_r2(position, GRID), atol=1e-6)
    assert shape.share.sum() <= 1 + 1e-12
    np.testing.assert_allclose(shape.coordinates.square().sum(0), shape.share * np.square(position).sum(), atol=1e-9)


def test_a_grid_is_found_and_noise_is_not():
    rng = np.random.default_rng(0)
    grid = (8, 8)
    plane = manifold.places(grid) @ torch.from_numpy(rng.standard_normal((2, 48)))
    noise = torch.from_numpy(rng.standard_normal((64, 48)))
    shape = manifold.manifold(plane, grid)
    np.testing.assert_allclose(manifold.explained(shape.coordinates, manifold.places(grid)), 1)
    assert shape.share[2] < 1e-12
    recall, chance = manifold.neighbour_recall(noise, grid)
    assert chance == pytest.approx(224 / 64 / 63)
    assert recall < 3 * chance
    assert abs(manifold.distance_correlation(noise, grid)) < 0.1
    assert manifold.explained(manifold.manifold(noise, grid).coordinates, manifold.places(grid)).max() < 0.3


def test_axes_point_to_where_rows_or_columns_grow():
    along = oracle.centred(manifold.places((4, 6)).numpy())
    along /= np.linalg.norm(along, axis=0)
    for seed in range(5):
        position = torch.from_numpy(np.random.default_rng(seed).standard_normal((24, 7)))
        products = along.T @ manifold.manifold(position, (4, 6)).coordinates.numpy()
        assert (products[np.abs(products).argmax(axis=0), np.arange(3)] > 0).all()


def test_chance_of_cka_is_the_mean_over_permutations():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((12, 5)), rng.standard_normal((12, 7))
    drawn = np.mean([oracle.cka(one, other[rng.permutation(12)]) for _ in range(4000)])
    found = manifold.cka_chance(*map(torch.from_numpy, (one, other)))
    assert found == pytest.approx(drawn, abs=0.005)
    assert manifold.place_cka(*map(torch.from_numpy, (one, other))) == pytest.approx(oracle.cka(one, other))


def test_participation_of_a_flat_spectrum_is_its_rank_and_none_is_no_number():
    assert manifold.participation(torch.diag(torch.tensor([2.0, 2.0, 2.0, 0.0]).double())).item() == 3
    assert manifold.participation(torch.zeros(2, 2).double()).isnan()
    assert manifold.participation(-torch.eye(2).double()).item() == 0

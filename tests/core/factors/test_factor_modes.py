"""Do modes from moments decompose all tokens' scores, and add up as far as they do and no further? Science-factors 6 and 7.3."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.factors.data_modes import data_modes, mode_cells, root
from qkwidgets.core.factors.energies import cell_energies
from qkwidgets.core.factors.moments import grams, moments, shifted
from qkwidgets.core.factors.shares import head_points, mode_points
from qkwidgets.core.factors.weight_modes import weight_modes
from qkwidgets.core.modes import singular_modes
from tests.core.factors.data import D_HEAD, FEW, D, N, P, close, head, sides, small_tokens
from tests.oracles import factors as oracle


def second(pair):
    return [grams(moments(side)) for side in pair]


def token_vectors(pair, modes):
    """`U` and `V` [token mode]."""
    reads = modes.query_read, modes.key_read
    return [side.flatten(0, 1) @ read / (N * P) ** 0.5 for side, read in zip(pair, reads, strict=True)]


@FEW
@given(sides())
def test_modes_are_those_of_the_whole_score_matrix(pair):
    query, key = second(pair)
    modes = data_modes(query, key)
    scores = torch.from_numpy(oracle.score_matrix(*(side.numpy() for side in pair)))
    U, V = token_vectors(pair, modes)
    identity = torch.eye(D_HEAD).double()
    assert close(U.T @ U, identity, exact=1e-8)
    assert close(V.T @ V, identity, exact=1e-8)
    assert close((U * modes.singular_values) @ V.T, scores, exact=1e-9)
    expected = torch.linalg.svdvals(torch.linalg.qr(pair[0].flatten(0, 1))[1] @ torch.linalg.qr(pair[1].flatten(0, 1))[1].T) / (
        N * P
    )
    assert close(modes.singular_values, expected)


@FEW
@given(sides())
def test_shares_are_projections_of_the_singular_vectors(pair):
    modes = data_modes(*second(pair))
    for tokens, shares in zip(token_vectors(pair, modes), (modes.query_share, modes.key_share), strict=True):
        parts = oracle.parts(tokens.reshape(N, P, -1).numpy())
        expected = np.stack([np.sum(part**2, axis=0) for part in parts], axis=1)
        assert close(shares, expected, scale=1, exact=1e-8)
        assert close(shares.sum(-1), torch.ones(D_HEAD))


@FEW
@given(sides())
def test_sums_over_modes_are_those_of_the_head_on_one_side_and_differ_on_both(pair):
    query, key = second(pair)
    modes, energy = data_modes(query, key), cell_energies(query, key)
    cells = mode_cells(modes.singular_values, modes.query_share, modes.key_share)
    total = energy.sum()
    assert close(modes.singular_values.square().sum(), total)
    assert close(cells.sum((-2, -1)), modes.singular_values.square(), scale=total)
    assert close(cells.sum((0, 2)), energy.sum(1), scale=total)
    assert close(cells.sum((0, 1)), energy.sum(0), scale=total)
    missing = energy - cells.sum(0)
    assert close(missing.sum(0), torch.zeros(4), scale=total)
    assert close(missing.sum(1), torch.zeros(4), scale=total)
    assert missing.abs().max() > 1e-4 * total  # what modes say of cells is not what heads say


@FEW
@given(sides())
def test_what_is_missing_are_products_of_different_modes(pair):
    query, key = second(pair)
    modes, energy = data_modes(query, key), cell_energies(query, key)
    inner = [read.mT @ part @ read for read, part in ((modes.query_read, query), (modes.key_read, key))]
    both = torch.einsum("akl,bkl,k,l->abkl", *inner, modes.singular_values, modes.singular_values)
    off = both.sum((-2, -1)) - both.diagonal(dim1=-2, dim2=-1).sum(-1)
    cells = mode_cells(modes.singular_values, modes.query_share, modes.key_share)
    assert close(off, energy - cells.sum(0), scale=energy.sum())


@FEW
@given(sides())
def test_without_the_mean_every_equation_holds_with_the_factors_that_are_left(pair):
    query, key = second(pair)
    for left, right in ((query[1:], key[1:]), (query, key[1:])):
        modes, energy = data_modes(left, right), cell_energies(left, right)
        cells = mode_cells(modes.singular_values, modes.query_share, modes.key_share)
        assert close(modes.singular_values.square().sum(), energy.sum())
        assert close(cells.sum((0, 2)), energy.sum(1), scale=energy.sum())
        assert close(modes.key_share.sum(-1), torch.ones(D_HEAD))


@FEW
@given(sides())
def test_a_heads_point_is_the_mean_of_its_modes_points_by_energy(pair):
    query, key = second(pair)
    modes = data_modes(query, key)
    p = modes.singular_values.square() / modes.singular_values.square().sum()
    points = (p[:, None] * mode_points(modes.query_share, modes.key_share)).sum(0)
    assert close(head_points(cell_energies(query, key)), points, scale=1)


@FEW
@given(sides(), st.integers(0, 10**6))
def test_another_basis_of_the_head_changes_no_mode(pair, seed):
    R = torch.from_numpy(np.random.default_rng(seed).standard_normal((D_HEAD, D_HEAD)) + 3 * np.eye(D_HEAD))
    plain, turned = data_modes(*second(pair)), data_modes(*second((pair[0] @ R, pair[1] @ torch.linalg.inv(R).T)))
    exact = 1e-10 * float(torch.linalg.cond(R)) ** 2
    assert close(turned.singular_values, plain.singular_values, exact=exact)
    values = plain.singular_values
    apart = torch.minimum((values[:-1] - values[1:]).min(), values[-1]) > 0.02 * values[0]
    if apart:
        assert close(turned.query_share, plain.query_share, scale=1, exact=1e3 * exact)
        assert close(turned.key_share, plain.key_share, scale=1, exact=1e3 * exact)


def test_both_sides_turn_together():
    modes = data_modes(*second([small_tokens(seed, d=4) for seed in (0, 1)]))
    largest = modes.query_read.gather(0, modes.query_read.abs().argmax(0, keepdim=True))
    assert (largest > 0).all()


def test_directions_without_variance_have_no_mode_and_spoil_none():
    q, k = small_tokens(0, d=5), small_tokens(1, d=5)
    q[..., 4] = q[..., 3] = 0
    query, key = second((q, k))
    modes = data_modes(query, key)
    assert (modes.singular_values[3:] == 0).all()
    assert modes.query_share[3:].isnan().all()
    assert modes.singular_values[2] > 0
    assert close(modes.singular_values.square().sum(), cell_energies(query, key).sum())
    nothing = data_modes(0 * query, key)
    assert (nothing.singular_values == 0).all()
    assert nothing.query_share.isnan().all()
    with pytest.raises(ValueError, match="A second moment is positive: got one with an eigenvalue of"):
        root(torch.diag(torch.tensor([-1.0, 3.0])).double())


@FEW
@given(st.integers(0, 10**6))
def test_modes_of_the_weights_add_up_to_the_energy_only_with_their_products(seed):
    x, (W_Q, W_K, b_Q, b_K) = small_tokens(seed), head(seed)
    query, key = second((x @ W_Q + b_Q, x @ W_K + b_K))
    modes, total = weight_modes(W_Q, W_K, b_Q, b_K, query, key), cell_energies(query, key).sum()
    tokens = torch.cat([x, torch.ones(N, P, 1)], dim=-1)
    left, values, right, _ = singular_modes(torch.cat([W_Q, b_Q[None]]), torch.cat([W_K, b_K[None]]))
    T = tokens.flatten(0, 1).T @ tokens.flatten(0, 1) / (N * P)
    both = values[:, None] * values * (left.T @ T @ left) * (right.T @ T @ right)
    assert close(both.sum(), total)
    assert close(modes.energy, both.diagonal(), scale=total)
    assert close(modes.ratio, both.diagonal().sum() / total)
    assert abs(modes.ratio - 1) > 1e-6
    parts = oracle.parts((tokens @ left).numpy())
    shares = np.stack([np.sum(part**2, 0) for part in parts], 1)
    assert close(modes.query_share, shares / shares.sum(1, keepdims=True), scale=1)
    assert close(modes.key_share.sum(-1), torch.ones(D_HEAD))
    for read, tokens_, side in ((modes.query_read, x @ W_Q + b_Q, left), (modes.key_read, x @ W_K + b_K, right)):
        assert close(tokens_ @ read, tokens @ side)


def test_without_biases_they_are_the_modes_of_the_weights_alone():
    x, (W_Q, W_K, b_Q, b_K) = small_tokens(0), head(0)
    less = [grams(shifted(moments(x @ W + b), b)) for W, b in ((W_Q, b_Q), (W_K, b_K))]
    found, plain = weight_modes(W_Q, W_K, None, None, *less), singular_modes(W_Q, W_K)
    assert close(found.singular_values, plain.singular_values)
    assert close(found.cosine, plain.cosine)
    maps = [x @ side for side in (plain.left, plain.right)]
    for tokens, shares in zip(maps, (found.query_share, found.key_share), strict=True):
        expected = grams(moments(tokens)).diagonal(dim1=-2, dim2=-1).T
        assert close(shares, expected / expected.sum(1, keepdim=True), scale=1)
    assert found.query_read.shape == (D_HEAD, D_HEAD)
    assert x.shape[-1] == D

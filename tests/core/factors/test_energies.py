"""Do energies by traces agree with blocks of the whole score matrix, and with what softmax can see? Science-factors 4 and 6."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.factors.energies import cell_energies, crossfit_energies, with_content
from qkwidgets.core.factors.moments import grams, moments
from qkwidgets.core.factors.moments import with_content as with_content_moments
from qkwidgets.core.factors.shares import visible_energy
from tests.core.factors.data import D_HEAD, FEW, N, P, close, head, sides, small_tokens
from tests.oracles import factors as oracle


def energies(query, key):
    return cell_energies(grams(moments(query)), grams(moments(key)))


@FEW
@given(sides())
def test_energies_are_the_blocks_of_the_whole_matrix_and_sum_to_it(pair):
    found = energies(*pair)
    dense = oracle.cell_energies(*(side.numpy() for side in pair))
    assert close(found, dense, scale=dense.sum())
    assert close(found.sum(), np.sum(oracle.score_matrix(*(side.numpy() for side in pair)) ** 2))
    assert close(found, oracle.large_cell_energies(*(side.numpy() for side in pair), step=7), scale=dense.sum())


def test_rows_are_the_querys_factors():
    """A query that varies by place alone, against a key that varies by image alone."""
    query = torch.linspace(-1, 1, P).double()[None, :, None].expand(N, P, 1)
    key = torch.linspace(-1, 1, N).double()[:, None, None].expand(N, P, 1)
    found = energies(query, key)
    assert found[1, 2] > 0.1
    assert close(found.sum(), found[1, 2])


@FEW
@given(sides())
def test_three_factors_are_sums_of_four(pair):
    found = energies(*pair)
    three = cell_energies(*(with_content_moments(grams(moments(side))) for side in pair))
    assert close(with_content(found), three)
    assert close(three.sum(), found.sum())


@FEW
@given(sides())
def test_what_softmax_sees_is_all_but_the_keys_mean(pair):
    found = energies(*pair)
    scores = oracle.score_matrix(*(side.numpy() for side in pair))
    assert close(visible_energy(found), np.sum((scores - scores.mean(1, keepdims=True)) ** 2))
    assert close(visible_energy(with_content(found)), visible_energy(found))


@FEW
@given(st.integers(0, 10**6))
def test_energies_in_channels_are_the_same(seed):
    x, (W_Q, W_K, _, _) = small_tokens(seed), head(seed)
    parts, M = grams(moments(x)), W_Q @ W_K.T
    channels = torch.einsum("aij,jk,bkl,il->ab", parts, M, parts, M)
    found = energies(x @ W_Q, x @ W_K)
    assert close(found, channels, scale=found.sum())


@FEW
@given(sides(), st.integers(0, 10**6))
def test_another_basis_of_the_head_changes_no_energy(pair, seed):
    R = torch.from_numpy(np.random.default_rng(seed).standard_normal((D_HEAD, D_HEAD)) + 3 * np.eye(D_HEAD))
    found, turned = energies(*pair), energies(pair[0] @ R, pair[1] @ torch.linalg.inv(R).T)
    assert close(turned, found, scale=found.sum() * torch.linalg.cond(R) ** 2)


@FEW
@given(sides())
def test_a_factor_on_the_queries_counts_squared(pair):
    assert close(energies(3 * pair[0], pair[1]), 9 * energies(*pair))


@FEW
@given(sides(), st.integers(0, 10**6))
def test_images_may_be_exchanged_at_every_place_by_itself(pair, seed):
    rng = np.random.default_rng(seed)
    order = torch.from_numpy(np.stack([rng.permutation(N) for _ in range(P)], axis=1))[..., None]
    mixed = [side.gather(0, order.expand_as(side)) for side in pair]
    found = with_content(energies(*pair))
    assert close(with_content(energies(*mixed)), found, scale=found.sum())
    assert not close(energies(*mixed), energies(*pair), scale=found.sum(), exact=1e-6)  # the full split is none of it


@FEW
@given(sides(), st.integers(0, 10**6))
def test_a_position_bias_mixes_with_mean_and_position_only(pair, seed):
    B = np.random.default_rng(seed).standard_normal((P, P))
    everywhere = np.tile(B, (N, N))
    scores, ps = oracle.score_matrix(*(side.numpy() for side in pair)), oracle.projectors(N, P)
    inner = np.array([[np.sum((a @ scores @ b) * everywhere) for b in ps] for a in ps])
    size = np.abs(inner).max()
    assert np.abs(inner[2:]).max() < 1e-10 * size
    assert np.abs(inner[:, 2:]).max() < 1e-10 * size
    assert (np.abs(inner[:2, :2]) > 1e-6 * size).all()
    inside = np.einsum("abnij,ij->ab", oracle.within_scores(*(side.numpy() for side in pair)), B)
    assert np.abs(inside[2:, 2:]).max() > 1e-6 * np.abs(inside).max()  # inside images content knows of it, too


def test_crossfit_takes_queries_and_keys_from_different_images():
    q, k = (small_tokens(seed, d=3) for seed in (0, 1))
    halves = [[moments(side[:20]), moments(side[20:])] for side in (q, k)]
    found = crossfit_energies(*(tuple(each) for each in halves))
    one, other = ([grams(half, corrected=True) for half in side] for side in halves)
    assert close(found, (cell_energies(one[0], other[1]) + cell_energies(one[1], other[0])) / 2)
    assert not close(found, energies(q, k), exact=1e-3)

"""Are the factored modes those of the whole interaction? Science-modes 16.1 and 16.7, on heads of every shape and condition."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core import heads as heads_module
from qkwidgets.core import modes as modes_module
from qkwidgets.core.modes import factor_norms, reduce_factor, singular_modes, singular_values
from tests.core.heads import EASY, factor, head_pairs, largest_error, orthogonal, separate
from tests.oracles.dense import dense_modes, interaction

EXACT = 1e-10

easy_pairs = head_pairs(log_conditions=(EASY,), wide=False, deficient=False)


def rank_one_terms(modes, head):
    """`s_n u_n v_n^T` [mode d_model d_model]: free of signs."""
    return torch.einsum("m,im,jm->mij", modes.singular_values[head], modes.left[head], modes.right[head])


@given(head_pairs())
def test_modes_add_up_to_the_interaction(pair):
    modes = singular_modes(*pair)
    for head, (W_Q, W_K) in enumerate(zip(*pair, strict=True)):
        rebuilt = (modes.left[head] * modes.singular_values[head]) @ modes.right[head].T
        assert largest_error(rebuilt, torch.from_numpy(interaction(W_Q, W_K))) < EXACT


@given(head_pairs())
def test_there_are_as_many_modes_as_the_narrower_width_and_their_sides_are_orthonormal(pair):
    modes = singular_modes(*pair)
    count = min(pair[0].shape[-2:])
    assert modes.singular_values.shape[-1] == count
    for side in (modes.left, modes.right):
        assert torch.allclose(side.mT @ side, torch.eye(count, dtype=torch.float64).expand(len(side), -1, -1), atol=EXACT)


@given(head_pairs())
def test_singular_values_are_those_of_the_dense_decomposition(pair):
    found, alone = singular_modes(*pair).singular_values, singular_values(*pair)
    for head, (W_Q, W_K) in enumerate(zip(*pair, strict=True)):
        expected = torch.from_numpy(dense_modes(W_Q, W_K)[1])
        assert largest_error(found[head], expected) < EXACT
        assert largest_error(alone[head], expected) < EXACT
    assert (found[..., :-1] >= found[..., 1:]).all()
    assert (found >= 0).all()


@given(head_pairs())
def test_the_norms_of_the_factors_are_their_largest_singular_values(pair):
    for norms, factors in zip(factor_norms(*pair), pair, strict=True):
        expected = np.linalg.svd(factors.double().numpy(), compute_uv=False)[..., 0]
        assert largest_error(norms, torch.from_numpy(expected)) < EXACT


@given(head_pairs())
def test_vectors_and_cosines_are_those_of_the_dense_decomposition_where_they_are_unique(pair):
    modes = singular_modes(*pair)
    for head, (W_Q, W_K) in enumerate(zip(*pair, strict=True)):
        left, _, right = map(torch.from_numpy, dense_modes(W_Q, W_K))
        unique = separate(modes.singular_values[head])
        # The sign is free where two entries of a left vector are equally large, so the products are compared.
        found = torch.einsum("im,jm->mij", modes.left[head], modes.right[head])
        assert torch.allclose(found[unique], torch.einsum("im,jm->mij", left, right)[unique], atol=1e-9)
        assert torch.allclose(modes.cosine[head][unique], (left * right).sum(0)[unique], atol=1e-9)


@given(head_pairs())
def test_the_largest_entry_of_each_left_vector_is_positive(pair):
    left = singular_modes(*pair).left
    assert (left.gather(-2, left.abs().argmax(-2, keepdim=True)) > 0).all()


def test_both_sides_are_flipped_together():
    u, v = torch.tensor([[[-0.6], [-0.8]]]).double(), torch.tensor([[[1.0], [0.0]]]).double()
    modes = singular_modes(u, v)
    assert torch.allclose(modes.left, -u)
    assert torch.allclose(modes.right, -v)
    assert modes.cosine.item() == pytest.approx(-0.6)


@given(easy_pairs)
def test_cosines_are_products_of_the_two_vectors_and_never_beyond_one(pair):
    modes = singular_modes(*pair)
    assert torch.allclose(modes.cosine, (modes.left * modes.right).sum(-2), atol=1e-12)
    assert modes.cosine.abs().max() <= 1


@given(head_pairs(log_conditions=(EASY, 3.5), wide=False, deficient=False))
def test_both_routes_agree(pair):
    default = singular_modes(*pair)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modes_module, "GRAM_LIMIT", 0.0)
        by_qr = singular_modes(*pair)
    # The Gram route squares the condition number: 3e3 here, so 1e7 times the round-off.
    assert torch.allclose(default.singular_values, by_qr.singular_values, atol=1e-8 * default.singular_values.max())
    for head, values in enumerate(by_qr.singular_values):
        unique = separate(values)
        assert torch.allclose(rank_one_terms(default, head)[unique], rank_one_terms(by_qr, head)[unique], atol=1e-7)


def test_the_route_follows_the_condition_number():
    rng = np.random.default_rng(0)
    stack = torch.from_numpy(np.stack([factor(rng, 20, 6, c) for c in (1, 5, 2)]))
    found = reduce_factor(stack)
    assert found.uses_qr.tolist() == [False, True, False]
    true = torch.linalg.cond(stack)
    assert (found.condition >= true * 0.999).all()
    assert (found.condition <= true * 6).all()


def test_the_core_is_squared_only_where_its_condition_number_allows_it():
    spread = torch.stack([torch.logspace(0, -tenths / 10, 8, dtype=torch.float64) for tenths in (10, 60, 24)])
    queries, keys = (torch.stack([orthogonal(seed, 24)[:, :8] * values.sqrt() for values in spread]) for seed in (1, 2))
    modes = singular_modes(queries, keys)
    off = (modes.right.mT @ modes.right - torch.eye(8, dtype=torch.float64)).abs().amax((-2, -1))
    assert (off < torch.tensor([1e-13, 1e-13, 3e-11])).all()
    assert torch.allclose(modes.singular_values, spread, rtol=1e-9, atol=0)


@pytest.mark.parametrize("seed", range(5))
def test_singular_values_that_are_equal_to_rounding_come_in_descending_order(seed):
    values = singular_modes(orthogonal(seed, 40)[:, :16], orthogonal(seed + 100, 40)[:, :16]).singular_values
    assert torch.allclose(values, torch.ones(16, dtype=torch.float64), atol=1e-14)
    assert (values[:-1] >= values[1:]).all()


def test_a_rank_deficient_head_does_not_spoil_its_neighbours():
    rng = np.random.default_rng(1)
    good, bad = factor(rng, 16, 5, EASY), factor(rng, 16, 5, EASY, rank=2)
    alone = singular_modes(torch.from_numpy(good), torch.from_numpy(good[::-1].copy()))
    beside = singular_modes(torch.from_numpy(np.stack([bad, good])), torch.from_numpy(np.stack([bad, good[::-1]])))
    assert torch.allclose(beside.left[1], alone.left, atol=1e-12)
    assert torch.isfinite(beside.left).all()
    assert (beside.singular_values[0, 2:] < 1e-14).all()


def test_a_head_of_zeros_has_modes_of_no_strength():
    modes = singular_modes(torch.zeros(1, 6, 3), torch.randn(1, 6, 3))
    assert (modes.singular_values == 0).all()
    assert torch.isfinite(modes.left).all()


@given(easy_pairs, st.integers(0, 99))
def test_another_basis_of_the_head_changes_nothing(pair, seed):
    d_head = pair[0].shape[-1]
    A = orthogonal(seed, d_head) * torch.linspace(1, 2, d_head, dtype=torch.float64)
    plain, turned = singular_modes(*pair), singular_modes(pair[0] @ A, pair[1] @ torch.linalg.inv(A).T)
    assert torch.allclose(plain.singular_values, turned.singular_values, rtol=1e-9)
    for head, values in enumerate(plain.singular_values):
        unique = separate(values)
        assert torch.allclose(rank_one_terms(plain, head)[unique], rank_one_terms(turned, head)[unique], atol=1e-9)
        assert torch.allclose(plain.cosine[head][unique], turned.cosine[head][unique], atol=1e-9)


@given(easy_pairs, st.integers(0, 99))
def test_a_rotation_of_the_tokens_rotates_the_vectors(pair, seed):
    rotation = orthogonal(seed, pair[0].shape[-2])
    plain, turned = singular_modes(*pair), singular_modes(rotation.T @ pair[0], rotation.T @ pair[1])
    assert torch.allclose(plain.singular_values, turned.singular_values, rtol=1e-10)
    for head, values in enumerate(plain.singular_values):
        unique = separate(values)
        expected = rotation.T @ rank_one_terms(plain, head) @ rotation
        assert torch.allclose(rank_one_terms(turned, head)[unique], expected[unique], atol=1e-9)
        assert torch.allclose(plain.cosine[head][unique], turned.cosine[head][unique], atol=1e-9)


@given(easy_pairs)
def test_swapping_query_and_key_swaps_left_and_right(pair):
    plain, swapped = singular_modes(*pair), singular_modes(pair[1], pair[0])
    assert torch.allclose(plain.singular_values, swapped.singular_values, rtol=1e-10)
    for head, values in enumerate(plain.singular_values):
        unique = separate(values)
        assert torch.allclose(rank_one_terms(swapped, head)[unique], rank_one_terms(plain, head).mT[unique], atol=1e-9)


@given(easy_pairs, st.sampled_from([2.0, -0.5]))
def test_keys_that_are_a_multiple_of_queries_have_cosines_of_one_sign(pair, multiple):
    modes = singular_modes(pair[0], multiple * pair[0])
    assert torch.allclose(modes.cosine, torch.full_like(modes.cosine, math.copysign(1, multiple)), atol=1e-9)


def test_left_is_the_query_side():
    modes = singular_modes(torch.eye(4)[:, :1], 5 * torch.eye(4)[:, 1:2])
    assert modes.left[:, 0].tolist() == [1, 0, 0, 0]
    assert modes.right[:, 0].tolist() == [0, 1, 0, 0]
    assert modes.singular_values.tolist() == [5]


@given(st.integers(0, 10**6), st.integers(6, 20))
def test_a_planted_head_is_recovered(seed, d_model):
    u, v = orthogonal(seed, d_model)[:, :3], orthogonal(seed + 1, d_model)[:, :3]
    modes = singular_modes(u * torch.tensor([3.0, 2.0, 1.0]), v)
    assert torch.allclose(modes.singular_values, torch.tensor([3.0, 2.0, 1.0]).double(), atol=1e-12)
    sign = torch.sign((modes.left * u).sum(0))
    assert torch.allclose(modes.left, sign * u, atol=EXACT)
    assert torch.allclose(modes.right, sign * v, atol=EXACT)


def test_heads_in_small_groups_give_the_same(monkeypatch):
    W_Q, W_K = torch.randn(2, 2, 3, 12, 4, dtype=torch.float64).unbind()
    whole = singular_modes(W_Q, W_K)
    monkeypatch.setattr(heads_module, "CHUNK_BYTES", 1)
    single = singular_modes(W_Q, W_K)
    for name in whole._fields:
        assert torch.allclose(getattr(whole, name), getattr(single, name), atol=1e-12)
    assert torch.allclose(singular_values(W_Q, W_K), whole.singular_values, rtol=1e-12)


def test_half_precision_weights_are_lifted_and_vectors_come_in_the_type_asked_for():
    W_Q, W_K = torch.randn(2, 16, 4).to(torch.bfloat16).unbind()
    modes = singular_modes(W_Q, W_K, dtype=torch.float32)
    assert [tensor.dtype for tensor in modes] == [torch.float32, torch.float64, torch.float32, torch.float64]
    expected = dense_modes(W_Q.double().numpy(), W_K.double().numpy())[1]
    assert np.allclose(modes.singular_values.numpy(), expected, rtol=1e-12)


def test_on_a_tie_the_first_of_the_largest_entries_is_positive():
    u = torch.tensor([[1.0], [-1.0]], dtype=torch.float64)
    v = torch.tensor([[0.5], [2.0]], dtype=torch.float64)
    for sign in (1, -1):  # the same interaction, written twice
        left, _, right, _ = singular_modes(sign * u, sign * v)
        assert left[0] > 0 > left[1]
        assert (right > 0).all()

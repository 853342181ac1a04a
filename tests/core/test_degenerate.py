"""Are equal singular values found, and is what is unique about them kept? Science-modes 3 and 16.7."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.degenerate import degenerate_blocks, null_modes, stability, stored_dtype
from qkwidgets.core.modes import singular_modes
from tests.core.heads import orthogonal
from tests.oracles import dense

steps = st.sampled_from([1.0, 1.0005, 1.002, 1.5, 1e3, 1e7])


@st.composite
def spectra(draw):
    """Descending values with gaps around both tolerances, and zeros at the end of some."""
    values = np.cumprod([1.0] + [1 / draw(steps) for _ in range(draw(st.integers(0, 9)))]) * draw(st.sampled_from([1.0, 7.3]))
    values[len(values) - draw(st.integers(0, len(values) - 1)) :] = 0
    return values


@given(spectra(), st.sampled_from([1e-3, 1e-2]))
def test_blocks_are_those_of_a_plain_loop(values, tolerance):
    assert degenerate_blocks(torch.from_numpy(values), tolerance).tolist() == dense.blocks(values, tolerance)


def test_blocks_are_counted_in_each_head_by_itself():
    values = torch.tensor([[[3.0, 3.0, 1.0, 0.0], [4.0, 3.0, 2.0, 1.0]]])
    assert degenerate_blocks(values).tolist() == [[[0, 0, -1, 1], [-1, -1, -1, -1]]]


def test_near_values_chain_into_one_block():
    values = torch.tensor([1.0, 0.9993, 0.9986, 0.9979], dtype=torch.float64)
    assert degenerate_blocks(values).tolist() == [0, 0, 0, 0]
    assert degenerate_blocks(values, 1e-4).tolist() == [-1, -1, -1, -1]


def test_a_single_null_mode_is_a_block():
    assert degenerate_blocks(torch.tensor([1.0, 0.5, 1e-7])).tolist() == [-1, -1, 0]
    assert null_modes(torch.tensor([1.0, 1e-6, 0.9e-6], dtype=torch.float64)).tolist() == [False, True, True]


def test_a_head_of_zeros_is_one_null_block():
    assert degenerate_blocks(torch.zeros(3)).tolist() == [0, 0, 0]


@given(st.integers(0, 10**6), st.integers(6, 16))
def test_a_planted_block_is_reported_and_its_trace_kept(seed, d_model):
    u, v = orthogonal(seed, d_model)[:, :3], orthogonal(seed + 1, d_model)[:, :3]
    modes = singular_modes(u * torch.tensor([2.0, 2.0, 1.0]), v)
    assert degenerate_blocks(modes.singular_values).tolist() == [0, 0, -1]
    assert modes.cosine[:2].sum().item() == pytest.approx((u[:, :2] * v[:, :2]).sum().item(), abs=1e-10)
    for side, planted in ((modes.left, u), (modes.right, v)):
        assert torch.allclose(side[:, :2] @ side[:, :2].T, planted[:, :2] @ planted[:, :2].T, atol=1e-10)


def test_null_modes_of_a_planted_head_lie_outside_its_spaces():
    u, v = orthogonal(3, 8)[:, :3], orthogonal(4, 8)[:, :3]
    modes = singular_modes(u * torch.tensor([3.0, 1.0, 0.0]), v)
    assert null_modes(modes.singular_values).tolist() == [False, False, True]
    assert degenerate_blocks(modes.singular_values).tolist() == [-1, -1, 0]


@given(
    st.lists(st.floats(0.1, 10), min_size=1, max_size=6, unique=True),
    st.sampled_from([torch.bfloat16, torch.float16, torch.float32]),
)
def test_stability_is_round_off_times_norms_over_the_gap(values, dtype):
    values = torch.tensor(sorted(values, reverse=True), dtype=torch.float64)
    found = stability(values, torch.tensor(2.0), torch.tensor(3.0), dtype)
    round_off = {torch.bfloat16: 2.0**-8, torch.float16: 2.0**-11, torch.float32: 2.0**-24}[dtype]
    assert found.tolist() == pytest.approx(dense.stability(values.tolist(), 2.0, 3.0, round_off))


def test_stability_of_equal_values_is_infinite():
    assert stability(torch.tensor([2.0, 2.0, 1.0]), torch.ones(()), torch.ones(()), torch.float32).isinf().tolist() == [
        True,
        True,
        False,
    ]


def test_modes_below_the_flag_hardly_turn_when_weights_are_stored_in_bfloat16():
    W_Q, W_K = (torch.randn(20, 48, 8) for _ in range(2))
    stored = singular_modes(W_Q.bfloat16(), W_K.bfloat16())
    exact = singular_modes(W_Q, W_K)
    norms = (torch.linalg.matrix_norm(W, 2).double() for W in (W_Q, W_K))
    told = stability(exact.singular_values, *norms, torch.bfloat16)
    sine = (1 - (stored.left * exact.left).sum(-2).square()).clamp(min=0).sqrt()
    assert (sine <= told).all()
    assert (told < 1).float().mean() > 0.9


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_weights_tell_what_they_were_stored_in(dtype):
    weights = torch.randn(64, dtype=torch.float64).to(dtype)
    assert stored_dtype(weights.double(), weights[:3].double()) == dtype

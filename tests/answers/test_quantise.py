"""Is the rounding of maps bounded as it says?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.answers.quantise import coarsened, quantised, restored, rounding_bound

float32s = st.floats(-1e6, 1e6, width=32, allow_subnormal=False)


@st.composite
def arrays(draw):
    """float32 arrays [row, value], some rows constant, some far from zero."""
    rows = draw(st.lists(st.lists(float32s, min_size=4, max_size=4), min_size=1, max_size=5))
    return np.array(rows, dtype=np.float32) * np.float32(draw(st.sampled_from([1.0, 1e-3]))) + np.float32(draw(float32s))


@given(arrays(), st.sampled_from([np.uint8, np.uint16]))
def test_what_comes_back_is_wrong_by_half_a_step_at_most(values, dtype):
    parts = quantised("x", values, dtype)
    bound = rounding_bound(parts, "x")
    assert parts["x"].dtype == dtype
    assert parts["x.lo"].dtype == parts["x.step"].dtype == np.float32
    assert parts["x.lo"].shape == parts["x.step"].shape == bound.shape == values.shape[:-1]
    slack = 4 * np.spacing(np.abs(values).max())  # what float32 itself cannot hold
    assert (np.abs(restored(parts, "x").astype(float) - values) <= bound[..., None] * 1.0001 + slack).all()


@given(arrays(), st.sampled_from([np.uint8, np.uint16]))
def test_the_whole_range_of_numbers_is_used(values, dtype):
    numbers = quantised("x", values, dtype)["x"]
    spread = values.max(axis=-1) - values.min(axis=-1) > 1e-3 * np.abs(values).max(axis=-1) + 1e-20
    assert (numbers.min(axis=-1) == 0).all()
    assert (numbers.max(axis=-1)[spread] == np.iinfo(dtype).max).all()


def test_a_row_of_one_value_comes_back_exactly():
    values = np.full((2, 3), 0.1, dtype=np.float32)
    parts = quantised("x", values, np.uint8)
    assert np.array_equal(restored(parts, "x"), values)
    assert (rounding_bound(parts, "x") == 0).all()


def test_exact_arrays_are_returned_as_they_are():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert restored({"x": values}, "x") is values
    assert rounding_bound({"x": values}, "x").tolist() == [0, 0]


def test_the_bound_is_reached():
    parts = quantised("x", np.array([[0.0, 0.5, 255.0]]), np.uint8)
    assert np.abs(restored(parts, "x") - [0, 0.5, 255]).max() == pytest.approx(rounding_bound(parts, "x")[0], rel=2e-4)


@given(arrays())
def test_what_was_made_coarser_is_still_wrong_by_half_a_step_at_most(values):
    parts = coarsened(quantised("x", values, np.uint16))
    bound = rounding_bound(parts, "x")
    assert parts["x"].dtype == np.uint8
    slack = 4 * np.spacing(np.abs(values).max())
    assert (np.abs(restored(parts, "x").astype(float) - values) <= bound[..., None] * 1.0001 + slack).all()


def test_no_number_moves_by_more_than_half_of_257_steps_when_it_is_made_coarser():
    numbers = np.arange(2**16, dtype=np.uint16)
    parts = coarsened({"x": numbers, "x.lo": np.float32(-3), "x.step": np.float32(0.5)})
    moved = 257 * parts["x"].astype(int) - numbers
    assert (moved.min(), moved.max()) == (-128, 128)
    assert (parts["x"][0], parts["x"][-1]) == (0, 255)
    assert (parts["x.lo"], parts["x.step"]) == (-3, 128.5)
    assert parts["x.step"].dtype == np.float32


def test_what_has_8_bits_or_is_exact_does_not_become_coarser():
    arrays = quantised("x", np.arange(6.0).reshape(2, 3), np.uint8) | {
        "exact": np.ones(2, np.float32),
        "sign": np.ones(2, np.int8),
    }
    assert all(after is arrays[name] for name, after in coarsened(arrays).items())

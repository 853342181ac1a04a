"""Is the rounding of maps bounded as it says?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.answers.quantise import quantised, restored, rounding_bound

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

"""Is every token where the layout says, and is nothing but a patch in a picture?"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout

layouts = st.builds(
    TokenLayout, st.integers(0, 1), st.integers(0, 1), st.integers(0, 4), st.tuples(st.integers(1, 6), st.integers(1, 6))
)


@given(layouts)
def test_tokens_are_named_in_their_order_and_patches_row_by_row(layout):
    names = [layout.name(token) for token in range(layout.n_tokens)]
    assert names[: layout.n_prefix] == list(layout.prefix_names)
    rows, columns = layout.grid
    assert names[layout.n_prefix :] == [f"patch r{r} c{c}" for r in range(rows) for c in range(columns)]
    assert [layout.token((r, c)) for r in range(rows) for c in range(columns)] == list(range(layout.n_prefix, layout.n_tokens))


def test_prefix_tokens_are_cls_then_distillation_then_registers():
    assert TokenLayout(1, 1, 2).prefix_names == ("CLS", "DIST", "REG0", "REG1")
    assert TokenLayout(0, 0, 1).prefix_names == ("REG",)


@given(layouts)
def test_a_picture_holds_the_patches_only(layout):
    values = np.arange(layout.n_tokens)
    grid = layout.to_grid(values)
    assert grid.shape == layout.grid
    for (row, column), value in np.ndenumerate(grid):
        assert value == layout.token((row, column))
    if layout.n_prefix:
        assert np.array_equal(layout.to_grid(values[layout.patches]), grid)


def test_tensors_and_leading_axes_are_kept():
    layout = TokenLayout(grid=(2, 3))
    grid = layout.to_grid(torch.arange(14.0).reshape(2, 7))
    assert grid.shape == (2, 2, 3)
    assert grid[1, 0].tolist() == [8, 9, 10]


def test_values_of_another_layout_are_refused():
    with pytest.raises(InputError, match=r"^The last axis must hold 65 tokens or 64 patches: got 63\."):
        TokenLayout().to_grid(np.zeros(63))


@pytest.mark.parametrize(
    ("layout", "tokens"),
    [
        (TokenLayout(grid=(14, 14)), (0, *(1 + 14 * r + c for r in (2, 7, 11) for c in (2, 7, 11)))),
        (TokenLayout(n_cls=0, n_registers=4, grid=(6, 6)), tuple(4 + 6 * r + c for r in (1, 3, 5) for c in (1, 3, 5))),
        (TokenLayout(grid=(1, 2)), (0, 1, 2)),
    ],
)
def test_probes_are_cls_and_a_grid_of_patches(layout, tokens):
    assert layout.probe_tokens() == tokens


@given(layouts)
def test_probes_are_tokens_and_each_once(layout):
    probes = layout.probe_tokens()
    assert len(set(probes)) == len(probes) <= 10
    assert all(0 <= probe < layout.n_tokens for probe in probes)

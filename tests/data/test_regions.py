"""Objects on the patch grid: counted pixel by pixel, in the windows of adaptive average pooling."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import interpolate

from qkwidgets.data.regions import regions
from tests.oracles.areas import pooled

sides = st.integers(1, 40)
grids = st.tuples(st.integers(1, 9), st.integers(1, 9))


def drawn(seed: int, height: int, width: int, n_objects: int = 3) -> np.ndarray:
    """Blocks of objects."""
    blocks = np.random.default_rng(seed).integers(0, n_objects + 1, (height // 3 + 1, width // 3 + 1))
    return blocks.repeat(3, 0).repeat(3, 1)[:height, :width].astype(np.uint16)


@given(st.integers(0, 99), sides, sides, grids)
def test_shares_are_means_over_windows(seed, height, width, grid):
    objects = drawn(seed, height, width)
    found = regions(objects, 3, grid).shares
    expected = [pooled(objects == k, grid).ravel() for k in range(4)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 99), sides, sides, grids)
def test_they_are_those_of_torch_to_the_last_bit_so_that_the_first_maximum_is_the_same(seed, height, width, grid):
    objects = drawn(seed, height, width)
    masks = torch.tensor(np.stack([objects == k for k in range(4)]).astype(np.float32))
    expected = interpolate(masks[None], size=grid, mode="area")[0].flatten(1).numpy()
    assert np.array_equal(regions(objects, 3, grid).shares, expected)


@given(st.integers(0, 99), sides, sides, grids)
def test_rows_sum_to_one_less_what_is_ignored(seed, height, width, grid):
    ignored = np.random.default_rng(seed + 1).random((height, width)) < 0.2
    found = regions(drawn(seed, height, width), 3, grid, ignored=ignored)
    np.testing.assert_allclose(found.shares.sum(0), 1 - pooled(ignored, grid).ravel(), atol=1e-6)


def test_parts_of_an_object_make_up_the_object():
    objects = drawn(1, 24, 30)
    parts = np.where(objects == 2, 1 + (np.arange(30) % 2), objects > 0).astype(np.uint16)
    found = regions(objects, 3, (4, 5), parts=parts)
    assert found.part_object.tolist() == [1, 2, 2, 3]
    assert found.part_object.dtype == np.int16
    for k in (1, 2, 3):
        np.testing.assert_allclose(found.part_shares[found.part_object == k].sum(0), found.shares[k], atol=1e-6)
    np.testing.assert_allclose(found.part_shares[1], pooled((objects == 2) & (parts == 1), (4, 5)).ravel(), atol=1e-6)


def test_pixels_of_no_part_belong_to_their_object_alone():
    objects = np.ones((4, 4), np.uint16)
    parts = np.zeros((4, 4), np.uint16)
    parts[0] = 2
    found = regions(objects, 1, (1, 1), parts=parts)
    assert found.shares.tolist() == [[0], [1]]
    assert (found.part_shares.tolist(), found.part_object.tolist()) == ([[0.25]], [1])


def test_an_object_without_pixels_keeps_its_row():
    found = regions(np.zeros((4, 4), np.uint16), 2, (2, 2), target=1)
    assert found.shares.tolist() == [[1] * 4, [0] * 4, [0] * 4]
    assert found.target == 1
    assert regions(np.zeros((4, 4), np.uint16), 0, (2, 2)).target == -1


def test_a_box_cuts_the_masks():
    objects = drawn(2, 24, 30)
    whole = regions(objects[2:20, 5:25], 3, (3, 4)).shares
    assert np.array_equal(regions(objects, 3, (3, 4), box=(5, 2, 25, 20)).shares, whole)


def test_what_a_box_shows_beyond_the_picture_is_nothing():
    found = regions(np.ones((4, 4), np.uint16), 1, (2, 2), box=(-4, 0, 4, 8)).shares
    assert found.tolist() == [[0] * 4, [0, 1, 0, 0]]

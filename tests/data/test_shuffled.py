"""Does the control for position take position away, and nothing else? Science-factors 9.2 and test S9 of 15."""

import hashlib

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.moments import grams, moments
from qkwidgets.data.image_sets import image_set
from qkwidgets.data.shuffled import ShuffledSet, shuffled_patches

GRID = (8, 8)


def planted(n: int, seed: int = 0) -> np.ndarray:
    """Content of one axis whose mean grows with the row: 0.7 times a function of variance 1, as in S6. `[image row column 1]`"""
    rng = np.random.default_rng(seed)
    row = np.arange(8) - 3.5
    return rng.standard_normal((n, 8, 8, 1)) + 0.7 * (row / row.std())[:, None, None]


def traces(pictures: np.ndarray, corrected: bool = False) -> np.ndarray:
    """Variance of position and of residuals."""
    tokens = torch.from_numpy(pictures.reshape(len(pictures), 64, -1))
    return grams(moments(tokens), corrected=corrected).diagonal(dim1=-2, dim2=-1).sum(-1)[[1, 3]].numpy()


def test_position_that_is_only_where_content_lies_goes_away():
    n = 1000
    before, after, left = [], [], []
    for seed in range(10):
        pictures = planted(n, seed)
        moved = np.stack(
            [shuffled_patches(each, GRID, np.random.default_rng([seed, i]).permutation(64)) for i, each in enumerate(pictures)]
        )
        before.append(traces(pictures)[0])
        position, residual = traces(moved)
        after.append(position / (residual / (n - 1)))
        left.append(traces(moved, corrected=True)[0])
        assert abs(left[-1]) < 0.003
    assert np.mean(before) == pytest.approx(0.49, abs=0.01)
    assert np.mean(after) == pytest.approx(1, abs=0.1)
    assert abs(np.mean(left)) < 0.0003


def test_a_model_of_its_own_positions_keeps_them():
    pictures = planted(200)
    moved = np.stack([shuffled_patches(each, GRID, np.random.default_rng(i).permutation(64)) for i, each in enumerate(pictures)])
    added = (np.arange(8) - 3.5)[:, None] / 2  # grows with the column
    own = np.square(added).mean()
    assert traces(moved + added, corrected=True)[0] == pytest.approx(own, rel=0.05)
    assert traces(pictures + added, corrected=True)[0] == pytest.approx(own + 0.49, rel=0.05)


def test_patches_are_moved_whole():
    picture = np.arange(6 * 8 * 3).reshape(6, 8, 3)
    order = np.array([5, 0, 1, 2, 3, 4])
    moved = shuffled_patches(picture[:, :6], (2, 3), order)
    np.testing.assert_array_equal(moved[:3, :2], picture[3:, 4:6])
    np.testing.assert_array_equal(moved[:3, 2:4], picture[:3, :2])
    np.testing.assert_array_equal(shuffled_patches(moved, (2, 3), np.argsort(order)), picture[:, :6])
    with pytest.raises(InputError, match=r"^A picture is cut into 2 x 3 patches of whole pixels: got one of 6 x 8\. "):
        shuffled_patches(picture, (2, 3), order)


def test_a_set_shows_the_models_view_with_its_patches_exchanged(builtin_model):
    pictures = list(np.random.default_rng(0).integers(0, 255, (3, 80, 100, 3), dtype=np.uint8))
    images = ShuffledSet(pictures, builtin_model.preprocessing, GRID, seed=4)
    _, shown = builtin_model.preprocess(pictures)
    square = builtin_model.resized("square")
    for number, whole in enumerate(shown):
        moved = images.picture(number).array
        assert patches(moved) == patches(whole)
        assert not np.array_equal(moved, whole)
        np.testing.assert_array_equal(square.preprocess([images.picture(number)])[1][0], moved)  # seen as it is
        np.testing.assert_array_equal(images.picture(number).array, moved)  # the same each time
    assert not np.array_equal(
        images.picture(0).array, ShuffledSet(pictures, builtin_model.preprocessing, GRID, seed=5).picture(0).array
    )


def test_a_shuffled_set_is_another_set_with_the_same_names():
    images = qk.odd_one_out(4)
    view = qk.load_model().preprocessing
    found = [ShuffledSet(images, view, GRID, seed) for seed in (0, 0, 1)]
    assert found[0].describe() == found[1].describe() != found[2].describe()
    assert found[0].describe() != image_set(images).describe()
    assert found[0].names == image_set(images).names
    assert (found[0].label(1), found[0].path(1)) == (image_set(images).label(1), None)


def patches(picture: np.ndarray) -> set[str]:
    """What is in the patches, wherever they are."""
    cut = picture.reshape(8, 8, 8, 8, 3).swapaxes(1, 2).reshape(64, -1)
    return {hashlib.sha256(each.tobytes()).hexdigest() for each in cut}

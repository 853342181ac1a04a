"""Does the test over all modes keep what it promises, and does it see what was planted?"""

import numpy as np
import pytest

from qkwidgets.answers.semantic_null import judged
from tests.oracles.objects import adjusted

SHAPE = (2, 3, 2, 20, 9)  # layers, relations, heads, draws, modes with 4 random pairs behind
N_MODES = 5


def noise(seed=0):
    """Sums over ten images that have nothing to do with the segments; modes are alike in part, as in a model."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal(SHAPE) + rng.standard_normal((*SHAPE[:4], 1)) + 3 * rng.standard_normal((*SHAPE[:3], 1, SHAPE[4]))


def counts(number=10):
    return np.full((SHAPE[0], SHAPE[1], SHAPE[3]), number)


def no_null():
    return np.zeros((SHAPE[0], SHAPE[2], N_MODES), dtype=bool)


def test_p_values_are_those_of_the_largest_over_all_modes_and_relations():
    sums = noise()
    sums[1, 2, 0, 0, 3] += 40
    found = judged(sums, counts(), no_null())
    values = np.moveaxis(sums[..., :N_MODES] / 10, 3, 0).reshape(SHAPE[3], -1)
    expected = adjusted(values).reshape(SHAPE[0], SHAPE[1], SHAPE[2], N_MODES)
    np.testing.assert_allclose(found.p, np.moveaxis(expected, 1, -1))
    assert found.type[1, 0, 3] == 2
    assert (found.type >= 0).sum() == 1
    np.testing.assert_allclose(
        found.excess, np.moveaxis((sums[:, :, :, 0] - sums[:, :, :, 1:].mean(3))[..., :N_MODES] / 10, 1, -1)
    )


def test_where_there_is_nothing_something_is_found_in_one_of_twenty_cases():
    wrong = np.mean([(judged(noise(seed), counts(), no_null()).type >= 0).any() for seed in range(400)])
    assert 0.02 < wrong < 0.09


def test_the_type_is_the_relation_of_largest_excess_among_those_that_pass():
    sums = noise() / 100
    sums[:, 1] *= 100  # a relation of few pairs: large values that are less sure
    sums[0, 0, 0, 0, 0] += 50
    sums[0, 1, 0, 0, 0] += 60
    sums[0, 2, 0, :, 0] += 1000  # always: no news
    sums[0, 1, 0, 0, 1] -= 60  # repels
    found = judged(sums, counts(), no_null())
    assert found.type[0, 0].tolist() == [1, -1, -1, -1, -1]
    assert found.z[0, 0, 0, 0] > found.z[0, 0, 0, 1] > 4
    assert found.p[0, 0, 0].tolist() == pytest.approx([0.05, 0.05, found.p[0, 0, 0, 2]])
    assert found.p[0, 0, 1, 1] == 1


def test_null_modes_have_no_type_and_are_nobodys_rivals():
    sums = noise()
    sums[0, 0, 1, 0, 2] += 90
    sums[0, 0, 0, 3, 1] += 900  # a null mode's draw
    null = no_null()
    null[0, 1, 2] = null[0, 0, 1] = True
    found = judged(sums, counts(), null)
    assert found.type[0, 1, 2] == -1
    assert np.isnan(found.p[0, 1, 2]).all()
    assert not np.isfinite(found.strength[0, 1, 2])
    without = np.delete(sums, (1, 2), axis=4)
    kept = np.ones(N_MODES, dtype=bool)
    kept[[1, 2]] = False
    np.testing.assert_allclose(found.p[1][:, kept], judged(without, counts(), no_null()[..., :3]).p[1], atol=0.1)


def test_a_relation_that_no_image_has_is_left_out():
    some, sums = counts(), noise()
    some[:, 1], sums[:, 1] = 0, 0
    found = judged(sums, some, no_null())
    assert np.isnan(found.p[..., 1]).all()
    assert np.isnan(found.excess[..., 1]).all()
    np.testing.assert_allclose(found.p[..., [0, 2]], judged(sums[:, [0, 2]], some[:, [0, 2]], no_null()).p)


def test_random_pairs_are_compared_in_their_own_spread_and_counted_by_the_same_test():
    sums = noise() / 100
    sums[0, 1, :, 0, N_MODES:] += np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])  # of layer 0, all beyond chance
    sums[0, 1, 0, 0, 0], sums[0, 1, 0, 0, 1] = 9, 7.5
    sums[0, 0, 0, 0, 2] += 3  # little, but of a relation in which random pairs hardly differ
    found = judged(sums, counts(), no_null())
    assert found.random_typed.tolist() == [1, 0]
    assert found.strength[0, 0, 0] > found.random[0]
    assert found.strength[0, 0, 1] < found.random[0] < found.strength[0, 0, 2]


def test_random_pairs_above_the_quantile_count_only_with_a_type():
    sums = np.random.default_rng(0).normal(size=(1, 3, 1, 20, 43))
    sums[0, 0, 0, 5, 0] = sums[0, 0, 0, 6, 1] = 1000  # modes stand out in two foreign draws, so that nothing passes
    one, none = np.ones((1, 3, 20), int), np.zeros((1, 1, 3), bool)
    assert judged(sums, one, none).random_above.tolist() == [0]
    typed = judged(np.where(np.arange(43) < 3, 0.0, sums), one, none)
    assert 0 < typed.random_above[0] <= min(0.05, typed.random_typed[0])

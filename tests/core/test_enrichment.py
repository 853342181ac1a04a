"""Are the tails, Holm's correction and the choice of a class what they should be?"""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.enrichment import chosen_class, holm, tail
from tests.oracles.optimal import holm_rejects, hypergeometric_tail


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n), st.integers(0, n), st.integers(0, 60))))
def test_the_tail_is_that_of_drawing_without_putting_back(case):
    n_images, n_top, n_class, hits = case
    found = tail(np.array([hits]), np.array([n_top]), np.array([n_class]), n_images)[0]
    assert found == pytest.approx(hypergeometric_tail(hits, n_top, n_class, n_images), rel=1e-9, abs=1e-15)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.floats(0.001, 0.5))
def test_adjusted_values_up_to_a_level_are_what_holm_rejects(p, level):
    adjusted = holm(np.array(p))
    near = np.abs(adjusted - level) < 1e-12
    assert {i for i in np.flatnonzero(adjusted <= level) if not near[i]} <= holm_rejects(p, level)
    assert {i for i in holm_rejects(p, level) if not near[i]} <= set(np.flatnonzero(adjusted <= level))


def test_the_class_that_stands_out_from_its_share_is_chosen_not_the_most_frequent_one():
    lists = np.array([[0, 0, 0, 1, 1], [0, 0, -1, -1, -1], [-1, -1, -1, -1, -1]])
    assert chosen_class(lists, np.array([60, 3]), 100).tolist() == [1, 0, -1]


def test_the_class_of_each_list_is_chosen_in_little_memory_and_as_if_it_were_alone():
    rng = np.random.default_rng(0)
    lists = rng.integers(-1, 6, (800, 120))
    n_class = np.array([300, 200, 100, 90, 60, 50])
    tracemalloc.start()
    found = chosen_class(lists, n_class, 800)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10e6  # all pairs of places of all lists at once are 11.5 MB
    some = rng.integers(0, len(lists), 100)
    assert [chosen_class(lists[[one]], n_class, 800)[0] for one in some] == found[some].tolist()

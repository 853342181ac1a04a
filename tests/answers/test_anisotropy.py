"""Is the baseline the mean over all pairs, its interval an interval, and the relative cosine a difference?"""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qkwidgets as qk
from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.anisotropy import AnisotropyBaseline, left_out, pair_cosine
from qkwidgets.core.errors import InputError
from tests.oracles import objects as oracle

PROVENANCE = {"model": "a model", "fingerprint": "0" * 8}


def baseline() -> AnisotropyBaseline:
    return AnisotropyBaseline(np.array([0.5, 0.25]), np.array([0.1, np.inf]), "attn_input", 9, 0, True, PROVENANCE)


def alignment(**changes) -> Alignment:
    head = np.array([[0.75, 0.25], [0.0, 0.5]])
    return Alignment(head.mean(1), head, np.full(2, 0.1), np.full((2, 2), 0.2), 0.3, PROVENANCE | changes)


def units(rng, n, d, shared):
    x = rng.standard_normal((n, d)) + shared
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@given(st.integers(0, 2**31), st.integers(2, 12), st.integers(1, 6))
def test_the_closed_form_is_the_mean_over_all_pairs(seed, n, d):
    z = units(np.random.default_rng(seed), n, d, 0.5)
    assert pair_cosine(z.sum(0), n) == pytest.approx(oracle.pair_cosine(z), abs=1e-12)


def test_fewer_than_two_have_no_pair():
    assert np.isnan(pair_cosine(np.ones(3), 1))
    assert np.isnan(pair_cosine(np.zeros(3), 0))
    assert np.isnan(left_out(np.ones((3, 2)), np.array([4, 0, 0])))


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(0)
    truth = pair_cosine(units(rng, 200_000, 8, 0.4).sum(0), 200_000)
    hits = []
    for _ in range(300):
        z = units(rng, 200, 8, 0.4)
        total, count = z.reshape(20, 10, 8).sum(1), np.full(20, 10)
        hits.append(abs(pair_cosine(z.sum(0), 200) - truth) < left_out(total, count))
    assert 0.9 < np.mean(hits) < 0.99


def test_relative_cosines_are_differences_and_come_back_from_a_file(tmp_path):
    relative = baseline().relative(alignment())
    np.testing.assert_allclose(relative.layer, [0.0, 0.0])
    np.testing.assert_allclose(relative.head, [[0.25, -0.25], [-0.25, 0.25]])
    assert relative.rows()[3]["cosine"] == 0.5
    for answer in (relative, dataclasses.replace(baseline(), band=np.array([0.1, np.nan]))):
        answer.save(tmp_path / "x.qk")
        again = qk.open(tmp_path / "x.qk")
        assert str(again) == str(answer)
        np.testing.assert_equal(again.rows(), answer.rows())
    assert len(baseline().choices) == 3


def test_a_baseline_of_another_model_is_refused():
    with pytest.raises(
        InputError,
        match=r"^A baseline and an alignment must be of one model: the baseline is of 'a model', the alignment of 'b'\. ",
    ):
        baseline().relative(alignment(model="b", fingerprint="1"))
    with pytest.raises(InputError, match="of 'a model' with other weights"):
        baseline().relative(alignment(fingerprint="1"))

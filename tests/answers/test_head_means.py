"""Means and shares of a head are those of its modes, one by one; null modes have no part in them."""

import dataclasses

import numpy as np

from qkwidgets.answers.head_means import typed_shares, weighted_cosine
from tests.figures.test_objects import semantic_map


def test_shares_of_modes_with_a_type_leave_null_modes_out():
    answer = semantic_map()
    rng = np.random.default_rng(0)
    shape = answer.type.shape
    null, above = rng.random(shape) < 0.3, rng.random(shape) < 0.5
    null[0, 0] = True
    type_ = np.where(rng.random(shape) < 0.4, -1, answer.type)
    typed, surely = typed_shares(dataclasses.replace(answer, null=null, above_random=above, type=type_.astype(np.int8)))
    assert np.isnan([typed[0, 0], surely[0, 0]]).all()
    for layer, head in list(np.ndindex(shape[:2]))[1:]:
        alive = [mode for mode in range(shape[2]) if not null[layer, head, mode]]
        known = [mode for mode in alive if type_[layer, head, mode] >= 0]
        assert typed[layer, head] == len(known) / len(alive)
        assert surely[layer, head] == sum(above[layer, head, mode] for mode in known) / len(alive)


def test_the_mean_cosine_of_a_head_without_modes_is_unknown():
    cosine, values = np.array([[[np.nan, np.nan], [0.5, np.nan]]]), np.array([[[0.0, 0.0], [2.0, 1.0]]])
    assert np.array_equal(weighted_cosine(cosine, values), [[np.nan, 0.5]], equal_nan=True)

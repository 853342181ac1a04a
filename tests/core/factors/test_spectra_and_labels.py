"""Are richness, labels and specialisation what their sentences say, and is the null one of random rotations? Science-factors 7 to 9."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.factors.data_modes import data_modes
from qkwidgets.core.factors.labels import class_shares, concentration, labels, specialisation
from qkwidgets.core.factors.moments import grams, moments
from qkwidgets.core.factors.names import LABELS
from qkwidgets.core.factors.null import haar, rotation_null
from qkwidgets.core.factors.richness import richness
from tests.core.factors.data import close, small_tokens
from tests.oracles import factors as oracle


@given(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=20).filter(lambda values: max(values) > 1e-3))
def test_measures_of_richness_are_in_order_and_those_of_the_formulas(values):
    found = richness(torch.tensor(values, dtype=torch.float64))
    rank = sum(value > 0 for value in values)
    chain = [1 - 1e-9, found.stable, found.participation * (1 + 1e-9), found.entropy * (1 + 1e-9) ** 2, rank * (1 + 1e-9) ** 3]
    assert all(one <= other * (1 + 1e-9) for one, other in pairwise(chain))
    participation, entropy, stable = oracle.richness(np.array(values))
    assert close(torch.stack([found.participation, found.entropy, found.stable]), [participation, entropy, stable])
    assert found.entropy <= found.roy_vetterli * (1 + 1e-9)
    p = sorted(values, reverse=True)
    assert sum(p[: int(found.k90)]) >= 0.9 * sum(p) * (1 - 1e-9)
    assert found.k90 == 1 or sum(p[: int(found.k90) - 1]) < 0.9 * sum(p)


@given(st.integers(1, 30), st.floats(1e-3, 1e3))
def test_equal_modes_count_each_and_a_single_one_counts_one(rank, size):
    flat = torch.cat([torch.full((rank,), size), torch.zeros(3)]).double()
    for name, value in richness(flat)._asdict().items():
        assert value.item() == pytest.approx(rank if name != "k90" else np.ceil(0.9 * rank - 1e-9), rel=1e-9)
    assert richness(torch.zeros(4)).participation.isnan()


def test_labels_need_half_of_the_energy():
    cells = torch.tensor(
        [[[0.0, 0.0], [0.0, 1.0]], [[0.1, 0.4], [0.3, 0.2]], [[0.6, 0.1], [0.1, 0.2]], [[0.4, 0.2], [0.1, 0.3]], [[0.0, 0.0]] * 2]
    )
    found = labels(cells)
    assert [LABELS[i] for i in found[:4]] == ["content-content", "content-position", "position-position", "mixed"]
    assert found[4] == -1
    assert labels(cells, 0.4)[3] == LABELS.index("position-position")
    assert labels(cells, 0.7)[2] == LABELS.index("mixed")
    assert class_shares(torch.full((2, 2), 0.25)).tolist() == [0.25, 0.5, 0.25]  # the base rate


def test_specialisation_is_weighted_by_energy():
    sharp, even = torch.eye(2)[:1].expand(2, 2), torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    assert specialisation(torch.tensor([3.0, 1.0]), sharp, sharp) == 1
    assert specialisation(torch.tensor([3.0, 1.0]), even, even) == pytest.approx((9 + 0.25) / 10)
    assert 0 < concentration(torch.tensor([[0.7, 0.1], [0.1, 0.1]])) < 1


def test_random_rotations_are_orthogonal_and_prefer_no_direction():
    turns = haar(4000, 3, torch.Generator().manual_seed(1))
    assert close(turns.mT @ turns, torch.eye(3).expand(4000, -1, -1))
    assert turns.mean(0).abs().max() < 0.04
    assert (turns.square().mean(0) - 1 / 3).abs().max() < 0.03


def test_the_null_is_that_of_turned_modes_written_out():
    q, k = (grams(moments(small_tokens(seed, d=4))) for seed in (0, 1))
    two = [torch.stack([side[1], side[2] + side[3]]) for side in (q, k)]
    modes = data_modes(*two)
    null = rotation_null(modes.singular_values[None], two[0][None], two[1][None], 300)
    roots = [torch.linalg.cholesky(side.sum(0)) for side in two]  # another root: rotations do not care
    rng = torch.Generator().manual_seed(5)
    drawn = []
    for left, right in zip(haar(2000, 4, rng), haar(2000, 4, rng), strict=True):
        shares = []
        for side, whole, turn in zip(two, roots, (left, right), strict=True):
            read = torch.linalg.inv(whole).T @ turn
            shares.append(torch.stack([((part @ read) * read).sum(0) for part in side], dim=-1))
        drawn.append(specialisation(modes.singular_values, *shares))
    drawn = torch.stack(drawn)
    assert null.mean.item() == pytest.approx(drawn.mean().item(), abs=0.02)
    assert null.high.item() == pytest.approx(drawn.quantile(0.95).item(), abs=0.03)
    again = rotation_null(modes.singular_values[None], two[0][None], two[1][None], 300)
    assert torch.equal(again.mean, null.mean)


def test_heads_of_less_rank_have_a_null_of_their_own():
    q = grams(moments(small_tokens(0, d=4)))[1:]
    deficient = q.clone()
    deficient[:, 3], deficient[:, :, 3] = 0, 0
    values = torch.stack([data_modes(q, q).singular_values, data_modes(deficient, q).singular_values])
    null = rotation_null(values, torch.stack([q, deficient]), torch.stack([q, q]), 50)
    assert ((null.mean > 0.1) & (null.mean <= null.high) & (null.high <= 1)).all()
    assert rotation_null(values[:1] * 0, q[None] * 0, q[None], 5).mean.isnan().all()

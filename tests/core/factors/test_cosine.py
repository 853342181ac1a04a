"""Do the parts of the weighted cosine sum to it, and are both nulls those of turned modes written out?"""

import numpy as np
import pytest
import torch

from qkwidgets.core.alignment import mean_cosine, weighted_cosine
from qkwidgets.core.factors.cosine import cosine_null, cosine_parts
from qkwidgets.core.factors.moments import grams, moments, with_content
from qkwidgets.core.factors.null import haar
from qkwidgets.core.factors.weight_modes import weight_modes
from tests.core.factors import planted


@pytest.fixture(scope="module")
def layer():
    """Three heads on planted tokens: like seeks like by position, by content, and a random one."""
    rng = np.random.default_rng(0)
    directions = planted.basis(rng)
    x = planted.tokens(rng, 60, directions)
    position, content, _ = (torch.from_numpy(each) for each in directions)
    turn = torch.from_numpy(np.linalg.qr(rng.standard_normal((16, 16)))[0])
    W_Q = torch.stack([position[:, :4], content @ turn[:, :4], torch.from_numpy(rng.standard_normal((planted.D, 4)))])
    W_K = torch.stack([2 * position[:, :4], content @ turn[:, :4], torch.from_numpy(rng.standard_normal((planted.D, 4)))])
    sides = [with_content(grams(moments(x[None] @ W[:, None]))) for W in (W_Q, W_K)]
    return W_Q, W_K, sides, weight_modes(W_Q, W_K, None, None, *sides)


def test_parts_sum_to_the_weighted_cosine_and_name_what_was_planted(layer):
    W_Q, W_K, _, modes = layer
    parts = cosine_parts(modes.singular_values, modes.cosine, modes.query_share, modes.key_share)
    assert torch.allclose(parts.sum(-1), weighted_cosine(W_Q, W_K), rtol=1e-10)
    assert torch.allclose(parts.sum(-1), mean_cosine(modes.singular_values, modes.cosine), rtol=1e-10)
    assert parts[0, 1] > 0.999  # mean, position, content
    assert parts[1, 2] > 0.97


def test_both_sides_of_a_mode_count():
    shares = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    assert cosine_parts(torch.ones(1), torch.ones(1), *shares).tolist() == [0.5, 0.5]


def test_modes_without_strength_add_nothing():
    nan = float("nan")
    shares = torch.tensor([[0.0, 1.0], [nan, nan]])
    assert cosine_parts(torch.tensor([2.0, 0.0]), torch.tensor([0.5, nan]), shares, shares).tolist() == [0.0, 0.5]


def test_the_nulls_are_those_of_turned_modes_written_out(layer):
    W_Q, W_K, sides, modes = layer
    found = cosine_null(modes.singular_values, modes.cosine, (W_Q, W_K), tuple(sides), 400)
    rng, draws = torch.Generator().manual_seed(5), 1500
    p = modes.singular_values / modes.singular_values.sum(-1, keepdim=True)
    turned, exchanged = torch.zeros(draws, 3), torch.zeros(draws, 3)
    for head in range(3):
        points, units = [], []
        for W, side in zip((W_Q, W_K), sides, strict=True):
            read = torch.linalg.inv(torch.linalg.cholesky(side[head].sum(0))).T @ haar(draws, 4, rng)  # another root will do
            points.append(torch.stack([((part @ read) * read).sum(-2) for part in side[head]], dim=-1))
            units.append(W[head] @ read / (W[head] @ read).norm(dim=-2, keepdim=True))
        carried = p[head][:, None] * sum(points) / 2
        turned += (carried * (units[0] * units[1]).sum(-2)[..., None]).sum(-2) / 3
        exchanged += (carried * modes.cosine[head][:, None]).sum(-2) / 3
    for mine, theirs in ((found.turned, turned), (found.exchanged, exchanged)):
        bounds = theirs.double().quantile(torch.tensor([0.025, 0.975]).double(), dim=0).T
        assert torch.allclose(mine, bounds, atol=0.04)
    assert (found.turned[:, 0] < 0).all()
    assert (found.turned[:, 1] > 0).all()


def test_heads_without_queries_are_left_out_of_the_nulls(layer):
    W_Q, W_K, sides, modes = layer
    empty = torch.cat([sides[0][:1], torch.zeros_like(sides[0][:1])])
    found = cosine_null(modes.singular_values[:2], modes.cosine[:2], (W_Q[:2], W_K[:2]), (empty, sides[1][:2]), 60)
    alone = cosine_null(modes.singular_values[:1], modes.cosine[:1], (W_Q[:1], W_K[:1]), (sides[0][:1], sides[1][:1]), 60)
    assert torch.allclose(found.exchanged, alone.exchanged)

"""Do the masses of attention obey what must hold for any attention and any masks, and are they those of the long way?"""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.preference import asked, masses, permuted_masses
from qkwidgets.core.preference_groups import answerable, areas, group_shares, item_patches, nonself_areas, query_patches
from tests.oracles import preference as oracle

SEEDS = st.integers(0, 10**6)
GRID, N_PREFIX, D_MODEL, D_HEAD, N_HEADS = (3, 4), 2, 10, 5, 2
N_PATCHES = GRID[0] * GRID[1]


def masks(rng, images=3):
    """Grey masks of target and distractors, 30 x 32 pixels, of which some pixels belong to both."""
    return [
        tuple(np.where(rng.random((30, 32)) < 0.6, 255 * np.kron(rng.random((5, 4)) < 0.4, np.ones((6, 8))), 0) for _ in "td")
        for _ in range(images)
    ]


def shares(rng, images=3):
    """Shares of the three groups as tensor, in float64."""
    found = np.stack([oracle.groups(*pair, GRID) for pair in masks(rng, images)])
    found[:, :2, 0] += 1e-3  # so that each image can be asked
    found[:, 2, 0] = 1 - found[:, :2, 0].sum(axis=1)
    return torch.from_numpy(found)


def head_weights(rng):
    W_Q, W_K = rng.standard_normal((2, N_HEADS, D_MODEL, D_HEAD))
    b_Q, b_K = rng.standard_normal((2, N_HEADS, D_HEAD))
    return W_Q, W_K, b_Q, b_K


def one_layer(rng, images=3):
    """Tokens, weights and shares of a layer, and what is asked of it."""
    x, weights, groups = rng.standard_normal((images, N_PREFIX + N_PATCHES, D_MODEL)), head_weights(rng), shares(rng, images)
    W_Q, W_K, b_Q, b_K = map(torch.from_numpy, weights)
    tokens = torch.from_numpy(x)[:, None]
    q, k = tokens @ W_Q + b_Q[:, None], tokens @ W_K + b_K[:, None]
    return x, weights, groups, q, k


def found(q, k, groups, **options):
    return asked(q, k, 0.4, groups, query_patches(groups), item_patches(groups), **options)


@given(SEEDS)
def test_masses_are_those_of_the_long_way(seed):
    x, weights, groups, q, k = one_layer(np.random.default_rng(seed))
    here, whole = found(q, k, groups), found(q, k, groups, renormalised=False)
    for image in range(len(x)):
        expected = oracle.preference(x[image], *weights, 0.4, groups[image].numpy())
        for name in ("masses", "nonself", "items"):
            np.testing.assert_allclose(getattr(here, name)[image], expected[name], atol=1e-10)
        np.testing.assert_allclose(whole.masses[image], expected["all"], atol=1e-10)
        to_prefix = 1 - expected["all"].reshape(N_HEADS, 2, 3).sum(axis=-1).mean(axis=-1)
        np.testing.assert_allclose(here.prefix[image], to_prefix, atol=1e-10)


@given(SEEDS)
def test_the_masses_of_a_query_sum_to_one(seed):
    _, _, groups, q, k = one_layer(np.random.default_rng(seed))
    here = found(q, k, groups)
    for each in (here.masses, here.nonself, here.items):
        torch.testing.assert_close(each.unflatten(-1, (2, 3)).sum(dim=-1), torch.ones(3, N_HEADS, 2, dtype=torch.float64))
        assert (each >= 0).all()


@given(SEEDS)
def test_uniform_attention_gives_the_area_and_enrichment_one(seed):
    _, _, groups, q, k = one_layer(np.random.default_rng(seed))
    here, query = found(0 * q, k, groups), query_patches(groups)
    for each, area in ((here.masses, areas(groups)), (here.items, areas(groups)), (here.nonself, nonself_areas(groups, query))):
        torch.testing.assert_close(each, area[:, None].expand_as(each))


@given(SEEDS)
def test_attention_to_oneself_gives_the_shares_of_the_patch_that_asks(seed):
    groups = shares(np.random.default_rng(seed))
    eye = torch.eye(N_PATCHES, dtype=torch.float64)
    query = query_patches(groups)
    rows = torch.stack([eye[each] for each in query])
    at_query = torch.stack([groups[image, :, query[image]].T for image in range(len(groups))])
    torch.testing.assert_close(masses(rows, groups), at_query)
    assert (at_query[:, 0, 0] == groups[:, 0].amax(dim=-1)).all()


@given(SEEDS)
def test_attention_of_a_head_that_sees_itself_only_gives_the_shares_too(seed):
    groups = shares(np.random.default_rng(seed))
    q = 100 * torch.eye(N_PREFIX + N_PATCHES, dtype=torch.float64).expand(3, 1, -1, -1)
    here = asked(q, q, 1.0, groups, query_patches(groups), item_patches(groups))
    at_query = groups.gather(2, query_patches(groups)[:, None].expand(-1, 3, -1)).mT.flatten(1)
    torch.testing.assert_close(here.masses[:, 0], at_query)
    torch.testing.assert_close(here.nonself[:, 0], nonself_areas(groups, query_patches(groups)))


@given(SEEDS)
def test_permuting_the_items_keeps_the_groups(seed):
    rng = np.random.default_rng(seed)
    each = rng.integers(0, 17, (6, N_PATCHES)) / 128  # sums of these are exact
    order = np.r_[0, 1, 2 + rng.permutation(4)]
    one, other = (group_shares(torch.from_numpy(rows), 1) for rows in (each, each[order]))
    assert torch.equal(one, other)
    moved = np.r_[0, rng.permutation(np.arange(1, 6))]
    assert torch.equal(group_shares(torch.from_numpy(each[moved]), int(np.flatnonzero(moved == 1)[0])), one)


@given(SEEDS)
def test_masks_swapped_swap_target_and_distractors(seed):
    _, _, groups, q, k = one_layer(np.random.default_rng(seed))
    one, other = found(q, k, groups), found(q, k, groups[:, [1, 0, 2]])
    swapped = [4, 3, 5, 1, 0, 2]
    for name in ("masses", "nonself", "items"):
        torch.testing.assert_close(getattr(one, name), getattr(other, name)[..., swapped])


@given(SEEDS)
def test_the_order_of_images_and_their_company_do_not_matter(seed):
    _, _, groups, q, k = one_layer(np.random.default_rng(seed), images=4)
    whole = found(q, k, groups)
    order = torch.tensor([2, 0, 3, 1])
    turned = found(q[order], k[order], groups[order])
    for name in ("masses", "nonself", "items", "prefix"):
        torch.testing.assert_close(getattr(turned, name), getattr(whole, name)[order])
        alone = getattr(found(q[1:2], k[1:2], groups[1:2]), name)
        torch.testing.assert_close(alone[0], getattr(whole, name)[1])


@given(SEEDS)
def test_permuted_features_are_those_of_permuted_weights(seed):
    rng = np.random.default_rng(seed)
    x, weights, groups, *_ = one_layer(rng)
    W_Q, W_K, b_Q, _ = map(torch.from_numpy, weights)
    orders = torch.from_numpy(np.stack([rng.permutation(D_MODEL) for _ in range(3)]))
    null = permuted_masses(torch.from_numpy(x), W_Q, W_K, b_Q, 0.4, groups, query_patches(groups), orders)
    for number, order in enumerate(orders):
        for image in range(len(x)):
            permuted = oracle.preference(x[image][:, order.numpy()], *weights, 0.4, groups[image].numpy())["masses"]
            np.testing.assert_allclose(null[image, number], permuted, atol=1e-10)


def test_the_first_of_equal_maxima_asks():
    groups = torch.zeros(1, 3, 5)
    groups[0, 0, [1, 3]] = 0.5
    groups[0, 1, [2, 4]] = torch.tensor([0.3, 0.3 + 1e-7])  # one share, but for its rounding
    assert query_patches(groups).tolist() == [[1, 2]]
    groups[0, 1, 4] = 0.31
    assert query_patches(groups).tolist() == [[1, 4]]


def test_an_image_without_target_or_distractors_cannot_be_asked():
    each = torch.full((3, 6), 1 / 3)
    assert answerable(torch.stack([group_shares(each, target) for target in (1, 2, -1)])).tolist() == [True, True, False]
    alone = group_shares(each[:2], 1)
    assert answerable(alone[None]).tolist() == [False]


def test_ignored_pixels_belong_to_no_group():
    groups = torch.tensor([[[0.5, 0.0], [0.0, 0.25], [0.25, 0.25]]], dtype=torch.float64)
    held = masses(torch.tensor([[[0.5, 0.5]]], dtype=torch.float64), groups)
    assert held[0, 0].tolist() == areas(groups)[0, :3].tolist() == [0.4, 0.2, 0.4]


@given(SEEDS)
def test_masses_sum_to_one_beside_ignored_pixels_too(seed):
    _, _, groups, q, k = one_layer(np.random.default_rng(seed))
    groups[:, 2, ::2] *= 0.5
    here = found(q, k, groups)
    for each in (here.masses, here.nonself, here.items):
        torch.testing.assert_close(each.unflatten(-1, (2, 3)).sum(dim=-1), torch.ones(3, N_HEADS, 2, dtype=torch.float64))
    torch.testing.assert_close(found(0 * q, k, groups).items, areas(groups)[:, None].expand(-1, N_HEADS, -1))


def test_few_and_many_images_at_a_time_are_the_same(monkeypatch):
    _, _, groups, q, k = one_layer(np.random.default_rng(3), images=7)
    whole = found(q, k, groups)
    monkeypatch.setattr("qkwidgets.core.preference.CACHED", 0)
    torch.testing.assert_close(found(q, k, groups).items, whole.items)

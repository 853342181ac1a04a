"""Do both sides point at the objects that a loop over patches finds, and is chance what drawing gives?"""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.objects import LEAST_AREA, chance_by_area, chance_by_count, chance_by_others, pointed_at, segment_means
from tests.oracles import objects as oracle

N_HEADS, N_IMAGES, N_PATCHES, N_MODES = 2, 3, 12, 4


def segments(rng, n_objects=4, grounds=1):
    """Shares that sum to one in each patch; some patches are shared, some objects tiny or absent."""
    shares = rng.dirichlet(np.full(n_objects + grounds, 0.2), (N_IMAGES, N_PATCHES)).transpose(0, 2, 1)
    shares[0, 2] = 0
    return torch.from_numpy(shares)


@given(st.integers(0, 2**31))
def test_each_side_points_at_the_object_that_a_loop_finds(seed):
    rng = np.random.default_rng(seed)
    shares = segments(rng)
    query, key = torch.from_numpy(rng.standard_normal((2, N_HEADS, N_IMAGES, N_PATCHES, N_MODES)))
    allowed = shares.sum(-1) >= LEAST_AREA
    allowed[:, 0] = False
    found = [pointed_at(segment_means(maps, shares), allowed) for maps in (query, key)]
    for head, image, mode in np.ndindex(N_HEADS, N_IMAGES, N_MODES):
        maps = (side[head, image, :, mode].numpy() for side in (query, key))
        expected = oracle.same_object(*maps, shares[image].numpy(), LEAST_AREA)
        assert tuple(int(each[head, image, mode]) for each in found) == expected


@given(st.integers(0, 2**31), st.permutations(range(N_PATCHES)))
def test_means_do_not_depend_on_the_order_of_patches_and_follow_the_scale_of_maps_alone(seed, order):
    rng = np.random.default_rng(seed)
    shares, maps = segments(rng), torch.from_numpy(rng.standard_normal((N_HEADS, N_IMAGES, N_PATCHES, N_MODES)))
    found = segment_means(maps, shares)
    torch.testing.assert_close(segment_means(maps[:, :, order], shares[..., order]), found)
    torch.testing.assert_close(segment_means(maps, 0.25 * shares), found)
    torch.testing.assert_close(segment_means(3 * maps, shares), 3 * found)
    assert (found <= maps.amax(2, keepdim=True) + 1e-12).all()
    constant = segment_means(torch.ones_like(maps), shares)
    torch.testing.assert_close(constant, (shares.sum(-1) > 0).double()[None, :, :, None].expand_as(constant))


def test_nothing_is_pointed_at_where_nothing_is_allowed():
    means = torch.rand(1, 2, 3, 4)
    allowed = torch.tensor([[False, True, False], [False, False, False]])
    assert pointed_at(means, allowed).tolist() == [[[1] * 4, [-1] * 4]]
    assert pointed_at(means[:, :, :0], allowed[:, :0]).tolist() == [[[-1] * 4, [-1] * 4]]
    equal = torch.zeros(1, 1, 3, 1)
    assert pointed_at(equal, torch.tensor([[False, True, True]])).item() == 1


def test_chance_is_what_drawing_gives():
    rng = np.random.default_rng(1)
    areas = torch.tensor([[4.0, 1.0, 0.0, 3.0], [9.0, 9.0, 9.0, 9.0]])
    allowed = torch.tensor([[True, True, False, True], [True, False, False, False]])
    by_count, by_area = chance_by_count(allowed), chance_by_area(areas, allowed)
    one, two = rng.choice([0, 1, 3], (2, 40_000))
    assert abs(by_count[0].item() - np.mean(one == two)) < 0.01
    one, two = rng.choice([0, 1, 3], (2, 40_000), p=np.array([4, 1, 3]) / 8)
    assert abs(by_area[0].item() - np.mean(one == two)) < 0.01
    assert by_count[1].item() == by_area[1].item() == 1
    assert chance_by_count(torch.zeros(1, 3, dtype=torch.bool)).isnan().all()
    assert chance_by_area(areas[:1], torch.zeros(1, 4, dtype=torch.bool)).isnan().all()


@given(st.integers(0, 2**31))
def test_chance_by_others_is_the_mean_over_all_other_counted_modes(seed):
    rng = np.random.default_rng(seed)
    query, key = torch.from_numpy(rng.integers(-1, 4, (2, N_HEADS, N_IMAGES, N_MODES)))
    counted = torch.from_numpy(rng.random((N_HEADS, N_MODES)) < 0.7)
    found = chance_by_others(query, key, counted)
    for head, image, mode in np.ndindex(N_HEADS, N_IMAGES, N_MODES):
        others = [m for m in range(N_MODES) if m != mode and counted[head, m]]
        met = [float(query[head, image, m] == key[head, image, mode]) for m in others]
        expected = torch.tensor(np.mean(met) if met else np.nan)
        torch.testing.assert_close(found[head, image, mode].double(), expected.double(), equal_nan=True, atol=1e-6, rtol=0)

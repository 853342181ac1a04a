"""Are the means over relations those of all pairs of patches, one by one, and do moved segments stay what they are?"""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.objects import segment_means
from qkwidgets.core.semantic import RELATIONS, Segments, centred, moved, relation_means, relation_sums, unit_maps
from tests.oracles import objects as oracle

GRID = (3, 4)
N_PATCHES, N_MODES = 12, 3


def image(rng, ignored=False):
    """Ground and three objects, of which the second has two parts; and the rows with all parts."""
    pieces = rng.dirichlet(np.full(5, 0.3), N_PATCHES).T  # ground, object 1, two parts of 2, object 3
    if ignored:
        pieces = pieces * rng.random(N_PATCHES)
    ground, one, a, b, three = pieces
    shares = np.stack([ground, one, a + b, three])
    return shares, [(1, one), (2, a), (2, b), (3, three)]


def rows_of(shares, parts):
    return torch.from_numpy(np.concatenate([shares, [part for _, part in parts]]))


@given(st.integers(0, 2**31), st.booleans())
def test_means_over_relations_are_those_of_all_pairs(seed, ignored):
    rng = np.random.default_rng(seed)
    shares, parts = image(rng, ignored)
    maps = torch.from_numpy(rng.standard_normal((2, 1, N_PATCHES, N_MODES)))
    query, key, _ = unit_maps(*maps)
    found = relation_means(query, key, rows_of(shares, parts)[None, None], 3)
    for mode in range(N_MODES):
        expected = oracle.relations(*maps[:, 0, :, mode].numpy(), shares, parts)
        np.testing.assert_allclose(found[:, 0, 0, mode].numpy(), expected, atol=1e-9)


@given(st.integers(0, 2**31))
def test_relations_share_out_all_pairs(seed):
    """Sums over all relations are those over all pairs: nothing of a mode is lost or counted twice."""
    rng = np.random.default_rng(seed)
    shares, parts = image(rng)
    rows = rows_of(shares, parts)
    query, key = torch.from_numpy(rng.standard_normal((2, N_PATCHES, N_MODES)))
    sums = relation_sums(*(Segments.split(rows @ side, 3) for side in (query, centred(key))))
    torch.testing.assert_close(sums.sum(0), query.sum(0) * centred(key).sum(0), atol=1e-9, rtol=0)
    sizes = Segments.split(rows.sum(-1, keepdim=True), 3)
    assert relation_sums(sizes, sizes).sum().item() == pytest.approx(N_PATCHES**2)


@given(st.integers(0, 2**31))
def test_a_table_is_the_mean_over_pairs_and_a_product(seed):
    rng = np.random.default_rng(seed)
    shares, _ = image(rng)
    query, key = torch.from_numpy(rng.standard_normal((2, 1, N_PATCHES, N_MODES)))
    here = torch.from_numpy(shares)[None]
    one, other = segment_means(query, here)[0], segment_means(centred(key), here)[0]
    for mode in range(N_MODES):
        found = torch.outer(one[:, mode], other[:, mode]).numpy()
        np.testing.assert_allclose(found, oracle.table(*(x[0, :, mode].numpy() for x in (query, key)), shares), atol=1e-9)
    areas = here.sum(-1)[0]
    torch.testing.assert_close(areas @ other, torch.zeros(N_MODES, dtype=torch.double), atol=1e-9, rtol=0)


@given(st.integers(0, 2**31), st.floats(-9, 9).filter(lambda x: abs(x) > 1e-3))
def test_a_mode_and_its_negative_and_louder_maps_carry_the_same(seed, factor):
    rng = np.random.default_rng(seed)
    rows = rows_of(*image(rng))[None, None]
    query, key = torch.from_numpy(rng.standard_normal((2, 1, N_PATCHES, N_MODES)))
    found, other = (
        relation_means(*unit_maps(f * query, f * key + shift)[:2], rows, 3) for f, shift in ((1.0, 0.0), (factor, 5.0))
    )
    torch.testing.assert_close(found, other, equal_nan=True)


def test_objects_without_parts_are_one_part_each():
    rng = np.random.default_rng(0)
    shares, _ = image(rng)
    query, key = torch.from_numpy(rng.standard_normal((2, 1, N_PATCHES, N_MODES)))
    short = torch.from_numpy(shares)[None, None]
    long = torch.cat([short, short[:, :, 1:]], dim=2)
    found, other = (relation_means(query, key, rows, 3) for rows in (short, long))
    assert RELATIONS[1] == "parts"
    assert found[1].isnan().all()
    torch.testing.assert_close(found, other, equal_nan=True)
    padded = torch.nn.functional.pad(long, (0, 0, 0, 2))
    torch.testing.assert_close(relation_means(query, key, padded, 3), found, equal_nan=True)


def test_a_map_without_any_difference_carries_nothing():
    query, key, size = unit_maps(torch.zeros(1, 4, 2), torch.full((1, 4, 2), 3.0))
    assert not query.any()
    assert not key.any()
    assert not size.any()


def test_planted_modes_carry_what_was_planted():
    figure, other, ground = torch.zeros(3, N_PATCHES, dtype=torch.double)
    figure[:4], other[4:8], ground[8:] = 1, 1, 1
    rows = torch.stack([ground, figure, other])[None, None]
    wanted = {
        "same_part": (figure - other, figure - other),
        "objects": (figure - other, other - figure),
        "figure_reads_ground": (figure + other, ground),
        "ground_reads_figure": (ground, figure + other),
        "ground": (ground, ground),
    }
    for name, (query, key) in wanted.items():
        found = relation_means(*unit_maps(query[None, :, None], key[None, :, None])[:2], rows, 2).flatten().nan_to_num(-9)
        assert RELATIONS[int(found.argmax())] == name


@given(
    st.integers(0, 2**31),
    st.tuples(st.integers(-5, 5), st.integers(-5, 5)),
    st.tuples(st.integers(0, 1), st.integers(0, 1)),
)
def test_moved_segments_are_mirrored_and_rolled_and_keep_their_areas_and_overlaps(seed, shift, flip):
    rng = np.random.default_rng(seed)
    rows = rows_of(*image(rng))
    found = moved(rows, GRID, torch.tensor([shift]), torch.tensor([flip]))[0]
    np.testing.assert_array_equal(found, oracle.moved(rows.numpy(), GRID, shift, flip))
    torch.testing.assert_close(found @ found.T, rows @ rows.T)

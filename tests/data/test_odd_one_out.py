"""Odd-one-out scenes: exact masks, one odd item, nothing else that gives it away, and the same scene every time."""

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qkwidgets.core.errors import InputError
from qkwidgets.data.odd_one_out import FEATURES, Scenes, odd_one_out
from qkwidgets.data.oklab import CONES_TO_RGB, LAB_TO_CONES
from qkwidgets.data.scene_drawing import drawn_scene
from qkwidgets.data.scene_plan import scene_plan
from qkwidgets.data.scene_shapes import DISTANCES, EXTENT, PERIOD, SHAPES

ARRAYS = ("images", "items", "odd", "feature", "parts", "arrangement")
FIRST = FEATURES[:5]
DIGESTS = {  # of scenes made before there were any options but these: trained models have seen them
    "5a865d40023a5cae7b4a123907e7eb389be6d0b4f6370bb58c4408756d9ac607": {"n": 40},
    "bf022aa3b5bfddbe96db2d82a751d4515ece211c9e6ddbf47418532f6c5e49cb": {"n": 6, "seed": 3, "size": 224},
    "c48b160bc5391aa8c26ef44e917394901a151327494e4c1156ff0cc0bbdc5a9b": {"n": 12, "seed": 5, "n_items": 12, "start": 7},
    "75dc2d4aad91d3b76e32a0e5c2feffc3e7e5237755933d195efdea53788cccf5": {"n": 6, "seed": 1, "feature": "colour"},
    "337621d0fbd1b59cd719c69ae7f121cdd5d26eceb3e0c47ccd6ed4c22a3cec6a": {"n": 6, "seed": 1, "feature": "orientation"},
    "b74983c1bc93ba2a03093078a21cab2bf2c95b448cc7e583ad4e0582055a23bf": {"n": 6, "seed": 1, "feature": "shape"},
    "7f8b62e1468c60e4a0e6d558f79594cf4b55c48d3ebe0e8eb56993f27976fe36": {"n": 6, "seed": 1, "feature": "size"},
    "e42449b32518e70a4992b3268886fd35bff1c7f713969625f4b5b55d70eff170": {"n": 6, "seed": 1, "feature": "pattern"},
}
seeds = st.integers(0, 2**32)


def same(one: Scenes, other: Scenes) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS)


def plans(feature: str, n: int = 60):
    return [scene_plan(np.random.default_rng(i), FEATURES.index(feature), (4, 9)) for i in range(n)]


def areas(items: np.ndarray) -> np.ndarray:
    return np.bincount(items.ravel())[1:]


def oklab(image: np.ndarray) -> np.ndarray:
    """The way back from display values, written independently of the table."""
    value = image / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    cones = np.cbrt(np.linalg.solve(CONES_TO_RGB.astype(float), linear.reshape(-1, 3).T))
    return np.linalg.solve(LAB_TO_CONES.astype(float), cones).T.reshape(image.shape)


def item_colours(scenes: Scenes, i: int) -> np.ndarray:
    lab, items = oklab(scenes.images[i]), scenes.items[i]
    return np.array([lab[items == k].mean(0) for k in range(1, items.max() + 1)])


@settings(max_examples=25)
@given(seeds, st.sampled_from([32, 50, 64]), st.integers(3, 12))
def test_target_distractors_and_ground_share_no_pixel_and_leave_none_out(seed, size, n_items):
    scenes = odd_one_out(2, seed=seed, size=size, n_items=n_items)
    total = scenes.target.astype(int) + scenes.distractors + scenes.ground
    assert (total == 1).all()
    assert scenes.target.any((1, 2)).all()
    assert scenes.ground.any((1, 2)).all()


@settings(max_examples=25)
@given(seeds, st.integers(3, 12))
def test_items_are_numbered_from_one_without_gaps_and_the_odd_one_is_among_them(seed, n_items):
    scenes = odd_one_out(2, seed=seed, n_items=n_items)
    for items, odd in zip(scenes.items, scenes.odd, strict=True):
        assert np.array_equal(np.unique(items), np.arange(n_items + 1))
        assert 1 <= odd <= n_items


@settings(max_examples=15)
@given(seeds, st.integers(1, 5), st.integers(0, 4))
def test_a_scene_is_the_same_whatever_n_and_start_are(seed, n, start):
    assert same(odd_one_out(9, seed=seed)[start : start + n], odd_one_out(n, seed=seed, start=start))


def test_seeds_and_scenes_differ():
    one, other = odd_one_out(2, seed=0), odd_one_out(1, seed=1)
    assert not np.array_equal(one.images[0], other.images[0])
    assert not np.array_equal(one.images[0], one.images[1])


def test_another_process_draws_the_same_scenes_and_needs_no_torch():
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from qkwidgets.data.odd_one_out import odd_one_out\n"
        "print(odd_one_out(3, seed=5).images.sum(dtype=int))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert int(out) == odd_one_out(3, seed=5).images.sum(dtype=int)


def test_another_size_draws_the_same_scene_finer():
    small, large = odd_one_out(30, seed=3), odd_one_out(30, seed=3, size=256)
    assert np.array_equal(small.odd, large.odd)
    assert np.array_equal(small.feature, large.feature)
    assert np.array_equal(small.patch(), large.patch())
    pooled = large.images.reshape(30, 64, 4, 64, 4, 3).mean((2, 4))
    assert np.abs(pooled - small.images).mean() < 4
    # The middle of a pixel of 64 is the corner of four pixels of 256: where these agree, so does it.
    four = large.items.reshape(30, 64, 4, 64, 4)[:, :, 1:3][..., 1:3]
    agree = (four == four[:, :, :1, :, :1]).all((2, 4))
    assert agree.mean() > 0.95
    assert np.array_equal(small.items[agree], four[:, :, 0, :, 0][agree])


@pytest.mark.parametrize("size", [64, 224])
@pytest.mark.parametrize("feature", [name for name in FEATURES if name != "size"])
def test_items_have_equal_area_whatever_else_is_odd(feature, size):
    scenes = odd_one_out(40, seed=4, size=size, feature=feature)
    spread = np.array([np.ptp(areas(items)) / np.mean(areas(items)) for items in scenes.items])
    # The jitter is 6 % of the area; the rest is the count of pixels along an edge.
    assert spread.max() < (0.3 if size == 64 else 0.1)
    ratio = [areas(i)[k - 1] / np.delete(areas(i), k - 1).mean() for i, k in zip(scenes.items, scenes.odd, strict=True)]
    assert abs(np.mean(ratio) - 1) < 0.02


def test_the_odd_size_is_plain_to_see_and_as_often_larger_as_smaller():
    scenes = odd_one_out(80, seed=4, size=224, feature="size")
    ratio = np.array([areas(i)[k - 1] / np.delete(areas(i), k - 1).mean() for i, k in zip(scenes.items, scenes.odd, strict=True)])
    larger = np.maximum(ratio, 1 / ratio)
    assert larger.min() > 1.8
    assert larger.max() < 3.1
    assert 0.3 < np.mean(ratio > 1) < 0.7


@pytest.mark.parametrize(("digest", "options"), DIGESTS.items())
def test_scenes_are_still_the_same_bit_for_bit(digest, options):
    scenes = odd_one_out(**options)
    arrays = scenes.images, scenes.items, scenes.odd.astype(np.int64), scenes.feature.astype(np.int64)
    assert hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest() == digest


@pytest.mark.parametrize("feature", FEATURES)
def test_only_the_odd_feature_of_the_odd_item_differs(feature):
    for plan in plans(feature):
        rest = np.arange(len(plan.shape)) != plan.odd
        hue = np.unwrap(np.arctan2(plan.colour[:, 2], plan.colour[:, 1]))
        differ = {
            "colour": not np.allclose(np.cos(hue - hue[rest][0]), 1, atol=0.02),
            "orientation": np.ptp(plan.angle) > np.radians(8.1),
            "shape": len(set(plan.shape)) > 1 and min(plan.shape) < len(SHAPES),
            "configuration": len(set(plan.shape)) > 1 and min(plan.shape) >= len(SHAPES),
            "size": np.ptp(plan.radius) > 0.04 * plan.radius.mean(),
            "pattern": len(set(plan.pattern)) > 1,
        }
        assert [name for name, differs in differ.items() if differs] == [feature]
        assert len({*plan.shape[rest]}) == len({*plan.pattern[rest]}) == 1
        assert np.ptp(plan.angle[rest]) < np.radians(8.1)
        assert np.ptp(plan.radius[rest]) < 0.04 * plan.radius[rest].mean()
        assert np.allclose(np.cos(hue[rest] - hue[rest][0]), 1, atol=0.02)


def test_the_odd_orientation_is_not_one_that_looks_the_same():
    for plan in plans("orientation"):
        turn = plan.angle[plan.odd] - np.delete(plan.angle, plan.odd).mean()
        period = PERIOD[plan.shape[0]]
        assert abs((turn + period / 2) % period - period / 2) > np.radians(22)


@pytest.mark.parametrize("feature", FEATURES)
def test_lightness_gives_nothing_away_and_hue_only_where_colour_is_odd(feature):
    scenes = odd_one_out(25, seed=6, size=224, feature=feature)
    for i in range(len(scenes)):
        colours = item_colours(scenes, i)
        assert np.ptp(colours[:, 0]) < 0.045  # jitter 0.02; the soft edge takes its share of the ground
        odd, others = colours[scenes.odd[i] - 1], np.delete(colours, scenes.odd[i] - 1, 0)
        apart = np.hypot(*(odd - others.mean(0))[1:])
        assert apart > 0.06 if feature == "colour" else apart < 0.03


@pytest.mark.parametrize("index", range(len(SHAPES)), ids=SHAPES)
def test_every_pattern_has_the_mean_colour_of_the_plain_one(index):
    plan = scene_plan(np.random.default_rng(1), FEATURES.index("size"), (4, 4))
    plan = replace(plan, shape=np.full(4, index), pattern=np.arange(4))  # plain is the first of the patterns
    plain = replace(plan, pattern=np.zeros(4, int))
    one, other = (
        item_colours(Scenes(image[None], items[None], np.array([1]), np.array([3])), 0)
        for image, items, _ in (drawn_scene(plan, 224), drawn_scene(plain, 224))
    )
    assert np.abs(one - other).max() < 0.006


def test_all_features_are_drawn_and_a_named_one_is_obeyed():
    assert set(odd_one_out(60, seed=0).feature) == set(range(5))
    for i, name in enumerate(FEATURES):
        assert set(odd_one_out(3, seed=0, feature=name).feature) == {i}
    assert set(odd_one_out(20, seed=0, feature=["size", "configuration"]).feature) == {3, 5}


def test_a_list_of_the_five_draws_what_is_drawn_without_one():
    assert same(odd_one_out(9, seed=4, feature=FIRST), odd_one_out(9, seed=4))


def test_every_place_in_the_order_of_items_is_as_often_odd():
    scenes = odd_one_out(400, seed=1, n_items=4)
    counts = np.bincount(scenes.odd, minlength=5)[1:]
    assert ((counts > 65) & (counts < 135)).all()  # four standard deviations about 100


@pytest.mark.parametrize(("size", "grid"), [(64, (8, 8)), (64, (4, 16)), (50, (8, 8)), (224, (14, 14))])
def test_patch_is_the_first_one_that_holds_most_of_the_target(size, grid):
    scenes = odd_one_out(12, seed=8, size=size)
    # Each pixel as a block of grid x grid points falls whole into patches, at any size.
    fine = scenes.target.repeat(grid[0], 1).repeat(grid[1], 2)
    held = fine.reshape(12, grid[0], size, grid[1], size).sum((2, 4)).reshape(12, -1)
    assert np.array_equal(scenes.patch(grid), held.argmax(1))


def test_the_first_of_equal_patches_is_taken():
    items = np.zeros((1, 64, 64), np.uint8)
    items[0, 20:28, 36:44] = 1  # four patches hold a quarter each
    scenes = Scenes(np.zeros((1, 64, 64, 3), np.uint8), items, np.array([1]), np.array([0]))
    assert scenes.patch().tolist() == [2 * 8 + 4]


def test_the_patch_of_the_target_holds_a_clear_share_of_it():
    scenes = odd_one_out(300, seed=9)
    held = scenes.target.reshape(300, 8, 8, 8, 8).sum((2, 4)).reshape(300, 64)
    first, second = np.sort(held, 1)[:, :-3:-1].T
    assert ((first - second) / first).min() > 0.2


@settings(max_examples=20)
@given(seeds, st.integers(3, 12))
def test_no_item_is_cut_and_none_touches_another(seed, n_items):
    plan = scene_plan(np.random.default_rng(seed), None, (n_items, n_items))
    reach = plan.radius * EXTENT[plan.shape]
    assert (np.minimum(plan.centre, 1 - plan.centre) > reach[:, None]).all()
    apart = np.linalg.norm(plan.centre[:, None] - plan.centre[None], axis=2) + 9 * np.eye(n_items)
    assert (apart > reach[:, None] + reach[None]).all()


@pytest.mark.parametrize("index", range(len(DISTANCES)), ids=DISTANCES)
def test_a_shape_has_the_area_of_the_unit_disc_and_the_extent_and_symmetry_that_the_table_says(index):
    at = np.linspace(-2, 2, 1201)
    u, v = np.meshgrid(at, at)
    distance = list(DISTANCES.values())[index]
    inside = distance(u, v) <= 0
    assert inside.mean() * 16 == pytest.approx(np.pi, rel=0.01)
    assert np.hypot(u, v)[inside].max() == pytest.approx(EXTENT[index], abs=0.015)
    assert np.hypot(u[inside].mean(), v[inside].mean()) < 0.01
    cos, sin = np.cos(PERIOD[index]), np.sin(PERIOD[index])
    turned = distance(cos * u + sin * v, cos * v - sin * u) <= 0
    assert (turned != inside).mean() < 0.005


def test_a_plan_is_drawn_without_chance():
    plan = scene_plan(np.random.default_rng(0), None, (5, 5))
    assert np.array_equal(drawn_scene(plan, 64)[0], drawn_scene(plan, 64)[0])


def test_scenes_are_sliced_counted_and_gone_through():
    scenes = odd_one_out(5, seed=0)
    assert len(scenes) == 5
    assert same(scenes[2], scenes[2:3])
    assert same(scenes[scenes.feature == scenes.feature[0]][0], scenes[0])
    assert [len(scene) for scene in scenes] == [1] * 5
    assert same(scenes[-1], scenes[4])
    assert repr(odd_one_out(2, feature="size")) == (
        "2 odd-one-out scenes of 64 x 64 pixels; odd in colour 0, orientation 0, shape 0, size 2, pattern 0"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"feature": "color"},
            "feature must be one of colour, orientation, shape, size, pattern, configuration: got 'color'. A scene has one odd feature, "
            "and names are spelled in British English. Leave feature out to draw one for each scene.",
        ),
        (
            {"n_items": (2, 5)},
            "n_items must be a number, or a fewest and a most, from 3 to 12: got (2, 5). With fewer items none is the odd one, and "
            "more do not fit side by side. Try n_items=(4, 9).",
        ),
        (
            {"n_items": 13},
            "n_items must be a number, or a fewest and a most, from 3 to 12: got 13. So many fit only into the rows of an array. Try "
            'arrangement="array", which takes up to 144.',
        ),
        ({"n": 0}, "n must be a whole number of at least 1: got 0. No scene was asked for. Try n=8."),
        ({"start": -1}, "start must be a whole number of at least 0: got -1. Scenes count from zero. Try start=0."),
        ({"seed": -1}, "seed must be a whole number of at least 0: got -1. It numbers a stream of scenes. Try seed=0."),
        ({"size": 16}, "size must be a whole number of at least 32: got 16. Items would be a few pixels wide. Try size=64."),
    ],
)
def test_a_bad_argument_is_answered_in_words(options, message):
    with pytest.raises(InputError) as raised:
        odd_one_out(**options)
    assert str(raised.value) == message

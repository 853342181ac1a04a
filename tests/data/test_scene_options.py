"""What the generator of scenes can be asked for, and what the scenes then measure."""

import re

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.data.labelled import labelled_set
from qkwidgets.data.odd_one_out import FEATURES, odd_one_out, p3_arrays
from qkwidgets.data.scene_conditions import odd_one_out_grid
from qkwidgets.data.scene_places import ARRANGEMENTS, array_shape
from qkwidgets.data.scene_recipe import SceneRecipe

GRADED = {"colour": (12, 180), "orientation": (12, 90), "size": (np.log2(1.06), 1)}


@pytest.mark.parametrize(("feature", "ends"), GRADED.items())
def test_a_difference_of_0_is_just_above_the_jitter_and_one_of_1_the_largest(feature, ends):
    for share, end in zip((0, 1), ends, strict=True):
        scenes = odd_one_out(12, seed=3, feature=feature, difference=share, shape="bar")
        found = np.abs(scenes.difference)
        assert np.abs(found - end).max() <= (8 if feature != "size" else 0.05) + 1e-9
        assert found.mean() == pytest.approx(end, abs=4 if feature != "size" else 0.03)


def test_orientations_differ_by_half_the_period_of_the_shape_at_most():
    for shape, most in (("square", 45), ("triangle", 60), ("half disc", 90)):
        scenes = odd_one_out(8, feature="orientation", difference=1, shape=shape)
        assert np.abs(scenes.difference).max() <= most + 8
        assert np.abs(scenes.difference).min() >= most - 8


def test_the_measured_ratio_of_sizes_is_the_one_asked_for():
    scenes = odd_one_out(10, feature="size", difference=0.7, size=224)
    measured = np.array([row["size_ratio"] for row in scenes.rows()])
    np.testing.assert_allclose(measured, scenes.difference, atol=0.03)


def test_a_range_of_differences_is_drawn_from_and_the_rest_of_the_scene_stays():
    ranged = odd_one_out(30, feature="colour", difference=(0.2, 0.4))
    found = np.abs(ranged.difference)
    assert 12 + 0.2 * 168 - 8 <= found.min() < found.max() <= 12 + 0.4 * 168 + 8
    assert np.ptp(found) > 20
    assert np.array_equal(ranged.items, odd_one_out(30, feature="colour").items)


@pytest.mark.parametrize("kind", ARRANGEMENTS)
def test_an_arrangement_that_is_named_is_drawn(kind):
    scenes = odd_one_out(4, arrangement=kind, n_items=9)
    assert {row["arrangement"] for row in scenes.rows()} == {kind}
    assert (scenes.items.max((1, 2)) == 9).all()


def test_an_array_fills_the_image_with_equal_rows():
    scenes = p3_arrays(3, seed=1)
    assert scenes.images.shape == (3, 224, 224, 3)
    for items in scenes.items:
        assert np.array_equal(np.unique(items), np.arange(50))
        rows, columns = np.indices(items.shape)
        centre = np.array([[rows[items == k].mean(), columns[items == k].mean()] for k in range(1, 50)]).reshape(7, 7, 2)
        pitch = 224 * 0.94 / 7
        assert np.abs(np.diff(centre[:, :, 0], axis=0) - pitch).max() < 0.15 * pitch
        assert np.abs(np.diff(centre[:, :, 1], axis=1) - pitch).max() < 0.15 * pitch
    assert array_shape(6) == (2, 3)
    assert array_shape(8) is None


def test_the_p3_preset_is_plain_on_plain():
    scenes = p3_arrays(4)
    assert all(row["ground_texture"] < 0.01 for row in scenes.rows())
    assert set(scenes.feature) <= {FEATURES.index(name) for name in ("colour", "orientation", "size")}
    assert len(p3_arrays(1, feature="configuration")) == 1


def test_grounds_change_and_items_stay():
    waves, flat, photo = (
        odd_one_out(4, seed=2, ground=ground) for ground in ("waves", "flat", [np.full((40, 40), 0.3), noise()])
    )
    assert np.array_equal(waves.items, flat.items)
    assert np.array_equal(waves.items, photo.items)
    textures = [np.mean([row["ground_texture"] for row in scenes.rows()]) for scenes in (flat, waves)]
    assert textures[0] < 0.01 < textures[1]
    assert np.array_equal(odd_one_out(4, seed=2, ground_contrast=0).images, flat.images)


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (48, 60, 3), np.uint8)


def test_a_photograph_is_cut_differently_in_each_scene_and_the_same_way_again():
    one, again = (odd_one_out(3, ground=noise()) for _ in range(2))
    assert np.array_equal(one.images, again.images)
    assert not np.array_equal(one.images[0][one.ground[0] & one.ground[1]], one.images[1][one.ground[0] & one.ground[1]])
    assert np.array_equal(one[1].images, odd_one_out(1, ground=noise(), start=1).images)


def test_items_stand_out_from_a_photograph():
    pytest.importorskip("skimage")
    rows = odd_one_out(24, ground="photographs").rows()
    assert min(row["distractor_contrast"] for row in rows) > 0.15


def test_the_table_measures_what_was_drawn():
    scenes = odd_one_out(1, seed=2, feature="colour", size=64)
    (row,) = scenes.rows()
    shares = row["target_area"], row["distractor_area"], row["ground_area"]
    assert shares == pytest.approx([scenes.target.mean(), scenes.distractors.mean(), scenes.ground.mean()])
    down, across = np.nonzero(scenes.target[0])
    assert row["eccentricity"] == pytest.approx(np.hypot(down.mean() + 0.5 - 32, across.mean() + 0.5 - 32) / 64)
    far = [np.hypot(down.mean() - y.mean(), across.mean() - x.mean()) / 64 for y, x in others(scenes)]
    assert (row["nearest"], row["mean_distance"]) == pytest.approx((min(far), np.mean(far)))
    assert (row["feature"], row["unit"]) == ("colour", "degrees of hue")
    assert row["n_items"] == scenes.items.max()


def others(scenes):
    return [np.nonzero(scenes.items[0] == k) for k in range(1, scenes.items.max() + 1) if k != scenes.odd[0]]


def test_conditions_share_their_seeds_and_come_with_a_table():
    grid = odd_one_out_grid(2, vary={"difference": [0.2, 0.9], "ground": ["flat", "waves"]}, feature="size", seed=7)
    assert [list(row.values()) for row in grid.table] == [[0.2, "flat"], [0.2, "waves"], [0.9, "flat"], [0.9, "waves"]]
    assert np.array_equal(grid.of(0).items, grid.of(1).items)
    assert np.array_equal(grid.of(2).images, odd_one_out(2, feature="size", seed=7, difference=0.9, ground="flat").images)
    frame = grid.to_pandas()
    assert frame["condition"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert frame["asked_difference"].tolist() == [0.2] * 4 + [0.9] * 4
    assert frame.groupby("asked_difference")["size_ratio"].apply(lambda x: x.abs().mean()).is_monotonic_increasing
    assert len(labelled_set(grid)) == 8


def test_a_recipe_draws_the_same_scenes_one_by_one():
    options = {"n": 4, "seed": 9, "feature": ["colour", "size"], "difference": (0.1, 0.8), "ground": noise(), "n_items": (5, 7)}
    scenes, recipe = odd_one_out(**options), SceneRecipe(**options)
    for i in range(4):
        assert np.array_equal(recipe.scene(i).images[0], scenes.images[i])
    drawn, lazy = labelled_set(scenes), labelled_set(recipe)
    assert np.array_equal(drawn.labelled(2).objects, lazy.labelled(2).objects)
    assert lazy.describe() != labelled_set(SceneRecipe(**options | {"ground_contrast": 0.5})).describe()


FEATURE = "Names left out are not drawn. Leave feature out to draw one of colour, orientation, shape, size, pattern."
MESSAGES = [
    ({"feature": []}, f"feature must be a name or a list of names: got []. {FEATURE}"),
    (
        {"arrangement": "spiral"},
        "arrangement must be one of grid, scatter, ring, array, or a list of these: got 'spiral'. It is probably misspelt. Leave it out "
        "to draw one for each scene.",
    ),
    (
        {"arrangement": "array", "n_items": 47},
        "The items of an array must fill rows of equal length, fewer than twice as many as there are rows: got n_items with 47. Another "
        "arrangement was probably meant. Try n_items=48, 6 rows of 8.",
    ),
    (
        {"arrangement": "array", "n_items": 200},
        "n_items must be a number, or a fewest and a most, from 3 to 144: got 200. With fewer items none is the odd one, and more do not "
        "fit side by side. Try n_items=49.",
    ),
    (
        {"difference": 0.5},
        "difference= is for features that differ by degrees (colour, orientation, size): shape and pattern may be drawn, in which items "
        "are alike or not. Name the feature, or leave difference out.",
    ),
    (
        {"difference": 0.5, "feature": "configuration"},
        "difference= is for features that differ by degrees (colour, orientation, size): configuration may be drawn, in which items "
        "are alike or not. Name the feature, or leave difference out.",
    ),
    (
        {"difference": 30, "feature": "colour"},
        "difference must be a number from 0 (just above the jitter) to 1 (the largest), or a least and a most: got 30. It is probably "
        "meant in degrees. Try difference=0.5.",
    ),
    (
        {"difference": -0.1, "feature": "colour"},
        "difference must be a number from 0 (just above the jitter) to 1 (the largest), or a least and a most: got -0.1. It has no sign: the "
        "odd item turns either way, and is larger as often as smaller. Try difference=0.5.",
    ),
    (
        {"difference": float("nan"), "feature": "colour"},
        "difference must be a number from 0 (just above the jitter) to 1 (the largest), or a least and a most: got nan. A calculation before "
        "it has probably failed. Try difference=0.5.",
    ),
    (
        {"difference": (1, 0), "feature": "colour"},
        "difference must be a number from 0 (just above the jitter) to 1 (the largest), or a least and a most: got (1, 0). They are probably "
        "in the wrong order. Try difference=0.5.",
    ),
    (
        {"n_items": (9, 4)},
        "n_items must be a number, or a fewest and a most, from 3 to 12: got (9, 4). They are probably in the wrong order. Try n_items=(4, 9).",
    ),
    (
        {"n_items": 100},
        "n_items must be a number, or a fewest and a most, from 3 to 12: got 100. So many fit only into the rows of an array. Try "
        'arrangement="array", which takes up to 144.',
    ),
    (
        {"colour": True},
        "A keyword of odd_one_out is one of n, seed, size, feature, n_items, arrangement, difference, shape, pattern, ground, ground_contrast, "
        "start: got 'colour'. Use one of these.",
    ),
    (
        {"arrangment": "grid"},
        "A keyword of odd_one_out is one of n, seed, size, feature, n_items, arrangement, difference, shape, pattern, ground, ground_contrast, "
        "start: got 'arrangment'. It is probably misspelt. Nearest: 'arrangement'.",
    ),
    (
        {"n": 8, "size": 20_000},
        "Scenes drawn at once must take at most 8 GB: 8 of 20,000 x 20,000 pixels take 16 GB (16,000,000,000 bytes). A figure too many was "
        "probably typed. Pass a smaller n or size, or draw scenes one by one with qkwidgets.data.scene_recipe.SceneRecipe.",
    ),
    (
        {"ground": "grass"},
        'ground must be "waves", "flat", "photographs", or pictures to cut it from: got \'grass\'. It is probably misspelt. Use one of '
        "these words, or pass image files, arrays or a folder.",
    ),
    (
        {"ground": np.zeros((8, 8))},
        "A photograph for grounds must be at least 32 pixels high and wide: 'image 0' is smaller. It was probably meant as a texture. "
        "Enlarge it, or leave it out.",
    ),
    (
        {"ground_contrast": 50},
        "ground_contrast must be a number from 0 (flat) to 4, 1 for the texture as it is: got 50. It is probably meant in per cent. Try "
        "ground_contrast=1.",
    ),
    (
        {"shape": "star"},
        "shape must be one of ellipse, square, triangle, cross, half disc, bar: got 'star'. It is probably misspelt. Leave it out to draw "
        "one for each scene.",
    ),
    (
        {"pattern": "plain", "feature": "configuration"},
        "pattern= is for items of one part: got pattern='plain', and configuration may be the odd feature, where items are two bars in two "
        "tones. Leave pattern out, or name other features.",
    ),
]


@pytest.mark.parametrize(("options", "message"), MESSAGES)
def test_a_bad_option_is_answered_in_words(options, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        odd_one_out(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"vary": {"colour": [1, 2]}},
            "An option of vary= is one of seed, feature, n_items, arrangement, difference, shape, pattern, ground, ground_contrast: got "
            "'colour'. Use one of these.",
        ),
        (
            {"vary": {"size": [64, 224]}},
            "Options that can be varied are seed, feature, n_items, arrangement, difference, shape, pattern, ground, ground_contrast: got "
            "'size'. All scenes of a grid have one size. Pass one of these.",
        ),
        (
            {"vary": {"feature": ["size"]}, "sead": 1},
            "A keyword of odd_one_out_grid is one of n, vary, seed, feature, n_items, arrangement, difference, shape, pattern, ground, "
            "ground_contrast, start, size: got 'sead'. It is probably misspelt. Nearest: 'seed'.",
        ),
        (
            {"vary": {"feature": ["size"]}, "feature": "colour"},
            "An option is varied or the same: 'feature' is both. It was probably meant as one of the values. Leave it out of one.",
        ),
        (
            {"vary": {"feature": "size"}},
            "vary= names options and lists their values: got feature='size'. A single value is no condition. Write for instance "
            'vary={"feature": ["colour", "size"]}.',
        ),
        (
            {"vary": ["feature"]},
            "vary= names options and lists their values, in a dict: got one of type list. The names were probably passed alone. Write for "
            'instance vary={"feature": ["colour", "size"]}.',
        ),
        (
            {"vary": {"seed": [0, 1]}, "n": 4, "size": 20_000},
            "Scenes drawn at once must take at most 8 GB: 8 of 20,000 x 20,000 pixels take 16 GB (16,000,000,000 bytes). A figure too many was "
            "probably typed. Pass a smaller n or size, or draw scenes one by one with qkwidgets.data.scene_recipe.SceneRecipe.",
        ),
        (
            {"vary": {"seed": list(range(60_000))}, "n": 2},
            "A grid must hold at most 100,000 scenes: 60000 conditions of 2 are more. They are all held in memory. Vary less at a time, or "
            "pass a smaller n.",
        ),
    ],
)
def test_a_bad_grid_is_answered_in_words(options, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        odd_one_out_grid(**options)


def test_a_scene_that_a_recipe_does_not_have_is_refused():
    with pytest.raises(
        InputError, match=r"^A recipe's scenes count from 0 to 3: got 4\. It is probably one too many\. Pass one of these\.$"
    ):
        SceneRecipe(n=4).scene(4)


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (
            lambda: SceneRecipe(difference="large", feature="colour"),
            "difference must be a number from 0 (just above the jitter) to 1 (the largest), or a least and a most: got 'large'. It is probably "
            "a name, or a list of values. Try difference=0.5.",
        ),
        (
            lambda: p3_arrays(2, arrangement="ring"),
            "A keyword of p3_arrays is one of n, seed, size, feature, difference, n_items, start: got 'arrangement'. ",
        ),
        (
            lambda: p3_arrays(2, feature="shape"),
            'Items of these arrays differ in colour, orientation, size, pattern or configuration: got "shape". P3 has no arrays that are odd in '
            'shape. Use odd_one_out(n, feature="shape", arrangement="array", n_items=49).',
        ),
        (
            lambda: odd_one_out_grid(1, vary={"seed": [0, 1]}).of(9),
            "Condition 9 of this grid does not exist: it has conditions 0 to 1. Conditions count from zero here.",
        ),
    ],
)
def test_what_arrays_and_grids_do_not_have_is_refused(cause, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        cause()

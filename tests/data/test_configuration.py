"""The configural feature: the odd item has the parts of the others, put together otherwise."""

import numpy as np
import pytest

from qkwidgets.data.odd_one_out import FEATURES, odd_one_out
from qkwidgets.data.oklab import oklab
from qkwidgets.data.scene_plan import scene_plan
from qkwidgets.data.scene_shapes import COMPOSED, CONFIGURATIONS, DISTANCES, HALF_LENGTH, HALF_WIDTH, SHAPES

STEP = 0.005
AT = np.arange(-2, 2, STEP) + STEP / 2
U, V = np.meshgrid(AT, AT)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_two_equal_bars_lie_against_each_other_without_overlap(name):
    configuration = COMPOSED[name]
    one, other = (distance <= 0 for distance in configuration._bars(U, V))
    area = 4 * HALF_WIDTH * HALF_LENGTH
    assert one.sum() * STEP**2 == pytest.approx(area, rel=0.02)
    assert other.sum() * STEP**2 == pytest.approx(area, rel=0.02)
    assert (one & other).mean() < 0.001
    # They touch along a seam, whose middle is inside and not on the border: no line of ground shows through.
    assert np.array_equal(one | other, DISTANCES[name](U, V) <= 0)
    seam = (np.abs(configuration._bars(U, V)[0]) < STEP) & (np.abs(configuration._bars(U, V)[1]) < STEP)
    assert configuration(U, V)[seam].min() < -HALF_WIDTH / 2


def test_no_two_configurations_are_one_shape_turned_or_mirrored():
    def spread(name):
        inside = DISTANCES[name](U, V) <= 0
        places = np.stack([U[inside], V[inside]])
        return np.sort(np.linalg.eigvalsh(np.cov(places)))

    for i, one in enumerate(CONFIGURATIONS):
        for other in CONFIGURATIONS[i + 1 :]:
            assert np.abs(spread(one) / spread(other) - 1).max() > 0.1


def test_all_items_share_one_configuration_but_the_odd_one():
    seen = set()
    for seed in range(80):
        plan = scene_plan(np.random.default_rng(seed), FEATURES.index("configuration"), (4, 9))
        rest = set(np.delete(plan.shape, plan.odd))
        assert len(rest) == 1
        assert min(plan.shape) >= len(SHAPES)
        assert plan.shape[plan.odd] not in rest
        seen.add((*rest, plan.shape[plan.odd]))
    assert len(seen) == len(CONFIGURATIONS) * (len(CONFIGURATIONS) - 1)


def test_every_item_has_two_parts_of_equal_area_and_its_own_two_tones():
    scenes = odd_one_out(12, seed=3, size=224, feature="configuration")
    for image, items, parts in zip(scenes.images, scenes.items, scenes.parts, strict=True):
        lightness = oklab(image)[0]
        apart = []
        for k in range(1, items.max() + 1):
            one, other = ((items == k) & (parts == part) for part in (1, 2))
            assert one.sum() + other.sum() == (items == k).sum()
            assert one.sum() == pytest.approx(other.sum(), rel=0.12)
            apart.append(lightness[one].mean() - lightness[other].mean())
        assert min(apart) > 0.15  # the first part is the lighter one, in every item
        assert np.ptp(apart) < 0.05


def test_other_items_have_one_part():
    scenes = odd_one_out(4, feature="shape")
    assert np.array_equal(scenes.parts, scenes.items > 0)


def test_a_classifier_of_outlines_at_the_size_of_the_built_in_model_finds_the_odd_one():
    """The outline of each item, turned upright, against the mean of the others: what is told apart here can be learned."""
    right = 0
    for seed in range(60):
        plan = scene_plan(np.random.default_rng(seed), FEATURES.index("configuration"), (4, 9))
        reach = plan.radius * 64
        u, v = np.meshgrid(np.arange(-13, 14), np.arange(-13, 14))
        drawn = []
        for shape, radius, angle in zip(plan.shape, reach, plan.angle, strict=True):
            turned = np.cos(angle) * u + np.sin(angle) * v, np.cos(angle) * v - np.sin(angle) * u
            drawn.append(
                np.clip(0.5 - radius * DISTANCES[(*SHAPES, *CONFIGURATIONS)[shape]](*(x / radius for x in turned)), 0, 1)
            )
        drawn = np.array(drawn)
        far = [np.abs(d - np.median(drawn, 0)).sum() for d in drawn]
        right += int(np.argmax(far)) == plan.odd
    assert right >= 57

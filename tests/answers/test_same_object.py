"""Are probabilities of the same object weighted as they say, and do their intervals hold what they promise?"""

import numpy as np
import pytest

import qkwidgets as qk
from qkwidgets.answers.same_object import CHANCES, SameObject, averages

SHAPE = (2, 2, 3, 5)


def lists(seed=0, n_images=40):
    """Lists of images, hits and singular values; one mode is null, one has a short list, one none."""
    rng = np.random.default_rng(seed)
    image = np.stack([rng.permutation(n_images)[: SHAPE[-1]] for _ in range(12)]).reshape(SHAPE)
    image[0, 0, 1, 3:] = -1
    image[1, 1, 0] = -1
    null = np.zeros(SHAPE[:3], dtype=bool)
    null[1, 0, 2] = True
    hits = {"same": rng.random(SHAPE) < 0.4} | {name: rng.random(SHAPE) for name in CHANCES}
    hits = {name: np.where(image >= 0, hit, np.nan if name != "same" else True) for name, hit in hits.items()}
    return image, hits, -np.sort(-rng.random(SHAPE[:3])), null


def answer(**changes) -> SameObject:
    image, hits, values, null = lists()
    fields = averages(image, hits, values, null) | {
        "image": image.astype(np.int64),
        "score": np.ones(SHAPE, np.float32),
        "sign": np.zeros(SHAPE, np.int8),
        "query_object": np.ones(SHAPE, np.int16),
        "key_object": np.ones(SHAPE, np.int16),
        "singular_values": values,
        "cosine": values,
        "null": null,
        "names": {"3": "three"},
        "n_told": 40,
        "n_images": 41,
        "n_skipped": 1,
        "finished": True,
        "provenance": {"model": "a model", "k": 5},
    }
    return SameObject(**(fields | changes))


def test_heads_are_weighted_by_singular_values_and_layers_are_means_of_heads():
    image, hits, values, null = lists()
    found = averages(image, hits, values, null)
    for name, key in (("same", "head"), ("by_others", "head_by_others")):
        for layer, head in np.ndindex(SHAPE[:2]):
            total = weight = 0.0
            for mode in range(SHAPE[2]):
                there = image[layer, head, mode] >= 0
                if there.any() and not null[layer, head, mode]:
                    total += values[layer, head, mode] * np.mean(hits[name][layer, head, mode][there].astype(float))
                    weight += values[layer, head, mode]
            assert found[key][layer, head] == pytest.approx(total / weight)
    np.testing.assert_allclose(found["layer"], found["head"].mean(1))
    np.testing.assert_allclose(found["by_others"], found["head_by_others"].mean(1))
    assert np.isnan(found["mode"][1, 1, 0])


def test_a_head_without_any_image_is_left_out_of_its_layer():
    image, hits, values, null = lists()
    image[0, 1] = -1
    found = averages(image, hits, values, null)
    assert np.isnan(found["head"][0, 1])
    assert found["layer"][0] == found["head"][0, 0]
    image[0] = -1
    found = averages(image, hits, values, null)
    assert np.isnan(found["layer"][0])
    assert np.isnan(found["layer_interval"][0]).all()


def test_intervals_hold_the_value_and_narrow_with_more_images():
    def width(n_images):
        rng = np.random.default_rng(0)
        image = rng.integers(0, n_images, (1, 4, 16, 20))
        same = (rng.random(n_images) < 0.5)[image]  # all modes agree on an image: only images count
        hits = {"same": same} | {name: np.full(image.shape, 0.25) for name in CHANCES}
        found = averages(image, hits, np.ones((1, 4, 16)), np.zeros((1, 4, 16), dtype=bool))
        (low, high), value = found["layer_interval"][0], found["layer"][0]
        assert low < value < high
        np.testing.assert_allclose(found["excess_interval"][0], [low - 0.25, high - 0.25], atol=1e-9)
        return high - low

    few, many = width(25), width(400)
    assert few / many == pytest.approx(4, rel=0.3)  # like one over the square root, though 1,280 places are filled in both
    assert many == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.25)


def test_intervals_are_the_same_each_time():
    one, other = (averages(*lists()) for _ in range(2))
    assert all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def test_an_answer_comes_back_from_a_file_and_speaks(tmp_path):
    answer().save(tmp_path / "x.qk")
    again = qk.open(tmp_path / "x.qk")
    assert again.rows() == answer().rows()
    assert str(again) == str(answer())
    assert again.names == {"3": "three"}
    assert "40 of 41 images have two objects or more" in str(again)
    (row,) = [row for row in again.rows() if (row["layer"], row["head"]) == (1, 0)]
    assert row["same_object"] == again.head[1, 0]
    assert row["layer_chance_by_area"] == again.by_area[1]
    assert {choice.source for choice in again.choices} <= {"paper", "ours"}


def test_one_image_has_no_interval_and_few_images_are_said():
    image, hits, values, null = lists()
    found = averages(np.where(image >= 0, 3, -1), hits, values, null)
    assert np.isnan(found["layer_interval"]).all()
    assert np.isnan(found["excess_interval"]).all()
    assert np.isfinite(found["layer"]).all()
    assert str(answer(n_told=1)).endswith("; intervals from one image, fewer than 30, mean little")
    assert str(answer()).endswith("(40 of 41 images have two objects or more, 1 more could not be read)")

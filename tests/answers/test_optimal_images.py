"""Are lists read off as they are, kept through files, and classes suggested only where they should be?"""

import csv
import dataclasses

import numpy as np
import pytest

import qkwidgets as qk
from qkwidgets.answers.class_suggestions import Halves, suggestions
from qkwidgets.answers.quantise import restored
from qkwidgets.core.errors import InputError, OutOfRangeError
from tests.optimal import GRID, optimal


def test_a_list_has_names_labels_scores_and_patches_as_rows_and_columns():
    answer = optimal()
    for sign, number in (("+", 0), ("-", 1)):
        spot = (1, 1, 0, number)
        for rank, hit in enumerate(answer.top("L1 H1 M0", sign)):
            assert hit.image == answer.image[spot][rank]
            assert hit.name == f"photograph {hit.image}"
            assert hit.label == {0: "cat", 1: 7}.get(hit.image)
            assert hit.score == answer.score[spot][rank]
            assert hit.query_patch[0] * GRID[1] + hit.query_patch[1] == answer.query_patch[spot][rank]
            assert hit.key_patch[0] * GRID[1] + hit.key_patch[1] == answer.key_patch[spot][rank]


def test_lists_end_where_no_image_scores_above_zero():
    answer = optimal()
    assert len(answer.top("L1 H0 M0", "+")) == 2
    assert answer.top("L1 H1 M2") == []


def test_auto_is_the_sign_of_the_better_best_image():
    answer = optimal()
    assert answer.preferred_sign("L0 H0 M0") == "-"
    assert answer.top("L0 H0 M0") == answer.top("L0 H0 M0", "-") != answer.top("L0 H0 M0", "+")
    assert optimal(score=np.ones_like(answer.score)).preferred_sign("L0 H0 M0") == "+"


def test_ordinary_images_are_those_at_the_deciles():
    answer = optimal()
    found = answer.ordinary("L0 H1 M2", "-")
    assert [hit.image for hit in found] == answer.deciles["image"][0, 1, 2, 1].tolist()
    with pytest.raises(InputError, match="Deciles need a sample of all images: none was drawn"):
        optimal(deciles={}).ordinary("L0 H1 M2")


def test_maps_are_pictures_and_missing_ones_are_none():
    answer = optimal()
    maps = answer.kept_maps("L0 H1 M1", "-")
    assert maps.shape == (4, 2, *GRID)
    whole = restored(answer.maps, "maps")
    assert (maps.reshape(4, 2, -1) == whole[0, 1, 1, 1]).all()
    assert answer.kept_maps("L0 H1 M2") is None
    assert optimal(maps={}).kept_maps("L0 H1 M1") is None


def test_a_mode_or_sign_that_does_not_exist_is_refused():
    with pytest.raises(OutOfRangeError, match="Mode 3 of 'a model' does not exist"):
        optimal().top("L0 H0 M3")
    with pytest.raises(InputError, match='A sign is "\\+", "-", or "auto"'):
        optimal().top("L0 H0 M0", "plus")


def test_the_table_has_a_row_for_each_image_in_a_list(tmp_path):
    answer = optimal()
    rows = answer.rows()
    assert len(rows) == (answer.image >= 0).sum() == len(answer.to_pandas())
    assert rows[0] | {"score": 0} == {
        "layer": 0, "head": 0, "mode": 0, "sign": "+", "rank": 0, "image": int(answer.image[0, 0, 0, 0, 0]), "score": 0,
        "name": f"photograph {answer.image[0, 0, 0, 0, 0]}", "label": answer.labels.get(int(answer.image[0, 0, 0, 0, 0])),
        "query_patch": int(answer.query_patch[0, 0, 0, 0, 0]), "key_patch": int(answer.key_patch[0, 0, 0, 0, 0]),
    }  # fmt: skip
    answer.to_csv(tmp_path / "lists.csv")
    with (tmp_path / "lists.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(rows)


def test_it_is_the_same_after_a_file(tmp_path):
    answer = optimal()
    answer.save(tmp_path / "lists.qk")
    again = qk.open(tmp_path / "lists.qk")
    for field in dataclasses.fields(answer):
        one, other = getattr(answer, field.name), getattr(again, field.name)
        if field.name in ("maps", "deciles"):
            assert one.keys() == other.keys()
            assert all(np.array_equal(one[name], other[name]) for name in one)
        elif field.name == "halves":
            assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
        elif isinstance(one, np.ndarray):
            assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
            assert one.dtype == other.dtype
        else:
            assert one == other
    assert str(again) == str(answer)


def test_bare_answers_go_through_files_too(tmp_path):
    optimal(maps={}, deciles={}, halves=None, thumbnails={}).save(tmp_path / "bare.qk")
    bare = qk.open(tmp_path / "bare.qk")
    assert (bare.maps, bare.deciles, bare.halves, bare.thumbnails) == ({}, {}, None, {})


def test_it_says_what_it_is():
    text = str(optimal())
    assert text.startswith(
        "Top 4 of 1234 images for 2 x 2 x 3 modes of a model, both signs, by query times key; L0 H0 M0 answers most to "
    )
    assert " so far" in str(optimal(finished=False))
    assert "&lt;b&gt;" in optimal(model="<b>")._repr_html_()


N_CLASSES, PER_CLASS, TOP, MODES = 20, 30, 15, 150


def halves(seed: int, planted: int = 0) -> Halves:
    """Lists of random images of a labelled set; the first `planted` modes like the class of their number."""
    rng = np.random.default_rng(seed)
    labels = rng.permuted(np.repeat(np.arange(N_CLASSES), PER_CLASS))
    half = rng.integers(0, 2, len(labels))
    classes = np.empty((1, 1, MODES, 2, 2, TOP), dtype=np.int32)
    for mode, sign in np.ndindex(MODES, 2):
        liking = rng.random(len(labels)) + (0.6 * (labels == mode) if mode < planted and sign == 0 else 0)
        for one in (0, 1):
            best = np.argsort(-np.where(half == one, liking, -1), kind="stable")[:TOP]
            classes[0, 0, mode, sign, one] = labels[best]
    count = np.stack([np.bincount(labels[half == one], minlength=N_CLASSES) for one in (0, 1)])
    return Halves(classes, count, [f"class {number}" for number in range(N_CLASSES)])


def test_random_labels_give_no_more_false_suggestions_than_stated():
    sets = [suggestions(halves(seed), 0.05) for seed in range(60)]
    assert sum(map(bool, sets)) <= 7, "at 5 % a set, more than 7 of 60 sets have a chance of 1 in 50"


def test_p_values_of_random_labels_are_no_smaller_than_chance():
    p = np.array([row["p"] for seed in range(10) for row in suggestions(halves(seed), 1.0)])
    for level in (0.001, 0.01, 0.1):
        assert (p <= level).mean() <= level + 3 * np.sqrt(level / len(p))


def test_planted_classes_are_found_and_nothing_else():
    found = suggestions(halves(1, planted=10), 0.05)
    assert {(row["mode"], row["sign"], row["label"]) for row in found} == {(mode, "+", f"class {mode}") for mode in range(10)}
    assert [row["p"] for row in found] == sorted(row["p"] for row in found)
    first = found[0]
    assert first["of"] == TOP
    assert first["hits"] / first["of"] > 3 * first["share"]
    assert 0 <= first["p"] <= first["p_adjusted"] <= 0.05


def test_a_class_of_one_half_alone_is_not_suggested():
    one_sided = halves(2)
    one_sided.classes[0, 0, 0, 0, 0] = 3
    assert suggestions(one_sided, 0.05) == []


def test_suggestions_without_lists_or_labels_are_refused_in_words():
    with pytest.raises(InputError, match=r"this sweep kept none\. It was made with classes=0\. Make it again with classes=20"):
        optimal(halves=None).suggestions()
    empty = Halves(np.full((1, 1, 1, 2, 2, 3), -1, dtype=np.int32), np.zeros((2, 0), dtype=np.int64), [])
    with pytest.raises(InputError, match="Classes are suggested for images with labels: those of this sweep have none"):
        optimal(halves=empty).suggestions()

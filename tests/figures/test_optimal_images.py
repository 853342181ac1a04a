"""Does the page show the pictures of each list under their maps, mark the pairs, and say what was left open?"""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from qkwidgets.answers.class_suggestions import Halves
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.figures.optimal_images import optimal_images_figure
from qkwidgets.figures.theme import number, unit
from tests.figures.texts import NASTY, words
from tests.optimal import GRID, K, optimal


def pictures(figure) -> list[np.ndarray]:
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(each.source.split(",")[1])))) for each in figure.layout.images]


def test_a_page_has_a_photograph_and_an_overlay_for_every_image():
    figure = optimal_images_figure(optimal(), ["L0 H0 M0", "L0 H0 M1"])
    assert len(figure.layout.images) == 2 * 2 * K
    assert len(optimal_images_figure(optimal(), ["L0 H0 M0", "L0 H0 M1"], photographs=False).layout.images) == 2 * K
    assert len(optimal_images_figure(optimal(), "L0 H0 M2").layout.images) == K, "without maps there are photographs alone"
    assert len(optimal_images_figure(optimal(), (0, 0, 0), n=2).layout.images) == 4
    assert len(optimal_images_figure(optimal()).layout.images) == 2 * (2 + K), "the first mode of each head of layer 1"


def test_pictures_keep_the_shape_of_the_grid():
    figure = optimal_images_figure(optimal(), "L0 H0 M0")
    for place, picture in zip(figure.layout.images, pictures(figure), strict=True):
        assert place.sizex / place.sizey == pytest.approx(GRID[1] / GRID[0])
        assert picture.shape[1] / picture.shape[0] == pytest.approx(GRID[1] / GRID[0], rel=0.01)


@pytest.mark.parametrize(("sign", "index"), [("+", "L1 H1 M1"), ("-", "L0 H0 M0")])
def test_overlays_are_lit_by_the_maps_of_their_own_image_and_sign(sign, index):
    answer = optimal()
    figure = optimal_images_figure(answer, index, photographs=False, sign=sign)
    maps = answer.kept_maps(index, sign)
    ends = np.percentile(np.abs(maps), 99, axis=(0, 2, 3))
    for picture, (query, key) in zip(pictures(figure), maps, strict=True):
        rows, columns = (
            np.arange(size) * (picture.shape[axis] / size) + picture.shape[axis] / size / 2 for axis, size in enumerate(GRID)
        )
        middle = picture[np.ix_(rows.astype(int), columns.astype(int))].astype(float)
        red, cyan = (middle[..., 0] - middle.min(axis=-1)), (middle[..., 2] - middle[..., 0])
        assert np.corrcoef(cyan.ravel(), (np.clip(key / ends[1], 0, 1) - np.clip(query / ends[0], 0, 1)).ravel())[0, 1] > 0.95
        assert red[query < 0].max() < 12


def test_the_best_pair_lies_on_its_patches():
    answer = optimal()
    figure = optimal_images_figure(answer, "L1 H1 M0", photographs=False, sign="-")
    places = figure.layout.images
    for name in ("query", "key"):
        (rim, marks) = [trace for trace in figure.data if trace.name == f"{name} patch"]
        assert (rim.x, rim.y) == (marks.x, marks.y)
        for hit, place, x, y in zip(answer.top("L1 H1 M0", "-"), places, marks.x, marks.y, strict=True):
            row, column = getattr(hit, f"{name}_patch")
            assert (x - place.x) / place.sizex * GRID[1] == pytest.approx(column + 0.5)
            assert (y - place.y) / place.sizey * GRID[0] == pytest.approx(row + 0.5)
    assert {trace.marker.symbol for trace in figure.data if trace.mode == "markers"} == {"circle", "square"}


def test_a_page_says_what_its_rows_are():
    answer = optimal()
    said = words(optimal_images_figure(answer, ["L0 H0 M0", "L0 H1 M0", "L1 H1 M2"]))
    for part in (
        "L0 H0 M0", "sign −", "sign +", f"cosine {unit(answer.cosine[0, 0, 0])}", f"σ {number(answer.singular_values[0, 0, 0])}",
        "defined only", "together with M1", "null mode:", "no image scores", "cosine –",
        "Best of 1,234 images by the largest query × largest key projection", "Information flows cyan → red", "99th percentile",
    ):  # fmt: skip
        assert part in said
    assert "so far" in words(optimal_images_figure(optimal(finished=False), "L0 H0 M0"))
    assert "by the largest key projection" in words(optimal_images_figure(optimal(by="key"), "L0 H0 M0"))
    assert "flows blue → orange" in words(optimal_images_figure(answer, "L0 H0 M0", palette="orange-blue"))


def test_captions_are_labels_or_names_and_scores():
    answer = optimal(names={i: f"n01440764_tench{i}.JPEG" for i in range(6)})
    said = words(optimal_images_figure(answer, "L1 H1 M1", sign="+"))
    for hit in answer.top("L1 H1 M1", "+"):
        assert f"{'cat' if hit.image == 0 else 7 if hit.image == 1 else f'tench{hit.image}'}<br>{number(hit.score)}" in said


def test_deciles_are_shown_from_the_highest_to_the_lowest():
    answer = optimal()
    figure = optimal_images_figure(answer, "L0 H0 M0", of="deciles", n=3)
    assert len(figure.layout.images) == 3
    scores = [number(float(score)) for score in answer.deciles["score"][0, 0, 0, 1][[10, 5, 0]]]
    said = words(figure)
    assert "of 6 sampled images" in said
    assert [said.index(f"{percent} %<br>") < said.index(score) for percent, score in zip((100, 50, 0), scores, strict=True)] == [
        True
    ] * 3
    assert said.index(scores[0]) < said.index(scores[1]) < said.index(scores[2])
    assert "So few stand at several deciles." in said
    every = optimal_images_figure(answer, "L0 H0 M0", of="deciles")
    assert len(every.layout.images) == 11
    assert all(f"{percent} %<br>" in words(every) for percent in range(0, 101, 10))
    with pytest.raises(InputError, match='A page shows the "best" images or those at "deciles"'):
        optimal_images_figure(answer, of="worst")


def test_a_suggested_class_is_marked_as_a_suggestion():
    classes = np.zeros((2, 2, 3, 2, 2, 3), dtype=np.int32)
    classes[0, 0, 0, 1] = 1
    answer = optimal(halves=Halves(classes, np.array([[900, 5], [900, 5]]), ["cat", "<dog>"]))
    assert "suggested class:<br>&lt;dog&gt;" in words(optimal_images_figure(answer, "L0 H0 M0", sign="-"))
    assert "suggested" not in words(optimal_images_figure(answer, "L0 H0 M0", sign="+"))


def test_names_are_shown_letter_by_letter():
    figure = optimal_images_figure(optimal(name=NASTY, model=NASTY, labels={}), "L0 H0 M0")
    assert "<script" not in words(figure)
    assert "<b>bold" not in words(figure)


def test_pictures_without_thumbnails_come_from_files(tmp_path):
    path = tmp_path / "wide.png"
    array = np.zeros((60, 120, 3), dtype=np.uint8)
    array[:, 40:80] = 255
    Image.fromarray(array).save(path)
    answer = optimal(thumbnails={}, maps={}, paths={i: str(path) for i in range(6)})
    figure = optimal_images_figure(answer, "L0 H0 M0")
    assert pictures(figure)[0][:, 112].min() > 250
    assert pictures(figure)[0][:, 2].max() < 5
    assert f"{K} pictures are read from their files" in words(figure)
    seen = optimal_images_figure(answer, "L0 H0 M0", see=lambda one: (None, [np.full((24, 32, 3), 77, dtype=np.uint8)]))
    assert np.abs(pictures(seen)[0].astype(int) - 77).max() <= 2
    assert "read from their files" not in words(seen)


def test_a_picture_that_is_gone_is_grey():
    figure = optimal_images_figure(optimal(thumbnails={}, maps={}), "L0 H0 M0")
    assert np.abs(pictures(figure)[0].astype(int) - 128).max() <= 2


def test_what_does_not_exist_is_refused():
    with pytest.raises(OutOfRangeError):
        optimal_images_figure(optimal(), "L9 H0 M0")
    with pytest.raises(InputError, match="A row shows 1 to 8 images: got n=9"):
        optimal_images_figure(optimal(), "L0 H0 M0", n=9)
    with pytest.raises(InputError, match="A page of optimal images shows one mode or more: got none"):
        optimal_images_figure(optimal(), [])
    with pytest.raises(InputError, match="An overlay's palette is one of"):
        optimal_images_figure(optimal(), "L0 H0 M0", palette="grey")


def test_a_patch_without_its_other_half_is_marked_alone():
    answer = optimal(by="query")
    answer.key_patch[0, 0, 0] = -1
    marks = {each.name: each for each in optimal_images_figure(answer, "L0 H0 M0", sign="-").data}
    assert len([x for x in marks["query patch"].x if x is not None]) == K
    assert not [x for x in marks["key patch"].x if x is not None]
    line = list(zip(marks["best pair"].x, marks["best pair"].x[1:], strict=False))
    assert not [ends for ends in line if None not in ends]

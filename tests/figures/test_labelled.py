"""A data set is seen before anything is asked of a model: its pictures, with the outlines of what is in them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.labelled import labelled_picture, labelled_set
from qkwidgets.figures.labelled import borders
from tests.figures.texts import NASTY


def texts(figure) -> list[str]:
    return [each.text for each in figure.layout.annotations]


def pictures():
    """A picture without target and with ignored pixels, and one with a target alone; 30 x 40 pixels of white."""
    white = np.full((30, 40, 3), 255, np.uint8)
    mask, ignored = np.zeros((30, 40), int), np.zeros((30, 40), bool)
    mask[:10, :10], mask[20:, 30:], ignored[:, 20:22] = 1, 2, True
    first = labelled_picture(Picture(white, NASTY), mask, names=["cup", "dog"], ignored=ignored)
    return labelled_set([first, labelled_picture(Picture(white, NASTY), mask == 1, target=1)])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_scenes_are_shown_with_the_target_apart_from_the_others(theme):
    scenes = qk.odd_one_out(6, seed=1, n_items=5)
    figure = scenes.figure(4, start=1, theme=theme)
    assert len(figure.layout.images) == 4
    assert texts(figure)[:2] == ["scene 1<br>target, 4 distractors", "scene 2<br>target, 4 distractors"]
    assert texts(figure)[-2:] == ["4 of 6 odd-one-out scenes", "solid line: target · dotted: other objects"]
    assert {(trace.name, trace.line.dash) for trace in figure.data} == {
        ("target", "solid"),
        ("others", "solid"),
        ("others", "dot"),
    }


def test_conditions_and_sets_are_shown_likewise():
    grid = qk.odd_one_out_grid(2, vary={"feature": ["colour", "size"]})
    assert len(grid.figure().layout.images) == len(labelled_set(grid).figure().layout.images) == 4
    assert texts(grid.figure())[-2] == "4 odd-one-out scenes"


def test_what_is_ignored_is_dimmed_and_names_are_only_names():
    figure = pictures().figure()
    first, second, title, key = texts(figure)
    assert (first.rpartition("<br>")[2], second.rpartition("<br>")[2]) == ("2 objects", "target")
    assert "<b>" not in first + second
    assert title == "2 labelled pictures"
    assert key == "solid line: target · dotted: other objects · dimmed: neither object nor ground"
    data = base64.b64decode(figure.layout.images[0].source.partition(",")[2])
    seen = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    assert seen.shape == (30, 40)
    assert seen[:, 20:22].max() < 130 < 240 < seen[:, :19].min()


@pytest.mark.parametrize("seed", range(3))
def test_borders_are_those_between_pixels_that_differ(seed):
    objects = np.random.default_rng(seed).integers(0, 3, (5, 7))
    x, y = borders(objects == 1, objects)
    drawn = set()
    for place in range(0, len(x), 3):
        (x0, x1), (y0, y1) = np.sort(x[place : place + 2]), np.sort(y[place : place + 2])
        assert np.isnan(x[place + 2])
        drawn |= {("-", int(at), int(y0)) for at in np.arange(x0, x1)} | {("|", int(x0), int(at)) for at in np.arange(y0, y1)}
    expected = set()
    for row, column in np.ndindex(objects.shape):
        for way, other in (("-", (row - 1, column)), ("|", (row, column - 1))):
            if min(other) >= 0 and objects[other] != objects[row, column] and 1 in (objects[other], objects[row, column]):
                expected.add((way, column, row))
    assert drawn == expected


def test_the_target_of_a_scene_is_outlined_where_it_is():
    scenes = qk.odd_one_out(1, seed=4)
    figure = scenes.figure()
    side, line = figure.layout.images[0].sizex, next(trace for trace in figure.data if trace.name == "target")
    x, y = np.array(line.x, float) - figure.layout.images[0].x, np.array(line.y, float) - figure.layout.images[0].y
    rows, columns = np.nonzero(scenes.target[0])
    ends = np.array([columns.min(), columns.max() + 1, rows.min(), rows.max() + 1]) * side / 64
    assert np.allclose([np.nanmin(x), np.nanmax(x), np.nanmin(y), np.nanmax(y)], ends)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": 0}, "A figure shows one picture or more: got n=0."),
        ({"start": 9}, "Picture 9 of this set does not exist: it has pictures 0 to 1."),
        ({"n": "all"}, "n of Scenes.figure is a whole number: got 'all'."),
        ({"rows": 2}, "A keyword of Scenes.figure is one of n, start, theme: got 'rows'."),
        ({"theme": "grey"}, 'A figure\'s theme is "light" or "dark": got \'grey\'.'),
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_said(options, words):
    with pytest.raises(InputError) as refused:
        qk.odd_one_out(2).figure(**options)
    assert str(refused.value).startswith(words)

"""What is in a data set of labelled pictures? Some of them with the outlines of their objects, before anything is asked of a model."""

from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Bool, UInt8
from PIL import Image

from qkwidgets.core.errors import InputError, check_range
from qkwidgets.data.labelled import LabelledPicture, labelled_set
from qkwidgets.figures.colours import colours
from qkwidgets.figures.sheet import place_picture, sheet, write
from qkwidgets.figures.theme import PAGE_WIDTH, SMALL, escaped

COLUMNS, EDGE, GAP, TITLE, NAME, WORDS = 4, 12, 10, 42, 40, 30
"""Pictures a row; pixels around the sheet, between pictures, above them, for a picture's name, and below all."""

DRAWN = 320
"""Pixels of the longer side of a picture on the sheet, twice what is seen of it."""

NOTHING = -1
"""In a map of numbers: neither object nor ground."""

DIM = 0.35
"""How bright such pixels are shown."""

RIM, TARGET, OTHERS = "#000000", "#ff9d5c", "#ffffff"
"""Lines on photographs of any colour: light ones in a dark rim."""


class Seen(NamedTuple):
    """A picture as it is drawn: its pixels, and the number of the object of each."""

    picture: UInt8[np.ndarray, "height width 3"]
    objects: np.ndarray
    labelled: LabelledPicture


def labelled_figure(data: Any, n: int = 8, *, start: int = 0, theme: str = "light") -> go.Figure:
    """Some pictures of a data set with the outlines of their objects: the target's a solid line, all others' dotted.

    Parameters
    ----------
    data
        Whatever `qkwidgets.labelled_set` takes: scenes, conditions, a folder with masks, a labelled set.
    n
        How many pictures, those from `start` on.
    start
        Place of the first in the set.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If fewer than one is asked for, there is no such picture, or one cannot be read.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> len(labelled_figure(qk.odd_one_out(5)).layout.images)
    5
    """
    images = labelled_set(data)
    if n < 1:
        raise InputError(f"A figure shows one picture or more: got n={n}. Its sign is probably wrong. Ask for at least one.")
    start = check_range("picture", start, len(images), "this set")
    c = colours(theme)
    places = range(start, min(start + n, len(images)))
    shown = [_seen(images.labelled(place)) for place in places]
    side = (PAGE_WIDTH - 2 * EDGE - (COLUMNS - 1) * GAP) / COLUMNS
    heights = [side * max(_shape(seen) for seen in shown[row : row + COLUMNS]) for row in range(0, len(shown), COLUMNS)]
    tops = [TITLE + sum(high + NAME for high in heights[:row]) for row in range(len(heights) + 1)]
    figure = sheet(round(tops[-1] + WORDS), theme)
    lines: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"target": [], "others": []}
    for place, seen in enumerate(shown):
        left, top = EDGE + place % COLUMNS * (side + GAP), tops[place // COLUMNS]
        place_picture(figure, seen.picture, left, top, (side, side * _shape(seen)))
        scale = side / seen.objects.shape[1]
        for kind, mask in (("target", seen.objects == (seen.labelled.target or NOTHING - 1)), ("others", _others(seen))):
            x, y = borders(mask, seen.objects)
            lines[kind].append((left + scale * x, top + scale * y))
        about = f"{escaped(images.names[places[place]], 24)}<br>{_words(seen.labelled)}"
        write(figure, about, left, top + side * _shape(seen) + 3, c.soft, SMALL)
    _draw(figure, lines)
    number = f"{len(images):,}" if len(shown) == len(images) else f"{len(shown)} of {len(images):,}"
    write(figure, f"{number} {escaped(images.kind)}", EDGE, 12, c.ink, 14)
    write(figure, _key(shown), EDGE, tops[-1] + 4, c.soft, SMALL)
    return figure


def borders(mask: Bool[np.ndarray, "height width"], objects: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lines between pixels of which one or both are of the mask and which are of different objects; NaN between strokes.

    The rim of the picture is no border: nothing is known of what lies beyond.

    Examples
    --------
    >>> objects = np.array([[0, 0], [0, 1]])
    >>> borders(objects == 1, objects)
    (array([ 1.,  2., nan,  1.,  1., nan]), array([ 1.,  1., nan,  1.,  2., nan]))
    """
    across = (objects[1:] != objects[:-1]) & (mask[1:] | mask[:-1])
    down = (objects[:, 1:] != objects[:, :-1]) & (mask[:, 1:] | mask[:, :-1])
    found = [np.empty((2, 0))]
    for parted, turned in ((across, False), (down.T, True)):
        edges = np.diff(np.pad(parted, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        line, begin = np.nonzero(edges == 1)
        end = np.nonzero(edges == -1)[1]
        along = np.stack([begin, end, np.full(len(begin), np.nan)], axis=1).ravel()
        fixed = np.stack([line + 1, line + 1, np.full(len(begin), np.nan)], axis=1).ravel()
        found.append(np.stack([fixed, along] if turned else [along, fixed]))
    x, y = np.concatenate(found, axis=1)
    return x, y


def _seen(labelled: LabelledPicture) -> Seen:
    """A picture no larger than it is drawn, pixels that are neither object nor ground dimmed."""
    height, width = labelled.objects.shape
    scale = min(1, DRAWN / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    objects = labelled.seen(labelled.objects.astype(np.int64), (0, 0, width, height), size, NOTHING)
    picture = np.asarray(Image.fromarray(labelled.picture.array).resize(size[::-1], Image.Resampling.BICUBIC))
    light = np.where(objects == NOTHING, DIM, 1)[..., None]
    return Seen((picture * light).round().astype(np.uint8), objects, labelled)


def _shape(seen: Seen) -> float:
    """Height over width."""
    height, width = seen.objects.shape
    return height / width


def _others(seen: Seen) -> Bool[np.ndarray, "height width"]:
    return (seen.objects > 0) & (seen.objects != (seen.labelled.target or NOTHING - 1))


def _draw(figure: go.Figure, lines: dict[str, list[tuple[np.ndarray, np.ndarray]]]) -> None:
    """Rims first, so that no rim lies on a line."""
    drawn = (
        ("others", RIM, 3.0, "solid"),
        ("target", RIM, 4.0, "solid"),
        ("others", OTHERS, 1.3, "dot"),
        ("target", TARGET, 2.2, "solid"),
    )
    for kind, colour, width, dash in drawn:
        x, y = (np.concatenate([each[axis] for each in lines[kind]]) for axis in (0, 1))
        if len(x):
            line = {"color": colour, "width": width, "dash": dash}
            figure.add_trace(go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name=kind))


def _words(labelled: LabelledPicture) -> str:
    """What is in a picture, such as "target, 4 distractors"; objects of several names are counted, and not named."""
    others = [name for number, name in enumerate(labelled.names, 1) if number != labelled.target]
    kind = escaped(others[0], 14) if len(set(others)) == 1 else "object"
    if others == ["distractors"]:  # one mask holds them all
        counted = kind
    else:
        counted = f"{len(others)} {kind}{'s' * (len(others) != 1)}" if others else ""
    return ", ".join(filter(None, ("target" if labelled.target else "", counted)))


def _key(shown: list[Seen]) -> str:
    words = []
    if any(seen.labelled.target is not None for seen in shown):
        words.append("solid line: target")
    words.append("dotted: other objects" if words else "dotted: objects")
    if any((seen.objects == NOTHING).any() for seen in shown):
        words.append("dimmed: neither object nor ground")
    return " · ".join(words)

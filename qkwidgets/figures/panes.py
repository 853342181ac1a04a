"""Where do pictures lie on a sheet? Places of pictures in rows, of the key to their colours, and of the words around them."""

from typing import NamedTuple

from qkwidgets.figures.theme import PAGE_WIDTH

MOST_COLUMNS = 4
EDGE, GAP, NAME = 11, 8, 20
"""Pixels around the sheet, between pictures, and for a picture's name."""

TITLE, WORDS, KEY = 62, 72, 64
"""Pixels above the pictures, below them, and of the key's square."""

KEY_ROOM = 104
"""Pixels at the right for the key."""

LARGEST = 300
"""Pixels of the widest picture."""

LETTER = 6.4
"""Pixels of a letter in small print, on average."""


class Pane(NamedTuple):
    """One picture's place: number of its axes, domains in the sheet from 0 to 1 (upwards), size of the picture in pixels."""

    axis: int
    x: tuple[float, float]
    y: tuple[float, float]
    width: int
    height: int


class Sheet(NamedTuple):
    """All places; the lines above and below the pictures start at `left`, `facts_y` and `words_y`; names have so many letters."""

    panes: list[Pane]
    key: Pane
    width: int
    height: int
    left: float
    facts_y: float
    words_y: float
    letters: int


def panes(sizes: list[tuple[int, int]]) -> Sheet:
    """Places for pictures of these sizes (width, height), in rows, each row as high as its highest picture.

    Examples
    --------
    >>> sheet = panes([(224, 224)] * 5)
    >>> [pane.axis for pane in sheet.panes], sheet.key.axis, sheet.width
    ([1, 2, 3, 4, 5], 6, 680)
    """
    columns = min(MOST_COLUMNS, len(sizes))
    room = PAGE_WIDTH - KEY_ROOM - 2 * EDGE - (columns - 1) * GAP
    cell = min(LARGEST, room / columns)
    heights = [cell * max(h / w for w, h in sizes[i : i + columns]) for i in range(0, len(sizes), columns)]
    pictures = sum(height + NAME for height in heights)
    width = max(round(columns * cell + (columns - 1) * GAP + KEY_ROOM + 2 * EDGE), 620)
    height = round(TITLE + max(pictures, KEY + NAME) + WORDS)
    tops = [TITLE + sum(h + NAME for h in heights[:row]) for row in range(len(heights))]

    def place(axis: int, left: float, top: float, wide: float, high: float, size: tuple[int, int]) -> Pane:
        x, y = (left / width, (left + wide) / width), (1 - (top + high) / height, 1 - top / height)
        return Pane(axis, x, y, *size)

    found = [
        place(i + 1, EDGE + (i % columns) * (cell + GAP), tops[i // columns], cell, cell * h / w, (w, h))
        for i, (w, h) in enumerate(sizes)
    ]
    key_left = EDGE + columns * cell + (columns - 1) * GAP + 30
    key = place(len(sizes) + 1, key_left, TITLE, KEY, KEY, (12, 12))
    facts_y, words_y = 1 - 36 / height, (WORDS - 4) / height
    return Sheet(found, key, width, height, EDGE / width, facts_y, words_y, int(cell / LETTER))

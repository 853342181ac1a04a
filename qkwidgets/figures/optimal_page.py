"""Where does everything lie on a page of optimal images? In pixels from its upper left corner."""

from typing import NamedTuple

EDGE, GAP, LABEL, TITLE, WORDS, NAME, PERCENT = 12, 4, 92, 56, 66, 34, 12
"""Pixels: around the page, between pictures, for a row's label, above and below the rows, for name and score, and for a percentage."""

LINE = 2
"""Pixels between a photograph and the same under its lights."""


class Page(NamedTuple):
    """Where rows and pictures lie, in pixels from the upper left corner."""

    side: float
    high: float
    n_rows: int
    n_lines: int
    below: float

    def left(self, rank: int) -> float:
        return EDGE + LABEL + rank * (self.side + GAP)

    def top(self, row: int, line: int = 0) -> float:
        return TITLE + row * (self.n_lines * (self.high + LINE) + self.below) + line * (self.high + LINE)

    @property
    def height(self) -> int:
        return round(self.top(self.n_rows) + WORDS)

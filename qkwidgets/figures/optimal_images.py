"""Which images does a mode answer to most? A row of pictures for each mode, under the light of its two maps.

Source: Pan et al. NeurIPS 2024, Figure 4 and its supplement (eight images a mode; red query, cyan key, white both). What the paper
leaves open is printed: the sign, the score, and where the best pair of patches lies.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from qkwidgets.answers.optimal_images import Hit, OptimalImages
from qkwidgets.answers.optimal_parts import DECILES
from qkwidgets.core.errors import InputError
from qkwidgets.core.index import ModeIndex
from qkwidgets.figures.colours import colours, css, palette_colours
from qkwidgets.figures.optimal_page import EDGE, GAP, LABEL, LINE, NAME, PERCENT, Page
from qkwidgets.figures.optimal_pictures import Seen, lit, picture_of, ranges
from qkwidgets.figures.optimal_words import caption, facts, setting, suggested, words
from qkwidgets.figures.sheet import place_picture, sheet, write
from qkwidgets.figures.theme import PAGE_WIDTH, SMALL, escaped

Address = ModeIndex | str | tuple[int, int, int]

LEAST_COLUMNS, MOST_COLUMNS = 5, 8
MOST = {"best": MOST_COLUMNS, "deciles": DECILES}
"""Images a row, by what they are of."""

LETTER = 5.0
"""Pixels of a letter under a picture, on average."""
FINE = 9
"""Size of what is written under a picture, in px."""


class Row(NamedTuple):
    """One mode of the page: its images, at which percentage of the scores each stands if it is a decile, and maps if they were kept."""

    index: ModeIndex
    sign: str
    hits: list[Hit]
    percent: list[int | None]
    maps: Float[np.ndarray, "rank side grid_h grid_w"] | None


def optimal_images_figure(
    optimal: OptimalImages,
    index: Address | Sequence[Address] | None = None,
    *,
    of: str = "best",
    n: int | None = None,
    sign: str = "auto",
    photographs: bool = True,
    palette: str = "red-cyan",
    see: Seen | None = None,
    theme: str = "light",
) -> go.Figure:
    """A page of modes, each with the images that it answers to most.

    Parameters
    ----------
    optimal
        From `qkwidgets.optimal_images`, or of a sweep.
    index
        One mode or several, such as "L8 H1 M2"; None for the first mode of each head of the layer in the middle.
    of
        "best" images, or those at "deciles" of the scores of a sample, from the highest (100 %) to the lowest (0 %): a mode is not
        to be judged by its best cases alone. Deciles have no maps.
    n
        Images a mode; at most, and unless said otherwise, eight of the best and eleven at deciles.
    sign
        "+", "-", or "auto" for the sign whose best image scores higher; each row says which.
    photographs
        Whether each picture is shown as it is, too, above the one under its lights.
    palette
        "red-cyan", or "orange-blue" for colour-blind readers.
    see
        `model.preprocess`, for images that have a file and no thumbnail: how the model sees them. Without it such a
        picture is cut to the shape of the grid around its middle, and the page says so.
    theme
        "light" or "dark".

    Returns
    -------
    plotly.graph_objects.Figure
        A circle marks the patch of the largest query projection, a square that of the largest key projection.

    Raises
    ------
    InputError
        If there is no such mode, an option is unknown, or deciles are asked for and no sample was drawn.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.optimal_images(qk.load_model(), qk.odd_one_out(8), k=3, workers=0, progress=False)
    >>> len(optimal_images_figure(found, "L2 H1 M0", photographs=False).layout.images)
    3
    """
    n = _a_row(of, n)
    c, lights = colours(theme), palette_colours(palette)
    rows = [_row(optimal, each, sign, n, of) for each in _addresses(optimal, index)]
    classes = suggested(optimal)
    grid, columns = optimal.layout.grid, max(LEAST_COLUMNS, *(len(row.hits) for row in rows))
    side = (PAGE_WIDTH - 2 * EDGE - LABEL - (columns - 1) * GAP) / columns
    n_lines = 1 + (photographs and any(row.maps is not None for row in rows))
    page = Page(side, side * grid[0] / grid[1], len(rows), n_lines, NAME + PERCENT * (of == "deciles"))
    figure, guessed = sheet(page.height, theme), 0
    for at, row in enumerate(rows):
        ends = None if row.maps is None or not row.hits else ranges(row.maps)
        write(figure, facts(optimal, row.index, row.sign, classes, not row.hits), EDGE, page.top(at) - 2, c.ink, SMALL)
        for rank, hit in enumerate(row.hits):
            picture, known = picture_of(optimal, hit.image, see)
            guessed += not known
            maps = None if row.maps is None else row.maps[rank]
            for line in range(n_lines):
                bare = line < n_lines - 1
                if bare or n_lines == 1 or maps is not None:
                    shown = lit(picture, None if bare else maps, ends, grid, palette)
                    place_picture(figure, shown, page.left(rank), page.top(at, line), (page.side, page.high))
            write(
                figure,
                caption(hit, int(side / LETTER), row.percent[rank]),
                page.left(rank),
                page.top(at, n_lines) - LINE,
                c.soft,
                FINE,
            )
    _mark_pairs(figure, rows, page, grid, [css(light) for light in lights])
    write(figure, f"Optimal images of {escaped(optimal.model, 50)}", EDGE, 10, c.ink, 14)
    write(figure, setting(optimal, of), EDGE, 31, c.soft, SMALL)
    told = words(palette, any(row.maps is not None for row in rows), guessed)
    write(figure, told, EDGE, page.top(len(rows)) + 4, c.soft, SMALL)
    return figure


def _a_row(of: str, n: int | None) -> int:
    """How many images a row shows."""
    if of not in MOST:
        raise InputError(f'A page shows the "best" images or those at "deciles": got of={of!r}. Use one of these.')
    n = MOST[of] if n is None else n
    if not 1 <= n <= MOST[of]:
        raise InputError(f"A row shows 1 to {MOST[of]} images: got n={n}. More would be too small to see. Ask for fewer.")
    return n


def _addresses(optimal: OptimalImages, index: Any) -> list[ModeIndex]:
    if index is None:
        layer = optimal.image.shape[0] // 2
        return [ModeIndex(layer, head, 0) for head in range(optimal.image.shape[1])]
    one = isinstance(index, ModeIndex | str) or (len(index) == 3 and all(isinstance(part, int) for part in index))
    if not one and not index:
        raise InputError(
            "A page of optimal images shows one mode or more: got none. The list is probably empty by mistake. Name one."
        )
    return [optimal.checked(each) for each in ([index] if one else index)]


def _row(optimal: OptimalImages, index: ModeIndex, sign: str, n: int, of: str) -> Row:
    shown = optimal.preferred_sign(index) if sign == "auto" else sign
    if of == "deciles":
        hits = optimal.ordinary(index, shown)
        places = np.linspace(len(hits) - 1, 0, n).round().astype(int).tolist()
        return Row(
            index,
            shown,
            [hits[place] for place in places],
            [round(100 * place / max(1, len(hits) - 1)) for place in places],
            None,
        )
    hits, maps = optimal.top(index, shown)[:n], optimal.kept_maps(index, shown)
    return Row(index, shown, hits, [None] * len(hits), None if maps is None else maps[: len(hits)])


def _mark_pairs(figure: go.Figure, rows: list[Row], page: Page, grid: tuple[int, int], lights: list[str]) -> None:
    """A line from the best key patch to the best query patch, a square on the one and a circle on the other."""
    cell = page.side / grid[1]

    def spot(at: int, rank: int, patch: tuple[int, int] | None) -> tuple[float | None, float | None]:
        if patch is None:
            return None, None  # not drawn, and neither is a line to it
        return page.left(rank) + (patch[1] + 0.5) * cell, page.top(at) + (patch[0] + 0.5) * cell

    found = [
        [spot(at, rank, patch) for patch in (hit.query_patch, hit.key_patch)]
        for at, row in enumerate(rows)
        for rank, hit in enumerate(row.hits)
        if hit.query_patch is not None or hit.key_patch is not None
    ]
    xs, ys = ([part for query, key in found for part in (query[axis], key[axis], None)] for axis in (0, 1))
    for colour, width in (("#000000", 2.6), ("#ffffff", 1.2)):
        line = {"color": colour, "width": width}
        figure.add_trace(go.Scatter(x=xs, y=ys, mode="lines", line=line, hoverinfo="skip", name="best pair"))
    for side, symbol, size in ((1, "square", 6.5), (0, "circle", 5.5)):  # a circle stays visible inside a square
        marker = {"symbol": symbol, "size": size, "color": lights[side], "line": {"color": "#ffffff", "width": 1}}
        rim = {**marker, "size": size + 2, "color": "#000000", "line": {"width": 0}}
        x, y = ([pair[side][axis] for pair in found] for axis in (0, 1))
        for drawn in (rim, marker):
            name = ("query patch", "key patch")[side]
            figure.add_trace(go.Scatter(x=x, y=y, mode="markers", marker=drawn, hoverinfo="skip", name=name))

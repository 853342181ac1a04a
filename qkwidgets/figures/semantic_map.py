"""How many modes are semantic, and of which type? Shares of each layer's modes, beside what random directions do."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.semantic_map import Address, SemanticMap
from qkwidgets.answers.semantic_words import TYPES
from qkwidgets.figures.colours import Colours, colours, diverging_scale, ink_on
from qkwidgets.figures.theme import COLUMN_WIDTH, PAGE_WIDTH, escaped, note, number, template

FILLS = ((2, ""), (5, "/"), (1, ""), (4, "\\"), (3, ""), (0, "."))
"""Number of the series' colour and pattern of each type; both tell them apart."""

CELL, MOST_CELLS = 34, 24
"""Pixels of a cell of a table, and how many rows are drawn at most."""

LEGEND_ROW = 27


def semantic_figure(
    answer: SemanticMap, index: Address | None = None, *, image: int | str = 0, parts: bool = False, theme: str = "light"
) -> go.Figure:
    """The share of each layer's modes that are of a type; or, of one mode in one image, the table of what it carries.

    The upper panel counts modes that pass the test over all modes, with a mark where random pairs of directions of the same heads lie;
    the lower one only those that are above 95 % of such pairs as well. The dashed steps
    are the random pairs that would be there by the same rule: at most 5 %, and fewer where few of them have a type.

    Parameters
    ----------
    answer
        From `qkwidgets.semantic_map`.
    index
        A mode, such as "L2 H1 M0", for its table.
    image
        Index of the table's image in the set, or the name of one that is kept.
    parts
        Whether the table is that of parts.
    theme
        "light" or "dark".

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.semantic_map(qk.load_model(), qk.odd_one_out(8), draws=19, tables=1, workers=0, progress=False)
    >>> semantic_figure(found).data[0].name, semantic_figure(found, "L2 H1 M0").data[0].type
    ('same object', 'heatmap')
    """
    return _shares(answer, theme) if index is None else _table(answer, index, image, parts, theme)


def _shares(answer: SemanticMap, theme: str) -> go.Figure:
    c = colours(theme)
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.13, row_heights=[0.56, 0.44])
    x = list(range(len(answer.share)))
    for row, share in ((1, answer.share), (2, answer.share_above_random)):
        for place, each in enumerate(answer.types):
            if answer.n_with[place]:
                figure.add_trace(_bars(x, share[:, place], each.label, place, row, c), row=row, col=1)
    marks = {"symbol": "line-ew-open", "size": min(24, 240 / len(x)), "color": c.ink, "line": {"width": 2}}
    figure.add_trace(
        go.Scatter(
            x=x,
            y=100 * answer.random_typed,
            mode="markers",
            marker=marks,
            name="random directions that pass",
            hovertemplate="L%{x}: %{y:.0f} %<extra>random directions</extra>",
        ),
        row=1,
        col=1,
    )
    figure.add_trace(_steps(100 * answer.chance_above_random, c), row=2, col=1)
    shown = [place for place in range(len(TYPES)) if answer.n_with[place]]
    rows = -(-(len(shown) + 1) // 2)
    figure.update_layout(template=template(theme), **_frame(answer, rows))
    top = 100 * float(answer.share_above_random.sum(axis=1).max(initial=0))
    figure.update_yaxes(title={"text": "modes with a type, %"}, range=[0, 104], nticks=6, row=1, col=1)
    figure.update_yaxes(title={"text": "above 95 % of<br>random, %"}, range=[0, 1.1 * max(top, 15)], nticks=5, row=2, col=1)
    figure.update_xaxes(dtick=1 if len(x) < 16 else 4, range=[-0.6, len(x) - 0.4])
    figure.update_xaxes(title={"text": "layer"}, row=2, col=1)
    null = answer.provenance["null"]
    chance = "segments of other images" if null == "other images" else "own segments, mirrored and moved"
    note(
        figure,
        f"chance: {chance}, {answer.provenance['draws']} draws<br>"
        f"p ≤ {number(answer.provenance['level'], 1)} over all modes and relations<br>"
        "dashed: what random directions would give by the same rule",
        below=50,
    )
    return figure


def _steps(y: np.ndarray, c: Colours) -> go.Scatter:
    """A level for each layer, as wide as its bar."""
    x = np.arange(len(y))[:, None] + [-0.45, 0.45, np.nan]
    return go.Scatter(
        x=x.ravel(),
        y=np.where(np.isnan(x), np.nan, y[:, None]).ravel(),
        mode="lines",
        line={"color": c.ink, "width": 1.5, "dash": "dash"},
        name="random directions above 95 %",
        showlegend=False,
        hovertemplate="%{y:.1f} %<extra>random directions, by the same rule</extra>",
    )


def _frame(answer: SemanticMap, rows: int) -> dict[str, Any]:
    """Size, title and legend of the shares; the legend has so many rows."""
    told = f"{answer.n_images} images, segments from {answer.segments_from}"
    return {
        "width": COLUMN_WIDTH,
        "height": 460 + LEGEND_ROW * rows,
        "margin": {"l": 60, "r": 14, "t": 70 + LEGEND_ROW * rows, "b": 106},
        "barmode": "stack",
        "title": {
            "text": "Between what do modes carry attention?",
            "subtitle": {"text": f"{escaped(answer.model, 30)}  ·  {told}"},
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 14},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "xref": "paper",
            "y": 1,
            "yanchor": "bottom",
            "entrywidth": 150,
        },
    }


def _bars(x: list[int], share: np.ndarray, label: str, place: int, row: int, c: Colours) -> go.Bar:
    colour, pattern = FILLS[place]
    fill = c.series[colour] if colour else c.bar
    return go.Bar(
        x=x,
        y=100 * share,
        name=label,
        legendgroup=label,
        showlegend=row == 1,
        marker={
            "color": fill,
            "line": {"width": 0.5, "color": c.paper},
            "pattern": {"shape": pattern, "bgcolor": fill, "fgcolor": c.paper, "size": 6, "solidity": 0.25},
        },
        hovertemplate=f"L%{{x}}: %{{y:.1f}} %<extra>{label}</extra>",
    )


def _table(answer: SemanticMap, index: Address, image: int | str, parts: bool, theme: str) -> go.Figure:
    spot = answer.checked(index)
    tables = answer.image(image)
    table = answer.table(spot, image, parts=parts)[:MOST_CELLS, :MOST_CELLS]
    known = tables.part_names if parts else tables.names
    names = [f"{escaped(name, 16)} {row}" if row else escaped(name, 16) for row, name in enumerate(known)][:MOST_CELLS]
    if parts:
        names = [escaped(name, 22) for name in known][:MOST_CELLS]
    places = list(range(len(names)))
    end = float(np.abs(table).max(initial=1e-9))
    figure = go.Figure(
        go.Heatmap(
            z=table,
            x=places,
            y=places,
            customdata=[[[query, key] for key in names] for query in names],
            zmin=-end,
            zmax=end,
            colorscale=diverging_scale(theme),
            xgap=1,
            ygap=1,
            colorbar={"title": {"text": "score", "side": "top"}, "thickness": 9, "outlinewidth": 0, "len": 0.9},
            hovertemplate="%{customdata[0]} reads %{customdata[1]}<br>%{z:.3g}<extra></extra>",
        )
    )
    if len(names) <= 12:
        figure.add_trace(_digits(table, end, colours(theme)))
    kind = answer.type[tuple(spot)]
    label = f"type: {answer.types[kind].label}" if kind >= 0 else "no type beyond chance"
    side = CELL * len(names)
    left = 20 + 7 * max(len(name) for name in names)
    figure.update_layout(
        template=template(theme),
        width=max(COLUMN_WIDTH, min(PAGE_WIDTH, side + left + 90)),
        height=side + 66 + left + 40,
        margin={"l": left, "r": 90, "t": 66, "b": left + 20},
        title={
            "text": f"What {spot} carries, key to query",
            "subtitle": {"text": f"{escaped(tables.name, 30)}  ·  {escaped(answer.model, 30)}  ·  {label}"},
        },
    )
    named = {"tickvals": places, "ticktext": names, "showline": False, "ticks": ""}
    figure.update_xaxes(title={"text": "key (read)"}, tickangle=-60, constrain="domain", **named)
    figure.update_yaxes(title={"text": "query (reads)"}, autorange="reversed", scaleanchor="x", constrain="domain", **named)
    return figure


def _digits(table: np.ndarray, end: float, c: Colours) -> go.Scatter:
    """The scores in the cells, dark on light ones and light on dark ones."""
    query, key = (place.ravel() for place in np.indices(table.shape))
    return go.Scatter(
        x=key,
        y=query,
        mode="text",
        text=[number(value, 2) for value in table.ravel().tolist()],
        textfont={"size": 9, "color": [ink_on(c.diverging(value / end)) for value in table.ravel().tolist()]},
        hoverinfo="skip",
        showlegend=False,
    )

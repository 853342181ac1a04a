"""What do patches and special tokens, such as CLS, trade? How much, by layer, and which parts of either side; a row a kind of token.

A patch has a mean, a position and a content, a special token a mean over images and what an image deviates from it. Every patch of one image
meets the token of all, as in the other figures of factors, so that energies add up; they are this project's own.
"""

from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float64
from plotly.subplots import make_subplots

from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import BFD, MIXED
from qkwidgets.figures.by_layer import Look, line, single_heads
from qkwidgets.figures.colours import Colours
from qkwidgets.figures.factor_triangle import clipped
from qkwidgets.figures.theme import SMALL, escaped

TOP, PANEL, BETWEEN, BELOW = 152, 190, 46, 142
"""Pixels above the panels, of a row of them, between rows, and below."""

GROUP = ("the token’s mean", "the token’s deviations")
"""The two parts of a special token."""

LABEL = {2: 0, 1: 2, 0: MIXED}
"""Colour of a part of patches, as of position and content elsewhere; the mean is grey."""

DIRECTIONS = (("patches read it", "circle", 4), ("it reads patches", "square", 3))
"""Who asks: words, symbol and series."""

LIKE = {"CLS": "class token", "DIST": "distillation token", "REG": "registers"}
"""Kinds of special tokens, by how their names begin."""


class Kind(NamedTuple):
    """Tokens of one kind: their name, and energies by patches' and by the token's parts, both ways, summed over such tokens' mean."""

    name: str
    read: Float64[np.ndarray, "layer head patch_part own_part"]
    reads: Float64[np.ndarray, "layer head patch_part own_part"]


def special(answer: Factors, c: Colours) -> go.Figure:
    """Energies between patches and special tokens in parts of those among patches, and by part of patch and token."""
    found = kinds(answer)
    rows = len(found)
    figure = make_subplots(
        rows,
        3,
        column_titles=["mean squared score", *(words for words, *_ in DIRECTIONS)],
        horizontal_spacing=0.1,
        vertical_spacing=BETWEEN / (rows * PANEL + (rows - 1) * BETWEEN),
    )
    own, layers = answer.energy.sum(axis=(-2, -1)), np.arange(len(answer.energy))
    for row, kind in enumerate(found, start=1):
        for place, (energies, way) in enumerate(zip((kind.read, kind.reads), DIRECTIONS, strict=True)):
            for trace in _sizes(energies.sum(axis=(-2, -1)), own, kind.name, way, row == 1, c):
                figure.add_trace(trace, row, 1)
            for trace in _bars(energies.sum(axis=1), layers, kind.name, way[0], row == 1 and place == 0, c):
                figure.add_trace(trace, row, 2 + place)
    _lay_out(figure, found, c)
    return figure


def kinds(answer: Factors) -> list[Kind]:
    """Class token, distillation token and registers, each kind that there is; of several such tokens the mean.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.factors(qk.load_model(), qk.odd_one_out(8), special="groups", draws=0, workers=0, progress=False)
    >>> [(kind.name, kind.read.shape) for kind in kinds(found)]
    [('class token', (6, 4, 3, 2))]
    """
    if answer.to_special is None:
        raise InputError(
            "A figure of special tokens needs their energies: these factors are of patches alone. The option was probably left out. Call "
            'factors(model, dataset, special="groups").'
        )
    names, found = answer.layout.prefix_names, []
    for begins, name in LIKE.items():
        here = [place for place, token in enumerate(names) if token.startswith(begins)]
        if here:
            many = f"{len(here)} {name}, mean" if len(here) > 1 else name.removesuffix("s") if begins == "REG" else name
            read, reads = (each[:, :, here].mean(axis=2) for each in (answer.to_special, answer.from_special))
            found.append(Kind(many, read, reads.swapaxes(-2, -1)))
    return found


def _sizes(energy: np.ndarray, own: np.ndarray, kind: str, way: tuple, first: bool, c: Colours) -> list[go.Scatter]:
    """Of layers, and of single heads, energies over those among patches."""
    words, symbol, series = way
    seen = Look(f"{escaped(kind)}: {words}", words, c.series[series], symbol)
    told = "%{text}: %{y:.3g} times that among patches"
    of_layers = line(energy.sum(axis=1) / own.sum(axis=1), "index", seen, told, name=words, showlegend=first, legendrank=1)
    return [single_heads(energy / own, "index", seen, told), of_layers]


def _bars(energy: np.ndarray, layers: np.ndarray, kind: str, words: str, first: bool, c: Colours) -> list[go.Bar]:
    """Shares of the six pairs of parts, `[layer patch_part own_part]`, stacked."""
    flat = energy.reshape(len(energy), -1)
    shares = flat / flat.sum(axis=-1, keepdims=True)
    drawn = clipped(shares).reshape(energy.shape)
    told = shares.reshape(energy.shape)
    return [
        go.Bar(
            x=layers,
            y=drawn[:, patch, part],
            customdata=told[:, patch, part],
            name=f"patches’ {BFD[patch]} and {GROUP[part]}",
            legendgroup=f"{patch} {part}",
            showlegend=first,
            marker=_marker(patch, part, c),
            hovertemplate=f"{escaped(kind)}, layer %{{x}}: {words}<br>patches’ {BFD[patch]} and {GROUP[part]}: %{{customdata:.3f}}<extra></extra>",
        )
        for patch in LABEL
        for part in (1, 0)
    ]


def _marker(patch: int, part: int, c: Colours) -> dict[str, Any]:
    """Colour tells the part of patches, stripes the mean of the token."""
    colour = c.label(LABEL[patch])
    stripes = {"shape": "" if part else "/", "fillmode": "overlay", "fgcolor": c.paper, "solidity": 0.3, "size": 5}
    return {"color": colour, "line": {"color": c.paper, "width": 0.5}, "pattern": stripes}


def special_words() -> str:
    """What is drawn, for the notes below.

    Examples
    --------
    >>> special_words().split(" · ")[0]
    'lines: energies over those among patches, in layers'
    """
    return (
        "lines: energies over those among patches, in layers · open symbols: in single heads · bars: shares by part of both sides<br>"
        "the mean of patches’ keys lifts all patches alike: it counts against special tokens alone"
    )


def _ticks(figure: go.Figure, row: int) -> dict[str, Any]:
    """Of the logarithmic axis of a row: decades, and what lies between where there are few."""
    shown = np.concatenate([trace.y for trace in figure.select_traces(row=row, col=1)])
    logs = np.log10(shown[np.isfinite(shown) & (shown > 0)])
    low, high = min(logs.min(initial=0.0), 0.0) - 0.1, max(logs.max(initial=0.0), 0.0) + 0.1
    steps = (1, 2, 5) if high - low < 1.5 else (1,)
    values = [float(f"{step}e{decade}") for decade in range(int(np.floor(low)), int(np.ceil(high)) + 1) for step in steps]
    return {"range": [low, high], "tickvals": values, "ticktext": [f"{value:g}" for value in values]}


def _lay_out(figure: go.Figure, found: list[Kind], c: Colours) -> None:
    """Sizes, title, legend, axes and the names of rows."""
    rows, layers = len(found), len(found[0].read)
    high = rows * PANEL + (rows - 1) * BETWEEN
    figure.update_layout(
        barmode="stack",
        bargap=0.15,
        height=TOP + high + BELOW,
        margin={"t": TOP, "b": BELOW},
        title={"text": "What do patches and special tokens trade?", "y": 1, "yanchor": "top", "pad": {"t": 12}},
        legend={"orientation": "h", "traceorder": "normal", "y": 1 + 28 / high, "yanchor": "bottom", "x": 0, "entrywidth": 250},
    )
    for words in figure.layout.annotations:
        words.update(font={"size": 12, "color": c.ink})
    figure.update_xaxes(dtick=1 if layers < 9 else 4, range=[-0.6, layers - 0.4])
    figure.update_xaxes(title={"text": "layer", "font": {"size": SMALL}}, row=rows)
    figure.update_yaxes(range=[0, 1], nticks=5, col=2)
    figure.update_yaxes(range=[0, 1], nticks=5, col=3)
    for row, kind in enumerate(found, start=1):
        words = f"{kind.name},<br>over that of patches"
        figure.update_yaxes(type="log", title={"text": words}, **_ticks(figure, row), row=row, col=1)
        figure.add_hline(y=1, line={"color": c.faint, "width": 1, "dash": "dot"}, layer="below", row=row, col=1)

"""Does attention look for its like, layer by layer? Weighted mean cosine over depth, single heads, and what chance gives.

Source: Pan et al. NeurIPS 2024, Figure 3; single heads and the band of the mean are ours.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.alignment import Alignment
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import Colours, colours, transparent
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, note, template

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
"""Models differ in symbol as well as in colour."""

LEGEND_ROW = 19
"""Pixels of a model's line in the legend."""

LAYERS = {"normalised": "normalised layer  <i>l</i> / (<i>L</i> − 1)", "index": "layer"}


def trend_figure(*alignments: Alignment, theme: str = "light", layers: str = "normalised") -> go.Figure:
    """The weighted mean cosine over the layers of one or several models.

    Lines are means over the heads of a layer, dots single heads, and the band around zero is where 95 % of the means would
    lie if left and right directions were unrelated.

    Parameters
    ----------
    alignments
        From `qkwidgets.alignment`, one a model.
    theme
        "light" or "dark".
    layers
        "normalised" puts the first layer of every model at 0 and the last at 1; "index" counts layers from zero.

    Raises
    ------
    InputError
        If nothing is given to draw, or an option is unknown.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> figure = trend_figure(qk.alignment(qk.load_model()))
    >>> [trace.name for trace in figure.data]
    ['chance for the mean', 'single heads', 'builtin:o3']
    """
    if not alignments:
        raise InputError(
            "A trend needs at least one alignment: got none. A list was probably empty. Call alignment(model) and hand on what it returns."
        )
    if layers not in LAYERS:
        raise InputError(
            f'Layers are "normalised" or counted by "index": got {layers!r}. It is probably misspelt. Use one of these.'
        )
    c = colours(theme)
    figure = go.Figure()
    for number, answer in enumerate(alignments):
        for trace in _traces(answer, number, len(alignments) > 1, layers, c):
            figure.add_trace(trace)
    figure.add_hline(y=0, line={"color": c.faint, "width": 1}, layer="below")
    rows = len(alignments)
    figure.update_layout(
        template=template(theme),
        width=COLUMN_WIDTH,
        height=316 + LEGEND_ROW * rows,
        margin={"l": 56, "r": 14, "t": 42 + LEGEND_ROW * rows, "b": 84},
        title={"text": "Do heads seek their like?", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={"x": 0, "xanchor": "left", "xref": "paper", "y": 1, "yanchor": "bottom", "tracegroupgap": 0},
        showlegend=True,
        hovermode="closest",
    )
    lines = "lines: means of the heads · open symbols: single heads"
    note(figure, f"{lines}<br>bands around zero: chance for the means{_chance(alignments)} (95 %)", below=48)
    figure.update_xaxes(title={"text": LAYERS[layers]}, **_ticks(alignments, layers))
    figure.update_yaxes(title={"text": _quantity(alignments)}, range=_range(alignments), tickformat=".2~f", nticks=8)
    return figure


def _traces(answer: Alignment, number: int, several: bool, layers: str, c: Colours) -> list[go.Scatter]:
    n_layers, n_heads = answer.head.shape
    x = np.arange(n_layers) / (max(1, n_layers - 1) if layers == "normalised" else 1)
    colour, symbol = c.series[number % len(c.series)], SYMBOLS[number % len(SYMBOLS)]
    name, group = escaped(answer.model), str(number)
    band = go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([answer.layer_band, -answer.layer_band[::-1]]),
        fill="toself",
        fillcolor=transparent(colour, 0.22 if several else 0.18),
        line={"width": 0},
        mode="lines",
        name="chance for the mean",
        legendgroup=group,
        showlegend=False,
        hoverinfo="skip",
    )
    heads = go.Scatter(
        x=np.repeat(x, n_heads),
        y=answer.head.ravel(),
        mode="markers",
        marker={"size": 5, "symbol": symbol, "color": transparent(colour, 0.0), "line": {"color": colour, "width": 1}},
        opacity=0.55,
        name="single heads",
        legendgroup=group,
        showlegend=False,
        text=[f"L{layer} H{head}" for layer in range(n_layers) for head in range(n_heads)],
        customdata=answer.head_band.ravel(),
        hovertemplate=f"{name}<br>%{{text}}: %{{y:.3f}}<br>chance ±%{{customdata:.3f}}<extra></extra>",
    )
    mean = go.Scatter(
        x=x,
        y=answer.layer,
        mode="lines+markers",
        line={"color": colour, "width": 1.8},
        marker={"size": 6.5, "symbol": symbol, "color": colour},
        name=name,
        legendgroup=group,
        text=[f"L{layer}" for layer in range(n_layers)],
        customdata=answer.layer_band,
        hovertemplate=f"{name}<br>%{{text}} mean: %{{y:.3f}}<br>chance ±%{{customdata:.3f}}<extra></extra>",
    )
    return [band, heads, mean]


def _range(alignments: tuple[Alignment, ...]) -> list[float]:
    """Everything shown, zero included, with a little air."""
    values = np.concatenate([part for a in alignments for part in (a.head.ravel(), a.layer_band, -a.layer_band)])
    values = values[np.isfinite(values)]
    low, high = min(0.0, values.min(initial=0.0)), max(0.1, values.max(initial=0.0))
    air = 0.05 * (high - low)
    return [low - air, high + air]


def _ticks(alignments: tuple[Alignment, ...], layers: str) -> dict:
    if layers == "normalised":
        return {"range": [-0.03, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    last = max(len(answer.layer) for answer in alignments) - 1
    return {"range": [-0.03 * max(1, last) - 0.2, 1.03 * last + 0.2], "dtick": 1 if last < 16 else 4}


def _quantity(alignments: tuple[Alignment, ...]) -> str:
    equal = {answer.provenance.get("weights") == "equal" for answer in alignments}
    if len(equal) > 1:
        raise InputError(
            "One figure shows one kind of mean: got alignments weighted by singular values and equally. They probably come from two calls "
            "of alignment that differ, and cannot be compared. Draw two figures."
        )
    return "mean cosine, equal weights" if equal.pop() else "weighted mean cosine"


def _chance(alignments: tuple[Alignment, ...]) -> str:
    """What is random under chance, where it is not simply all directions."""
    subspace = any(answer.provenance.get("null") == "subspace" for answer in alignments)
    return ", pairing at random inside each head’s spaces" if subspace else ""

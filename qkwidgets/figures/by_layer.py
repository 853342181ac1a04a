"""How are numbers drawn over the layers of one or several models? One axis, one place of the legend, a symbol and a colour a model."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import Colours
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, template

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
"""Models differ in symbol as well as in colour."""

LEGEND_ROW = 19
"""Pixels of a model's line in the legend."""

LAYERS = {"normalised": "normalised layer  <i>l</i> / (<i>L</i> − 1)", "index": "layer"}


class Look(NamedTuple):
    """How one of several models is told from the others."""

    name: str
    group: str
    colour: str
    symbol: str


def look(model: str, number: int, c: Colours) -> Look:
    """The look of the model that comes at this place."""
    return Look(escaped(model), str(number), c.series[number % len(c.series)], SYMBOLS[number % len(SYMBOLS)])


def check_choice(what: str, value: str, among: Sequence[str]) -> None:
    """Refuse an option's value that there is not.

    Examples
    --------
    >>> check_choice("what", "curve", ("curves", "manifold"))
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: what is one of 'curves', 'manifold': got 'curve'. It is probably misspelt. Use one of these.
    """
    if value not in among:
        raise InputError(
            f"{what} is one of {', '.join(map(repr, among))}: got {value!r}. It is probably misspelt. Use one of these."
        )


def check_layers(layers: str) -> None:
    """Refuse what is no way to place layers.

    Examples
    --------
    >>> check_layers("index")
    """
    if layers not in LAYERS:
        raise InputError(
            f'Layers are "normalised" or counted by "index": got {layers!r}. It is probably misspelt. Use one of these.'
        )


def check_any(answers: Sequence[Any], what: str, door: str) -> None:
    """Refuse to draw nothing; `door` is the call that an answer comes from.

    Examples
    --------
    >>> check_any([], "distances", "attention_distance(model, images)")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: A figure of distances needs at least one answer: got none. A list was probably empty. Call
    attention_distance(model, images) and hand on what it returns.
    """
    if not answers:
        raise InputError(
            f"A figure of {what} needs at least one answer: got none. A list was probably empty. Call {door} and hand on what it returns."
        )


def places(n_layers: int, layers: str) -> Float[np.ndarray, " layer"]:
    """Where the layers of a model stand on the axis.

    Examples
    --------
    >>> places(3, "normalised").tolist(), places(3, "index").tolist()
    ([0.0, 0.5, 1.0], [0.0, 1.0, 2.0])
    """
    return np.arange(n_layers) / (max(1, n_layers - 1) if layers == "normalised" else 1)


def layer_axis(most: int, layers: str) -> dict[str, Any]:
    """Title, range and ticks of the axis, for models of `most` layers and fewer."""
    if layers == "normalised":
        return {"title": {"text": LAYERS[layers]}, "range": [-0.03, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    last = most - 1
    span = [-0.03 * max(1, last) - 0.2, 1.03 * last + 0.2]
    return {"title": {"text": LAYERS[layers]}, "range": span, "dtick": 1 if last < 16 else 4}


def column(figure: go.Figure, title: str, theme: str, rows: int) -> None:
    """The layout of a figure of one panel, with so many rows of a legend above it and two lines of notes below."""
    figure.update_layout(
        template=template(theme),
        width=COLUMN_WIDTH,
        height=316 + LEGEND_ROW * rows,
        margin={"l": 56, "r": 14, "t": 42 + LEGEND_ROW * rows, "b": 84},
        title={"text": title, "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={"x": 0, "xanchor": "left", "xref": "paper", "y": 1, "yanchor": "bottom", "tracegroupgap": 0},
        showlegend=True,
        hovermode="closest",
    )


def single_heads(values: Float[np.ndarray, "layer head"], layers: str, seen: Look, hover: str, **options: Any) -> go.Scatter:
    """One open symbol a head; `hover` is what stands under the model's name when a head is pointed at."""
    n_layers, n_heads = values.shape
    shown = {
        "mode": "markers",
        "marker": {"size": 5, "symbol": f"{seen.symbol}-open", "color": seen.colour, "line": {"width": 1}},
        "opacity": 0.55,
        "name": "single heads",
        "showlegend": False,
        "text": [f"L{layer} H{head}" for layer, head in np.ndindex(n_layers, n_heads)],
        "hovertemplate": f"{seen.name}<br>{hover}<extra></extra>",
    }
    x = np.repeat(places(n_layers, layers), n_heads)
    return go.Scatter(x=x, y=values.ravel(), legendgroup=seen.group, **shown | options)


def line(values: Float[np.ndarray, " layer"], layers: str, seen: Look, hover: str, **options: Any) -> go.Scatter:
    """One line through the layers of a model, a symbol at each."""
    shown = {
        "mode": "lines+markers",
        "line": {"color": seen.colour, "width": 1.8},
        "marker": {"size": 6.5, "symbol": seen.symbol, "color": seen.colour},
        "name": seen.name,
        "text": [f"L{layer}" for layer in range(len(values))],
        "hovertemplate": f"{seen.name}<br>{hover}<extra></extra>",
    }
    return go.Scatter(x=places(len(values), layers), y=values, legendgroup=seen.group, **shown | options)

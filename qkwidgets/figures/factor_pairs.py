"""Which modes hold the energy of which pair of factors? Stacked energies of the strongest modes, of a head or of all heads of a layer.

A mode's energy is divided by the shares of its two sides, `s_k^2 a_k^x b_k^y`; it sums to its whole. Summed over modes this is not quite the
energy of the pair: modes share factors out among each other, and what one pair gains another loses. The figure says how much.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import check_range
from qkwidgets.core.factors.names import BFD, MIXED
from qkwidgets.figures.colours import Colours
from qkwidgets.figures.theme import number, percent

CELLS = ((2, 2), (2, 1), (1, 2), (1, 1), (0, 2), (0, 1), (2, 0), (1, 0), (0, 0))
"""Cells in the order in which they are stacked, by the query's and the key's factor."""

LABEL = {(2, 2): 0, (2, 1): 1, (1, 2): 1, (1, 1): 2}
"""Cells have the colours of labels; those with the mean are grey."""

PATTERNS = {(1, 2): "/", (0, 1): "/", (2, 0): "\\", (1, 0): "x", (0, 0): "."}
"""Cells of equal colour are told apart by a pattern; the others are plain."""

TOP, PANEL, BELOW = 134, 165, 126
"""Pixels above the panels, of a row of them, and below."""

SHOWN = 16
"""Modes of a head that are drawn, the strongest."""


def cell_marker(query: int, key: int, gap: float, c: Colours) -> dict[str, Any]:
    """How the bars of a cell are filled, with a gap of so many pixels between them."""
    pattern = {"shape": PATTERNS.get((query, key), ""), "fillmode": "overlay", "fgcolor": c.paper, "solidity": 0.25, "size": 6}
    colour = c.label(LABEL.get((query, key), MIXED))
    return {"color": colour, "line": {"color": c.paper, "width": gap}, "pattern": pattern}


def pair_energies(answer: Factors) -> Float[np.ndarray, "layer head mode 3 3"]:
    """The energy of every mode, divided by the shares of its sides, in parts of the energy of its head; zero for modes without strength.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.factors(qk.load_model(), qk.odd_one_out(8), draws=0, workers=0, progress=False)
    >>> parts = pair_energies(found)
    >>> bool(np.allclose(parts.sum(axis=(2, 3, 4)), 1))
    True
    """
    squares = np.square(answer.singular_values)
    query, key = (np.nan_to_num(share) for share in (answer.query_share, answer.key_share))
    total = np.maximum(squares.sum(axis=-1), 1e-300)[..., None, None, None]
    return (squares[..., None, None] * query[..., :, None] * key[..., None, :]) / total


def pairs(answer: Factors, layer: int, head: int | None, c: Colours) -> go.Figure:
    """Of a head, or of every head of a layer, the strongest modes with their energy by pair of factors."""
    n_layers, _, n_modes = answer.singular_values.shape
    layer = check_range("layer", layer, n_layers, repr(answer.model))
    heads, parts, shown = _heads(answer, head), pair_energies(answer)[layer], min(SHOWN, n_modes)
    columns = min(4, len(heads))
    rows = -(-len(heads) // columns)
    figure = make_subplots(
        rows,
        columns,
        shared_yaxes="all",
        subplot_titles=[f"L{layer} H{each}" for each in heads],
        horizontal_spacing=0.03,
        vertical_spacing=0.2 / rows,
    )
    for place, each in enumerate(heads):
        for query, key in CELLS:
            figure.add_trace(
                _bar(parts[each, :shown], each, query, key, place == 0, c), place // columns + 1, place % columns + 1
            )
    figure.update_layout(barmode="stack", bargap=0.15, height=TOP + PANEL * rows + BELOW, margin={"t": TOP, "b": BELOW})
    figure.update_layout(title={"text": "Which modes trade what?", "y": 1, "yanchor": "top", "pad": {"t": 12}})
    above = 1 + 24 / (PANEL * rows)
    figure.update_layout(legend={"orientation": "h", "traceorder": "normal", "y": above, "yanchor": "bottom", "x": 0})
    for words in figure.layout.annotations:
        words.update(font={"size": 12, "color": c.ink})
    figure.update_xaxes(dtick=4, range=[-0.9, shown - 0.4])
    figure.update_xaxes(title={"text": "mode"}, row=rows)
    figure.update_yaxes(title={"text": "share of the head’s energy"}, col=1)
    return figure


def pair_words(answer: Factors, layer: int, head: int | None) -> str:
    """What modes these are, what is not drawn of them, and how far sums over modes are from the energies of pairs."""
    heads, parts = _heads(answer, head), pair_energies(answer)[layer]
    moved = np.abs(parts.sum(axis=1) - answer.shares()[layer])[heads].max()
    left = 1 - parts[heads, :SHOWN].sum(axis=(1, 2, 3)).min()
    of_what = "modes of all tokens’ scores" if answer.svd == "data" else "modes of the weights"
    rest = "" if left < 5e-4 else f", the first {SHOWN}; up to {percent(left)} of a head’s energy lies behind them"
    overlap = (
        f"summed over modes, a pair’s share differs from the head’s by up to {number(moved, 2)}: modes overlap within factors"
    )
    return f"{of_what}{rest}<br>{overlap}"


def _heads(answer: Factors, head: int | None) -> list[int]:
    n_heads = answer.singular_values.shape[1]
    return list(range(n_heads)) if head is None else [check_range("head", head, n_heads, repr(answer.model))]


def _bar(parts: np.ndarray, head: int, query: int, key: int, first: bool, c: Colours) -> go.Bar:
    name = f"{BFD[query]} reads {BFD[key]}"
    return go.Bar(
        x=np.arange(len(parts)),
        y=parts[:, query, key],
        name=name,
        legendgroup=name,
        showlegend=first,
        marker=cell_marker(query, key, 0.5, c),
        hovertemplate=f"H{head} M%{{x}}, {name}: %{{y:.3f}}<extra></extra>",
    )

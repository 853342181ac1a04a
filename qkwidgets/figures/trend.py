"""Does attention look for its like, layer by layer? Weighted mean cosine over depth, single heads, and what chance gives.

Source: Pan et al. NeurIPS 2024, Figure 3; single heads and the band of the mean are ours.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.alignment import Alignment
from qkwidgets.core.errors import InputError
from qkwidgets.figures.by_layer import Look, check_layers, column, layer_axis, line, look, places, single_heads
from qkwidgets.figures.colours import colours, transparent
from qkwidgets.figures.theme import note


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
    check_layers(layers)
    c = colours(theme)
    figure = go.Figure()
    for number, answer in enumerate(alignments):
        figure.add_traces(_traces(answer, look(answer.model, number, c), len(alignments) > 1, layers))
    figure.add_hline(y=0, line={"color": c.faint, "width": 1}, layer="below")
    column(figure, "Do heads seek their like?", theme, len(alignments))
    lines = "lines: means of the heads · open symbols: single heads"
    note(figure, f"{lines}<br>bands around zero: chance for the means{_chance(alignments)} (95 %)", below=48)
    figure.update_xaxes(**layer_axis(max(len(answer.layer) for answer in alignments), layers))
    figure.update_yaxes(title={"text": _quantity(alignments)}, range=_range(alignments), tickformat=".2~f", nticks=8)
    return figure


def _traces(answer: Alignment, seen: Look, several: bool, layers: str) -> list[go.Scatter]:
    x = places(len(answer.layer), layers)
    band = go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([answer.layer_band, -answer.layer_band[::-1]]),
        fill="toself",
        fillcolor=transparent(seen.colour, 0.22 if several else 0.18),
        line={"width": 0},
        mode="lines",
        name="chance for the mean",
        legendgroup=seen.group,
        showlegend=False,
        hoverinfo="skip",
    )
    chance = "%{y:.3f}<br>chance ±%{customdata:.3f}"
    heads = single_heads(answer.head, layers, seen, f"%{{text}}: {chance}", customdata=answer.head_band.ravel())
    return [band, heads, line(answer.layer, layers, seen, f"%{{text}} mean: {chance}", customdata=answer.layer_band)]


def _range(alignments: tuple[Alignment, ...]) -> list[float]:
    """Everything shown, zero included, with a little air."""
    values = np.concatenate([part for a in alignments for part in (a.head.ravel(), a.layer_band, -a.layer_band)])
    values = values[np.isfinite(values)]
    low, high = min(0.0, values.min(initial=0.0)), max(0.1, values.max(initial=0.0))
    air = 0.05 * (high - low)
    return [low - air, high + air]


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

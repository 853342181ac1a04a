"""Do heads look near or far, layer by layer? Single heads, their mean, and attention that is the same everywhere.

Source: Dosovitskiy et al. "An Image is Worth 16x16 Words". ICLR 2021, figure 7.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.attention_distance import AttentionDistance
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import colours
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, note, template
from qkwidgets.figures.trend import LAYERS, LEGEND_ROW, SYMBOLS


def distance_figure(*answers: AttentionDistance, theme: str = "light", layers: str = "normalised") -> go.Figure:
    """The mean distance of attention over the layers of one or several models, as a part of the uniform one where grids differ.

    Parameters
    ----------
    answers
        From `qkwidgets.attention_distance`, one a model.
    theme
        "light" or "dark".
    layers
        "normalised" or "index", as in the trend of cosines.

    Raises
    ------
    InputError
        If nothing is given to draw, or an option is unknown.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.attention_distance(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> [trace.name for trace in found.figure().data]
    ['single heads', 'builtin:o3']
    """
    if not answers:
        raise InputError(
            "A figure of distances needs at least one answer: got none. A list was probably empty. Call attention_distance(model, images) and "
            "hand on what it returns."
        )
    if layers not in LAYERS:
        raise InputError(
            f'Layers are "normalised" or counted by "index": got {layers!r}. It is probably misspelt. Use one of these.'
        )
    c = colours(theme)
    relative = len({answer.layout.grid for answer in answers}) > 1
    figure = go.Figure()
    uniform = 1.0 if relative else answers[0].uniform
    figure.add_hline(y=uniform, line={"color": c.faint, "width": 1.2, "dash": "dot"}, layer="below")
    figure.add_annotation(
        text="uniform", x=1, xref="paper", xanchor="right", y=uniform, yanchor="bottom", yshift=1, font={"color": c.faint}
    )
    for number, answer in enumerate(answers):
        figure.add_traces(_traces(answer, number, answer.uniform if relative else 1.0, layers, c.series[number % len(c.series)]))
    rows = len(answers)
    figure.update_layout(
        template=template(theme),
        width=COLUMN_WIDTH,
        height=316 + LEGEND_ROW * rows,
        margin={"l": 56, "r": 14, "t": 42 + LEGEND_ROW * rows, "b": 84},
        title={"text": "How far do heads look?", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={"x": 0, "xanchor": "left", "xref": "paper", "y": 1, "yanchor": "bottom", "tracegroupgap": 0},
        showlegend=True,
        hovermode="closest",
    )
    last = max(len(answer.distance) for answer in answers) - 1
    ticks = {"range": [-0.03, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    if layers == "index":
        ticks = {"range": [-0.03 * max(1, last) - 0.2, 1.03 * last + 0.2], "dtick": 1 if last < 16 else 4}
    figure.update_xaxes(title={"text": LAYERS[layers]}, **ticks)
    quantity = "mean distance, part of the uniform one" if relative else "mean distance of attention, patches"
    figure.update_yaxes(title={"text": quantity}, rangemode="tozero", tickformat="~g", nticks=8)
    counts = " and ".join(dict.fromkeys(f"{answer.n_images:,}" for answer in answers))
    others = f"of all attention, {_range(answers)} goes to other tokens, left out here"
    note(figure, f"{counts} images, patches to patches · open symbols: single heads<br>{others}", below=48)
    return figure


def _traces(answer: AttentionDistance, number: int, per: float, layers: str, colour: str) -> list[go.Scatter]:
    n_layers, n_heads = answer.distance.shape
    x = np.arange(n_layers) / (max(1, n_layers - 1) if layers == "normalised" else 1)
    symbol, name, group = SYMBOLS[number % len(SYMBOLS)], escaped(answer.model), str(number)
    heads = go.Scatter(
        x=np.repeat(x, n_heads),
        y=answer.distance.ravel() / per,
        mode="markers",
        marker={"size": 5, "symbol": f"{symbol}-open", "color": colour, "line": {"width": 1}},
        opacity=0.6,
        name="single heads",
        legendgroup=group,
        showlegend=False,
        text=[f"L{layer} H{head}" for layer, head in np.ndindex(n_layers, n_heads)],
        customdata=answer.near.reshape(-1, 2) * 100,
        hovertemplate=f"{name}<br>%{{text}}: %{{y:.2f}}<br>within 1: %{{customdata[0]:.0f}} %, within 2: %{{customdata[1]:.0f}} %<extra></extra>",
    )
    mean = go.Scatter(
        x=x,
        y=answer.layer / per,
        mode="lines+markers",
        line={"color": colour, "width": 1.8},
        marker={"size": 6.5, "symbol": symbol, "color": colour},
        name=name,
        legendgroup=group,
        text=[f"L{layer}" for layer in range(n_layers)],
        hovertemplate=f"{name}<br>%{{text}}: %{{y:.2f}}<extra></extra>",
    )
    return [heads, mean]


def _range(answers: tuple[AttentionDistance, ...]) -> str:
    """The least and the largest share of a head's attention that goes to tokens that are no patches."""
    shares = np.concatenate([answer.other.ravel() for answer in answers])
    return f"{100 * shares.min():.0f} to {100 * shares.max():.0f} % by head"

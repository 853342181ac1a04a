"""Do heads look near or far, layer by layer? Single heads, their mean, and attention that is the same everywhere.

Source: Dosovitskiy et al. "An Image is Worth 16x16 Words". ICLR 2021, figure 7.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.attention_distance import AttentionDistance
from qkwidgets.figures.by_layer import check_any, check_layers, column, layer_axis, line, look, single_heads
from qkwidgets.figures.colours import colours
from qkwidgets.figures.theme import note


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
    check_any(answers, "distances", "attention_distance(model, images)")
    check_layers(layers)
    c = colours(theme)
    relative = len({answer.layout.grid for answer in answers}) > 1
    figure = go.Figure()
    uniform = 1.0 if relative else answers[0].uniform
    figure.add_hline(y=uniform, line={"color": c.faint, "width": 1.2, "dash": "dot"}, layer="below")
    near = "%{text}: %{y:.2f}<br>within 1: %{customdata[0]:.0f} %, within 2: %{customdata[1]:.0f} %"
    for number, answer in enumerate(answers):
        seen, per = look(answer.model, number, c), answer.uniform if relative else 1.0
        shares = answer.near.reshape(-1, 2) * 100
        figure.add_trace(single_heads(answer.distance / per, layers, seen, near, customdata=shares))
        figure.add_trace(line(answer.layer / per, layers, seen, "%{text}: %{y:.2f}"))
    column(figure, "How far do heads look?", theme, len(answers))
    figure.update_xaxes(**layer_axis(max(len(answer.distance) for answer in answers), layers))
    quantity = "mean distance, part of the uniform one" if relative else "mean distance of attention, patches"
    figure.update_yaxes(title={"text": quantity}, rangemode="tozero", tickformat="~g", nticks=8)
    counts = " and ".join(dict.fromkeys(f"{answer.n_images:,}" for answer in answers))
    others = f"of all attention, {_range(answers)} goes to other tokens, left out here"
    note(figure, f"{counts} images, patches to patches · open symbols: single heads · dotted: uniform<br>{others}", below=48)
    return figure


def _range(answers: tuple[AttentionDistance, ...]) -> str:
    """The least and the largest share of a head's attention that goes to tokens that are no patches."""
    shares = np.concatenate([answer.other.ravel() for answer in answers])
    return f"{100 * shares.min():.0f} to {100 * shares.max():.0f} % by head"

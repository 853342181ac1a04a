"""Do both sides of a mode point at one object? The probability over depth, with its interval, single heads, and chance.

Source: Pan et al. NeurIPS 2024, Figure 6; intervals, single heads and chance are ours.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.same_object import SameObject
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import Colours, colours
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, note, template
from qkwidgets.figures.trend import LAYERS, LEGEND_ROW, SYMBOLS

CHANCES = {
    "by_others": ("chance: other modes’ query maps", "dash"),
    "by_area": ("chance: objects by their areas", "dot"),
    "by_count": ("chance: each object as likely", "dashdot"),
}


def same_object_figure(*answers: SameObject, theme: str = "light", layers: str = "normalised") -> go.Figure:
    """The probability that both sides of a mode point at the same object, over the layers of one or several models.

    Solid lines are means over heads with 95 % intervals over images, open symbols single heads. Of one model all three kinds of chance
    are shown, of several only that of other modes' maps in the same image, which knows of objects that draw every map.

    Parameters
    ----------
    answers
        From `qkwidgets.same_object_probability`, one a model.
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
    >>> found = qk.same_object_probability(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> [trace.name for trace in same_object_figure(found).data][-1]
    'builtin:o3'
    """
    if not answers:
        raise InputError(
            "A figure of the same object needs at least one answer: got none. A list was probably empty. Call "
            "same_object_probability(model, images) and hand on what it returns."
        )
    if layers not in LAYERS:
        raise InputError(
            f'Layers are "normalised" or counted by "index": got {layers!r}. It is probably misspelt. Use one of these.'
        )
    c = colours(theme)
    figure = go.Figure()
    for number, answer in enumerate(answers):
        figure.add_traces(_traces(answer, number, tuple(CHANCES) if len(answers) == 1 else ("by_others",), layers, c))
    rows = sum(trace.showlegend is not False for trace in figure.data)
    figure.update_layout(
        template=template(theme),
        width=COLUMN_WIDTH,
        height=316 + LEGEND_ROW * rows,
        margin={"l": 56, "r": 14, "t": 42 + LEGEND_ROW * rows, "b": 84},
        title={"text": "Do query and key point at one object?", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={"x": 0, "xanchor": "left", "xref": "paper", "y": 1, "yanchor": "bottom", "tracegroupgap": 0},
        showlegend=True,
        hovermode="closest",
    )
    k = answers[0].image.shape[-1]
    told = ", ".join(dict.fromkeys(str(answer.n_told) for answer in answers))
    note(
        figure,
        f"the {k} best of {told} images with two objects or more · modes weighted by σ<br>bars: 95 % over images · open symbols: single heads",
        below=48,
    )
    last = max(len(answer.layer) for answer in answers) - 1
    ticks = {"range": [-0.03, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    if layers == "index":
        ticks = {"range": [-0.03 * max(1, last) - 0.2, 1.03 * last + 0.2], "dtick": 1 if last < 16 else 4}
    figure.update_xaxes(title={"text": LAYERS[layers]}, **ticks)
    figure.update_yaxes(title={"text": "probability of the same object"}, range=[0, _top(answers)], tickformat=".2~f", nticks=8)
    return figure


def _traces(answer: SameObject, number: int, chances: tuple[str, ...], layers: str, c: Colours) -> list[go.Scatter]:
    n_layers = len(answer.layer)
    x = np.arange(n_layers) / (max(1, n_layers - 1) if layers == "normalised" else 1)
    colour, symbol = c.series[number % len(c.series)], SYMBOLS[number % len(SYMBOLS)]
    name, group = escaped(answer.model), str(number)
    low, high = answer.layer_interval.T
    found = [_heads(answer, x, colour, symbol, group)]
    for chance in chances:
        words, dash = CHANCES[chance]
        found.append(
            go.Scatter(
                x=x,
                y=getattr(answer, chance),
                mode="lines",
                line={"color": colour if chance == "by_others" else c.soft, "width": 1.2, "dash": dash},
                name=words,
                legendgroup=group,
                showlegend=number == 0,
                hovertemplate=f"{name}<br>{words}: %{{y:.3f}}<extra></extra>",
            )
        )
    found.append(
        go.Scatter(
            x=x,
            y=answer.layer,
            mode="lines+markers",
            line={"color": colour, "width": 1.8},
            marker={"size": 6.5, "symbol": symbol, "color": colour},
            error_y={"array": high - answer.layer, "arrayminus": answer.layer - low, "color": colour, "thickness": 1, "width": 3},
            name=name,
            legendgroup=group,
            text=[f"L{layer}" for layer in range(n_layers)],
            customdata=answer.layer_interval,
            hovertemplate=f"{name}<br>%{{text}} mean: %{{y:.3f}}<br>95 %: %{{customdata[0]:.3f}} to %{{customdata[1]:.3f}}<extra></extra>",
        )
    )
    return found


def _heads(answer: SameObject, x: np.ndarray, colour: str, symbol: str, group: str) -> go.Scatter:
    n_layers, n_heads = answer.head.shape
    return go.Scatter(
        x=np.repeat(x, n_heads),
        y=answer.head.ravel(),
        mode="markers",
        marker={"size": 5, "symbol": f"{symbol}-open", "color": colour, "line": {"width": 1}},
        opacity=0.55,
        name="single heads",
        legendgroup=group,
        showlegend=False,
        text=[f"L{layer} H{head}" for layer, head in np.ndindex(n_layers, n_heads)],
        customdata=answer.head_by_others.ravel(),
        hovertemplate=f"{escaped(answer.model)}<br>%{{text}}: %{{y:.3f}}<br>chance %{{customdata:.3f}}<extra></extra>",
    )


def _top(answers: tuple[SameObject, ...]) -> float:
    values = np.concatenate([np.ravel(part) for a in answers for part in (a.head, a.layer_interval, a.by_area, a.by_others)])
    return min(1.03, 1.06 * float(values[np.isfinite(values)].max(initial=0.1)))

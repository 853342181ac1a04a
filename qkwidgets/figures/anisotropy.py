"""How alike are tokens of different images, and what is left of the cosines of modes beyond that?

Source: Pan et al. NeurIPS 2024, supplement S4; the interval and the cosines beside are ours.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.anisotropy import AnisotropyBaseline, RelativeAlignment
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import colours
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, note, template
from qkwidgets.figures.trend import LAYERS, LEGEND_ROW, SYMBOLS


def baseline_figure(*answers: AnisotropyBaseline, theme: str = "light", layers: str = "normalised") -> go.Figure:
    """The mean cosine of the middle patch's tokens of different images, over the layers of one or several models.

    Parameters
    ----------
    answers
        From `qkwidgets.anisotropy_baseline`, one a model.
    theme
        "light" or "dark".
    layers
        "normalised" or "index", as in the trend of cosines.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.anisotropy_baseline(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> [trace.name for trace in baseline_figure(found).data]
    ['builtin:o3']
    """
    figure = _empty(answers, "Are tokens alike whatever the image?", "mean cosine of different images’ tokens", theme, layers)
    c = colours(theme)
    for number, answer in enumerate(answers):
        colour, symbol = c.series[number % len(c.series)], SYMBOLS[number % len(SYMBOLS)]
        line = _line(answer.baseline, layers, colour, symbol, escaped(answer.model), str(number))
        line.error_y = {"array": answer.band, "color": colour, "thickness": 1, "width": 3}
        figure.add_trace(line)
    counts = ", ".join(dict.fromkeys(str(answer.n_images) for answer in answers))
    note(figure, f"all pairs of {counts} images, patch in the middle · bars: 95 % (jackknife)<br>&nbsp;", below=48)
    return figure


def relative_figure(*answers: RelativeAlignment, theme: str = "light", layers: str = "normalised") -> go.Figure:
    """Weighted mean cosines less the anisotropy baseline; of one model the cosines and the baseline beside.

    Parameters
    ----------
    answers
        From `AnisotropyBaseline.relative(alignment)`, one a model.
    theme
        "light" or "dark".
    layers
        "normalised" or "index", as in the trend of cosines.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> found = qk.anisotropy_baseline(model, qk.odd_one_out(8), workers=0, progress=False).relative(qk.alignment(model))
    >>> [trace.name for trace in relative_figure(found).data]
    ['baseline: tokens of different images', 'cosine before', 'single heads, relative', 'builtin:o3, relative']
    """
    figure = _empty(answers, "Do heads seek their like beyond anisotropy?", "weighted mean cosine − baseline", theme, layers)
    c = colours(theme)
    for number, answer in enumerate(answers):
        colour, symbol, group = c.series[number % len(c.series)], SYMBOLS[number % len(SYMBOLS)], str(number)
        if len(answers) == 1:
            beside = (("baseline: tokens of different images", answer.baseline, "dot"), ("cosine before", answer.cosine, "dash"))
            for name, values, dash in beside:
                figure.add_trace(_line(values, layers, c.soft, None, name, group, dash))
        n_layers, n_heads = answer.head.shape
        figure.add_trace(
            go.Scatter(
                x=np.repeat(_depth(n_layers, layers), n_heads),
                y=answer.head.ravel(),
                mode="markers",
                marker={"size": 5, "symbol": f"{symbol}-open", "color": colour, "line": {"width": 1}},
                opacity=0.55,
                name="single heads, relative",
                legendgroup=group,
                showlegend=False,
                text=[f"L{layer} H{head}" for layer, head in np.ndindex(n_layers, n_heads)],
                hovertemplate=f"{escaped(answer.model)}<br>%{{text}}: %{{y:.3f}}<extra></extra>",
            )
        )
        figure.add_trace(_line(answer.layer, layers, colour, symbol, f"{escaped(answer.model)}, relative", group))
    note(figure, "lines: means of the heads · open symbols: single heads<br>zero: as alike as tokens of any two images", below=48)
    return figure


def _empty(answers: tuple, title: str, quantity: str, theme: str, layers: str) -> go.Figure:
    """Axes and words for one line a model."""
    if not answers:
        raise InputError(
            "A figure of anisotropy needs at least one answer: got none. A list was probably empty. Call anisotropy_baseline(model, images) "
            "and hand on what it returns."
        )
    if layers not in LAYERS:
        raise InputError(
            f'Layers are "normalised" or counted by "index": got {layers!r}. It is probably misspelt. Use one of these.'
        )
    c, relative = colours(theme), isinstance(answers[0], RelativeAlignment)
    rows = len(answers) + 2 * (relative and len(answers) == 1)
    figure = go.Figure()
    figure.add_hline(y=0, line={"color": c.faint, "width": 1}, layer="below")
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
    last = max(len(answer.baseline) for answer in answers) - 1
    ticks = {"range": [-0.03, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    if layers == "index":
        ticks = {"range": [-0.03 * max(1, last) - 0.2, 1.03 * last + 0.2], "dtick": 1 if last < 16 else 4}
    figure.update_xaxes(title={"text": LAYERS[layers]}, **ticks)
    figure.update_yaxes(title={"text": quantity}, tickformat=".2~f", nticks=8)
    return figure


def _depth(n_layers: int, layers: str) -> np.ndarray:
    return np.arange(n_layers) / (max(1, n_layers - 1) if layers == "normalised" else 1)


def _line(
    values: np.ndarray, layers: str, colour: str, symbol: str | None, name: str, group: str, dash: str = "solid"
) -> go.Scatter:
    return go.Scatter(
        x=_depth(len(values), layers),
        y=values,
        mode="lines" if symbol is None else "lines+markers",
        line={"color": colour, "width": 1.2 if symbol is None else 1.8, "dash": dash},
        marker={} if symbol is None else {"size": 6.5, "symbol": symbol, "color": colour},
        name=name,
        legendgroup=group,
        text=[f"L{layer}" for layer in range(len(values))],
        hovertemplate=f"{name}<br>%{{text}}: %{{y:.3f}}<extra></extra>",
    )

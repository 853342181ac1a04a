"""Do tokens tell their place at every depth, and does their content? What probes explain by layer, with what is settled by theorem marked."""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.position_probe import FEATURES, TOKENS, PositionProbe
from qkwidgets.figures.colours import colours, transparent
from qkwidgets.figures.theme import PAGE_WIDTH, escaped, note, template

LINES = (
    ("raw", "linear", "raw tokens, linear", 1, "circle", "solid"),
    ("held_out", "linear", "held-out content, linear", 0, "square", "solid"),
    ("held_out", "squared", "held-out content, squares", 2, "diamond", "solid"),
    ("in_sample", "linear", "in-sample content, linear: 0 by theorem", None, "x", "dot"),
)


def probe_figure(answer: PositionProbe, *, theme: str = "light") -> go.Figure:
    """R² of row and column (their mean) by layer, for raw tokens and for content, and the band of shuffled places.

    Parameters
    ----------
    answer
        From `qkwidgets.position_probe`.
    theme
        "light" or "dark".

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.position_probe(qk.load_model(), qk.odd_one_out(30), workers=0, progress=False)
    >>> [trace.name for trace in probe_figure(found).data][-1]
    'in-sample content, linear: 0 by theorem'
    """
    c, layers = colours(theme), np.arange(len(answer.r2))
    figure = go.Figure()
    drawn = answer.chance[:, TOKENS.index("held_out"), FEATURES.index("squared")].mean(axis=-1)
    if drawn.size:
        figure.add_scatter(
            x=np.concatenate([layers, layers[::-1]]),
            y=np.concatenate([drawn.max(axis=1), drawn.min(axis=1)[::-1]]),
            fill="toself",
            fillcolor=transparent(c.series[2], 0.18),
            line={"width": 0},
            mode="lines",
            name="squares, shuffled places",
            showlegend=False,
            hoverinfo="skip",
        )
    for tokens, features, name, series, symbol, dash in LINES:
        colour = c.soft if series is None else c.series[series]
        figure.add_scatter(
            x=layers,
            y=answer.r2[:, TOKENS.index(tokens), FEATURES.index(features)].mean(axis=-1),
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 1.8, "dash": dash},
            marker={"size": 6.5, "symbol": symbol, "color": colour},
            hovertemplate=f"layer %{{x}}, {name}: %{{y:.3f}}<extra></extra>",
        )
    figure.add_hline(y=0, line={"color": c.faint, "width": 1}, layer="below")
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        height=430,
        margin={"l": 62, "r": 18, "t": 104, "b": 96},
        title={"text": "Does a token tell its place?", "y": 0.98, "yanchor": "top"},
        legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(title={"text": "layer"}, dtick=1 if len(layers) < 16 else 4)
    figure.update_yaxes(title={"text": "R² of row and column"})
    counts = f"images: {answer.n_means:,} for means, {answer.n_fit:,} to fit, {answer.n_trial:,} to try"
    note(figure, f"{escaped(answer.model)} · {counts}<br>band: squares of content, places shuffled in every image", below=46)
    return figure

"""Is it position that makes early layers seek their like? The weighted cosine of layers in parts, and every mode beside its position.

Source: Pan et al. NeurIPS 2024, Figure 3, for the cosine; its parts are this project's own.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import BFD, MIXED
from qkwidgets.figures.colours import Colours, transparent

PARTS = ((1, 2, "circle"), (2, 0, "square"), (0, MIXED, "x"))
"""Factor, the label whose colour and symbol it has; the mean is grey."""


def cosine(answer: Factors, c: Colours) -> go.Figure:
    """Parts of the weighted cosine by layer with the bands of random read-outs; below, cosine and position share of every mode."""
    if answer.cosine_parts is None:
        raise InputError(
            "Cosines are those of the modes of the weights: these factors are of the modes of the data, whose vectors have none. They are asked "
            'for by an option. Call factors(model, dataset, svd="weight", bias="separate").'
        )
    figure = make_subplots(rows=2, cols=1, vertical_spacing=0.2, row_heights=[0.54, 0.46])
    _by_layer(figure, answer, c)
    _by_mode(figure, answer, c)
    figure.update_layout(height=800, title={"text": "Is it position that seeks its like?", "y": 0.99, "yanchor": "top"})
    figure.update_layout(legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.add_hline(y=0, line={"color": c.faint, "width": 1}, layer="below")
    return figure


def _by_layer(figure: go.Figure, answer: Factors, c: Colours) -> None:
    parts, layers = np.nanmean(answer.cosine_parts, axis=1), np.arange(len(answer.cosine_parts))
    for factor, label, symbol in PARTS:
        colour = c.label(label)
        _turned(figure, answer, factor, colour)
        figure.add_scatter(
            x=layers,
            y=parts[:, factor],
            mode="lines+markers",
            name=BFD[factor],
            line={"color": colour, "width": 1.8},
            marker={"size": 7, "symbol": symbol, "color": colour},
            hovertemplate=f"layer %{{x}}, {BFD[factor]}: %{{y:.3f}}<extra></extra>",
        )
        if factor:
            _exchanged(figure, answer, factor, colour)
    figure.add_scatter(
        x=layers,
        y=parts.sum(axis=1),
        mode="lines",
        name="all together",
        line={"color": c.ink, "width": 1.4, "dash": "dot"},
        hovertemplate="layer %{x}, weighted cosine: %{y:.3f}<extra></extra>",
    )
    about = "bands around zero: parts for random read-outs · bars: the whole divided as random read-outs would (both 95 %)"
    figure.update_xaxes(title={"text": f"layer<br>{about}"}, dtick=1 if len(layers) < 16 else 4, row=1, col=1)
    figure.update_yaxes(title={"text": "weighted mean cosine"}, row=1, col=1)


def _turned(figure: go.Figure, answer: Factors, factor: int, colour: str) -> None:
    """The band of a factor's part for random read-outs, where some were drawn."""
    layers, (low, high) = np.arange(len(answer.cosine_turned)), answer.cosine_turned[:, factor].T
    if np.isfinite(low).all():
        figure.add_scatter(
            x=np.concatenate([layers, layers[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            fillcolor=transparent(colour, 0.14),
            line={"width": 0},
            mode="lines",
            name=f"chance, {BFD[factor]}",
            showlegend=False,
            hoverinfo="skip",
        )


def _exchanged(figure: go.Figure, answer: Factors, factor: int, colour: str) -> None:
    """The bars of a factor's part if the whole were divided as random read-outs would, where some were drawn."""
    layers, ends = np.arange(len(answer.cosine_exchanged)), answer.cosine_exchanged[:, factor]
    between = ends.mean(axis=-1)
    if np.isfinite(ends).all():
        figure.add_scatter(
            x=layers + (0.08 if factor == 1 else -0.08),
            y=between,
            error_y={"array": ends[:, 1] - between, "width": 5, "thickness": 1.4, "color": colour},
            mode="markers",
            name=f"{BFD[factor]}, if cosines were shared out at random",
            showlegend=False,
            marker={"size": 1, "color": colour},
            hovertemplate=f"layer %{{x:.0f}}, {BFD[factor]} if shared out at random: %{{y:.3f}}<extra></extra>",
        )


def _by_mode(figure: go.Figure, answer: Factors, c: Colours) -> None:
    live = ~answer.null & np.isfinite(answer.cosine)
    position = answer.mode_points[..., 1]
    p = answer.singular_values / np.maximum(answer.singular_values.sum(axis=-1, keepdims=True), 1e-300)
    places = np.argwhere(live)
    drawn = np.clip(position[live], 0, 1)
    outside = drawn != position[live]
    figure.add_scattergl(
        x=drawn,
        y=answer.cosine[live],
        customdata=position[live],
        mode="markers",
        name="modes",
        showlegend=False,
        marker={
            "size": 3 + 14 * np.sqrt(p[live]),
            "symbol": np.where(outside, "circle-open", "circle"),
            "opacity": 0.6,
            "line": {"color": c.paper, "width": 0.5},
            "color": places[:, 0],
            "colorscale": [[0, c.series[1]], [0.5, c.faint], [1, c.series[2]]],
            "cmin": 0,
            "cmax": max(1, len(answer.null) - 1),
            "colorbar": {"title": {"text": "layer<br>&nbsp;"}, "len": 0.38, "y": 0.2},
        },
        text=[f"L{layer} H{head} M{mode}" for layer, head, mode in places],
        hovertemplate="%{text}<br>position share %{customdata:.2f}<br>cosine %{y:.3f}<extra></extra>",
        row=2,
        col=1,
    )
    clipped = (
        f" · open: {outside.sum()} of {len(outside)} corrected shares lie outside, drawn at the border" if outside.any() else ""
    )
    figure.update_xaxes(
        title={"text": f"share of position in the mode<br>larger dots weigh more in their head{clipped}"},
        range=[-0.02, 1.02],
        row=2,
        col=1,
    )
    figure.update_yaxes(title={"text": "cosine of the mode"}, range=[-1.05, 1.05], row=2, col=1)

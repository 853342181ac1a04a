"""Which heads? One cell a head, layers from left to right, coloured by any number per head."""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.exploration import Exploration
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import Colours, colours, diverging_scale, ink_on, sequential_scale
from qkwidgets.figures.theme import PAGE_WIDTH, SMALL, escaped, number, template, unit

MOST_LAYERS_WITH_TEXT = 16

ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
"""Where a scale may end, times a power of ten."""


class _Number(NamedTuple):
    label: str
    diverging: bool
    values: np.ndarray


def grid_figure(answer: Exploration | Alignment, number: str = "cosine", *, theme: str = "light") -> go.Figure:
    """One number of every head, as colour and in digits.

    Parameters
    ----------
    answer
        A view, or an alignment.
    number
        Key of one of the view's head numbers; an alignment knows "cosine" only.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If the answer has no such number.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> grid_figure(qk.examples("deit-tiny"), "effective_modes").layout.coloraxis.cmin >= 0
    True
    """
    shown = _number(answer, number)
    n_layers, n_heads = shown.values.shape
    low, high = _limits(shown)
    cell = max(16.0, min(44.0, (PAGE_WIDTH - 170) / n_layers))
    figure = go.Figure(
        go.Heatmap(
            z=shown.values.T,
            coloraxis="coloraxis",
            xgap=1,
            ygap=1,
            hovertemplate=f"L%{{x}} H%{{y}}<br>{escaped(shown.label)} %{{z:.4g}}<extra></extra>",
        )
    )
    if n_layers <= MOST_LAYERS_WITH_TEXT:
        figure.add_trace(_digits(shown, low, high, colours(theme)))
    # Plotly would draw axes to fill a figure: its size follows from the cells instead, so that they are never stretched.
    figure.update_layout(
        template=template(theme),
        width=round(n_layers * cell) + 56 + 76,
        height=round(n_heads * min(cell, 30)) + 52 + 50,
        margin={"l": 56, "r": 76, "t": 52, "b": 50},
        title={"text": f"{escaped(shown.label).capitalize()} of the heads of {escaped(answer.model)}"},
        coloraxis={
            "colorscale": diverging_scale(theme) if shown.diverging else sequential_scale(theme),
            "cmin": low,
            "cmax": high,
            "colorbar": {"tickvals": _marks(low, high), "ticktext": [_plain(v) for v in _marks(low, high)]},
        },
    )
    _axis(figure.layout.xaxis, "layer", n_layers, [-0.5, n_layers - 0.5])
    _axis(figure.layout.yaxis, "head", n_heads, [n_heads - 0.5, -0.5])
    return figure


def _axis(axis: go.layout.XAxis | go.layout.YAxis, name: str, count: int, ends: list[float]) -> None:
    axis.update(
        title={"text": name},
        range=ends,
        dtick=1 if count <= MOST_LAYERS_WITH_TEXT else 4,
        showline=False,
        tickcolor="rgba(0,0,0,0)",
    )


def _digits(shown: _Number, low: float, high: float, c: Colours) -> go.Scatter:
    """The numbers in the cells, dark on light ones and light on dark ones."""
    fills = [
        c.diverging(value / high) if shown.diverging else c.sequential((value - low) / (high - low))
        for value in shown.values.ravel()
    ]
    n_layers, n_heads = shown.values.shape
    return go.Scatter(
        x=np.repeat(np.arange(n_layers), n_heads),
        y=np.tile(np.arange(n_heads), n_layers),
        mode="text",
        text=[_short(value, high) for value in shown.values.ravel()],
        textfont={"size": SMALL, "color": [ink_on(fill) for fill in fills]},
        hoverinfo="skip",
        showlegend=False,
    )


def _number(answer: Exploration | Alignment, key: str) -> _Number:
    if isinstance(answer, Alignment):
        known = {"cosine": _Number("weighted cosine", True, answer.head)}
    else:
        rows = zip(answer.meta["head_numbers"], answer.spectra.head_numbers, strict=True)
        known = {about["key"]: _Number(about["label"], about["diverging"], values) for about, values in rows}
    if key not in known:
        raise InputError(
            f"A number of a head is one of {', '.join(known)} here: got {key!r}. It is probably misspelt. Use one of these."
        )
    return known[key]


def _limits(shown: _Number) -> tuple[float, float]:
    """Round ends of the scale; zero in the middle where the number has a sign."""
    finite = shown.values[np.isfinite(shown.values)]
    largest = _round_up(float(np.abs(finite).max(initial=0.0)))
    return (-largest if shown.diverging else min(0.0, float(finite.min(initial=0.0))), largest)


def _round_up(value: float) -> float:
    """The smallest round number that is not below `value`."""
    if not value > 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in ROUND if step * power >= value * (1 - 1e-9)))


def _marks(low: float, high: float) -> list[float]:
    return [low, 0.0, high] if low < 0 else [low, high]


def _plain(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _short(value: float, largest: float) -> str:
    """What fits into a cell."""
    return unit(value).replace("0.", ".", 1) if largest <= 1 else number(value, 2)

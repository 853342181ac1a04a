"""Which modes does a head have? Singular values, each coloured by its cosine; below, the same cosines by position.

Colour is never the only carrier: the lower strip says in heights what the bars say in colours.
"""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.modes import SingularModes
from qkwidgets.core.errors import check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.figures.caveats import blocks
from qkwidgets.figures.colours import Colours, colours, diverging_scale
from qkwidgets.figures.theme import PAGE_WIDTH, escaped, note, number, template, unit

CIRCUITS = {"qk": "", "ov": ", value-output circuit"}

BARS, COSINES = (0.46, 1.0), (0.0, 0.38)
"""Where the two strips lie, from the bottom of the figure up; brackets stand between them."""


class _Head(NamedTuple):
    values: np.ndarray
    cosine: np.ndarray
    degenerate: np.ndarray
    null: np.ndarray
    mode_band: float
    weighted: float


def spectrum_figure(
    answer: SingularModes | Exploration,
    index: ModeIndex | str | tuple[int, int, int] | None = None,
    *,
    layer: int = 0,
    head: int = 0,
    theme: str = "light",
) -> go.Figure:
    """The spectrum of one head.

    Parameters
    ----------
    answer
        From `qkwidgets.modes`, or a view.
    index
        A mode to point out; its head is shown.
    layer, head
        The head to show, if no mode is named.
    theme
        "light" or "dark".

    Returns
    -------
    plotly.graph_objects.Figure
        Modes that are defined only together stand over one bracket; null modes are hatched and have no cosine.

    Raises
    ------
    InputError
        If there is no such head or mode.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> spectrum_figure(qk.examples("deit-tiny"), "L4 H2 M1").layout.title.text
    'L4 H2 of timm:deit_tiny_patch16_224'
    """
    chosen = None if index is None else ModeIndex.parse(index)
    if chosen is not None:
        layer, head = chosen.layer, chosen.head
    shown = _of_head(answer, layer, head)
    if chosen is not None:
        check_range("mode", chosen.mode, len(shown.values), repr(answer.model))
    c = colours(theme)
    figure = go.Figure([_bars(shown, c), _hatching(shown, c), *_cosines(shown, c)])
    _lay_out(figure, shown, theme)
    figure.update_layout(
        title={"text": f"L{layer} H{head} of {escaped(answer.model)}{CIRCUITS[answer.provenance.get('circuit', 'qk')]}"}
    )
    _bracket(figure, shown, c)
    if chosen is not None:
        _point_out(figure, chosen.mode, shown, c)
    return figure


def _of_head(answer: SingularModes | Exploration, layer: int, head: int) -> _Head:
    numbers = answer.spectra if isinstance(answer, Exploration) else answer
    n_layers, n_heads, _ = numbers.singular_values.shape
    check_range("layer", layer, n_layers, repr(answer.model))
    check_range("head", head, n_heads, repr(answer.model))
    names = ("singular_values", "cosine", "degenerate", "null")
    mode_band = answer.meta["mode_band"] if isinstance(answer, Exploration) else answer.mode_band
    return _Head(*(getattr(numbers, name)[layer, head] for name in names), mode_band, numbers.head_cosine[layer, head])


def _bars(shown: _Head, c: Colours) -> go.Bar:
    return go.Bar(
        y=shown.values,
        name="singular value",
        marker={
            "color": np.nan_to_num(shown.cosine),
            "coloraxis": "coloraxis",
            "line": {"color": c.faint, "width": 0.6},
        },
        text=[unit(cosine) for cosine in shown.cosine],
        textposition="none",
        hovertemplate="M%{x}<br>σ = %{y:.4g}<br>cosine %{text}<extra></extra>",
        showlegend=False,
    )


def _hatching(shown: _Head, c: Colours) -> go.Bar:
    """The room of the null modes, whose own bars have no height."""
    null = np.flatnonzero(shown.null)
    return go.Bar(
        x=null,
        y=np.full(len(null), shown.values.max()),
        width=1,
        name="null",
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {"shape": "/", "fgcolor": c.faint, "size": 6, "solidity": 0.12},
        },
        hovertemplate="M%{x}<br>null: σ is zero to rounding, without a cosine<extra></extra>",
        showlegend=False,
    )


def _cosines(shown: _Head, c: Colours) -> list[go.Scatter]:
    """The chance band, the stems, and their dots."""
    n, band = len(shown.values), shown.mode_band
    defined = np.flatnonzero(~np.isnan(shown.cosine))
    stems = [value for mode in defined for value in (0.0, shown.cosine[mode], None)]
    common = {"yaxis": "y2", "showlegend": False}
    edge = [-0.5, n - 0.5, n - 0.5, -0.5]
    chance = go.Scatter(
        x=edge,
        y=[-band, -band, band, band],
        fill="toself",
        fillcolor=c.band,
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        name="chance for one mode (95 %)",
        **common,
    )
    lines = go.Scatter(
        x=np.repeat(defined, 3), y=stems, mode="lines", line={"color": c.soft, "width": 1}, hoverinfo="skip", **common
    )
    dots = go.Scatter(
        x=defined,
        y=shown.cosine[defined],
        mode="markers",
        marker={"size": 4.5, "color": c.ink},
        name="cosine",
        hovertemplate="M%{x}<br>cosine %{y:.3f}<extra></extra>",
        **common,
    )
    return [chance, lines, dots]


def _lay_out(figure: go.Figure, shown: _Head, theme: str) -> None:
    c, n = colours(theme), len(shown.values)
    figure.update_layout(
        template=template(theme),
        barmode="overlay",
        width=PAGE_WIDTH,
        height=376,
        margin={"l": 64, "r": 112, "t": 46, "b": 86},
        xaxis={"range": [-0.6, n - 0.4], "anchor": "y2", "tickprefix": "M", "title": {"text": "mode"}, "nticks": 12},
        yaxis={"domain": BARS, "title": {"text": "singular value σ"}, "rangemode": "tozero", "nticks": 5},
        yaxis2={"domain": COSINES, "range": [-1.05, 1.05], "tickvals": [-1, 0, 1], "title": {"text": "cosine"}},
        coloraxis={
            "colorscale": diverging_scale(theme),
            "cmin": -1,
            "cmax": 1,
            "colorbar": {
                "tickvals": [-1, 0, 1],
                "ticktext": ["−1 opposite", "0 unrelated", "1 alike"],
                "len": 0.62,
                "y": 1,
                "yanchor": "top",
            },
        },
    )
    figure.update_yaxes(tickformat="~g", selector={"anchor": "x"})
    figure.add_shape(type="line", x0=-0.6, x1=n - 0.4, y0=0, y1=0, xref="x", yref="y2", line={"color": c.faint, "width": 1})
    words = [
        "colour: cosine",
        f"grey: chance for one mode, ±{unit(shown.mode_band)} (95 %)",
        f"mean weighted by σ: {unit(shown.weighted)}",
        "bracket: defined only together" if blocks(shown.degenerate, shown.null) else "",
        "hatched: null, without a cosine" if shown.null.any() else "",
    ]
    first, second = (" · ".join(filter(None, part)) for part in (words[:3], words[3:]))
    note(figure, f"{first}<br>{second}", below=48)


def _bracket(figure: go.Figure, shown: _Head, c: Colours) -> None:
    """A bracket under the bars of each block, between the two strips: down, along and up."""
    top, bottom = BARS[0] - 0.012, BARS[0] - 0.032
    for first, last in blocks(shown.degenerate, shown.null):
        left, right = first - 0.3, last + 0.3
        figure.add_shape(
            type="path",
            path=f"M {left} {top} L {left} {bottom} L {right} {bottom} L {right} {top}",
            xref="x",
            yref="paper",
            line={"color": c.ink, "width": 1.4},
            name=f"block {first}-{last}",
        )


def _point_out(figure: go.Figure, mode: int, shown: _Head, c: Colours) -> None:
    figure.add_annotation(
        text=f"<b>M{mode}</b>  σ {number(shown.values[mode])}, cosine {unit(shown.cosine[mode])}",
        x=mode,
        y=shown.values[mode],
        xref="x",
        yref="y",
        xanchor="left" if mode < len(shown.values) / 2 else "right",
        yanchor="bottom",
        showarrow=True,
        ax=14 if mode < len(shown.values) / 2 else -14,
        ay=-16,
        arrowcolor=c.accent,
        arrowwidth=1,
        arrowhead=0,
        font={"color": c.accent},
    )

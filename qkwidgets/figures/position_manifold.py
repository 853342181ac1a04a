"""What shape have places in a layer? Position on three principal components, coloured by row and by column, to be turned.

Source: the picture of Doshi et al. arXiv 2601.05328 (three principal components of the positional factor), for every layer.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.depth_profile import DepthProfile
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import Colours, colours, css
from qkwidgets.figures.theme import PAGE_WIDTH, SMALL, escaped, note, number, percent, template

FAINTEST = 0.22
"""Where on the sequential scale the first row begins, so that it is seen on the paper."""

ROOM = 1.12
"""Times the largest coordinate: the axes' ends."""

TOP, SIDE, BELOW = 72, 318, 132
"""Pixels above the pictures, of a picture, and below, where the slider is."""


def manifold_figure(answer: DepthProfile, *, layer: int | None = None, theme: str = "light") -> go.Figure:
    """Places of every layer in two pictures that can be turned, with a slider over layers; lines join neighbours in the grid.

    Parameters
    ----------
    answer
        From `qkwidgets.depth_profile`.
    layer
        Shown first; the middle one by default.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If there is no such layer.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.depth_profile(qk.load_model(), qk.odd_one_out(8), cosines=False, workers=0, progress=False)
    >>> [trace.name for trace in manifold_figure(found, layer=0).data if trace.visible]
    ['L0, neighbours', 'L0, by row', 'L0, neighbours', 'L0, by column']
    """
    first = (answer.n_layers - 1) // 2 if layer is None else layer
    if isinstance(first, bool) or not isinstance(first, int) or not 0 <= first < answer.n_layers:
        raise InputError(
            f"Layer {layer!r} of {answer.model!r} does not exist: it has layers 0 to {answer.n_layers - 1}. Layers count from zero here."
        )
    c = colours(theme)
    figure = make_subplots(1, 2, specs=[[{"type": "scene"}] * 2], subplot_titles=["by row", "by column"], horizontal_spacing=0.02)
    for each in range(answer.n_layers):
        for column, axis in ((1, "row"), (2, "column")):
            for trace in _traces(answer, each, column - 1, axis, c):
                trace.visible = each == first
                figure.add_trace(trace, row=1, col=column)
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        height=TOP + SIDE + BELOW,
        margin={"l": 8, "r": 8, "t": TOP, "b": BELOW},
        title={**_title(answer, first), "y": 1, "yanchor": "top", "pad": {"t": 12}},
        showlegend=False,
        scene=_scene(c),
        scene2=_scene(c),
        sliders=[_slider(answer, first, c)],
    )
    for words in figure.layout.annotations:
        words.update(font={"size": 12, "color": c.soft}, y=0.97)
    moved = "" if answer.shuffled is None else ", patches shuffled before the model"
    site = "residual stream" if answer.site == "residual" else "attention input"
    note(
        figure,
        f"{answer.n_images:,} images{moved}, {site} · faint to strong: first to last row or column · each layer on its own scale",
        104,
    )
    return figure


def _traces(answer: DepthProfile, layer: int, which: int, axis: str, c: Colours) -> list[go.Scatter3d]:
    grid = answer.layout.grid
    places = answer.coordinates[layer] / max(float(np.abs(answer.coordinates[layer]).max()), np.finfo(float).tiny)
    index = np.indices(grid)[which].ravel()
    count = max(1, grid[which] - 1)
    scale = [(t, css(c.sequential(FAINTEST + (1 - FAINTEST) * t))) for t in np.linspace(0, 1, 17)]
    x, y, z = _grid_lines(places.reshape(*grid, 3)).T
    lines = go.Scatter3d(
        x=x, y=y, z=z, mode="lines", line={"color": c.faint, "width": 1.5}, hoverinfo="skip", name=f"L{layer}, neighbours"
    )
    rows, columns = np.indices(grid).reshape(2, -1)
    dots = go.Scatter3d(
        x=places[:, 0],
        y=places[:, 1],
        z=places[:, 2],
        mode="markers",
        marker={
            "size": 4.5,
            "color": index,
            "cmin": 0,
            "cmax": count,
            "colorscale": scale,
            "line": {"color": c.soft, "width": 0.5},
        },
        text=[f"row {row}, column {column}" for row, column in zip(rows, columns, strict=True)],
        hovertemplate=f"L{layer}, %{{text}}<extra></extra>",
        name=f"L{layer}, by {axis}",
    )
    return [lines, dots]


def _grid_lines(places: np.ndarray) -> np.ndarray:
    """All rows and all columns as one line with gaps. `[row column 3]` to `[point 3]`."""
    gap = np.full((1, 3), np.nan)
    both = [*places, *places.swapaxes(0, 1)]
    return np.concatenate([part for line in both for part in (line, gap)])


def _scene(c: Colours) -> dict:
    def axis(name: str) -> dict:
        return {
            "title": {"text": name, "font": {"size": SMALL, "color": c.soft}},
            "range": [-ROOM, ROOM],
            "showticklabels": False,
            "showbackground": False,
            "gridcolor": c.rule,
            "zeroline": False,
            "showspikes": False,
            "nticks": 3,
        }

    return {
        **{f"{letter}axis": axis(f"PC {place}") for place, letter in enumerate("xyz", start=1)},
        "aspectmode": "cube",
        "camera": {"eye": {"x": 1.5, "y": 1.5, "z": 1.2}},
        "uirevision": "turned",  # the slider leaves the picture as the reader has turned it
        "bgcolor": c.paper,
    }


def _title(answer: DepthProfile, layer: int) -> dict:
    axes = " + ".join(percent(float(share)) for share in answer.axis_share[layer])
    facts = (
        f"layer {layer} · {axes} of the variance of position · R² of the grid {number(float(answer.grid_r2[layer]), 2)} · "
        f"recall {number(float(answer.neighbour_recall[layer]), 2)} (chance {number(answer.recall_chance, 2)})"
    )
    return {"text": f"Places in {escaped(answer.model)}", "subtitle": {"text": facts}}


def _slider(answer: DepthProfile, first: int, c: Colours) -> dict:
    n = answer.n_layers
    steps = [
        {
            "label": str(layer),
            "method": "update",
            "args": [{"visible": [each == layer for each in range(n) for _ in range(4)]}, {"title": _moved(answer, layer)}],
        }
        for layer in range(n)
    ]
    return {
        "active": first,
        "steps": steps,
        "x": 0.02,
        "len": 0.96,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 4, "b": 0},
        "currentvalue": {"prefix": "layer ", "font": {"size": 12, "color": c.ink}},
        "font": {"size": SMALL, "color": c.soft},
        "bgcolor": c.band,
        "activebgcolor": c.accent,
        "bordercolor": c.rule,
        "tickcolor": c.soft,
        "ticklen": 4,
        "minorticklen": 0,
    }


def _moved(answer: DepthProfile, layer: int) -> dict:
    """The title of another layer, in the place of the first."""
    place = {"x": 0, "xref": "paper", "xanchor": "left", "yref": "container", "y": 1, "yanchor": "top", "pad": {"t": 12}}
    return {**_title(answer, layer), **place}

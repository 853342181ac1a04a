"""What does training do to a model's cosines? The trend over layers at several steps, beside how well the model does by then.

Colour is the step in both strips, pale to strong, and the lower one says which: it is the legend of the upper one.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.training import Training
from qkwidgets.figures.by_layer import check_any
from qkwidgets.figures.colours import Colours, Rgb, colours
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, note, template

COLUMN, MARGIN = 300, 80
"""Pixels of a training's column, and of what is left and right of all of them."""

CAPTION = (
    "lines: means of the heads, a snapshot each, in the colours of the dots",
    "band: chance for the last means (95 %) · dots: the score of each snapshot",
    "steps are in equal ratios, but for step 0",
)

PALEST = 0.2


def training_figure(*trainings: Training, theme: str = "light") -> go.Figure:
    """The weighted mean cosine of the layers at each snapshot of one or several trainings, and the score at each.

    Above, a line a snapshot: means over the heads of a layer; the band is where 95 % of the means of the last snapshot would
    lie if left and right directions were unrelated. Below, the score on unseen scenes, a dot a snapshot.

    Parameters
    ----------
    trainings
        What `tools/train_builtin.py` wrote, opened with `qkwidgets.open`, a column each; cosines have one axis.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If nothing is given to draw.
    """
    check_any(trainings, "training", "qkwidgets.open of what tools/train_builtin.py wrote,")
    c, n = colours(theme), len(trainings)
    figure = make_subplots(2, n, row_heights=[0.68, 0.32], vertical_spacing=0.2, horizontal_spacing=0.24 / n)
    for column, answer in enumerate(trainings, 1):
        for trace in _cosines(answer, c):
            figure.add_trace(trace, row=1, col=column)
        figure.add_trace(_score(answer, c), row=2, col=column)
        _label(figure, answer, column)
    figure.add_hline(y=0, row=1, line={"color": c.faint, "width": 1}, layer="below")
    figure.update_yaxes(row=1, range=_range(trainings), tickformat=".2~f", nticks=7)
    figure.update_yaxes(row=1, col=1, title={"text": "weighted mean cosine"})
    figure.update_layout(
        template=template(theme),
        width=max(COLUMN_WIDTH, MARGIN + COLUMN * n),
        height=486,
        margin={"l": 64, "r": 16, "t": 62, "b": 124},
        title={"text": "Cosines of the layers through training", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        showlegend=False,
        hovermode="closest",
    )
    note(figure, "<br>".join(CAPTION), below=64)
    return figure


def _cosines(answer: Training, c: Colours) -> list[go.Scatter]:
    """The band of the last snapshot, and a line for each."""
    layers, band = np.arange(answer.layer_cosine.shape[1]), answer.layer_band[-1]
    chance = go.Scatter(
        x=np.concatenate([layers, layers[::-1]]),
        y=np.concatenate([band, -band[::-1]]),
        fill="toself",
        fillcolor=c.band,
        line={"width": 0},
        mode="lines",
        name="chance for the mean",
        hoverinfo="skip",
    )
    last = len(answer) - 1
    lines = [
        go.Scatter(
            x=layers,
            y=answer.layer_cosine[n],
            mode="lines+markers" if n == last else "lines",
            line={"color": _colour(n, answer, c), "width": 2.4 if n == last else 1.4, "dash": "dot" if n == 0 else "solid"},
            marker={"size": 6},
            name=f"step {answer.step[n]}",
            customdata=band if n == last else answer.layer_band[n],
            hovertemplate=f"step {answer.step[n]:,}<br>L%{{x}} mean: %{{y:.3f}}<br>chance ±%{{customdata:.3f}}<extra></extra>",
        )
        for n in range(len(answer))
    ]
    return [chance, *lines]


def _score(answer: Training, c: Colours) -> go.Scatter:
    return go.Scatter(
        x=np.arange(len(answer)),
        y=answer.score,
        mode="lines+markers",
        line={"color": c.faint, "width": 1},
        marker={"size": 8, "color": [_colour(n, answer, c) for n in range(len(answer))], "line": {"color": c.soft, "width": 0.6}},
        name="score",
        text=[f"step {step:,}" for step in answer.step],
        hovertemplate="%{text}<br>score %{y:.3f}<extra></extra>",
    )


def _label(figure: go.Figure, answer: Training, column: int) -> None:
    """Names of a column and of its axes."""
    shown = range(0, len(answer), max(1, len(answer) // 4))
    figure.update_xaxes(row=1, col=column, title={"text": f"layer of {escaped(answer.model, 30)}"}, dtick=1)
    figure.update_xaxes(
        row=2, col=column, title={"text": "step"}, tickvals=list(shown), ticktext=[f"{answer.step[n]:,}" for n in shown]
    )
    figure.update_yaxes(row=2, col=column, rangemode="tozero", nticks=4)
    figure.add_annotation(
        text=escaped(answer.provenance["score"], 66),
        x=0,
        xref="x domain",
        xanchor="left",
        y=1,
        yref="y domain",
        yanchor="bottom",
        row=2,
        col=column,
    )


def _colour(snapshot: int, answer: Training, c: Colours) -> str:
    red, green, blue = _step_colour(snapshot / max(1, len(answer) - 1), c)
    return f"rgb({red},{green},{blue})"


def _step_colour(done: float, c: Colours) -> Rgb:
    return c.sequential(PALEST + (1 - PALEST) * done)


def _range(trainings: tuple[Training, ...]) -> list[float]:
    """Everything shown, zero included, with a little air."""
    values = np.concatenate(
        [part.ravel() for each in trainings for part in (each.layer_cosine, each.layer_band, -each.layer_band)]
    )
    low, high = min(0.0, float(np.nanmin(values))), max(0.1, float(np.nanmax(values)))
    air = 0.05 * (high - low)
    return [low - air, high + air]

"""Does a model need what is near, or what is far? What cuts of attention do, each beside random cuts of the same size.

Source: the question is that of Doshi et al. arXiv 2601.05328; cuts, radii and the control are this project's own.
"""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.attention_cut import CUTS, AttentionCut
from qkwidgets.figures.by_layer import LEGEND_ROW, Look, check_any, look
from qkwidgets.figures.colours import Colours, colours, transparent
from qkwidgets.figures.theme import PAGE_WIDTH, escaped, note, template

TOP, PANEL, BELOW, LINE = 66, 250, 58, 14
"""Pixels above the panels, of them, below, and of a line of notes there."""

APART = 0.27
"""How far answers stand from each other, in parts of the distance of two cuts."""

LEAST_CHANGE = 0.1
"""To which the axis of the class token's change goes at least, an angle of 26 degrees: what is next to nothing looks so. A choice of ours."""


class Panel(NamedTuple):
    """One effect of a cut: its title, and the names of its numbers."""

    title: str
    measured: str
    control: str


PANELS = (
    Panel("change of the class token (1 − cosine)", "cls_change", "cls_change_random"),
    Panel("odd patches found", "accuracy", "accuracy_random"),
)


def cut_figure(*answers: AttentionCut, theme: str = "light") -> go.Figure:
    """Effects of cuts near and far, with the range of random cuts of the same size behind each.

    Parameters
    ----------
    answers
        From `qkwidgets.attention_cut`, for one or several models or kinds of scenes.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If nothing is given to draw.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> figure = qk.attention_cut(qk.load_model(), qk.odd_one_out(8), draws=2).figure()
    >>> [trace.name for trace in figure.data if trace.showlegend]
    ['random cuts of the same size: mean and range', 'builtin:o3']
    """
    check_any(answers, "cuts", "attention_cut(model, images)")
    c, panels = colours(theme), [panel for panel in PANELS if panel.measured != "accuracy" or _asked(answers)]
    titles = [_title(panel, answers) for panel in panels]
    figure = make_subplots(1, len(panels), subplot_titles=titles, horizontal_spacing=0.11)
    for number in range(len(answers)):
        _draw(figure, panels, answers, number, c)
    _lay_out(figure, panels, answers, theme)
    figure.update_xaxes(tickvals=list(range(4)), ticktext=_cuts(answers), range=[-0.55, 3.55])
    note(figure, _words(answers), below=52)
    return figure


def _draw(figure: go.Figure, panels: list[Panel], answers: tuple[AttentionCut, ...], number: int, c: Colours) -> None:
    """One of the answers in all panels."""
    answer = answers[number]
    seen = look(answer.model, number, c)
    if len({each.model for each in answers}) < len(answers) and answer.features:
        seen = seen._replace(name=f"{seen.name}, {', '.join(answer.features)}")
    aside = APART * (number - (len(answers) - 1) / 2)
    for column, panel in enumerate(panels, start=1):
        first = column == 1
        figure.add_traces(_control(answer, panel, aside, c.soft, first and number == 0), 1, column)
        figure.add_trace(_effect(answer, panel, aside, seen, first), 1, column)
        for height, dash in _levels(answer, panel):
            figure.add_trace(_level(height, dash, seen), 1, column)


def _lay_out(figure: go.Figure, panels: list[Panel], answers: tuple[AttentionCut, ...], theme: str) -> None:
    """Sizes, title, legend, and the axes of the effects."""
    top, below = TOP + LEGEND_ROW * (1 + len(answers)), BELOW + LINE * (1 + _words(answers).count("<br>"))
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH if len(panels) > 1 else 0.62 * PAGE_WIDTH,
        height=top + PANEL + below,
        margin={"l": 46, "r": 14, "t": top, "b": below},
        title={"text": "What does cutting attention do?", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={
            "x": 0,
            "xanchor": "left",
            "y": 1 + 26 / PANEL,
            "yanchor": "bottom",
            "tracegroupgap": 0,
            "itemsizing": "constant",
        },
        hovermode="closest",
    )
    for words in figure.layout.annotations:
        words.update(font={"size": 12, "color": colours(theme).ink})
    figure.update_yaxes(tickformat="~g", range=[0, 1.06 * max(LEAST_CHANGE, *map(_most, answers))], nticks=7, row=1, col=1)
    if len(panels) > 1:
        figure.update_yaxes(tickformat=".0%", range=[0, 1.03], row=1, col=2)


def _most(answer: AttentionCut) -> float:
    return float(max(answer.cls_change.max(), answer.cls_change_random.max()))


def _title(panel: Panel, answers: tuple[AttentionCut, ...]) -> str:
    """Of a panel; who finds odd patches is said there if it is the same for all, and else below."""
    probe = panel.measured == "accuracy" and all(answer.probed for answer in _asked(answers))
    return f"{panel.title} by a linear probe" if probe else panel.title


def _effect(answer: AttentionCut, panel: Panel, aside: float, seen: Look, first: bool) -> go.Scatter:
    return go.Scatter(
        x=np.arange(4) + aside,
        y=getattr(answer, panel.measured).T.ravel(),
        mode="markers",
        cliponaxis=False,
        name=seen.name,
        legendgroup=seen.group,
        showlegend=first,
        marker={"size": 9, "symbol": seen.symbol, "color": seen.colour},
        text=_said(answer),
        hovertemplate=f"{seen.name}<br>%{{text}}: %{{y:.3f}}<extra></extra>",
    )


def _control(answer: AttentionCut, panel: Panel, aside: float, colour: str, first: bool) -> list[go.Scatter]:
    """The mean of the random cuts, and a band from the least to the most of them."""
    drawn = getattr(answer, panel.control).swapaxes(0, 1).reshape(4, -1)
    mean, x = drawn.mean(axis=1), np.arange(4) + aside
    ends = {"array": drawn.max(axis=1) - mean, "arrayminus": mean - drawn.min(axis=1), "symmetric": False}
    shared = {"x": x, "y": mean, "mode": "markers", "legendgroup": "random"}
    band = go.Scatter(
        **shared,
        name="range of random cuts",
        showlegend=False,
        hoverinfo="skip",
        error_y={**ends, "thickness": 13, "width": 0, "color": transparent(colour, 0.28)},
        marker={"size": 1, "color": transparent(colour, 0.0)},
    )
    tick = go.Scatter(
        **shared,
        cliponaxis=False,
        name="random cuts of the same size: mean and range",
        showlegend=first,
        marker={"symbol": "line-ew", "size": 13, "line": {"color": colour, "width": 1.6}},
        text=_said(answer),
        customdata=np.stack([drawn.min(axis=1), drawn.max(axis=1)], axis=1),
        hovertemplate="random, %{text}: %{y:.3f}<br>%{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>",
    )
    return [band, tick]


def _levels(answer: AttentionCut, panel: Panel) -> list[tuple[float, str]]:
    """Without a cut, and by naming an item at random: heights and dashes."""
    if panel.measured != "accuracy" or answer.whole is None:
        return []
    return [(answer.whole, "dash"), *([] if answer.chance is None else [(answer.chance, "dot")])]


def _level(height: float, dash: str, seen: Look) -> go.Scatter:
    word = {"dash": "without a cut", "dot": "an item at random"}[dash]
    return go.Scatter(
        x=[-0.5, 3.5],
        y=[height, height],
        mode="lines",
        line={"color": seen.colour, "width": 1.2, "dash": dash},
        name=f"{seen.name}, {word}",
        legendgroup=seen.group,
        showlegend=False,
        hovertemplate=f"{seen.name}, {word}: %{{y:.3f}}<extra></extra>",
    )


def _said(answer: AttentionCut) -> list[str]:
    """What each cut takes, in words."""
    taken = {"inside": "cut within {}", "outside": "cut beyond {}"}
    return [
        f"{taken[cut].format(int(radius))}, {answer.n_removed[row, column]:.1f} patches"
        for column, cut in enumerate(CUTS)
        for row, radius in enumerate(answer.radii)
    ]


def _cuts(answers: tuple[AttentionCut, ...]) -> list[str]:
    """The names of cuts under the axis, with their size where all answers have the same."""
    same = all(np.allclose(answer.n_removed, answers[0].n_removed) for answer in answers) and answers[0].n_patches
    found = []
    for column, word in enumerate(("within", "beyond")):
        for row, radius in enumerate(answers[0].radii):
            size = f"<br>{answers[0].n_removed[row, column] / (answers[0].n_patches - 1):.0%}" if same else ""
            found.append(f"{word} {int(radius)}{size}")
    return found


def _words(answers: tuple[AttentionCut, ...]) -> str:
    counts = " and ".join(dict.fromkeys(f"{answer.n_images:,}" for answer in answers))
    draws = " and ".join(dict.fromkeys(str(answer.cls_change_random.shape[-1]) for answer in answers))
    lines = [
        "lost by every patch, in all layers: the others within or beyond",
        "so many rows and columns; under the axis their share of all",
        f"{counts} images, {draws} random cuts each",
    ]
    asked = _asked(answers)
    if asked:
        off = f"by chance shares are off by up to {100 * _margin(asked):.0f} points"
        probed = " and ".join(dict.fromkeys(escaped(answer.model) for answer in asked if answer.probed))
        probe = f" · {probed}: found by a linear probe, the model was never asked" if probed else ""
        lines = [" ".join(lines[:2]), f"{lines[2]} · dashed: without a cut, dotted: an item at random", f"{off}{probe}"]
    if max(map(_most, answers)) < LEAST_CHANGE:
        lines.append(f"the axis of changes goes to {LEAST_CHANGE:g} at least")
    return "<br>".join(lines)


def _margin(asked: list[AttentionCut]) -> float:
    """Half of the widest 95 % interval of a share of so many scenes."""
    return max(1.96 * float(np.sqrt(answer.accuracy * (1 - answer.accuracy) / answer.n_images).max()) for answer in asked)


def _asked(answers: tuple[AttentionCut, ...]) -> list[AttentionCut]:
    """Those with a share of odd patches."""
    return [answer for answer in answers if answer.whole is not None]

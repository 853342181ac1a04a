"""Do both sides of a mode point at one object? The probability over depth, with its interval, single heads, and chance.

Source: Pan et al. NeurIPS 2024, Figure 6; intervals, single heads and chance are ours.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.same_object import SameObject
from qkwidgets.figures.by_layer import Look, check_any, check_layers, column, layer_axis, line, look, single_heads
from qkwidgets.figures.colours import Colours, colours
from qkwidgets.figures.theme import note

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
    check_any(answers, "the same object", "same_object_probability(model, images)")
    check_layers(layers)
    c = colours(theme)
    figure = go.Figure()
    for number, answer in enumerate(answers):
        chances = tuple(CHANCES) if len(answers) == 1 else ("by_others",)
        figure.add_traces(_traces(answer, look(answer.model, number, c), chances, layers, c))
    column(figure, "Do query and key point at one object?", theme, sum(trace.showlegend is not False for trace in figure.data))
    k = answers[0].image.shape[-1]
    told = ", ".join(dict.fromkeys(str(answer.n_told) for answer in answers))
    note(
        figure,
        f"the {k} best of {told} images with two objects or more · modes weighted by σ<br>bars: 95 % over images · open symbols: single heads",
        below=48,
    )
    figure.update_xaxes(**layer_axis(max(len(answer.layer) for answer in answers), layers))
    figure.update_yaxes(title={"text": "probability of the same object"}, range=[0, _top(answers)], tickformat=".2~f", nticks=8)
    return figure


def _traces(answer: SameObject, seen: Look, chances: tuple[str, ...], layers: str, c: Colours) -> list[go.Scatter]:
    low, high = answer.layer_interval.T
    hover = "%{text}: %{y:.3f}<br>chance %{customdata:.3f}"
    found = [single_heads(answer.head, layers, seen, hover, customdata=answer.head_by_others.ravel())]
    for chance in chances:
        words, dash = CHANCES[chance]
        colour = seen.colour if chance == "by_others" else c.soft
        options = {"mode": "lines", "marker": {}, "line": {"color": colour, "width": 1.2, "dash": dash}, "name": words}
        found.append(line(getattr(answer, chance), layers, seen, f"{words}: %{{y:.3f}}", showlegend=seen.group == "0", **options))
    bars = {"array": high - answer.layer, "arrayminus": answer.layer - low, "color": seen.colour, "thickness": 1, "width": 3}
    hover = "%{text} mean: %{y:.3f}<br>95 %: %{customdata[0]:.3f} to %{customdata[1]:.3f}"
    return [*found, line(answer.layer, layers, seen, hover, error_y=bars, customdata=answer.layer_interval)]


def _top(answers: tuple[SameObject, ...]) -> float:
    values = np.concatenate([np.ravel(part) for a in answers for part in (a.head, a.layer_interval, a.by_area, a.by_others)])
    return min(1.03, 1.06 * float(values[np.isfinite(values)].max(initial=0.1)))

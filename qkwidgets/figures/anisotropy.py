"""How alike are tokens of different images, and what is left of the cosines of modes beyond that?

Source: Pan et al. NeurIPS 2024, supplement S4; the interval and the cosines beside are ours.
"""

import plotly.graph_objects as go

from qkwidgets.answers.anisotropy import AnisotropyBaseline, RelativeAlignment
from qkwidgets.figures.by_layer import check_any, check_layers, column, layer_axis, line, look, single_heads
from qkwidgets.figures.colours import colours
from qkwidgets.figures.theme import note


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
        seen = look(answer.model, number, c)
        bars = {"array": answer.band, "color": seen.colour, "thickness": 1, "width": 3}
        figure.add_trace(line(answer.baseline, layers, seen, "%{text}: %{y:.3f}", error_y=bars))
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
        seen, hover = look(answer.model, number, c), "%{text}: %{y:.3f}"
        if len(answers) == 1:
            beside = (("baseline: tokens of different images", answer.baseline, "dot"), ("cosine before", answer.cosine, "dash"))
            for name, values, dash in beside:
                thin = {"mode": "lines", "marker": {}, "line": {"color": c.soft, "width": 1.2, "dash": dash}}
                figure.add_trace(line(values, layers, seen._replace(name=name), hover, **thin))
        figure.add_trace(single_heads(answer.head, layers, seen, hover, name="single heads, relative"))
        figure.add_trace(line(answer.layer, layers, seen._replace(name=f"{seen.name}, relative"), hover))
    note(figure, "lines: means of the heads · open symbols: single heads<br>zero: as alike as tokens of any two images", below=48)
    return figure


def _empty(answers: tuple, title: str, quantity: str, theme: str, layers: str) -> go.Figure:
    """Axes and words for one line a model."""
    check_any(answers, "anisotropy", "anisotropy_baseline(model, images)")
    check_layers(layers)
    relative = isinstance(answers[0], RelativeAlignment)
    figure = go.Figure()
    figure.add_hline(y=0, line={"color": colours(theme).faint, "width": 1}, layer="below")
    column(figure, title, theme, len(answers) + 2 * (relative and len(answers) == 1))
    figure.update_xaxes(**layer_axis(max(len(answer.baseline) for answer in answers), layers))
    figure.update_yaxes(title={"text": quantity}, tickformat=".2~f", nticks=8)
    return figure

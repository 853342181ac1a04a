"""Are steps through depth contextual? What other patches tell of a patch's next content, beyond its own, on held-out images."""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.depth_profile import DepthProfile
from qkwidgets.figures.by_layer import column, layer_axis, line, look, places
from qkwidgets.figures.colours import colours
from qkwidgets.figures.theme import note, percent


def context_figure(answers: tuple[DepthProfile, ...], layers: str = "normalised", theme: str = "light") -> go.Figure:
    """By step, the part told by attended patches (filled, solid) and by all other patches alike (open, dotted), one or several models.

    Raises
    ------
    InputError
        If an answer was made without the test.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.depth_profile(qk.load_model(), qk.odd_one_out(40), cosines=False, context=True, workers=0, progress=False)
    >>> [trace.name for trace in context_figure((found,)).data]
    ['builtin:o3', 'builtin:o3: all other patches']
    """
    figure = go.Figure()
    for number, answer in enumerate(answers):
        seen = look(answer.model, number, colours(theme))
        seen = seen._replace(name=seen.name + (", patches shuffled" if answer.shuffled is not None else ""))
        x, parts = places(answer.n_layers, layers), answer.contextual
        steps = [f"L{step} to L{step + 1}" for step in range(len(parts))]
        told = "%{text}: %{y:.3f} of the rest<br>told by its own content: %{customdata:.3f}"
        shared = {"x": (x[1:] + x[:-1]) / 2, "text": steps, "customdata": answer.context[:, 0]}
        figure.add_trace(line(parts[:, 1], layers, seen, told).update(**shared))
        other = seen._replace(name=f"{seen.name}: all other patches")
        thin = {"line": {"color": seen.colour, "width": 1.2, "dash": "dot"}, "showlegend": False}
        mark = {"marker": {"size": 6, "symbol": f"{seen.symbol}-open", "color": seen.colour}}
        figure.add_trace(line(parts[:, 0], layers, other, told, **thin, **mark).update(**shared))
    column(figure, "What does context tell of the next layer?", theme, len(answers))
    figure.add_hline(y=0, line={"color": colours(theme).faint, "width": 1}, layer="below")
    figure.update_xaxes(**layer_axis(max(answer.n_layers for answer in answers), layers))
    figure.update_yaxes(title={"text": "part of what its own content leaves untold"}, tickformat=".0%", nticks=7)
    counts = " and ".join(dict.fromkeys(f"{answer.n_images:,}" for answer in answers))
    alone = np.concatenate([answer.context[:, 0] for answer in answers])
    note(
        figure,
        f"{counts} images, a quarter held out · filled: the patches attended to, open: all alike<br>"
        f"a patch’s own content tells {percent(alone.min())} to {percent(alone.max())} of its next (R²)<br>"
        "below 0: images held out are told worse than by own content alone,<br>"
        "as happens with few images; compare filled with open",
        below=48,
    )
    figure.update_layout(
        height=figure.layout.height + 30, margin={"b": figure.layout.margin.b + 30}
    )  # two lines more than others
    return figure

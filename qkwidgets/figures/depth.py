"""Does a model keep a map of places while content changes? Position and content through depth, side by side for several models.

Source: the questions are those of Doshi et al. arXiv 2601.05328; every measure is this project's own.
"""

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.depth_profile import DepthProfile
from qkwidgets.core.errors import InputError
from qkwidgets.figures.by_layer import LAYERS, LEGEND_ROW, check_any, check_choice, line, look, places
from qkwidgets.figures.colours import colours
from qkwidgets.figures.depth_context import context_figure
from qkwidgets.figures.depth_similarity import similarity_figure
from qkwidgets.figures.position_manifold import manifold_figure
from qkwidgets.figures.theme import PAGE_WIDTH, SMALL, note, template

WHAT = ("curves", "manifold", "similarity", "context")
TOP, PANEL, BELOW = 78, 352, 108
"""Pixels above the panels, of two rows of panels, and below."""


class Panel(NamedTuple):
    """One small figure: its title, a measure of an answer by layer, and what chance gives for it, if it is known."""

    title: str
    measure: str
    chance: str | None = None


PANELS = (
    Panel("position, share of variance", "position_share_corrected"),
    Panel("R² of the grid in 3-D", "grid_r2"),
    Panel("recall of neighbours", "neighbour_recall", "recall_chance"),
    Panel("directions of position", "participation"),
    Panel("CKA with the position table", "embedding_cka", "embedding_chance"),
    Panel("content: change to next layer", "enrichment"),
)


def depth_figure(
    *answers: DepthProfile | str,
    what: str = "curves",
    theme: str = "light",
    layers: str = "normalised",
    layer: int | None = None,
    kinds: tuple[str, ...] | str | None = None,
) -> go.Figure:
    """Position and content through the layers of one or several models.

    Parameters
    ----------
    answers
        From `qkwidgets.depth_profile`, one a model; a manifold and similarities show one. A word among them is `what`.
    what
        "curves": measures by layer; "manifold": places on three principal components, coloured by row and by column, to be turned, with a
        slider over layers; "similarity": how alike layers are; "context": what other patches tell of the next layer's content, for profiles
        made with `context=True`.
    theme
        "light" or "dark".
    layers
        Of curves and context: "normalised" or "index", as in the trend of cosines.
    layer
        Of a manifold: the one that is shown first, the middle one by default.
    kinds
        Of similarities: two of `answers.depth_profile.SIMILARITIES`; cosines of content and of whole tokens by default, where they
        were asked for, else linear CKA.

    Raises
    ------
    InputError
        If an option is unknown, or the answer lacks what is to be drawn.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.depth_profile(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> figure = depth_figure(found)
    >>> [trace.name for trace in figure.data if trace.showlegend]
    ['builtin:o3']
    >>> len(found.figure("manifold").layout.sliders[0].steps)
    6
    """
    what = next((given for given in answers if isinstance(given, str)), what)
    answers = tuple(given for given in answers if not isinstance(given, str))
    check_any(answers, "depth", "depth_profile(model, images)")
    check_choice("what", what, WHAT)
    check_choice("layers", layers, tuple(LAYERS))
    if what == "curves":
        return _curves(answers, layers, theme)
    if what == "context":
        return context_figure(answers, layers, theme)
    if len(answers) > 1:
        raise InputError(
            f"what={what!r} shows one model: got {len(answers)} answers. They were probably meant to be compared. Draw a figure each, or use "
            'what="curves" or what="context".'
        )
    return (
        manifold_figure(answers[0], layer=layer, theme=theme)
        if what == "manifold"
        else similarity_figure(answers[0], kinds, theme)
    )


def _curves(answers: tuple[DepthProfile, ...], layers: str, theme: str) -> go.Figure:
    c, change = colours(theme), _change(answers)
    figure = make_subplots(2, 3, subplot_titles=[panel.title for panel in PANELS], horizontal_spacing=0.09, vertical_spacing=0.2)
    for number, answer in enumerate(answers):
        for place, panel in enumerate(PANELS):
            values = answer.enrichment(change) if panel.measure == "enrichment" else getattr(answer, panel.measure)
            for trace in _lines(answer, panel, values, number, layers, theme):
                figure.add_trace(trace, row=place // 3 + 1, col=place % 3 + 1)
    rows = len(answers)
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        height=TOP + LEGEND_ROW * rows + PANEL + BELOW,
        margin={"l": 40, "r": 14, "t": TOP + LEGEND_ROW * rows, "b": BELOW},
        title={"text": "Position and content through depth", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yref": "paper", "tracegroupgap": 0, "entrywidth": 0},
        hovermode="closest",
    )
    figure.update_layout(legend={"y": 1 + 24 / PANEL})
    for words in figure.layout.annotations[: len(PANELS)]:
        words.update(font={"size": 12, "color": c.ink})
    figure.update_xaxes(**_ticks(answers, layers))
    figure.update_xaxes(title={"text": LAYERS[layers], "font": {"size": SMALL}}, row=2)
    figure.update_yaxes(nticks=5, tickformat="~g", rangemode="tozero")
    figure.update_traces(cliponaxis=False)  # symbols at zero are whole
    for place, panel in enumerate(PANELS):
        if panel.measure != "enrichment" and all(getattr(answer, panel.measure) is None for answer in answers):
            figure.add_annotation(
                text="none", x=0.5, y=0.5, xref="x domain", yref="y domain", row=place // 3 + 1, col=place % 3 + 1
            )
    note(figure, _words(answers), below=50)
    return figure


def _lines(
    answer: DepthProfile, panel: Panel, values: np.ndarray | None, number: int, layers: str, theme: str
) -> list[go.Scatter]:
    """A measure by layer, and chance for it; the first panel's lines are in the legend."""
    seen = look(answer.model, number, colours(theme))
    seen = seen._replace(name=seen.name + (", patches shuffled" if answer.shuffled is not None else ""))
    x, made = places(answer.n_layers, layers), []
    if values is not None:
        between = len(values) < answer.n_layers  # a step lies between two layers
        words = [f"L{i} to L{i + 1}" if between else f"L{i}" for i in range(len(values))]
        made.append(line(values, layers, seen, "%{text}: %{y:.3f}", text=words, showlegend=panel is PANELS[0]))
        made[0].update(x=(x[1:] + x[:-1]) / 2 if between else x, marker={"size": 5.5})
    chance = None if panel.chance is None else getattr(answer, panel.chance)
    if chance is not None:
        thin = {"mode": "lines", "marker": {}, "line": {"color": seen.colour, "width": 1.2, "dash": "dot"}, "showlegend": False}
        seen = seen._replace(name=f"chance for {seen.name}")
        made.append(line(np.broadcast_to(chance, x.shape), layers, seen, "%{y:.3f}", **thin))
    return made


def _change(answers: tuple[DepthProfile, ...]) -> str:
    """One similarity of content for all: cosines where every answer has them."""
    return "content_cka" if any(answer.content_cosine is None for answer in answers) else "content_cosine"


def _ticks(answers: tuple[DepthProfile, ...], layers: str) -> dict:
    if layers == "normalised":
        return {"range": [-0.05, 1.05], "tickvals": [0, 0.5, 1]}
    last = max(answer.n_layers for answer in answers) - 1
    return {"range": [-0.05 * max(1, last) - 0.2, 1.05 * last + 0.2], "dtick": 1 if last < 8 else 4}


def _words(answers: tuple[DepthProfile, ...]) -> str:
    """What the curves are made of."""
    counts = " and ".join(dict.fromkeys(f"{answer.n_images:,}" for answer in answers))
    sites = " and ".join(dict.fromkeys({"residual": "residual stream", "attn_input": "attention input"}[a.site] for a in answers))
    measure = {"content_cka": "linear CKA", "content_cosine": "mean cosine"}[_change(answers)]
    leak = max(float(answer.leak.max()) for answer in answers)
    return (
        f"{counts} images, {sites}, patches only · dotted: chance · share corrected for leaked content<br>"
        f"(at most {100 * leak:.1f} % of the variance of position before) · change: 1 − {measure} of content"
    )

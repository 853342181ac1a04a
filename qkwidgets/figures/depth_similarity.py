"""How alike are layers, for content and for whole tokens? Heat maps of one model, two side by side.

Source: the contrast is that of Doshi et al. arXiv 2601.05328; the measures are this project's own.
"""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.depth_profile import SIMILARITIES, DepthProfile
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import colours, diverging_scale, ink_on, sequential_scale
from qkwidgets.figures.theme import PAGE_WIDTH, SMALL, escaped, note, template, unit

TITLES = {
    "content_cosine": "content, mean cosine",
    "activation_cosine": "whole tokens, mean cosine",
    "content_cka": "content, linear CKA",
    "activation_cka": "whole tokens, linear CKA",
    "position_cka": "position, linear CKA",
}
TOP, SIDE, BELOW = 72, 246, 84
"""Pixels above the maps, of a map, and below."""

MOST_WITH_DIGITS = 12
"""Layers, up to which cells hold numbers."""

DIGIT = 9
"""Size of these, in px: twelve fit beside each other."""


def similarity_figure(answer: DepthProfile, kinds: tuple[str, ...] | str | None = None, theme: str = "light") -> go.Figure:
    """Two tables of pairs of layers: cosines on a scale with zero in the middle, linear CKA from 0 to 1.

    Parameters
    ----------
    answer
        From `qkwidgets.depth_profile`.
    kinds
        One or two of `answers.depth_profile.SIMILARITIES`.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If a table does not exist, or was not asked for.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.depth_profile(qk.load_model(), qk.odd_one_out(8), cosines=False, workers=0, progress=False)
    >>> [trace.name for trace in similarity_figure(found).data if trace.type == "heatmap"]
    ['content, linear CKA', 'whole tokens, linear CKA']
    """
    kinds = _kinds(answer, kinds)
    tables = [answer.similarity(kind) for kind in kinds]
    c = colours(theme)
    figure = make_subplots(1, 2, subplot_titles=[TITLES[kind] for kind in kinds], horizontal_spacing=0.15)
    for column, (kind, table) in enumerate(zip(kinds, tables, strict=True), start=1):
        signed = kind.endswith("cosine")
        figure.add_trace(
            go.Heatmap(
                z=table,
                zmin=-1 if signed else 0,
                zmax=1,
                colorscale=diverging_scale(theme) if signed else sequential_scale(theme),
                showscale=column == len(kinds) or signed != kinds[-1].endswith("cosine"),
                colorbar={
                    "tickvals": [-1, 0, 1] if signed else [0, 1],
                    "len": 0.9,
                    "x": 0.425 if column < len(kinds) else 1.0,
                    "xpad": 4,
                },
                name=TITLES[kind],
                hovertemplate=f"L%{{x}} and L%{{y}}: %{{z:.3f}}<extra>{TITLES[kind]}</extra>",
                xgap=1,
                ygap=1,
            ),
            row=1,
            col=column,
        )
        if len(table) <= MOST_WITH_DIGITS:
            figure.add_trace(_digits(table, c.diverging if signed else c.sequential), row=1, col=column)
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        height=TOP + SIDE + BELOW,
        margin={"l": 40, "r": 62, "t": TOP, "b": BELOW},
        title={"text": f"How alike are the layers of {escaped(answer.model)}?", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        showlegend=False,
    )
    for words in figure.layout.annotations:
        words.update(font={"size": 12, "color": c.ink})
    n = answer.n_layers
    step = 1 if n <= MOST_WITH_DIGITS else 4
    figure.update_xaxes(title={"text": "layer"}, range=[-0.5, n - 0.5], dtick=step, showline=False, ticks="", constrain="domain")
    figure.update_yaxes(title={"text": "layer"}, range=[n - 0.5, -0.5], dtick=step, showline=False, ticks="", constrain="domain")
    for column in range(1, len(kinds) + 1):
        figure.update_yaxes(scaleanchor="x" if column == 1 else "x2", row=1, col=column)
    if len(kinds) == 1:
        figure.update_layout(xaxis2={"visible": False}, yaxis2={"visible": False})
    note(figure, _words(answer, kinds), below=44)
    return figure


def _kinds(answer: DepthProfile, kinds: tuple[str, ...] | str | None) -> tuple[str, ...]:
    """Those that are asked for, or content beside whole tokens, by cosines where they are there."""
    measure = "cka" if answer.content_cosine is None else "cosine"
    kinds = (f"content_{measure}", f"activation_{measure}") if kinds is None else kinds
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if not 1 <= len(kinds) <= 2:
        raise InputError(
            f"One or two tables are shown side by side: got {len(kinds)}. More would not fit on a page. Choose among "
            f"{', '.join(map(repr, SIMILARITIES))}."
        )
    return kinds


def _digits(table: np.ndarray, fill: object) -> go.Scatter:
    """The numbers in the cells, dark on light ones and light on dark ones."""
    n = len(table)
    return go.Scatter(
        x=np.tile(np.arange(n), n),
        y=np.repeat(np.arange(n), n),
        mode="text",
        text=[unit(value).replace("0.", ".", 1).replace("1.00", "1") for value in table.ravel()],
        textfont={"size": DIGIT if n > 8 else SMALL, "color": [ink_on(fill(value)) for value in table.ravel()]},
        hoverinfo="skip",
    )


def _words(answer: DepthProfile, kinds: tuple[str, ...]) -> str:
    moved = "" if answer.shuffled is None else ", patches shuffled before the model"
    site = "residual stream" if answer.site == "residual" else "attention input"
    basis = ""
    if answer.site == "attn_input" and any(kind.endswith("cosine") for kind in kinds):
        basis = "<br>each layer’s norm has its own gain: cosines across layers mean less here than in the residual stream"
    return f"{answer.n_images:,} images{moved}, {site}, patches only · content: tokens less each place’s mean{basis}"

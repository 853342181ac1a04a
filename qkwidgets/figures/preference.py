"""Does attention stay on the object it comes from? Curves over depth beside what area alone would give, and the cosine beside them.

Source: Pan et al. NeurIPS 2024, Figure 2 (the three curves) and Figure 3 (the cosine); area, enrichment, intervals and null are ours.
"""

import textwrap

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from qkwidgets.answers.preference import Preference
from qkwidgets.answers.preference_state import GROUPS, VARIANTS, variant_number
from qkwidgets.core.errors import InputError
from qkwidgets.figures.by_layer import check_layers, layer_axis, places
from qkwidgets.figures.colours import Colours, colours, transparent
from qkwidgets.figures.preference_cosine import ASKING, FEWEST_FOR_A_BAND, JOIN, cosine_figure, doublings, images, uncertain
from qkwidgets.figures.theme import PAGE_WIDTH, escaped, note, template

LABELS = {"same": "same object", "different": "other objects", "background": "background"}

SERIES, SYMBOLS = (2, 1, 0), ("circle", "square", "diamond")
"""Colour and symbol of the three curves."""


def preference_figure(
    answer: Preference, what: str = "curves", *, variant: str | None = None, theme: str = "light", layers: str = "normalised"
) -> go.Figure:
    """The preference of a model's attention, as curves over its layers, or its heads by their cosine.

    Parameters
    ----------
    answer
        From `qkwidgets.attention_preference`.
    what
        "curves": attention to the same object, to others and to the background, with bands of 95 % over images, beside the share of each
        in the area; and the ratio of the two. "cosine": the enrichment of the same object of each head beside its weighted cosine.
    variant
        "plain", "nonself" or "items", who asks; by default "plain" for curves, and "nonself" beside the cosine.
    theme
        "light" or "dark".
    layers
        "normalised" puts the first layer at 0 and the last at 1; "index" counts layers from zero.

    Raises
    ------
    InputError
        If an option is unknown, or the variant was not computed.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.attention_preference(qk.load_model(), qk.odd_one_out(4), workers=0, progress=False)
    >>> [trace.name for trace in preference_figure(found).data if trace.showlegend]
    ['same object', 'other objects', 'background']
    """
    if what not in ("curves", "cosine"):
        raise InputError(
            f'A preference is drawn as "curves" or beside the "cosine": got {what!r}. It is probably misspelt. Use one of these.'
        )
    check_layers(layers)
    variant = variant or ("plain" if what == "curves" else "nonself")
    if np.isnan(answer.curves[variant_number(variant)]).all():
        raise InputError(
            f"A figure needs masses: those of {variant!r} are not there. They were probably not asked for (items=False), or no image has come "
            "yet. Compute them, or draw another variant."
        )
    return _curves(answer, variant, theme, layers) if what == "curves" else cosine_figure(answer, variant, theme)


def _curves(answer: Preference, variant: str, theme: str, layers: str) -> go.Figure:
    c, number = colours(theme), VARIANTS.index(variant)
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.13)
    n_layers = answer.curves.shape[-1]
    x = places(n_layers, layers)
    chance = answer.group_chance(variant)
    lines = [c.series[series] for series in SERIES]
    known = 1.0 if answer.n_images >= FEWEST_FOR_A_BAND else np.nan
    intervals = [known * each[number] for each in (answer.curves_interval, answer.enrichment_curves_interval)]
    if np.isclose(*chance[:2]):  # objects of both kinds ask and are asked for alike: one line for both
        lines[:2] = [c.soft, c.soft]
    for place, name in enumerate(GROUPS):
        colour, symbol = c.series[SERIES[place]], SYMBOLS[place]
        masses = (answer.curves[number, place], intervals[0][place])
        for trace in _line(x, *masses, LABELS[name], colour, symbol, c):
            figure.add_trace(trace, row=1, col=1)
        figure.add_hline(y=chance[place], line={"color": lines[place], "width": 1.2, "dash": "dash"}, row=1, col=1)
        if variant == "plain" and len(answer.null):
            figure.add_trace(_null(x, answer.null_curves()[:, place].mean(axis=0), LABELS[name], colour), row=1, col=1)
        ratios = (answer.enrichment_curves[number, place], intervals[1][place])
        for trace in _line(x, *ratios, LABELS[name], colour, symbol, c):
            figure.add_trace(trace.update(showlegend=False), row=1, col=2)
    if variant == "plain":
        figure.add_trace(_control(x, answer.enrichment_curves[1, 0], c), row=1, col=2)
    figure.add_hline(y=1, line={"color": c.soft, "width": 1.2, "dash": "dash"}, row=1, col=2)
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        height=388,
        margin={"l": 56, "r": 14, "t": 72, "b": 106},
        title={"text": f"Where does attention go? {escaped(answer.model)}", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        legend={"x": 0, "xanchor": "left", "xref": "paper", "y": 1.02, "yanchor": "bottom", "orientation": "h"},
        hovermode="closest",
    )
    note(figure, _about_curves(answer, variant), below=48)
    figure.update_xaxes(**layer_axis(n_layers, layers))
    top = max(0.1, float(np.nanmax([np.nanmax(answer.curves[number]), chance.max()])))
    figure.update_yaxes(title={"text": "share of attention"}, range=[0, min(1.0, top * 1.08)], tickformat=".2~f", row=1, col=1)
    shown = [answer.enrichment_curves[number], answer.enrichment_curves[1, :1] if variant == "plain" else 1.0]
    figure.update_yaxes(
        title={"text": "attention over area"}, **doublings(np.concatenate([np.ravel(s) for s in shown])), row=1, col=2
    )
    return figure


def _line(
    x: np.ndarray, y: np.ndarray, interval: np.ndarray, name: str, colour: str, symbol: str, c: Colours
) -> list[go.Scatter]:
    """A curve, under it the band of its interval if it has one."""
    hover = f"{name}<br>layer %{{text}}: %{{y:.3f}}<br>%{{customdata[0]:.3f}} to %{{customdata[1]:.3f}}<extra></extra>"
    known = bool(np.isfinite(interval).all())
    line = go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": colour, "width": 1.8},
        marker={"size": 6, "symbol": symbol, "color": colour, "line": {"color": c.paper, "width": 0.5}},
        name=name,
        legendgroup=name,
        showlegend=True,
        text=[str(layer) for layer in range(len(x))],
        customdata=interval if known else None,
        hovertemplate=hover if known else hover.partition("<br>%{customdata")[0] + "<extra></extra>",
    )
    if not known:
        return [line]
    band = go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([interval[:, 1], interval[::-1, 0]]),
        fill="toself",
        fillcolor=transparent(colour, 0.22),
        line={"width": 0},
        mode="lines",
        name=f"95 % of {name}",
        legendgroup=name,
        showlegend=False,
        hoverinfo="skip",
    )
    return [band, line]


def _null(x: np.ndarray, y: np.ndarray, name: str, colour: str) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": 1.3, "dash": "dot"},
        name=f"{name}, features permuted",
        legendgroup=name,
        showlegend=False,
        hovertemplate=f"{name}, features permuted: %{{y:.3f}}<extra></extra>",
    )


def _control(x: np.ndarray, y: np.ndarray, c: Colours) -> go.Scatter:
    colour = c.series[SERIES[0]]
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": colour, "width": 1.3},
        marker={"size": 5.5, "symbol": "circle", "color": c.paper, "line": {"color": colour, "width": 1.2}},
        name="same object, without the query itself",
        legendgroup=LABELS["same"],
        showlegend=False,
        hovertemplate="same object, without the query itself: %{y:.3f}<extra></extra>",
    )


def _about_curves(answer: Preference, variant: str) -> str:
    words = answer.prefix_words
    area = f"dashed: share of the area; {words}" if words else "dashed: share of the area, which uniform attention would give"
    lines = [area, uncertain(answer, "bands"), ASKING[variant]]
    if variant == "plain" and len(answer.null):
        lines.append("dotted: the input features of query and key weights permuted alike")
    if variant == "plain":
        lines.append("open dots: same object, without the patch that asks")
    lines += ["all distractors are one object", images(answer)]
    return "<br>".join(textwrap.wrap(JOIN.join(lines), 112))

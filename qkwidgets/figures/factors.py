"""What do layers and heads trade: position or content? Stacked energies by layer, labels of heads, richness by layer, triangles.

Source: the questions are those of Doshi et al. arXiv 2601.05328; energies are this project's own, so that no number is the paper's.
"""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import BFD, LABELS, MEASURES
from qkwidgets.figures.by_layer import LEGEND_ROW, check_choice
from qkwidgets.figures.colours import Colours, colours, transparent
from qkwidgets.figures.factor_cosine import cosine
from qkwidgets.figures.factor_pairs import CELLS, cell_marker, pair_words, pairs
from qkwidgets.figures.factor_special import special, special_words
from qkwidgets.figures.factor_specialisation import specialisation
from qkwidgets.figures.factor_triangle import SYMBOLS, clipped, triangle
from qkwidgets.figures.theme import PAGE_WIDTH, escaped, note, percent, template

VARIANTS = {
    "all": "all cells",
    "drop_mean": "position and content alone, the mean left out",
    "visible": "what softmax sees: without the key’s mean",
}

ABOVE = 48
"""Pixels above the legend."""

WORDS = {
    "participation": "participation ratio",
    "entropy": "exp(entropy)",
    "stable": "stable rank",
    "roy_vetterli": "Roy and Vetterli’s effective rank",
    "k90": "modes with 90 %",
}


def factors_figure(
    answer: Factors,
    what: str = "layers",
    *,
    variant: str = "drop_mean",
    measure: str = MEASURES[0],
    layer: int | None = None,
    head: int | None = None,
    theme: str = "light",
) -> go.Figure:
    """The factors of a model: energies by layer, labels of heads, richness by layer, points in a triangle, or parts of the cosine.

    Parameters
    ----------
    answer
        From `qkwidgets.factors`.
    what
        "layers": shares of energy of every cell, stacked; "labels": the label of every head; "richness": over how many modes the energy
        of heads is spread; "modes" or "heads": each a point between mean, position and content, with density; "pairs":
        which modes of a head hold the energy of which pair of factors; "cosine": the weighted cosine of layers in parts, for modes of
        the weights; "specialisation": of every head, beside that of random read-outs; "special": what patches and the class token or
        registers trade, for factors made with `special="groups"`.
    variant
        Of "layers", what shares are shares of: "all", "drop_mean" or "visible".
    measure
        Of "richness", one of `core.factors.names.MEASURES`.
    layer, head
        Of "pairs"; the first layer if none is given, and all its heads if no head is.
    theme
        "light" or "dark".

    Raises
    ------
    InputError
        If an option is unknown, or the answer lacks what is to be drawn.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.factors(qk.load_model(), qk.odd_one_out(8), draws=0, workers=0, progress=False)
    >>> [trace.name for trace in factors_figure(found).data]
    ['content reads content', 'content reads position', 'position reads content', 'position reads position']
    """
    parts = {"layers": lambda c: _layers(answer, variant, c), "labels": lambda c: _labels(answer, c)}
    parts |= {"richness": lambda c: _richness(answer, measure, c)}
    parts |= {"cosine": lambda c: cosine(answer, c), "specialisation": lambda c: specialisation(answer, c)}
    parts |= {"pairs": lambda c: pairs(answer, layer, head, c), "special": lambda c: special(answer, c)}
    parts |= {each: lambda c, each=each: triangle(answer, each, c) for each in ("modes", "heads")}
    check_choice("A figure of factors: what is drawn", what, tuple(parts))
    check_choice("A figure of factors: the measure", measure, MEASURES)
    if what != "pairs" and (layer, head) != (None, None):
        raise InputError(
            f'A layer and a head are chosen for "pairs": got layer={layer!r} and head={head!r} with {what!r}, which shows them all. The '
            'figure of pairs was probably meant. Use "pairs", or leave both out.'
        )
    layer = 0 if layer is None else layer
    c = colours(theme)
    figure = parts[what](c)
    figure.update_layout(
        template=template(theme),
        width=PAGE_WIDTH,
        margin={"l": 62, "r": 18, "t": figure.layout.margin.t or ABOVE + LEGEND_ROW, "b": figure.layout.margin.b or 108},
    )
    leaked = (
        f"<br>few images: {'about all' if answer.leak.max() >= 1 else f'up to {percent(answer.leak.max())}'} of the variance of position is content "
        "that has leaked in"
        if answer.bias
        else ""
    )
    beyond = (
        "<br>corrected shares may lie outside 0 to 1: they are drawn at the border, and told as they are"
        if answer.correction != "none" and what in ("layers", "modes", "heads", "special")
        else ""
    )
    beyond += f"<br>{pair_words(answer, layer, head)}" if what == "pairs" else ""
    beyond += f"<br>{special_words()}" if what == "special" else ""
    note(
        figure,
        f"{escaped(answer.model)} · {answer.n_images:,} images · correction: {answer.correction}{leaked}{beyond}",
        below=62,
    )
    return figure


def cell_words(query: int, key: int) -> str:
    """The name of a cell.

    Examples
    --------
    >>> cell_words(2, 1)
    'content reads position'
    """
    return f"{BFD[query]} reads {BFD[key]}"


def _layers(answer: Factors, variant: str, c: Colours) -> go.Figure:
    shares, layers = answer.shares(variant, by="layer"), np.arange(len(answer.energy))
    drawn = clipped(shares.reshape(len(shares), -1)).reshape(shares.shape)
    figure = go.Figure()
    for query, key in CELLS:
        if variant != "all" and (key == 0 or (variant == "drop_mean" and query == 0)):
            continue
        figure.add_bar(
            x=layers,
            y=drawn[:, query, key],
            customdata=shares[:, query, key],
            name=cell_words(query, key),
            marker=cell_marker(query, key, 1, c),
            hovertemplate=f"layer %{{x}}<br>{cell_words(query, key)}: %{{customdata:.3f}}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack", bargap=0.12, height=430, title={"text": "What do layers trade?", "y": 0.98, "yanchor": "top"}
    )
    figure.update_layout(margin={"t": ABOVE + LEGEND_ROW * -(-len(figure.data) // 3)})  # three are a row of the legend
    figure.update_layout(legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title={"text": f"layer<br>shares of energy: {VARIANTS[variant]}"}, dtick=1 if len(layers) < 16 else 4)
    figure.update_yaxes(title={"text": "share of energy"}, range=[0, 1])
    return figure


def _labels(answer: Factors, c: Colours) -> go.Figure:
    n_layers, n_heads = answer.head_label.shape
    shares = answer.shares("drop_mean")
    figure = go.Figure()
    for number, name in enumerate(LABELS):
        layer, head = np.nonzero(answer.head_label == number)
        plain = answer.unspecialised[layer, head]
        said = np.where(plain, "<br>no more specialised than random read-outs", "")
        held = [
            [shares[a, b, 2, 2], shares[a, b, 1, 2] + shares[a, b, 2, 1], shares[a, b, 1, 1], words]
            for a, b, words in zip(layer, head, said, strict=True)
        ]
        symbol = SYMBOLS[number]
        figure.add_scatter(
            x=layer,
            y=head,
            mode="markers",
            name=name,
            showlegend=True,
            marker={
                "symbol": np.where(plain, f"{symbol}-open", symbol),
                "size": max(8, min(24, 420 // max(n_layers, n_heads))),
                "color": c.label(number),
            },
            customdata=held,
            hovertemplate="L%{x} H%{y}<br>content-content %{customdata[0]:.2f}<br>content-position %{customdata[1]:.2f}"
            f"<br>position-position %{{customdata[2]:.2f}}%{{customdata[3]}}<extra>{name}</extra>",
        )
    figure.update_layout(
        height=max(320, 150 + 26 * n_heads), title={"text": "What does each head trade?", "y": 0.98, "yanchor": "top"}
    )
    figure.update_layout(legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0})
    open_ones = " · open: no more specialised than random read-outs" if answer.unspecialised.any() else ""
    least = f"label: at least {answer.threshold:.0%} of the energy, the mean left out{open_ones}"
    figure.update_xaxes(title={"text": f"layer<br>{least}"}, dtick=1, range=[-0.6, n_layers - 0.4])
    figure.update_yaxes(title={"text": "head"}, dtick=1, range=[n_heads - 0.4, -0.6])
    return figure


def _richness(answer: Factors, measure: str, c: Colours) -> go.Figure:
    place, layers = MEASURES.index(measure), np.arange(len(answer.energy))
    kinds = (
        ("all modes without the mean", answer.richness, 0, "circle"),
        ("driven by content", answer.content_richness, 2, "diamond"),
        ("of the weights alone", answer.weight_richness, 1, "square"),
    )
    figure = go.Figure()
    for name, values, series, symbol in kinds:
        colour, heads = c.series[series], values[place]
        figure.add_scatter(
            x=np.repeat(layers, heads.shape[1]),
            y=heads.ravel(),
            mode="markers",
            name=f"{name}, single heads",
            showlegend=False,
            marker={"size": 5, "symbol": symbol, "color": transparent(colour, 0.0), "line": {"color": colour, "width": 1}},
            opacity=0.55,
            text=[f"L{layer} H{head}" for layer, head in np.ndindex(heads.shape)],
            hovertemplate=f"%{{text}}, {name}: %{{y:.1f}}<extra></extra>",
        )
        figure.add_scatter(
            x=layers,
            y=heads.mean(axis=1),
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 1.8},
            marker={"size": 6.5, "symbol": symbol, "color": colour},
            hovertemplate=f"layer %{{x}}, {name}: %{{y:.1f}}<extra></extra>",
        )
    figure.update_layout(height=420, title={"text": "Over how many modes?", "y": 0.98, "yanchor": "top"})
    figure.update_layout(legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(
        title={"text": "layer<br>lines: means of the heads · open symbols: single heads"}, dtick=1 if len(layers) < 16 else 4
    )
    figure.update_yaxes(title={"text": WORDS[measure]}, rangemode="tozero")
    return figure

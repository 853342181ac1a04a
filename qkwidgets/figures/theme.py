"""How does a figure look? Two plotly templates, and the one function through which every name gets into a figure.

Sizes are those of a paper: 96 px are an inch, so 680 px are a page's width and 12 px are 9 pt.
"""

import html
from typing import Any

import plotly.graph_objects as go

from qkwidgets.figures.colours import Colours, colours, diverging_scale, sequential_scale

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
PAGE_WIDTH = 680
COLUMN_WIDTH = 480
SMALL = 11
"""Size of ticks and notes, in px."""

LONGEST_NAME = 60

TEXT_PADDING = 2
"""Pixels that plotly leaves around an annotation, which a text that starts on an edge must give back."""

_ESCAPES = {"$": "&#36;", "%": "&#37;", "\\": "&#92;"}


def escaped(name: object, longest: int = LONGEST_NAME) -> str:
    """A name as plotly shows it letter by letter, shortened in the middle if it is very long.

    Plotly reads HTML-like tags in all texts, `$…$` as TeX where MathJax is loaded, and `%{…}` in hover texts.

    Examples
    --------
    >>> escaped("<b>$x$ %{y} & co")
    '&lt;b&gt;&#36;x&#36; &#37;{y} &amp; co'
    """
    text = " ".join(str(name).split())
    if len(text) > longest:
        text = f"{text[: (longest - 1) // 2]}…{text[-(longest // 2) :]}"
    text = html.escape(text, quote=False)
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def number(value: float, digits: int = 3) -> str:
    """A number in a few significant digits with a true minus sign; a dash where it is not defined.

    Examples
    --------
    >>> number(-0.1234), number(float("nan")), number(1234.5)
    ('−0.123', '–', '1234')
    """
    if value != value:  # NaN
        return "–"
    whole = 10 ** (digits - 1) <= abs(value) < 1e5
    short = f"{value:.0f}" if whole else f"{value:#.{digits}g}"
    return short.replace("-", "−")


def unit(value: float) -> str:
    """A number from -1 to 1 with two decimals, so that columns align.

    Examples
    --------
    >>> unit(-0.999), unit(0.001)
    ('−1.00', '0.00')
    """
    if value != value:  # NaN
        return "–"
    return f"{value if abs(value) >= 0.005 else 0:.2f}".replace("-", "−")


def percent(fraction: float) -> str:
    """A share in per cent, with a decimal below ten, where it matters.

    Examples
    --------
    >>> percent(0.123), percent(-0.0123)
    ('12 %', '−1.2 %')
    """
    if fraction != fraction:  # NaN
        return "–"
    return f"{100 * fraction:.{1 if abs(fraction) < 0.0995 else 0}f} %".replace("-", "−")


def template(theme: str) -> go.layout.Template:
    """Plotly's template of the theme "light" or "dark": thin rules, no grid, no box.

    Examples
    --------
    >>> template("light").layout.plot_bgcolor
    '#ffffff'
    """
    c = colours(theme)
    bars = {"colorbar": _colour_bar(c)}
    return go.layout.Template(
        data={"heatmap": [bars], "scatter": [{"marker": bars}], "scattergl": [{"marker": bars}]},
        layout={
            "font": {"family": FONT, "size": 12, "color": c.ink},
            "title": {
                "font": {"size": 14, "color": c.ink},
                "x": 0,
                "xref": "paper",
                "xanchor": "left",
                "yref": "container",
                "subtitle": {"font": {"size": 12, "color": c.soft}},
            },
            "separators": ".",
            "paper_bgcolor": c.paper,
            "plot_bgcolor": c.paper,
            "colorway": list(c.series),
            "xaxis": _axis(c),
            "yaxis": _axis(c),
            "coloraxis": {"colorbar": _colour_bar(c)},
            "legend": {"font": {"size": SMALL}, "bgcolor": "rgba(0,0,0,0)", "itemsizing": "trace"},
            "hoverlabel": {"font": {"family": FONT, "size": SMALL}, "bgcolor": c.paper, "bordercolor": c.soft},
            "annotationdefaults": {"showarrow": False, "font": {"size": SMALL, "color": c.soft}},
            "colorscale": {"diverging": diverging_scale(theme), "sequential": sequential_scale(theme)},
            "bargap": 0.24,
        },
    )


def note(figure: go.Figure, text: str, below: float) -> None:
    """Write small print under a figure, `below` px under its axes; the text is markup, its names already escaped."""
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper", "yanchor": "top"}
    figure.add_annotation(text=text, align="left", xshift=-TEXT_PADDING, yshift=-below, **place)


def _axis(c: Colours) -> dict[str, Any]:
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": c.soft,
        "linewidth": 1,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": c.soft,
        "tickwidth": 1,
        "tickfont": {"size": SMALL, "color": c.soft},
        "title": {"font": {"size": 12, "color": c.ink}, "standoff": 8},
        "automargin": True,
    }


def _colour_bar(c: Colours) -> dict[str, Any]:
    return {
        "outlinewidth": 0,
        "thickness": 9,
        "ticks": "outside",
        "ticklen": 3,
        "tickcolor": c.soft,
        "tickfont": {"size": SMALL, "color": c.soft},
        "title": {"font": {"size": SMALL, "color": c.ink}},
    }

"""A figure as a file: one offline page, or a picture drawn by plotly's own export. A file appears whole or not at all."""

import html
import os
from pathlib import Path

import plotly.graph_objects as go

from qkwidgets.answers.file import write_atomically
from qkwidgets.core.errors import InputError
from qkwidgets.figures.theme import PAGE_WIDTH

SUFFIXES = (".html", ".svg", ".pdf", ".png")

ELASTIC = (2 / 3, 2)
"""How many times its width in print a figure is in a page, at least and at most."""

PNG_SCALE = 3
"""Pixels of a picture for each of the figure's 96 an inch: 288 dpi, enough for print."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="qkwidgets">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body {{ margin: 16px; background: {paper}; }} #figure {{ min-width: {least}px; max-width: {most}px; }}</style>
</head>
<body>
{figure}
</body>
</html>
"""


def write_figure(figure: go.Figure, path: str | os.PathLike) -> None:
    """Write a figure as the ending of the file's name says: .html, .svg, .pdf or .png.

    Pictures need kaleido (the extra `export`) and a Chromium; pages need neither and make no request.

    Parameters
    ----------
    figure
        From any function of `qkwidgets.figures`, or an answer's `.figure()`.
    path
        Of the file; replaced at once when all of it is there.

    Raises
    ------
    InputError
        If the ending is another, or kaleido or a browser is missing; the message says how to get them.
    OSError
        If the file cannot be written. Nothing is left behind.

    Examples
    --------
    >>> import tempfile, qkwidgets as qk
    >>> path = Path(tempfile.mkdtemp()) / "spectrum.html"
    >>> write_figure(qk.examples("deit-tiny").figure(), path)
    >>> path.read_text()[:15]
    '<!doctype html>'
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"The ending of a figure's file is one of {', '.join(SUFFIXES)}: got {path.name!r}. It is probably misspelt, or "
            "a form that plotly does not write. "
            "Choose one of them."
        )
    write_atomically(path, _page(figure).encode() if path.suffix == ".html" else _picture(figure, path.suffix[1:]))


def _page(figure: go.Figure) -> str:
    """The figure with plotly's own script inside, as wide as the window lets it be; the same bytes each time."""
    layout = figure.layout
    elastic = layout.width and not any(trace.type == "image" for trace in figure.data)  # pictures keep their shape
    shown = go.Figure(figure).update_layout(width=None) if elastic else figure
    options = {"displaylogo": False, "responsive": bool(elastic)}
    part = shown.to_html(full_html=False, include_plotlyjs=True, div_id="figure", config=options, default_height=layout.height)
    # A title is text in a figure's markup: its entities stay, its tags go.
    title = html.escape(html.unescape((layout.title.text or "Figure").replace("<i>", "").replace("</i>", "")))
    paper = layout.template.layout.paper_bgcolor or "#ffffff"
    least, most = (round(times * (layout.width or PAGE_WIDTH)) for times in (ELASTIC if elastic else (1, 1)))
    return _PAGE.format(title=title, paper=paper, least=least, most=most, figure=part)


def _picture(figure: go.Figure, form: str) -> bytes:
    try:
        import kaleido
        from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError
    except ImportError:
        raise InputError(
            f"A .{form} file is drawn by kaleido 1.0 or newer: it is not installed here. It comes with an extra. Run "
            "`pip install 'qkwidgets[export]'`, or write .html."
        ) from None
    options = {"format": form, "width": figure.layout.width, "height": figure.layout.height}
    if form == "png":
        options["scale"] = PNG_SCALE
    try:
        # No figure of ours has TeX in it, and MathJax would be fetched from the network.
        return kaleido.calc_fig_sync(figure, opts=options, kopts={"mathjax": False})
    except (ChromeNotFoundError, FileNotFoundError):
        raise InputError(
            f"A .{form} file is drawn in a Chromium: none was found. Its folder may be missing from PATH. Install one (Debian "
            "and Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), set BROWSER_PATH to the one you "
            "have, or write .html."
        ) from None
    except (BrowserFailedError, BrowserClosedError):
        raise InputError(
            f"A .{form} file is drawn in a Chromium that stays open: the one found closed at once. It may be broken, or lack a "
            "library. Start it by hand to see why, set BROWSER_PATH to another, or write .html."
        ) from None

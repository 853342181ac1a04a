"""A figure as a file: one offline page, or a picture drawn by plotly's own export. A file appears whole or not at all."""

import html
import os
from pathlib import Path

import plotly.graph_objects as go

from qkwidgets.answers.file import write_atomically
from qkwidgets.core.errors import InputError

SUFFIXES = (".html", ".svg", ".pdf", ".png")

PNG_SCALE = 3
"""Pixels of a picture for each of the figure's 96 an inch: 288 dpi, enough for print."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="qkwidgets">
<title>{title}</title>
<style>body {{ margin: 16px; background: {paper}; }}</style>
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
            f"The ending of a figure's file is one of {', '.join(SUFFIXES)}: got {path.name!r}. It says what is written. "
            "Choose one of them."
        )
    write_atomically(path, _page(figure).encode() if path.suffix == ".html" else _picture(figure, path.suffix[1:]))


def _page(figure: go.Figure) -> str:
    """The figure with plotly's own script inside; the same bytes each time."""
    layout = figure.layout
    part = figure.to_html(full_html=False, include_plotlyjs=True, div_id="figure", config={"displaylogo": False})
    # A title is text in a figure's markup: its entities stay, its tags go.
    title = html.escape(html.unescape((layout.title.text or "Figure").replace("<i>", "").replace("</i>", "")))
    return _PAGE.format(title=title, paper=layout.template.layout.paper_bgcolor or "#ffffff", figure=part)


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

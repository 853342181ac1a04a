"""A figure as a file: one offline page, or a picture drawn by plotly's own export. A file appears whole or not at all."""

import html
import json
import os
from collections.abc import Callable
from pathlib import Path

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from qkwidgets.answers.file import write_atomically
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import THEMES
from qkwidgets.figures.theme import PAGE_WIDTH

SUFFIXES = (".html", ".svg", ".pdf", ".png")

WIDEST = 2
"""How many times its width in print a figure is in a page at most. In windows narrower than that width all of it is smaller."""

PNG_SCALE = 3
"""Pixels of a picture for each of the figure's 96 an inch: 288 dpi, enough for print."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="qkwidgets">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 16px; background: {paper}; }}
#figure {{ min-width: {least}px; max-width: {most}px; height: {height}px; transform-origin: 0 0; }}
{dark}</style>
<script>{plotly}</script>
</head>
<body>
<div><div id="figure"></div></div>
<script>
{script}
</script>
</body>
</html>
"""

_DARK = "@media (prefers-color-scheme: dark) {{ :root {{ color-scheme: dark; }} body {{ background: {paper}; }} }}\n"

# Where a figure is wider than the window it is made smaller as a whole, as a picture would be: squeezed, its words would meet or be cut.
_SCRIPT = """const figures = {figures}, config = {config};
const dark = matchMedia("(prefers-color-scheme: dark)");
const place = document.getElementById("figure"), frame = place.parentElement;
const fit = () => {{
  const scale = Math.min(1, frame.clientWidth / place.offsetWidth);
  place.style.transform = scale < 1 ? `scale(${{scale}})` : "";
  frame.style.height = scale < 1 ? `${{scale * place.offsetHeight}}px` : "";
}};
const draw = () => Plotly.react(place, {{ ...structuredClone((dark.matches && figures.dark) || figures.light), config }});
addEventListener("resize", fit);
dark.addEventListener("change", draw);
fit();
draw();"""


def write_figure(figure: go.Figure | Callable[[str], go.Figure], path: str | os.PathLike) -> None:
    """Write a figure as the ending of the file's name says: .html, .svg, .pdf or .png.

    Pictures need kaleido (the extra `export`) and a Chromium; pages need neither and make no request.

    Parameters
    ----------
    figure
        From any function of `qkwidgets.figures`, or an answer's `.figure()`. Or what draws it for a theme: then a page is light or dark as
        its reader's browser is, and a picture is light.
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
    >>> write_figure(lambda theme: qk.examples("deit-tiny").figure(theme=theme), path)
    >>> "prefers-color-scheme" in path.read_text()
    True
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        raise InputError(
            f"The ending of a figure's file is one of {', '.join(SUFFIXES)}: got {path.name!r}. It is probably misspelt, or "
            "a form that plotly does not write. "
            "Choose one of them."
        )
    themes = THEMES if path.suffix == ".html" else ("light",)
    drawn = {theme: figure(theme) for theme in themes} if callable(figure) else {"light": figure}
    write_atomically(path, _page(drawn).encode() if path.suffix == ".html" else _picture(drawn["light"], path.suffix[1:]))


def _page(drawn: dict[str, go.Figure]) -> str:
    """Figures with plotly's own script inside, as wide as the window lets them be; the same bytes each time."""
    layout = drawn["light"].layout
    pictures = layout.images or any(trace.type == "image" for trace in drawn["light"].data)
    elastic = bool(layout.width) and not pictures  # which keep their shape
    least = layout.width or PAGE_WIDTH
    most = WIDEST * least if elastic else least
    # A title is text in a figure's markup: its entities stay, its tags go.
    title = html.escape(html.unescape((layout.title.text or "Figure").replace("<i>", "").replace("</i>", "")))
    paper = {theme: figure.layout.template.layout.paper_bgcolor or "#ffffff" for theme, figure in drawn.items()}
    return _PAGE.format(
        title=title,
        paper=paper["light"],
        dark=_DARK.format(paper=paper["dark"]) if "dark" in drawn else "",
        least=least,
        most=most,
        height=layout.height,
        plotly=get_plotlyjs(),
        script=_SCRIPT.format(
            figures="{" + ", ".join(f"{theme}: {_json(figure, elastic)}" for theme, figure in drawn.items()) + "}",
            config=json.dumps({"displaylogo": False, "responsive": elastic}),
        ),
    )


def _json(figure: go.Figure, elastic: bool) -> str:
    """A figure for a script in a page, without its width if that is the window's."""
    shown = go.Figure(figure).update_layout(width=None) if elastic else figure
    return shown.to_json().replace("<", "\\u003c")


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

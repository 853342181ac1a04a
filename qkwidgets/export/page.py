"""One offline HTML page around any widget: no kernel, no network, no request, the same bytes each time.

The page holds the widget's own module, a small host that runs it, and the state; its content security policy allows nothing
else. Without scripts it still shows the widget's own picture and table. The names of the parts are those that
`js/src/host/index.ts` reads.
"""

import base64
import hashlib
import html
import json
import os
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from qkwidgets.answers.file import write_atomically
from qkwidgets.core.errors import InputError
from qkwidgets.export.thin import Part
from qkwidgets.widgets.base import STATIC

_STYLE = """
html { color-scheme: light dark; }
body { margin: 0 auto; max-width: 1680px; padding: 16px; font: 15px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
noscript img { image-rendering: pixelated; width: 384px; max-width: 100%; }
noscript td, noscript th { padding: 2px 10px; text-align: right; font-variant-numeric: tabular-nums; }
"""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="$policy">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="qkwidgets">
<title>$title</title>
<style>$style</style>
</head>
<body>
<noscript>$fallback</noscript>
<div data-qk-view="$name"></div>
<script type="application/json" id="qk-state">$state</script>
$parts
<script type="text/plain" data-qk-esm="$name">$module</script>
<script type="module">$host</script>
</body>
</html>
""")


class PageContent(NamedTuple):
    """What a widget puts into its page.

    `name` is that of its module in `widgets/static/`, without ending; `traits` hold `reference`s where bytes are meant; `parts` are those
    bytes; `fallback` is HTML for readers without scripts, in which every name is escaped.
    """

    name: str
    title: str
    traits: dict[str, Any]
    parts: dict[str, Part]
    fallback: str


def reference(parts: dict[str, Part], name: str) -> dict[str, Any]:
    """What stands in the traits for the bytes of a part."""
    return {"bytes": name, "gzip": parts[name][1]}


def module_text(name: str) -> str:
    """The source of a built module in `widgets/static/`."""
    return (STATIC / f"{name}.js").read_text(encoding="utf-8")


def page(content: PageContent) -> str:
    """The page as text."""
    host = module_text("host")
    fields = {
        "policy": _policy(host),
        "title": html.escape(content.title),
        "style": _STYLE,
        "fallback": content.fallback,
        "name": content.name,
        "state": _state(content),
        "parts": "\n".join(
            f'<script type="text/plain" data-qk-bytes="{name}">{text}</script>' for name, (text, _) in content.parts.items()
        ),
        "module": base64.b64encode(module_text(content.name).encode()).decode("ascii"),
        "host": host,
    }
    return _PAGE.substitute(fields)


def page_size(content: PageContent) -> int:
    """The bytes of a page."""
    return len(page(content).encode())


def largest(low: int, high: int, limit: int, content: Callable[[int], PageContent]) -> PageContent | None:
    """The content with the largest count from `low` to `high` whose page fits into `limit` bytes, by halving; None if none does."""
    best = None
    count = high  # most views fit whole
    while low <= high:
        candidate = content(count)
        if page_size(candidate) <= limit:
            best, low = candidate, count + 1
        else:
            high = count - 1
        count = (low + high) // 2
    return best


def written(path: str | os.PathLike, max_mb: float, content: Callable[[int], PageContent]) -> list[str]:
    """Write the most of a view that fits into one offline page.

    Parameters
    ----------
    path
        Of the HTML file; replaced at once when the page is complete.
    max_mb
        Largest size in megabytes.
    content
        The most of the view that fits into so many bytes.

    Returns
    -------
    list
        What the page left out to stay that small, a sentence each, as the page says it too.

    Raises
    ------
    InputError
        If the page cannot be that small, or the folder does not exist. Nothing is written then.
    """
    check_folder(path)
    found = content(int(max_mb * 1e6))
    write_text(path, page(found))
    return found.traits["meta"]["left_out"]


def check_folder(path: str | os.PathLike) -> None:
    """Refuse a page in a folder that does not exist, before anything is made for it."""
    folder = Path(path).parent
    if not folder.is_dir():
        raise InputError(f"A page is written into a folder that exists: there is no {str(folder)!r}. Make it first.")


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write a page, replacing the file at once when it is complete.

    Raises
    ------
    InputError
        If nothing can be written there; nothing is left behind then.
    """
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise InputError(
            f"A page is written where files may be written: {str(path)!r} could not be ({error.strerror}). "
            "Nothing was left there. Make room, or name another file."
        ) from None


def _policy(host: str) -> str:
    """Nothing is allowed but this style, this script, and the modules and pictures that it makes."""
    style, script = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (_STYLE, host))
    return (
        f"default-src 'none'; script-src 'sha256-{script}' blob:; worker-src blob:; img-src data: blob:; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _state(content: PageContent) -> str:
    models = [{"id": content.name, "esm": content.name, "traits": content.traits | {"live": False}}]
    text = json.dumps({"models": models}, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return text.replace("<", "\\u003c")

"""A view as one HTML file: no kernel, no network, no request, the same bytes each time.

The page holds the widget's own module, a small host that runs it, and the state; its content security policy allows nothing
else. Without scripts it still shows a picture and a table. The names of the parts are those that
`js/src/host/index.ts` reads.
"""

import base64
import hashlib
import html
import json
import os
from pathlib import Path
from string import Template
from typing import Any

from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.file import write_atomically
from qkwidgets.core.errors import InputError
from qkwidgets.export.thin import Part, fitted
from qkwidgets.figures.raster import overlay_png
from qkwidgets.widgets.base import STATIC
from qkwidgets.widgets.explorer import Explorer
from qkwidgets.widgets.wire import wire_meta

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
<div data-qk-view="explorer"></div>
<script type="application/json" id="qk-state">$state</script>
$parts
<script type="text/plain" data-qk-esm="explorer">$module</script>
<script type="module">$host</script>
</body>
</html>
""")


def write_page(view: Explorer, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> None:
    """Write an explorer to one offline page.

    Parameters
    ----------
    view
        The widget; its selection and settings are where the page starts.
    path
        Of the HTML file; replaced at once when the page is complete.
    max_mb
        Largest size in megabytes; see `qkwidgets.export.thin` for what is left out first.
    title
        Of the page; the model's name if none is given.

    Raises
    ------
    InputError
        If the page cannot be that small, or the folder does not exist. Nothing is written then.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise InputError(f"A page is written into a folder that exists: there is no {str(path.parent)!r}. Make it first.")
    try:
        write_atomically(path, page(view, max_mb=max_mb, title=title).encode())
    except OSError as error:
        raise InputError(
            f"A page is written where files may be written: {str(path)!r} could not be ({error.strerror}). "
            "Nothing was left there. Make room, or name another file."
        ) from None


def page(view: Explorer, *, max_mb: float = 15.0, title: str | None = None) -> str:
    """The page as text."""
    module, host = ((STATIC / name).read_text(encoding="utf-8") for name in ("explorer.js", "host.js"))
    title = title or f"Query-key modes of {view.source.meta['model']}"
    around = (
        4 * len(module) // 3 + len(host) + 2 * len(json.dumps(view.source.meta)) + 120_000
    )  # the fallback's picture and table
    frozen, parts, left_out = fitted(view.source, int(max_mb * 1e6) - around)
    fields = {
        "policy": _policy(host),
        "title": html.escape(title),
        "style": _STYLE,
        "fallback": _fallback(frozen, view, title),
        "state": _state(view, frozen, parts, left_out, title),
        "parts": "\n".join(
            f'<script type="text/plain" data-qk-bytes="{name}">{text}</script>' for name, (text, _) in parts.items()
        ),
        "module": base64.b64encode(module.encode()).decode("ascii"),
        "host": host,
    }
    return _PAGE.substitute(fields)


def _policy(host: str) -> str:
    """Nothing is allowed but this style, this script, and the modules and pictures that it makes."""
    style, script = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (_STYLE, host))
    return (
        f"default-src 'none'; script-src 'sha256-{script}' blob:; worker-src blob:; img-src data: blob:; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _state(view: Explorer, frozen: Exploration, parts: dict[str, Part], left_out: list[str], title: str) -> str:
    def reference(name: str) -> dict[str, Any]:
        return {"bytes": name, "gzip": parts[name][1]}

    traits = view.state
    # A view may stand on an image that had to be left out.
    traits["image"] = min(traits["image"], max(0, len(frozen.meta["images"]) - 1))
    traits |= {
        "live": False,
        "meta": wire_meta(frozen, title) | {"left_out": left_out},
        "spectra": reference("spectra"),
        "pictures": reference("pictures"),
        "tiles": {name.removeprefix("tiles/"): reference(name) for name in parts if name.startswith("tiles/")},
    }
    models = [{"id": "explorer", "esm": "explorer", "traits": traits}]
    text = json.dumps({"models": models}, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return text.replace("<", "\\u003c")


def _fallback(frozen: Exploration, view: Explorer, title: str) -> str:
    """A picture and a table, for readers without scripts."""
    spectra, meta = frozen.spectra, frozen.meta
    picture = ""
    mode = min(view.mode, meta["embedded_modes"] - 1)
    if meta["images"]:
        image = min(view.image, len(meta["images"]) - 1)
        png = base64.b64encode(overlay_png(frozen, view.layer, view.head, mode, image)).decode("ascii")
        name = html.escape(f"L{view.layer} H{view.head} M{mode} on {meta['images'][image]['name']}: query red, key cyan")
        picture = f'<figure><img alt="{name}" src="data:image/png;base64,{png}"><figcaption>{name}</figcaption></figure>'
    heads = "".join(f"<th>H{head}</th>" for head in range(meta["n_heads"]))
    rows = "".join(
        f"<tr><th>L{layer}</th><td>{spectra.layer_cosine[layer]:.3f}</td>"
        + "".join(f"<td>{value:.3f}</td>" for value in spectra.head_cosine[layer])
        + "</tr>"
        for layer in range(meta["n_layers"])
    )
    return (
        f"<h1>{html.escape(title)}</h1><p>This page is interactive where scripts are allowed.</p>{picture}"
        f"<table><caption>Weighted mean cosine by layer and head</caption><tr><th></th><th>mean</th>{heads}</tr>{rows}</table>"
    )

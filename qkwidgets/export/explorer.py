"""An explorer as one HTML file: what of the view goes into its page, and what is there for readers without scripts."""

import base64
import html
import json
import os
from typing import Any

from qkwidgets.answers.exploration import Exploration
from qkwidgets.export import page as pages
from qkwidgets.export.page import PageContent, module_text, reference, written
from qkwidgets.export.thin import Part, fitted
from qkwidgets.figures.raster import overlay_png
from qkwidgets.widgets.explorer import Explorer
from qkwidgets.widgets.wire import wire_meta


def write_page(view: Explorer, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> list[str]:
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

    Returns
    -------
    list
        What the page left out to stay that small, a sentence each, as the page says it too.

    Raises
    ------
    InputError
        If the page cannot be that small, or the folder does not exist. Nothing is written then.
    """
    return written(path, max_mb, lambda limit: explorer_content(view, max_mb=limit / 1e6, title=title))


def page(view: Explorer, *, max_mb: float = 15.0, title: str | None = None) -> str:
    """The page as text."""
    return pages.page(explorer_content(view, max_mb=max_mb, title=title))


def explorer_content(view: Explorer, *, max_mb: float = 15.0, title: str | None = None) -> PageContent:
    """The most of an explorer that fits into a page of so many megabytes."""
    title = title or f"Query-key modes of {view.source.meta['model']}"
    markup = 120_000  # with the fallback's picture and table
    around = 4 * len(module_text("explorer")) // 3 + len(module_text("host")) + 2 * len(json.dumps(view.source.meta)) + markup
    frozen, parts, left_out = fitted(view.source, int(max_mb * 1e6) - around)
    traits = _traits(view, frozen, parts, left_out, title)
    return PageContent("explorer", title, traits, parts, _fallback(frozen, view, title))


def _traits(view: Explorer, frozen: Exploration, parts: dict[str, Part], left_out: list[str], title: str) -> dict[str, Any]:
    traits = view.state
    # A view may stand on an image that had to be left out.
    traits["image"] = min(traits["image"], max(0, len(frozen.meta["images"]) - 1))
    return traits | {
        "meta": wire_meta(frozen, title) | {"left_out": left_out},
        "spectra": reference(parts, "spectra"),
        "pictures": reference(parts, "pictures"),
        "tiles": {name.removeprefix("tiles/"): reference(parts, name) for name in parts if name.startswith("tiles/")},
    }


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

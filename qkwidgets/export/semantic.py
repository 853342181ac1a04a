"""A semantic view as one HTML file: images are left out from the end until it fits. Types and shares are always complete."""

import html
import os

from qkwidgets.core.errors import InputError
from qkwidgets.export.page import PageContent, largest, page_size, reference, written
from qkwidgets.export.thin import Part, packed
from qkwidgets.widgets.semantic import SemanticView
from qkwidgets.widgets.semantic_wire import SemanticParts

ONCE = ("spectra", "pictures", "segments", "summary")


def write_page(view: SemanticView, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> list[str]:
    """Write a semantic view to one offline page, which starts where the view stands; see `page.written`."""
    return written(path, max_mb, lambda limit: semantic_content(view, limit, title))


def semantic_content(view: SemanticView, limit: int, title: str | None = None) -> PageContent:
    """The most of a semantic view that fits into a page of `limit` bytes.

    Raises
    ------
    InputError
        If not even one image fits.
    """
    whole = SemanticParts.whole(view.answer)
    title = title or whole.meta()["title"]

    def first(count: int) -> PageContent:
        return _content(view, SemanticParts(view.answer, count), title)

    if found := largest(1, whole.n_images, limit, first):
        return found
    least = page_size(first(1)) / 1e6
    raise InputError(
        f"A page holds at least one image with the tables of all modes: that takes {least:.2f} MB here, and the limit is {limit / 1e6:.2f} MB. "
        "Raise max_mb."
    )


def _content(view: SemanticView, kept: SemanticParts, title: str) -> PageContent:
    parts: dict[str, Part] = {name: packed(getattr(kept, name)()) for name in ONCE}
    parts |= {f"heads/L{layer}H{head}": packed(kept.head(layer, head)) for layer, head in kept.heads}
    traits = {**view.state, "image": min(view.image, kept.n_images - 1)}
    traits["meta"] = kept.meta(title) | {"left_out": _left_out(len(view.answer.images), kept.n_images)}
    traits |= {name: reference(parts, name) for name in ONCE}
    traits["heads"] = {name.removeprefix("heads/"): reference(parts, name) for name in parts if name.startswith("heads/")}
    return PageContent("semantic", title, traits, parts, _fallback(view, title))


def _left_out(whole: int, kept: int) -> list[str]:
    if kept == whole:
        return []
    return [
        f"The last {whole - kept} of {whole} images are not in this page, to keep it small. Types and shares of modes are of all images."
    ]


def _fallback(view: SemanticView, title: str) -> str:
    """Shares of modes by layer and type in a table, for readers without scripts."""
    answer = view.answer
    heading = "".join(f"<th>{html.escape(kind.label)}</th>" for kind in answer.types)
    rows = "".join(
        f"<tr><th>L{layer}</th>{''.join(f'<td>{share:.2f}</td>' for share in shares)}</tr>"
        for layer, shares in enumerate(answer.share)
    )
    return (
        f"<h1>{html.escape(title)}</h1><p>This page is interactive where scripts are allowed.</p><table><caption>Share of modes of each type by "
        f"layer</caption><tr><th></th>{heading}</tr>{rows}</table>"
    )

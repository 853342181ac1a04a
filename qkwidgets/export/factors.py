"""A factor map as one HTML file, and what of it fits: images are left out from the end, then maps of modes by singular value.

The rule is ours. Energies, shares and labels are always complete; every head keeps maps of the same number of modes, its strongest, and at
least `FEWEST_MODES`.
"""

import html
import os
from typing import Any

from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import BFD, LABELS
from qkwidgets.export.page import PageContent, largest, page_size, reference, written
from qkwidgets.export.thin import Part, packed
from qkwidgets.widgets.factors import FactorMap
from qkwidgets.widgets.factors_wire import FactorParts

FEWEST_MODES = 4


def write_page(view: FactorMap, path: str | os.PathLike, *, max_mb: float = 8.0, title: str | None = None) -> list[str]:
    """Write a factor map to one offline page, which starts where the view stands; see `page.written`."""
    return written(path, max_mb, lambda limit: factor_content(view, limit, title))


def factor_content(view: FactorMap, limit: int, title: str | None = None) -> PageContent:
    """The most of a factor map that fits into a page of `limit` bytes.

    Raises
    ------
    InputError
        If not even maps over images of `FEWEST_MODES` modes a head fit.
    """
    whole = FactorParts.whole(view.answer, view.images)
    title = title or whole.meta()["title"]
    fewest = min(FEWEST_MODES, whole.n_modes)
    sizes = [(modes, 0) for modes in range(fewest, whole.n_modes)]
    sizes += [(whole.n_modes, images) for images in range(whole.n_images + 1)]

    def of_size(at: int) -> PageContent:
        return _content(view, FactorParts(view.answer, view.images, *sizes[at]), title)

    if found := largest(0, len(sizes) - 1, limit, of_size):
        return found
    smallest = _content(view, FactorParts(view.answer, None, fewest, 0), title)
    raise InputError(
        f"A page holds at least the maps of {fewest} modes of every head: that takes {page_size(smallest) / 1e6:.2f} MB here, and the "
        f"limit is {limit / 1e6:.2f} MB. Raise max_mb."
    )


def packed_parts(kept: FactorParts) -> dict[str, Part]:
    """Every binary part of a page by name."""
    parts = {name: packed(getattr(kept, name)()) for name in ("energies", "spectra", "pictures")}
    return parts | {f"maps/L{layer}H{head}": packed(kept.head(layer, head)) for layer, head in kept.heads}


def _content(view: FactorMap, kept: FactorParts, title: str) -> PageContent:
    parts = packed_parts(kept)
    traits = dict(view.state)
    # A view may stand on an image that had to be left out.
    traits["image"] = min(view.image, max(0, kept.n_images - 1))
    if not kept.n_images:
        traits["view"] = {**view.view, "maps": "images"}
    traits["meta"] = kept.meta(title) | {"left_out": _left_out(FactorParts.whole(view.answer, view.images), kept)}
    traits |= {name: reference(parts, name) for name in ("energies", "spectra", "pictures")}
    traits["maps"] = {name.removeprefix("maps/"): reference(parts, name) for name in parts if name.startswith("maps/")}
    return PageContent("factors", title, traits, parts, _fallback(view, title))


def _left_out(whole: FactorParts, kept: FactorParts) -> list[str]:
    sentences = []
    if kept.n_images < whole.n_images:
        sentences.append(
            f"The last {whole.n_images - kept.n_images} of {whole.n_images} images with maps of their own are not in this page, to keep it small."
        )
    if kept.n_modes < whole.n_modes:
        sentences.append(
            f"To keep this page small it holds maps of the {kept.n_modes} strongest modes of each head; those of modes {kept.n_modes} to "
            f"{whole.n_modes - 1} are not in this page. Energies and shares are complete."
        )
    return sentences


def _fallback(view: FactorMap, title: str) -> str:
    """Shares by layer in a table, for readers without scripts."""
    answer = view.answer
    shares = answer.shares("drop_mean", by="layer")
    columns = [(2, 2), (2, 1), (1, 2), (1, 1)]
    heading = "".join(f"<th>{BFD[query]} reads {BFD[key]}</th>" for query, key in columns)
    rows = "".join(
        f"<tr><th>L{layer}</th>{''.join(f'<td>{shares[layer, query, key]:.3f}</td>' for query, key in columns)}<td>{_labels(answer, layer)}</td></tr>"
        for layer in range(len(shares))
    )
    bias = f"<p>{html.escape(answer.bias)}</p>" if answer.bias else ""
    return (
        f"<h1>{html.escape(title)}</h1><p>This page is interactive where scripts are allowed.</p>{bias}"
        "<table><caption>Shares of the mean squared product over all pairs of tokens, pairs of different images included, the mean dropped, by layer"
        f"</caption><tr><th></th>{heading}<th>heads</th></tr>{rows}</table>"
    )


def _labels(answer: Any, layer: int) -> str:
    return ", ".join(LABELS[number] if number >= 0 else "no label" for number in answer.head_label[layer].tolist())

"""A gallery as one HTML file, and what of it fits: modes are left out by singular value, then the lower places of each list.

The rule is ours. Every head keeps the same number of modes, its strongest, and at least `FEWEST_MODES` before any list gets shorter. The
pictures of images that no list refers to any more go with them.
"""

import base64
import html
import os
from dataclasses import replace
from typing import Any

from qkwidgets.core.errors import InputError
from qkwidgets.export.page import PageContent, largest, page_size, reference, written
from qkwidgets.export.thin import Part, packed
from qkwidgets.widgets.gallery import Gallery
from qkwidgets.widgets.gallery_wire import GalleryParts

FEWEST_MODES = 4


def write_page(view: Gallery, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> list[str]:
    """Write a gallery to one offline page, which starts where the view stands; see `page.written`."""
    return written(path, max_mb, lambda limit: gallery_content(view, limit, title))


def gallery_content(view: Gallery, limit: int, title: str | None = None) -> PageContent:
    """The most of a gallery that fits into a page of `limit` bytes.

    Raises
    ------
    InputError
        If not even one image for each sign of `FEWEST_MODES` modes a head fits.
    """
    whole = GalleryParts.whole(view.answer)
    title = title or whole.meta()["title"]
    fewest = min(FEWEST_MODES, whole.n_modes)

    def fewer_modes(count: int) -> PageContent:
        return _content(view, replace(whole, n_modes=count), title)

    def fewer_places(count: int) -> PageContent:
        return _content(view, replace(whole, n_modes=fewest, n_places=count), title)

    found = largest(fewest, whole.n_modes, limit, fewer_modes) or largest(1, whole.n_places, limit, fewer_places)
    if found:
        return found
    raise InputError(
        f"A page holds at least one image for each sign of {fewest} modes of every head: that takes {page_size(fewer_places(1)) / 1e6:.2f} MB "
        f"here, and the limit is {limit / 1e6:.2f} MB. Raise max_mb."
    )


def packed_parts(kept: GalleryParts) -> dict[str, Part]:
    """Every binary part of a page by name."""
    parts = {"spectra": packed(kept.spectra()), "images": packed(kept.images())}
    parts |= {f"heads/L{layer}H{head}": packed(kept.head(layer, head)) for layer, head in kept.heads}
    return parts | {f"thumbnails/{place}": packed(picture) for place, picture in kept.thumbnails().items()}


def _content(view: Gallery, kept: GalleryParts, title: str) -> PageContent:
    parts = packed_parts(kept)
    # A view may stand on a mode that had to be left out.
    traits = {**view.state, "mode": min(view.mode, kept.n_modes - 1)}
    traits["meta"] = kept.meta(title) | {"left_out": _left_out(GalleryParts.whole(view.answer), kept)}
    traits |= {name: reference(parts, name) for name in ("spectra", "images")}
    for kind in ("heads", "thumbnails"):
        traits[kind] = {name.removeprefix(f"{kind}/"): reference(parts, name) for name in parts if name.startswith(f"{kind}/")}
    return PageContent("gallery", title, traits, parts, _fallback(view, kept, title))


def _left_out(whole: GalleryParts, kept: GalleryParts) -> list[str]:
    sentences = []
    if kept.n_modes < whole.n_modes:
        sentences.append(
            f"To keep this page small it holds the images of the {kept.n_modes} modes with the largest singular values of each head; "
            f"those of modes {kept.n_modes} to {whole.n_modes - 1} are not in this page. Singular values and cosines are complete."
        )
    if kept.n_places < whole.n_places:
        sentences.append(
            f"The last {whole.n_places - kept.n_places} of {whole.n_places} images of each list are not in this page, to keep it small."
        )
    return sentences


def _fallback(view: Gallery, kept: GalleryParts, title: str) -> str:
    """The pictures of one mode in a table, for readers without scripts."""
    answer, (layer, head, mode) = view.answer, view.selection
    mode = min(mode, kept.n_modes - 1)
    rows = []
    for sign, symbol in enumerate("+−"):
        for place in range(kept.n_places):
            index = int(answer.image[layer, head, mode, sign, place])
            if index >= 0 and view.sign in ("both", "+-"[sign]):
                score = answer.score[layer, head, mode, sign, place]
                rows.append(
                    f"<tr><td>{symbol}</td><td>{_picture(answer, index)}</td><td>{html.escape(answer.name(index))}</td><td>{score:.3g}</td></tr>"
                )
    heading = html.escape(f"Images of {view.selection}" if mode == view.mode else f"Images of L{layer} H{head} M{mode}")
    return (
        f"<h1>{html.escape(title)}</h1><p>This page is interactive where scripts are allowed.</p>"
        f"<table><caption>{heading}</caption><tr><th>sign</th><th></th><th>image</th><th>score</th></tr>{''.join(rows)}</table>"
    )


def _picture(answer: Any, index: int) -> str:
    """An image as the model sees it, or nothing where it has none."""
    data = answer.thumbnails.get(index)
    if not data:
        return ""
    kind = "png" if data.startswith(b"\x89PNG") else "webp" if data.startswith(b"RIFF") else "jpeg"
    return f'<img alt="" width="112" src="data:image/{kind};base64,{base64.b64encode(data).decode("ascii")}">'

"""How much of a view fits into a page? Modes are left out by singular value, then images from the end.

The rule is ours: every head keeps the same number of modes, its strongest, and at least `FEWEST_MODES` before any image goes.
"""

import base64
import gzip
from collections.abc import Iterator
from typing import Any

from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.source import AnswerSource
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.wire import wire_pictures, wire_spectra, wire_tiles

FEWEST_MODES = 4

Part = tuple[str, bool]
"""Base64 text, and whether it is of gzipped bytes."""


def packed(data: bytes) -> Part:
    """Base64 of the bytes, gzipped where that is smaller. The same bytes always give the same text.

    Examples
    --------
    >>> packed(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")[1], packed(b"abc")[1]
    (True, False)
    """
    small = gzip.compress(data, 6, mtime=0)
    smaller = len(small) < len(data)
    return base64.b64encode(small if smaller else data).decode("ascii"), smaller


def fitted(source: AnswerSource, limit: int) -> tuple[Exploration, dict[str, Part], list[str]]:
    """The most of a view that fits into `limit` bytes, packed, and sentences on what was left out.

    Raises
    ------
    InputError
        If not even one image with `FEWEST_MODES` modes a head fits.
    """
    parts: dict[str, Part] = {}
    for frozen in _candidates(source, limit):
        parts = packed_parts(frozen)
        if size(parts) <= limit:
            return frozen, parts, _left_out(source.meta, frozen)
    needed = size(parts) / 1e6
    raise InputError(
        f"A page holds at least one image with {FEWEST_MODES} modes of every head: that takes {needed:.2f} MB here, and the "
        f"limit leaves {max(limit, 0) / 1e6:.2f} MB. Raise max_mb."
    )


def packed_parts(frozen: Exploration) -> dict[str, Part]:
    """Every binary part of a page by name."""
    parts = {"spectra": packed(wire_spectra(frozen.spectra)), "pictures": packed(wire_pictures(frozen.pictures))}
    return parts | {f"tiles/{name}": packed(data) for name, data in wire_tiles(frozen).items()}


def size(parts: dict[str, Part]) -> int:
    """Bytes that the parts take in a page, with the markup around each."""
    return sum(len(text) + len(name) + 70 for name, (text, _) in parts.items())


def _candidates(source: AnswerSource, limit: int) -> Iterator[Exploration]:
    """Smaller and smaller versions of the view; the guess of how many modes fit is close, so few are tried."""
    per_mode = _bytes_per_mode(source.meta)
    total = source.meta["n_modes"]
    # A map of uint8 numbers has shrunk to no less than 5/8 in gzip on any model tried, and base64 adds a third.
    count = min(total, max(FEWEST_MODES, int(limit / (per_mode * 5 / 6))))
    frozen = source.frozen(count)
    while True:
        yield frozen
        count = frozen.meta["embedded_modes"]
        if count <= FEWEST_MODES:
            break
        excess = size(packed_parts(frozen)) - limit
        frozen = frozen.frozen(max(FEWEST_MODES, count - max(1, int(excess / (per_mode * 4 / 3)))))
    for images in range(len(frozen.meta["images"]) - 1, 0, -1):
        yield frozen.first_images(images)


def _bytes_per_mode(meta: dict[str, Any]) -> int:
    grid_h, grid_w = meta["layout"]["grid"]
    return max(1, 2 * meta["n_layers"] * meta["n_heads"] * len(meta["images"]) * (len(meta["tokens"]) + grid_h * grid_w))


def _left_out(meta: dict[str, Any], frozen: Exploration) -> list[str]:
    sentences = []
    count, total = frozen.meta["embedded_modes"], meta["n_modes"]
    if meta["images"] and count < total:
        sentences.append(
            f"To keep this page small it holds maps of the {count} modes with the largest singular values of each head; those "
            f"of modes {count} to {total - 1} are not in this page. Spectra and cosines are complete."
        )
    shown, images = len(frozen.meta["images"]), len(meta["images"])
    if shown < images:
        sentences.append(f"The last {images - shown} of {images} images are not in this page, to keep it small.")
    return sentences

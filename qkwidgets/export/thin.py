"""How much of a view fits into a page? Rows and bias terms are rounded, modes left out by singular value, then images.

The rule is ours. Before any mode is left out, exact rows and bias terms are rounded from 16 bits to 8, as maps are. Then every
head keeps the same number of modes, its strongest, and at least `FEWEST_MODES` before any image goes, from the last.
"""

import base64
import gzip
from typing import Any

import numpy as np

from qkwidgets.answers.exploration import Exploration, map_bytes
from qkwidgets.answers.source import AnswerSource
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.wire import wire_pictures, wire_spectra, wire_tiles

FEWEST_MODES = 4

BESIDE_A_MAP = 12
"""Bytes: two numbers of the rounding, the range and the sign of its mode."""

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
    count = _first_guess(source.meta, limit)
    frozen: Exploration | None = source.frozen(count)
    if count < source.meta["n_modes"]:
        frozen = frozen.coarsened()
    while frozen is not None:
        parts = packed_parts(frozen)
        excess = size(parts) - limit
        if excess <= 0:
            return frozen, parts, _left_out(source.meta, frozen)
        frozen = _smaller(frozen, excess)
    raise InputError(
        f"A page holds at least one image with {FEWEST_MODES} modes of every head: that takes {size(parts) / 1e6:.2f} MB here, and "
        f"the limit leaves {max(limit, 0) / 1e6:.2f} MB. Raise max_mb."
    )


def packed_parts(frozen: Exploration) -> dict[str, Part]:
    """Every binary part of a page by name."""
    parts = {"spectra": packed(wire_spectra(frozen.spectra)), "pictures": packed(wire_pictures(frozen.pictures))}
    return parts | {f"tiles/{name}": packed(data) for name, data in wire_tiles(frozen).items()}


def size(parts: dict[str, Part]) -> int:
    """Bytes that the parts take in a page, with the markup around each."""
    return sum(len(text) + len(name) + 70 for name, (text, _) in parts.items())


def _first_guess(meta: dict[str, Any], limit: int) -> int:
    """How many modes could fit at the very best: a map has shrunk to no less than 5/8 on any model tried; base64 adds a third."""
    return min(meta["n_modes"], max(FEWEST_MODES, int(limit / (_bytes_per_mode(meta) * 5 / 6))))


def _smaller(frozen: Exploration, excess: int) -> Exploration | None:
    """The view in 8 bits; or with fewer modes, by as many as `excess` bytes take at least; or with an image less; or none."""
    count, images = frozen.meta["embedded_modes"], len(frozen.meta["images"])
    if not _is_coarse(frozen):
        return frozen.coarsened()
    if count > FEWEST_MODES:
        fewer = max(1, int(excess / (_bytes_per_mode(frozen.meta) * 4 / 3)))
        return frozen.frozen(max(FEWEST_MODES, count - fewer))
    return frozen.first_images(images - 1) if images > 1 else None


def _is_coarse(frozen: Exploration) -> bool:
    """Whether nothing is left to round; so in a view without images, too."""
    return all(array.dtype != np.uint16 for array in frozen.tiles.values())


def _bytes_per_mode(meta: dict[str, Any]) -> int:
    """Of one mode of every head before packing, and a little more: 8-bit maps, each with a few float32 numbers about it."""
    maps = 2 * meta["n_layers"] * meta["n_heads"] * len(meta["images"])
    return max(1, map_bytes(meta) + maps * BESIDE_A_MAP)


def _left_out(meta: dict[str, Any], frozen: Exploration) -> list[str]:
    sentences = []
    if meta["images"] and _is_coarse(frozen):
        sentences.append(
            "To keep this page small, exact rows and bias terms are rounded to 8 bits; as everywhere, ± shows by how much they "
            "can be off."
        )
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

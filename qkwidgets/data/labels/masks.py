"""What does the file of a mask say? Where one thing is, or which number each pixel has."""

from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int
from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture

HALF = 127
"""The largest grey value that is not yet object: masks are often JPEGs, and lossy."""

LOSSLESS = ("PNG", "BMP", "GIF", "PPM", "TIFF")
"""Formats that keep every value, so that 0 and 1 are meant: a dark JPEG has such values where nothing is object."""

BORDER = 255
"""In palette pictures of the VOC kind: the border between objects, which is neither."""


def silhouette(file: Path, picture: Picture, what: str) -> Bool[np.ndarray, "height width"]:
    """Where a mask is white: its grey value is above 127, whatever the kind of picture it is stored as.

    Transparent pixels are black. A mask of nothing but 0 and 1 that was stored without loss has its object where it is 1.

    Raises
    ------
    InputError
        If it is no picture, or of another size than its picture.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "mask.png"
    >>> Image.fromarray(np.array([[3, 250]], np.uint8)).save(file)
    >>> silhouette(file, Picture(np.zeros((1, 2, 3), np.uint8), "photograph"), "target mask")
    array([[False,  True]])
    """
    with _opened(file) as image:
        lossless = image.format in LOSSLESS and image.info.get("compression") != "jpeg"
        if image.mode.startswith("I;16"):
            grey = np.asarray(image).astype(np.int64) // 257
        elif image.has_transparency_data:
            black = Image.new("RGBA", image.size, "black")
            grey = np.asarray(Image.alpha_composite(black, image.convert("RGBA")).convert("L"))
        else:
            grey = np.asarray(image.convert("L"))
    _same_size(grey, picture, what, file)
    return grey == 1 if lossless and grey.max(initial=0) <= 1 else grey > HALF


def numbers(file: Path, picture: Picture, what: str) -> tuple[Int[np.ndarray, "height width"], bool]:
    """The number of each pixel, and whether they are the indices of a palette; the numbers of colours are all their 24 bits.

    Raises
    ------
    InputError
        If it is no picture, has been stored with loss, or is of another size than its picture.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "mask.png"
    >>> Image.fromarray(np.array([[0, 7]], np.uint8)).save(file)
    >>> numbers(file, Picture(np.zeros((1, 2, 3), np.uint8), "photograph"), "instance mask")
    (array([[0, 7]]), False)
    """
    with _opened(file) as image:
        if image.format == "JPEG":
            raise InputError(
                f"Numbers of objects must be stored without loss: the {what} '{file.name}' is a JPEG, which changes them. They were probably "
                "converted by hand. Save them as PNG, or pass target and distractor masks in the O3 layout, which are thresholded."
            )
        palette = image.mode == "P"
        if palette or image.mode in ("1", "L") or image.mode.startswith("I"):
            values = np.asarray(image).astype(np.int64)
        else:
            red, green, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(np.int64), 2, 0)
            values = blue if _is_grey(red, green, blue) else (red << 16) + (green << 8) + blue
    _same_size(values, picture, what, file)
    return values, palette


def _is_grey(red: np.ndarray, green: np.ndarray, blue: np.ndarray) -> bool:
    return bool((red == green).all() and (green == blue).all())


def _opened(file: Path) -> Image.Image:
    try:
        image = Image.open(file)
        image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        raise InputError(
            f"A mask must be a PNG, JPEG or another picture: '{file.name}' could not be decoded ({type(problem).__name__}). It is probably "
            "truncated, or another kind of file. Copy it again, or leave it and its photograph out."
        ) from None
    return image


def _same_size(mask: np.ndarray, picture: Picture, what: str, file: Path) -> None:
    if mask.shape != picture.array.shape[:2]:
        (height, width), (high, wide) = picture.array.shape[:2], mask.shape
        raise InputError(
            f"A mask must be as large as its photograph: '{picture.name}' is {width} x {height} pixels, its {what} '{file.name}' {wide} x {high}. "
            "One of them was probably resized. Resize the mask to the photograph's size, with nearest neighbours."
        )

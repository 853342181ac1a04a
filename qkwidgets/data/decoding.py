"""What does an image file, or an array, show? Its pixels as 8-bit RGB.

EXIF rotation is applied; grey, palette and CMYK become RGB; transparency is laid on white; 16 bits are scaled to 8. What is
no image is refused with its name.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps, UnidentifiedImageError

from qkwidgets.core.errors import InputError

NOT_DECODED = {"BUFR", "GRIB", "HDF5", "MPEG"}
"""Formats that Pillow knows by their first bytes only."""


def image_suffixes() -> set[str]:
    """The suffixes of files that Pillow can read, in small letters.

    Examples
    --------
    >>> [suffix in image_suffixes() for suffix in (".jpeg", ".png", ".pdf", ".h5")]
    [True, True, False, False]
    """
    formats = Image.registered_extensions()
    readable = Image.OPEN.keys() | {"MPO"}  # MPO is opened as JPEG
    return {suffix for suffix, each in formats.items() if each in readable and each not in NOT_DECODED}


def decoded(file: Path | BytesIO, name: str) -> UInt8[np.ndarray, "height width 3"]:
    """The image in a file, or in bytes; `name` is what it is called if it is none.

    Examples
    --------
    >>> decoded(BytesIO(b"not an image"), "shard.tar/cat.jpg")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: An image file must be a JPEG, PNG or another format that Pillow reads: 'shard.tar/cat.jpg'
    is none. ...
    """
    try:
        with Image.open(file) as image:
            return rgb(image, f"'{name}'")
    except UnidentifiedImageError:
        disguised = " with the suffix of an image" if Path(name).suffix.lower() in image_suffixes() else ""
        raise InputError(
            f"An image file must be a JPEG, PNG or another format that Pillow reads: '{name}' is none. It is probably "
            f"another kind of file{disguised}. Leave it out, or convert it."
        ) from None
    except PermissionError:
        raise InputError(f"An image file must be readable: '{name}' is not for this user. Check its permissions.") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(
            f"An image file must be whole: '{name}' could not be decoded ({problem}). It is probably truncated or damaged. "
            "Copy or download it again, or leave it out."
        ) from None


def rgb(image: Image.Image, name: str) -> UInt8[np.ndarray, "height width 3"]:
    """A Pillow image upright, as 8-bit RGB; transparent parts become white.

    Examples
    --------
    >>> rgb(Image.new("RGBA", (1, 1), (255, 0, 0, 0)), "clear")
    array([[[255, 255, 255]]], dtype=uint8)
    """
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):  # 16 bits, or numbers
        values = np.asarray(image)
        return rgb_array(values if image.mode == "F" else _sixteen_bits(values, name), name)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"))


def _sixteen_bits(values: np.ndarray, name: str) -> np.ndarray:
    if values.min() < 0 or values.max() > 65535:
        raise InputError(
            f"An image of whole numbers must lie within 0 to 65535 (16 bits): {name} spans {values.min()} to {values.max()}. "
            "Scale it to 8 bits first."
        )
    return values.astype(np.uint16)


def rgb_array(array: np.ndarray, name: str) -> UInt8[np.ndarray, "height width 3"]:
    """An array of whole numbers of 8 or 16 bits, of truth values, or of fractions, as 8-bit RGB.

    Examples
    --------
    >>> rgb_array(np.full((1, 1), 0.5), "grey")
    array([[[128, 128, 128]]], dtype=uint8)
    """
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))) or 0 in array.shape:
        turned = array.ndim == 3 and array.shape[0] in (1, 3, 4)
        hint = (
            "Channels probably come first; use array.transpose(1, 2, 0)"
            if turned
            else "Pass one image, or several of one size stacked"
        )
        raise InputError(
            f"An image array must be [height, width] or [height, width, 3 or 4], not empty: {name} is {list(array.shape)}. {hint}."
        )
    array = _eight_bits(array, name)
    if array.ndim == 3 and array.shape[2] == 4:
        return rgb(Image.fromarray(array), name)
    return np.ascontiguousarray(np.broadcast_to(array.reshape(*array.shape[:2], -1), (*array.shape[:2], 3)))


def _eight_bits(array: np.ndarray, name: str) -> UInt8[np.ndarray, "..."]:
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.uint16:
        return np.rint(array / 257).astype(np.uint8)
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if not np.issubdtype(array.dtype, np.floating):
        raise InputError(
            f"An image array must be uint8, uint16, or float within 0 to 1: {name} is {array.dtype}. If its values are 0 to "
            "255, use array.astype(np.uint8)."
        )
    if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
        raise InputError(
            f"An image array of floats must lie within 0 to 1: {name} spans {np.min(array):.3g} to {np.max(array):.3g}. It "
            "is probably 0 to 255, or already normalised. Divide by 255, or pass the picture before normalisation."
        )
    return np.rint(array * 255).astype(np.uint8)

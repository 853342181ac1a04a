"""Which pictures, from where, under which licence? Anything that holds images, as 8-bit RGB.

EXIF rotation is applied; grey, palette and CMYK become RGB; transparency is laid on white; 16 bits are scaled to 8. What is
no image is refused with the name of the file or the place in the list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps, UnidentifiedImageError

from qkwidgets.core.errors import InputError
from qkwidgets.data.odd_one_out import Scenes


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """One image with what is known of it.

    Attributes
    ----------
    array
        Red, green, blue.
    name
        Short, for labels: a file's name without folders.
    source, licence
        In words; None where not known.
    """

    array: UInt8[np.ndarray, "height width 3"]
    name: str
    source: str | None = None
    licence: str | None = None

    def __repr__(self) -> str:
        height, width = self.array.shape[:2]
        return f"Picture({self.name!r}, {width} x {height} pixels)"


def read_images(items: Any) -> list[Picture]:
    """Pictures from paths, folders, Pillow images, arrays, `Picture`s, `Scenes`, or a list of these.

    Parameters
    ----------
    items
        A folder stands for the images in it, sorted by name, without its subfolders. Arrays are `[height, width]` grey or
        `[height, width, 3 or 4]`, uint8, uint16, or float within 0 to 1; with one more axis in front, several.

    Raises
    ------
    InputError
        If there is no image, or something is none; the message names it.

    Examples
    --------
    >>> read_images(np.zeros((64, 48), np.uint8))
    [Picture('image 0', 48 x 64 pixels)]
    """
    alone = isinstance(items, str | Path | Image.Image | Picture | Scenes | np.ndarray)
    if not alone and not isinstance(items, Iterable):
        raise _not_an_image(items, "images")
    pictures = [picture for i, item in enumerate([items] if alone else items) for picture in _read(item, f"image {i}")]
    if not pictures:
        raise InputError(
            "At least one image is needed: got an empty list. A pattern of file names probably matched nothing. Pass image "
            "files, a folder, arrays, or qkwidgets.sample_images()."
        )
    return pictures


def read_image(item: Any, name: str) -> Picture:
    """The picture of one item that stands for one image, under a name of its own.

    Raises
    ------
    InputError
        As `read_images` does.

    Examples
    --------
    >>> read_image(np.zeros((64, 48), np.uint8), "night")
    Picture('night', 48 x 64 pixels)
    """
    (picture,) = _read(item, name)
    return replace(picture, name=name)


def _read(item: Any, name: str) -> Iterator[Picture]:
    """The pictures that one item stands for."""
    if isinstance(item, Picture):
        yield item
    elif isinstance(item, Scenes):
        for i, image in enumerate(item.images):
            yield Picture(image, f"scene {i}", "qkwidgets.odd_one_out", "made by qkwidgets, free of rights")
    elif isinstance(item, str | Path):
        for path in _files(Path(item)):
            yield Picture(decoded(path, str(path)), path.name, "local file")
    elif isinstance(item, Image.Image):
        yield Picture(rgb(item, name), name)
    elif isinstance(item, np.ndarray) and item.ndim == 4:
        for i, image in enumerate(item):
            yield Picture(_rgb_array(image, f"image {i}"), f"image {i}")
    elif isinstance(item, np.ndarray):
        yield Picture(_rgb_array(item, name), name)
    else:
        raise _not_an_image(item, name)


def _not_an_image(item: Any, name: str) -> InputError:
    kind = type(item).__name__
    hint = (
        "Convert it first: tensor.permute(1, 2, 0).numpy() for values within 0 to 1" if kind == "Tensor" else "Pass one of these"
    )
    return InputError(
        f"Images must be paths, folders, Pillow images, arrays [height, width, 3] or a list of them: {name} is of type "
        f"{kind}. {hint}."
    )


def _files(path: Path) -> list[Path]:
    """The file itself, or the images in a folder."""
    if path.is_file():
        return [path]
    if not path.exists():
        if ":/" in str(path):  # Path has made one slash of two
            raise InputError(
                f"Images must be files on this machine: got the address '{path}'. Download it first and pass the file."
            )
        raise InputError(
            f"An image must be a file or a folder that exists: there is no '{path}'. The name is probably misspelt, or "
            f"relative to another folder than '{Path.cwd().name}'. Check the path."
        )
    if not path.is_dir():
        raise InputError(f"An image must be a file or a folder: '{path}' is neither. Pass an image file.")
    suffixes = Image.registered_extensions()
    inside = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    found = [file for file in inside if file.suffix.lower() in suffixes and file.is_file()]
    if not found:
        folders = [file.name for file in inside if file.is_dir()]
        some = "1 entry," if len(inside) == 1 else f"{len(inside)} entries, such as"
        holds = f"{some} '{inside[0].name}'" if inside else "nothing"
        remedy = (
            f"Its subfolders are not searched; pass one of them, such as '{folders[0]}'"
            if folders
            else "Pass a folder of image files"
        )
        raise InputError(f"A folder of images must hold JPEG, PNG or other image files: '{path}' holds {holds}. {remedy}.")
    return found


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
        raise InputError(
            f"An image file must be a JPEG, PNG or another format that Pillow reads: '{name}' is none. It is probably "
            "another kind of file with the suffix of an image. Leave it out, or convert it."
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
        return _rgb_array(values if image.mode == "F" else _sixteen_bits(values, name), name)
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


def _rgb_array(array: np.ndarray, name: str) -> UInt8[np.ndarray, "height width 3"]:
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

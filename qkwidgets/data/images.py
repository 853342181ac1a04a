"""Which pictures, from where, under which licence? Anything that holds images, as 8-bit RGB (`data.decoding` says how).

What is no image is refused with the name of the file or the place in the list.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.decoding import decoded, image_suffixes, rgb, rgb_array
from qkwidgets.data.scenes import Scenes

LISTED = 20
"""Unreadable files that an error names."""


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
        yield from _of_files(_files(Path(item)), item)
    elif isinstance(item, Image.Image):
        yield Picture(rgb(item, name), name)
    elif isinstance(item, np.ndarray) and item.ndim == 4:
        for i, image in enumerate(item):
            yield Picture(rgb_array(image, f"image {i}"), f"image {i}")
    elif isinstance(item, np.ndarray):
        yield Picture(rgb_array(item, name), name)
    else:
        raise _not_an_image(item, name)


def _of_files(files: list[Path], folder: str | Path) -> Iterator[Picture]:
    """The pictures in some files; if several are unreadable, all of them are named at once."""
    pictures, problems = [], []
    for path in files:
        try:
            pictures.append(Picture(decoded(path, str(path)), path.name, "local file"))
        except InputError as problem:
            problems.append((path.name, problem))
    if len(problems) == 1:
        raise problems[0][1]
    if problems:
        named = ", ".join(name for name, _ in problems[:LISTED]) + ("" if len(problems) <= LISTED else ", ...")
        raise InputError(
            f"Every image file in a folder must be readable: {len(problems)} of {len(files)} in '{folder}' are not ({named}). They are probably "
            f"damaged, or other files with the suffix of an image. Leave them out. The first: {problems[0][1]}"
        )
    yield from pictures


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
    suffixes = image_suffixes()
    inside = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    found = [file for file in inside if file.suffix.lower() in suffixes and file.is_file()]
    if not found:
        folders = sorted((file.name for file in inside if file.is_dir()), key=lambda name: name != "images")  # before masks
        some = "1 entry," if len(inside) == 1 else f"{len(inside)} entries, such as"
        holds = f"{some} '{inside[0].name}'" if inside else "nothing"
        remedy = (
            f"Its subfolders are not searched; pass one of them, such as '{folders[0]}'"
            if folders
            else "Pass a folder of image files"
        )
        raise InputError(f"A folder of images must hold JPEG, PNG or other image files: '{path}' holds {holds}. {remedy}.")
    return found

"""Which images are in a list? Paths, arrays, Pillow images, pictures and scenes, one by one."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture, read_image, read_images
from qkwidgets.data.scenes import Scenes
from qkwidgets.data.sets.base import ImageSet, Label, distinct
from qkwidgets.data.sets.files import file_mark, from_root, image_files


class ListedSet(ImageSet):
    """Images as they were listed. Files are named by their paths below the folder that they share, others by their place."""

    kind = "list"

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = [each for item in items for each in _spread(item)]
        if not self._items:
            raise InputError(
                "At least one image is needed: got an empty list. A pattern of file names probably matched nothing. Pass image files, a "
                "folder, arrays, or a data set."
            )
        files = [item for item in self._items if isinstance(item, Path)]
        shared = Path(os.path.commonpath([file.absolute().parent for file in files])) if files else None
        self.names = distinct(_name(item, i, shared) for i, item in enumerate(self._items))

    def _item(self, index: int) -> tuple[Picture, Label]:
        return read_image(self._items[index], self.names[index]), None

    def label(self, index: int) -> Label:
        """None: a list has no classes."""
        return None

    def path(self, index: int) -> str | None:
        """The file, where a file was listed."""
        item = self._items[index]
        return str(item) if isinstance(item, Path) else None

    def _marks(self) -> Iterator[str]:
        return (f"{name} {_mark(item)}" for name, item in zip(self.names, self._items, strict=True))


def _spread(item: Any) -> Iterable[Any]:
    """The single images that an item stands for."""
    if isinstance(item, str | Path):
        path = from_root(item)
        return (path / name for name in image_files(path)) if path.is_dir() else [path]
    if isinstance(item, Scenes):
        return read_images(item)
    if isinstance(item, np.ndarray) and item.ndim == 4:
        return iter(item)
    return [item]


def _name(item: Any, index: int, shared: Path | None) -> str:
    if isinstance(item, Path):
        return item.absolute().relative_to(shared).as_posix()
    return item.name if isinstance(item, Picture) else f"image {index}"


def _mark(item: Any) -> str:
    """What changes when an image is replaced by another one."""
    if isinstance(item, Path):
        return file_mark(str(item))
    if isinstance(item, Image.Image) and getattr(item, "filename", ""):  # of a file, perhaps not yet decoded
        return f"{item.size} {file_mark(item.filename)}"
    if isinstance(item, Picture | Image.Image | np.ndarray):
        array = np.ascontiguousarray(item.array if isinstance(item, Picture) else item)
        return f"{array.shape} {array.dtype.str} {hashlib.sha256(array).hexdigest()}"
    return type(item).__name__

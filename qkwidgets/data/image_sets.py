"""What can be swept? Folders, lists, map-style data sets, tables and tar shards, all as one kind of image set."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.labels.listed import scene_set
from qkwidgets.data.sets.base import ImageSet
from qkwidgets.data.sets.files import FolderSet, from_root
from qkwidgets.data.sets.indexed import Columns, Indexed, IndexedSet, TableSet
from qkwidgets.data.sets.listed import ListedSet
from qkwidgets.data.sets.shards import ShardSet, expanded


def image_set(dataset: Any) -> ImageSet:
    """The images of a data set in a fixed order, each read when it is asked for.

    Parameters
    ----------
    dataset
        A folder (with all folders in it); a list of paths, arrays, Pillow images, `Picture`s or `Scenes`, or one of these;
        scenes, a recipe of scenes or conditions, whose objects come along; a map-style torch data set of images or of tuples
        (image, label); a Hugging Face data set with a column of images; or WebDataset shards: a `.tar` file, a list of them, or a
        pattern such as `"train-{000..009}.tar"`.

    Raises
    ------
    InputError
        If it is none of these, holds no image, or can only be read once, from front to back.

    Examples
    --------
    >>> images = image_set([np.zeros((64, 48), np.uint8), np.ones((8, 8))])
    >>> len(images), images.names, images.picture(1)
    (2, ['image 0', 'image 1'], Picture('image 1', 8 x 8 pixels))
    """
    if isinstance(dataset, ImageSet):
        return dataset
    if isinstance(dataset, str | os.PathLike):
        return _named(os.fspath(dataset))
    if (scenes := scene_set(dataset)) is not None:
        return scenes
    if isinstance(dataset, Image.Image | Picture | np.ndarray):
        return ListedSet([dataset])
    if isinstance(dataset, list | tuple):
        tars = bool(dataset) and all(isinstance(item, str | Path) and str(item).endswith(".tar") for item in dataset)
        return ShardSet([Path(name) for item in dataset for name in expanded(str(item))]) if tars else ListedSet(dataset)
    if isinstance(dataset, Mapping):
        raise InputError(
            f"A data set must be one set of images: got a dictionary with {', '.join(map(repr, list(dataset)[:4])) or 'nothing'}. These are "
            "probably splits. Pass one of them, such as dataset['train']."
        )
    return _counted(dataset)


def _named(name: str) -> ImageSet:
    """A folder, a tar file, a pattern of tar files, or a single image file."""
    path = from_root(name)
    if path.is_dir():
        return FolderSet(path)
    if name.endswith((".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2")):
        raise InputError(
            f"A tar shard must not be compressed: got '{name}'. Images are read at any place in it, and JPEG gains nothing by it. Unpack it "
            "to a .tar file."
        )
    if name.endswith(".tar"):
        return ShardSet([Path(each) for each in expanded(name)])
    if not path.exists():
        raise InputError(
            f"A data set must be a folder, an image file or tar shards that exist: there is no '{name}'. The name is probably misspelt, or "
            f"relative to another folder than '{Path.cwd().name}'. Check the path."
        )
    return ListedSet([path])


def _counted(dataset: Any) -> ImageSet:
    """A data set of another library, if it has a length and gives its items by number."""
    # torch's iterable data sets inherit a `__getitem__` that only raises.
    once_only = any(kind.__name__ == "IterableDataset" for kind in type(dataset).__mro__)
    if once_only or not isinstance(dataset, Indexed):
        raise InputError(
            f"A data set must have a length and give its images by number: a {type(dataset).__name__} does not. It can probably only be read "
            "from front to back, which cannot be resumed or shared out. Pass a map-style data set, a list, or a folder."
        )
    return TableSet(dataset) if isinstance(dataset, Columns) else IndexedSet(dataset)

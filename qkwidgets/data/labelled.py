"""What can be asked about objects? Scenes, folders with masks, outlines and lists of labelled pictures, as one kind of set."""

import os
from pathlib import Path
from typing import Any, NoReturn

from qkwidgets.core.errors import InputError
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet, labelled_picture
from qkwidgets.data.labels.instances import InstanceSet, has_instances
from qkwidgets.data.labels.listed import LabelledList, scene_set
from qkwidgets.data.labels.o3 import O3Set, has_o3_layout
from qkwidgets.data.labels.outlined import outlines
from qkwidgets.data.sets.files import from_root

__all__ = ["LabelledPicture", "LabelledSet", "labelled_picture", "labelled_set"]


def labelled_set(data: Any, *, images: Any = None) -> LabelledSet:
    """The labelled pictures of a data set in a fixed order, each read when it is asked for. Nothing is downloaded.

    Parameters
    ----------
    data
        Scenes, a recipe of scenes, or conditions; a folder in the O3 layout (`images`, `targ_labels`, `dist_labels`); a folder of
        photographs and PNG files of instance numbers (`images` and `instances`, perhaps `classes`; PASCAL VOC; ADE20K); a COCO file,
        labelme files or a folder of them; a `LabelledPicture`, a pair of image and mask, or a list of these.
    images
        The folder of the photographs of a COCO or labelme file, where they do not lie beside it or in `images`.

    Raises
    ------
    InputError
        If it is none of these, or photographs and masks do not match; the message names them.

    Examples
    --------
    >>> from qkwidgets.data.odd_one_out import odd_one_out
    >>> scenes = labelled_set(odd_one_out(3, seed=1))
    >>> scenes.regions(0, grid=(8, 8)).shares.shape
    (5, 64)
    """
    if isinstance(data, str | os.PathLike):
        return _stored(from_root(os.fspath(data)), None if images is None else from_root(os.fspath(images)))
    if images is not None:
        _refuse_images(images, f"one of type {type(data).__name__}")
    if isinstance(data, LabelledSet):
        return data
    if (scenes := scene_set(data)) is not None:
        return scenes
    if isinstance(data, LabelledPicture):
        return LabelledList([data])
    if isinstance(data, tuple) and len(data) == 2 and not isinstance(data[0], LabelledPicture | tuple):
        return LabelledList([data])
    if isinstance(data, list | tuple):
        return LabelledList(data)
    raise InputError(
        f"A labelled set is made of scenes, a folder with masks, outlines, or pairs of image and mask: got one of type {type(data).__name__}. "
        "Pictures alone have no objects. Pass one of these, or divide pictures into superpixels."
    )


def _refuse_images(images: Any, data: str) -> NoReturn:
    given = repr(os.fspath(images)) if isinstance(images, str | os.PathLike) else f"one of type {type(images).__name__}"
    raise InputError(
        f"images= is the folder of the photographs of a COCO or labelme file: got images={given} beside {data}. It would not be "
        "looked at. Leave it out."
    )


def _stored(path: Path, images: Path | None) -> LabelledSet:
    if not path.exists():
        raise InputError(
            f"A labelled set must exist: there is no '{path}'. The name is probably misspelt, or relative to another folder than "
            f"'{Path.cwd().name}'. Check the path; no data set is downloaded."
        )
    if path.is_file() and path.suffix.lower() == ".json":
        return outlines(path, images)
    if path.is_dir():
        own = O3Set if has_o3_layout(path) else InstanceSet if has_instances(path) else None
        if own is not None and images is not None:
            _refuse_images(images, f"'{path.name}', which holds its own")
        if own is not None:
            return own(path)
        if found := outlines(path, images):
            return found
    inside = sorted(f"'{each.name}'" for each in path.iterdir())[:6] if path.is_dir() else []
    raise InputError(
        f"A folder of labelled pictures holds 'images' with 'targ_labels' and 'dist_labels', 'images' with 'instances', or JSON files of "
        f"outlines: '{path.name}' holds {', '.join(inside) or 'none of these'}. A folder above or below it was probably meant. Pass the one "
        "that holds 'images'."
    )

"""Which objects are in generated scenes, and in a list of labelled pictures?"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import read_image, read_images
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet, labelled_picture
from qkwidgets.data.labels.masks import numbers
from qkwidgets.data.scene_conditions import Conditions
from qkwidgets.data.scene_recipe import SceneRecipe
from qkwidgets.data.scenes import Scenes
from qkwidgets.data.sets.base import distinct


class SceneSet(LabelledSet):
    """Odd-one-out scenes; their odd items are the targets."""

    kind = "odd-one-out scenes"

    def __init__(self, scenes: Scenes) -> None:
        self.scenes = scenes
        self.names = [f"scene {i}" for i in range(len(scenes))]

    def _labelled(self, index: int) -> LabelledPicture:
        return _of_scene(self.scenes, index, self.names[index])

    def _marks(self) -> Iterator[str]:
        of = self.scenes
        for name, odd, *arrays in zip(self.names, of.odd, of.images, of.items, of.parts, strict=True):
            yield f"{name} {odd} {_digest(*arrays)}"


class RecipeSet(LabelledSet):
    """Odd-one-out scenes that are drawn when they are read, in the process that reads them."""

    kind = "odd-one-out scenes"

    def __init__(self, recipe: SceneRecipe) -> None:
        self.recipe = recipe
        self.names = [f"scene {i}" for i in range(len(recipe))]

    def _labelled(self, index: int) -> LabelledPicture:
        return _of_scene(self.recipe.scene(index), 0, self.names[index])

    def _marks(self) -> Iterator[str]:
        yield json.dumps(self.recipe.describe(), sort_keys=True)


def scene_set(data: Any) -> LabelledSet | None:
    """Scenes, a recipe of scenes or conditions as a labelled set; None for anything else.

    Examples
    --------
    >>> scene_set(SceneRecipe(n=3)), scene_set("folder")
    (RecipeSet(3 images, odd-one-out scenes), None)
    """
    if isinstance(data, SceneRecipe):
        return RecipeSet(data)
    if isinstance(data, Scenes | Conditions):
        return SceneSet(data.scenes if isinstance(data, Conditions) else data)
    return None


class LabelledList(LabelledSet):
    """Labelled pictures, or pairs of an image and its mask, as they were listed."""

    kind = "labelled pictures"

    def __init__(self, items: Iterable[object]) -> None:
        self._items = [_one(item, f"image {i}") for i, item in enumerate(items)]
        if not self._items:
            raise InputError(
                "At least one labelled picture is needed: got an empty list. A pattern of file names probably matched nothing. Pass pairs "
                "of an image and its mask."
            )
        self.names = distinct(item.picture.name for item in self._items)

    def _labelled(self, index: int) -> LabelledPicture:
        return self._items[index]

    def _marks(self) -> Iterator[str]:
        for name, item in zip(self.names, self._items, strict=True):
            extra = [array for array in (item.parts, item.ignored) if array is not None]
            yield f"{name} {item.names} {item.target} {_digest(item.picture.array, item.objects, *extra)}"


def _of_scene(scenes: Scenes, index: int, name: str) -> LabelledPicture:
    (picture,) = read_images(scenes[index])
    items, odd = scenes.items[index], int(scenes.odd[index])
    names = tuple("target" if item == odd else "distractor" for item in range(1, int(items.max()) + 1))
    return LabelledPicture(read_image(picture, name), items.astype(np.uint16), names, odd, scenes.parts[index].astype(np.uint16))


def _one(item: object, name: str) -> LabelledPicture:
    if isinstance(item, LabelledPicture):
        return item
    if isinstance(item, Sequence) and len(item) == 2 and not isinstance(item, str):
        image, mask = item
        (picture,) = read_images(image)
        if isinstance(mask, str | os.PathLike):
            mask, _ = numbers(Path(mask), picture, "mask")
        return labelled_picture(picture, mask)
    raise InputError(
        f"A labelled set is a list of labelled pictures or of pairs (image, mask): {name} is of type {type(item).__name__}. Pictures without "
        "masks have no objects. Pass pairs, scenes, or a folder with masks."
    )


def _digest(*arrays: np.ndarray) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype.str}".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()

"""Which images does a data set of another library hold? Whatever has a length and gives its items by number.

Neither torch's data sets nor those of Hugging Face are imported: both are known by what they offer.
"""

import hashlib
import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.decoding import decoded
from qkwidgets.data.images import Picture, read_image
from qkwidgets.data.sets.base import ImageSet, Label, distinct
from qkwidgets.data.sets.files import from_root
from qkwidgets.data.sets.listed import ListedSet

IMAGE_COLUMNS = ("image", "img", "picture", "photo", "jpg", "png", "image_path")
LABEL_COLUMNS = ("label", "labels", "class", "cls", "target", "fine_label")


@runtime_checkable
class Indexed(Protocol):
    """A map-style data set."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


@runtime_checkable
class Columns(Indexed, Protocol):
    """A data set of named columns, as Hugging Face's `datasets` has it: `features` tells of which type each is."""

    features: Mapping[str, Any]


@runtime_checkable
class Samples(Indexed, Protocol):
    """A data set that knows its files and classes, as torchvision's `ImageFolder` does."""

    samples: Sequence[tuple[str, int]]
    classes: Sequence[str]


class IndexedSet(ImageSet):
    """A map-style data set whose items are images, tuples that begin with image and label, or rows with such columns."""

    kind = "data set"

    def __init__(self, dataset: Indexed) -> None:
        self._dataset, self._folder = dataset, Path.cwd()
        count = len(dataset)
        if not count:
            raise InputError(
                f"At least one image is needed: the data set {type(dataset).__name__} is empty. Pass another, or another split."
            )
        self._files = _files(dataset, count)
        self.names = ListedSet(self._files).names if self._files else distinct(f"image {i}" for i in range(count))

    def _item(self, index: int) -> tuple[Picture, Label]:
        image, label = self._parts(self._dataset[index])
        return _picture(image, self.names[index], self._folder), self._word(_label(label))

    def label(self, index: int) -> Label:
        """The class that goes with an image."""
        if self._files:
            return self._word(_label(self._dataset.samples[index][1]))
        return super().label(index)

    def path(self, index: int) -> str | None:
        """The image file, where the data set knows it."""
        return str(self._files[index]) if self._files else None

    def _parts(self, item: Any) -> tuple[Any, Any]:
        if isinstance(item, tuple | list) and item:
            return item[0], item[1] if len(item) > 1 else None
        if isinstance(item, Mapping):
            image, label = columns(dict.fromkeys(item))
            return item[image], item.get(label)
        return item, None

    def _word(self, label: Label) -> Label:
        known = isinstance(label, int) and self._files and 0 <= label < len(self._dataset.classes)
        return self._dataset.classes[label] if known else label

    def _marks(self) -> Iterator[str]:
        yield re.sub(r" at 0x[0-9a-f]+", "", repr(self._dataset))
        yield from self.names
        for index in sorted({0, len(self) // 2, len(self) - 1}):  # all would cost as much as the sweep itself
            yield _mark(self, index)


class TableSet(IndexedSet):
    """A data set of named columns, one of which holds images."""

    kind = "table"

    def __init__(self, dataset: Columns) -> None:
        self._image, self._label = columns(dataset.features)
        self._classes = getattr(dataset.features.get(self._label), "names", None)
        super().__init__(dataset)

    def _parts(self, item: Any) -> tuple[Any, Any]:
        return item[self._image], item.get(self._label)

    def _word(self, label: Label) -> Label:
        known = isinstance(label, int) and self._classes is not None and 0 <= label < len(self._classes)
        return self._classes[label] if known else label


def columns(features: Mapping[str, Any]) -> tuple[str, str | None]:
    """The names of the columns that hold images and labels, by the type of the column or else by its name.

    Raises
    ------
    InputError
        If none holds images.

    Examples
    --------
    >>> columns({"text": None, "img": None, "label": None})
    ('img', 'label')
    """
    images = _of(features, "Image", IMAGE_COLUMNS)
    if not images:
        raise InputError(
            f"A data set must have a column of images: it has {', '.join(map(repr, features))}. Their names or types are probably unusual. "
            "Rename that of the images to 'image'."
        )
    labels = _of(features, "ClassLabel", LABEL_COLUMNS)
    return images[0], labels[0] if labels else None


def _of(features: Mapping[str, Any], kind: str, names: Sequence[str]) -> list[str]:
    return [name for name, feature in features.items() if type(feature).__name__ == kind] + [
        name for name in names if name in features
    ]


def _files(dataset: Any, count: int) -> list[Path]:
    """Image files, if the data set says of each item which it is."""
    known = isinstance(dataset, Samples) and len(dataset.samples) == count
    return [from_root(sample[0]) for sample in dataset.samples] if known else []


def _picture(image: Any, name: str, folder: Path) -> Picture:
    """A picture from whatever a data set may hold: also tensors with channels first, and encoded files.

    Relative paths count from `folder`: that in which the set was made, wherever it is read.
    """
    if isinstance(image, Mapping):  # an image column that was told not to decode
        return _picture(image["bytes"] if image.get("bytes") is not None else image["path"], name, folder)
    if isinstance(image, str | Path):
        return read_image(from_root(image, folder), name)
    if isinstance(image, bytes):
        return Picture(decoded(io.BytesIO(image), name), name)
    if _is_tensor(image):
        image = image.detach().cpu().numpy()
        if image.ndim == 3 and image.shape[0] in (1, 3, 4):
            image = image.transpose(1, 2, 0)
    return read_image(image, name)


def _is_tensor(value: Any) -> bool:
    """Whether it is a tensor of torch, which is not loaded to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _label(label: Any) -> Label:
    label = label.detach().cpu().numpy() if _is_tensor(label) else label
    if isinstance(label, np.ndarray | np.generic) and np.asarray(label).size == 1:
        label = np.asarray(label).item()
    return label if isinstance(label, int | str) else None


def _mark(images: ImageSet, index: int) -> str:
    try:
        picture, label = images.item(index)
    except InputError as problem:
        return str(problem)
    return f"{index} {label} {picture.array.shape} {hashlib.sha256(np.ascontiguousarray(picture.array)).hexdigest()}"

"""Which objects are in photographs whose instances are numbered in PNG files?

Known layouts, suffixes aside: `images` with `instances` and perhaps `classes`; those of PASCAL VOC (`JPEGImages`,
`SegmentationObject`, `SegmentationClass`), whose photographs without masks are left out; `images` with `annotations`, `segments`
or `masks`; and those of ADE20K, where `x_seg.png` lies beside `x.jpg`. Each value, or colour, is an object; 0, or black, is
none. In palette files 255 is the border between objects and counts as nothing.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import read_image
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet, numbered
from qkwidgets.data.labels.masks import BORDER, numbers
from qkwidgets.data.labels.pairs import paired, stems
from qkwidgets.data.sets.files import file_mark, from_root, image_files

IMAGES = ("images", "JPEGImages")
INSTANCES = ("instances", "SegmentationObject", "annotations", "segments", "masks")
CLASSES = ("classes", "SegmentationClass")
VOC = "JPEGImages"
SEGMENTED = "_seg"


class InstanceSet(LabelledSet):
    """Photographs with a picture of instance numbers each, and perhaps one of class numbers, which gives the objects names."""

    kind = "photographs with numbered instances"

    def __init__(self, folder: Path) -> None:
        self.folder = from_root(folder)
        images, instances, classes = (_found(self.folder, names) for names in (IMAGES, INSTANCES, CLASSES))
        self._folders = images, instances, classes
        if images is None:
            self._folders = self.folder, self.folder, None
            self._photographs, self._instances = _side_by_side(self.folder)
        else:
            self._photographs, self._instances = stems(images), stems(instances)
        if images is not None and images.name == VOC:
            self._photographs = {stem: name for stem, name in self._photographs.items() if stem in self._instances}
        paired(self._photographs, self._instances, self._folders[1].name)
        self._classes = {} if classes is None else stems(classes)
        if classes is not None:
            paired(self._photographs, {s: n for s, n in self._classes.items() if s in self._photographs}, classes.name)
        self._class_names = _class_names(self.folder)
        self._stems = sorted(self._photographs)
        self.names = [self._photographs[stem] for stem in self._stems]

    def path(self, index: int) -> str:
        """The photograph."""
        return str(self._files(index)[0])

    def _labelled(self, index: int) -> LabelledPicture:
        photograph, instances, *classes = self._files(index)
        picture = read_image(photograph, self.names[index])
        values, palette = numbers(instances, picture, "instance mask")
        ignored = (values == BORDER) if palette else np.zeros(values.shape, bool)
        objects, known = numbered(np.where(ignored, 0, values))
        names = tuple(f"object {value}" for value in known)
        if classes:
            kinds, palette = numbers(classes[0], picture, "class mask")
            ignored |= (kinds == BORDER) & (objects == 0) if palette else False
            names = tuple(self._class_name(kinds[objects == k]) for k in range(1, len(known) + 1))
        return LabelledPicture(picture, objects, names, ignored=ignored if ignored.any() else None)

    def _class_name(self, kinds: np.ndarray) -> str:
        """The commonest class of an object's pixels."""
        values, count = np.unique(kinds, return_counts=True)
        kind = int(values[count.argmax()])
        return self._class_names[kind] if kind < len(self._class_names) else f"class {kind}"

    def _files(self, index: int) -> list[Path]:
        stem = self._stems[index]
        listed = zip(self._folders, (self._photographs, self._instances, self._classes), strict=True)
        return [folder / names[stem] for folder, names in listed if folder is not None]

    def _marks(self) -> Iterator[str]:
        for i, name in enumerate(self.names):
            yield " ".join([name, *(file_mark(str(file)) for file in self._files(i))])


def has_instances(folder: Path) -> bool:
    """Whether a folder is laid out in one of the ways that this module knows.

    Examples
    --------
    >>> has_instances(Path("no such folder"))
    False
    """
    if not folder.is_dir():
        return False
    beside = _found(folder, IMAGES) is not None and _found(folder, INSTANCES) is not None
    return beside or next(folder.rglob(f"*{SEGMENTED}.png"), None) is not None


def _found(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_dir()), None)


def _side_by_side(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Photographs and masks that lie in the same folders, told apart by their names."""
    names = [Path(name) for name in image_files(folder) if "_parts_" not in Path(name).stem]
    masks = {
        path.with_suffix("").as_posix().removesuffix(SEGMENTED): path.as_posix()
        for path in names
        if path.stem.endswith(SEGMENTED)
    }
    rest = {path.with_suffix("").as_posix(): path.as_posix() for path in names if not path.stem.endswith(SEGMENTED)}
    return rest, masks


def _class_names(folder: Path) -> list[str]:
    """The lines of `class_names.txt`: the first one is class 0."""
    file = folder / "class_names.txt"
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    if not any(lines):
        raise InputError(
            f"'{file.name}' must hold the name of a class in each line, class 0 first: it is empty. It was probably not copied whole. Copy it "
            "again, or remove it: objects are then called by their numbers."
        )
    return [line.strip() for line in lines]

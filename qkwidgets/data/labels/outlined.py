"""Which objects are outlined in photographs? Annotations of COCO (one JSON file) and of labelme (one a photograph).

Where outlines overlap, COCO's smaller objects lie on larger ones and labelme's later shapes on earlier ones. An object that is
called "target" when no other is, is the odd one. What COCO marks as a crowd is neither object nor ground.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import read_image
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet
from qkwidgets.data.labels.polygons import inside, runs
from qkwidgets.data.sets.base import distinct
from qkwidgets.data.sets.files import file_mark, from_root

Size = tuple[int, int]


@dataclass
class Outlined:
    """A photograph and what is outlined in it: name, what tells objects apart, and a COCO or labelme shape."""

    file: Path
    shapes: list[tuple[str, Any, dict[str, Any]]] = field(default_factory=list)


class OutlinedSet(LabelledSet):
    """Photographs with outlines of objects."""

    def __init__(self, kind: str, source: list[Path], outlined: list[Outlined]) -> None:
        self.kind = kind
        self._source, self._outlined = source, outlined
        self.names = distinct(each.file.name for each in outlined)

    def path(self, index: int) -> str:
        """The photograph."""
        return str(self._outlined[index].file)

    def _labelled(self, index: int) -> LabelledPicture:
        name, outlined = self.names[index], self._outlined[index]
        picture = read_image(outlined.file, name)
        size = picture.array.shape[:2]
        drawn = np.zeros(size, np.int64)
        ignored = np.zeros(size, bool)
        number: dict[Any, int] = {}
        words: dict[int, str] = {}
        for word, key, shape in outlined.shapes:
            mask = _mask(shape, size, name)
            if shape.get("iscrowd"):
                ignored |= mask
            else:
                drawn[mask] = number.setdefault(key, len(number) + 1)
                words[number[key]] = word
        kept = [int(k) for k in np.unique(drawn) if k]
        objects = np.searchsorted(kept, drawn) + 1 if kept else drawn
        objects = np.where(drawn > 0, objects, 0).astype(np.uint16)
        names = tuple(words[k] for k in kept)
        target = names.index("target") + 1 if names.count("target") == 1 else None
        ignored &= objects == 0
        return LabelledPicture(picture, objects, names, target, ignored=ignored if ignored.any() else None)

    def _marks(self) -> Iterator[str]:
        for name, outlined in zip(self.names, self._outlined, strict=True):
            yield f"{name} {file_mark(str(outlined.file))}"
        yield from (f"{file.name} {file_mark(str(file))}" for file in self._source)


def coco(file: Path, images: Path | None = None) -> OutlinedSet:
    """The photographs of a COCO file that have annotations.

    Raises
    ------
    InputError
        If a photograph that it names is not there.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (8, 8)).save(folder / "a.png")
    >>> cup = {"id": 1, "image_id": 1, "category_id": 7, "segmentation": [[0, 0, 4, 0, 4, 4, 0, 4]]}
    >>> rows = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [cup], "categories": [{"id": 7, "name": "cup"}]}
    >>> _ = (folder / "all.json").write_text(json.dumps(rows))
    >>> coco(folder / "all.json").labelled(0).names
    ('cup',)
    """
    content = _json(file)
    words = {row["id"]: str(row.get("name", row["id"])) for row in content.get("categories", [])}
    rows = {row["id"]: row for row in content["images"]}
    shapes: dict[Any, list] = {}
    for row in content["annotations"]:
        if row.get("segmentation"):
            shapes.setdefault(row["image_id"], []).append(row)
    places = [images] if images else [file.parent, file.parent / "images", file.parent.parent / "images", file.parent.parent]
    outlined = []
    for image, drawn in shapes.items():
        if image not in rows:
            raise InputError(
                f"Every annotation of a COCO file belongs to one of its images: '{file.name}' annotates image {image!r}, which it does not list. It "
                "was probably cut. Export it again."
            )
        drawn.sort(key=lambda row: -float(row.get("area", 0)))
        each = [(words.get(row.get("category_id"), f"object {row['id']}"), row["id"], row) for row in drawn]
        outlined.append(Outlined(_there(rows[image]["file_name"], places, file), each))
    _check_any(outlined, file)
    return OutlinedSet("photographs with COCO annotations", [file], sorted(outlined, key=lambda each: each.file.name))


def labelme(files: list[Path], images: Path | None = None) -> OutlinedSet:
    """The photographs of labelme files; shapes of one label and group are one object.

    Raises
    ------
    InputError
        If a photograph is not there.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> folder = Path(tempfile.mkdtemp())
    >>> Image.new("RGB", (8, 8)).save(folder / "a.png")
    >>> cup = {"label": "cup", "points": [[0, 0], [4, 4]], "shape_type": "rectangle"}
    >>> _ = (folder / "a.json").write_text(json.dumps({"imagePath": "a.png", "shapes": [cup]}))
    >>> labelme([folder / "a.json"]).labelled(0)
    LabelledPicture('a.png', 8 x 8 pixels, 1 objects)
    """
    outlined = []
    for file in files:
        content, alone = _json(file), count()
        name = str(content.get("imagePath") or f"{file.stem}.jpg").replace("\\", "/")
        places = [images] if images else [file.parent, file.parent.parent / "images"]
        shapes = []
        for shape in content["shapes"]:
            group, label = shape.get("group_id"), str(shape.get("label"))
            shapes.append((label, (label, "group", group) if group is not None else next(alone), shape))
        outlined.append(Outlined(_there(name, places, file), shapes))
    _check_any(outlined, files[0])
    return OutlinedSet("photographs with labelme outlines", files, outlined)


def outlines(path: Path, images: Path | None = None) -> OutlinedSet | None:
    """The set of a JSON file, or of a folder of labelme files; None if the folder holds none.

    Raises
    ------
    InputError
        If the file is neither COCO's nor labelme's.

    Examples
    --------
    >>> import tempfile
    >>> outlines(Path(tempfile.mkdtemp())) is None
    True
    """
    if path.is_dir():
        files = [file for file in sorted(path.glob("*.json")) if "shapes" in _json(file)]
        return labelme(files, images) if files else None
    content = _json(path)
    if "shapes" in content:
        return labelme([path], images)
    if not {"images", "annotations"} <= content.keys():
        raise InputError(
            f"A JSON file of outlines is one of COCO ('images', 'annotations') or of labelme ('shapes'): '{path.name}' holds "
            f"{', '.join(map(repr, list(content)[:6])) or 'nothing'}. It is probably another file of the data set. Pass one of these."
        )
    return coco(path, images)


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise InputError(
            f"A file of outlines must be JSON: '{file.name}' could not be read ({type(problem).__name__}). It is probably truncated. Copy it again."
        ) from None
    return content if isinstance(content, dict) else {}


def _there(name: str, places: list[Path], file: Path) -> Path:
    for place in places:
        for each in (name, Path(name).name):
            if (place / each).is_file():
                return from_root(place / each)
    raise InputError(
        f"The photographs of outlines must be at hand: '{file.name}' names '{name}', which lies neither beside it nor in 'images'. They were "
        "probably not copied. Pass their folder: labelled_set(..., images=folder)."
    )


def _check_any(outlined: list[Outlined], file: Path) -> None:
    if not outlined:
        raise InputError(
            f"At least one photograph must have outlines: '{file.name}' has none with any. It probably holds boxes or captions alone. Pass the "
            "file of the segmentations."
        )


def _mask(shape: dict[str, Any], size: Size, name: str) -> np.ndarray:
    """The pixels of one COCO annotation or one labelme shape."""
    if "segmentation" in shape:
        code = shape["segmentation"]
        if isinstance(code, dict):
            if list(code.get("size", [])) != list(size):
                raise InputError(
                    f"A run-length code must be as large as its photograph: '{name}' is {list(size)}, the code {code.get('size')}. The photograph "
                    "was probably resized. Use the photographs that belong to the file."
                )
            return runs(code["counts"], size, name)
        return np.any([inside(np.reshape(np.array(each, float), (-1, 2)), size) for each in code], 0)
    points = np.array(shape["points"], float)
    kind = shape.get("shape_type") or "polygon"
    if kind == "polygon":
        return inside(points, size)
    if kind == "rectangle":
        (left, top), (right, bottom) = points
        return inside(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), size)
    if kind == "circle":
        (x, y), far = points[0], np.linalg.norm(points[1] - points[0])
        down, across = np.indices(size) + 0.5
        return np.hypot(across - x, down - y) <= far
    raise InputError(
        f"Outlines of objects are polygons, rectangles and circles: '{name}' has a {kind!r} labelled {shape.get('label')!r}. It has no inside. "
        "Remove it, or draw it as a polygon."
    )

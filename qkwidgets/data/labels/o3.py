"""Where are target and distractors in the photographs of the O3 data set, or in any folder laid out like it?

A folder with `images`, `targ_labels` (or `targ_images`) and `dist_labels` (or `dist_images`), the same names in each, suffixes
aside, and perhaps `image_properties.csv` (or `.txt`). Masks are grey and lossy: above 127 is object. One mask holds all
distractors; where it and the target's share pixels, these are target.

References
----------
Kotseruba, Wloka, Rasouli, Tsotsos. "Do Saliency Models Detect Odd-One-Out Targets? New Datasets and Evaluations". BMVC 2019.
"""

import csv
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture, read_image
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet
from qkwidgets.data.labels.masks import silhouette
from qkwidgets.data.labels.pairs import paired, stems
from qkwidgets.data.sets.files import file_mark, from_root

TARGETS, DISTRACTORS = ("targ_labels", "targ_images"), ("dist_labels", "dist_images")
PROPERTIES = ("image_properties.csv", "image_properties.txt")
NAME = "image_name"


class O3Set(LabelledSet):
    """Photographs with a target mask and a distractor mask; object 1 is the target, object 2 are all distractors."""

    kind = "photographs with target and distractor masks"
    merged = True

    def __init__(self, folder: Path) -> None:
        self.folder = from_root(folder)
        self._photographs = stems(_part(self.folder, ("images",)))
        self._targets, self._distractors = (_part(self.folder, names) for names in (TARGETS, DISTRACTORS))
        self._masks = []
        for part in (self._targets, self._distractors):
            self._masks.append(stems(part))
            paired(self._photographs, self._masks[-1], part.name)
        self._stems = sorted(self._photographs)
        self.names = [self._photographs[stem] for stem in self._stems]
        self._rows = _properties(self.folder)

    def properties(self, index: int) -> dict[str, str]:
        """What the table of properties says about an image, in its own words; empty where it says nothing."""
        return dict(self._rows.get(self._stems[index], {}))

    def path(self, index: int) -> str:
        """The photograph."""
        return str(self.folder / "images" / self.names[index])

    def _labelled(self, index: int) -> LabelledPicture:
        picture = read_image(Path(self.path(index)), self.names[index])
        target, distractors = self._files(index)
        objects = np.where(silhouette(distractors, picture, "distractor mask"), 2, 0).astype(np.uint16)
        objects[silhouette(target, picture, "target mask")] = 1
        return LabelledPicture(_sourced(picture), objects, ("target", "distractors"), target=1)

    def _files(self, index: int) -> tuple[Path, Path]:
        stem = self._stems[index]
        target, distractors = (names[stem] for names in self._masks)
        return self._targets / target, self._distractors / distractors

    def _marks(self) -> Iterator[str]:
        for i, name in enumerate(self.names):
            yield " ".join([name, *(file_mark(str(file)) for file in (self.path(i), *self._files(i)))])


def has_o3_layout(folder: Path) -> bool:
    """Whether a folder holds the masks of targets or of distractors.

    Examples
    --------
    >>> has_o3_layout(Path("no such folder"))
    False
    """
    return any((folder / name).is_dir() for name in (*TARGETS, *DISTRACTORS))


def _part(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_dir():
            return folder / name
    there = sorted(f"'{each.name}'" for each in folder.iterdir() if each.is_dir())
    raise InputError(
        f"A folder in the O3 layout holds 'images', '{TARGETS[0]}' and '{DISTRACTORS[0]}': '{folder.name}' has no "
        f"{' or '.join(map(repr, names))}, but {', '.join(there) or 'no folder'}. It was probably not copied, or is called otherwise. Add it, or "
        "rename it."
    )


def _sourced(picture: Picture) -> Picture:
    return Picture(picture.array, picture.name, "local file in the O3 layout")


def _properties(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of the table of properties by the stem of their image; columns may be parted by commas, semicolons or tabs."""
    file = next((folder / name for name in PROPERTIES if (folder / name).is_file()), None)
    if file is None:
        return {}
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    parted = max((",", "\t", ";"), key=first.count)
    columns = [name.strip() for name in first.split(parted)]
    if NAME not in columns:
        raise InputError(
            f"The table of properties must have a column {NAME!r}: '{file.name}' has {', '.join(map(repr, columns[:8]))}. Its first line is "
            "probably missing. Write the names of the columns there, or remove the table."
        )
    rows = csv.DictReader(text.splitlines()[1:], fieldnames=columns, delimiter=parted, skipinitialspace=True)
    return {
        str(PurePosixPath(row[NAME]).with_suffix("")): {k: v for k, v in row.items() if k and v is not None}
        for row in rows
        if row[NAME]
    }

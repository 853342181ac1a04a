"""Which images lie in a folder and in the folders inside it?"""

import os
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture, read_image
from qkwidgets.data.sets.base import ImageSet, Label, distinct


class FolderSet(ImageSet):
    """The images in a folder and in all folders inside it, sorted by their relative names; the outermost folder is the class."""

    kind = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = image_files(folder)
        self.names = distinct(self._files)

    def _item(self, index: int) -> tuple[Picture, Label]:
        picture = read_image(Path(self.path(index)), self.names[index])
        return picture, self.label(index)

    def label(self, index: int) -> Label:
        """The name of the outermost folder that the image lies in; None for those that lie in none."""
        outermost, _, inside = self.names[index].partition("/")
        return outermost if inside else None

    def path(self, index: int) -> str:
        """The image file."""
        return str(self.folder / self._files[index])

    def _marks(self) -> Iterator[str]:
        return (f"{name} {size_of(self.path(i))}" for i, name in enumerate(self.names))


def image_files(folder: Path) -> list[str]:
    """The image files in a folder and the folders inside it, relative to it, sorted; hidden ones do not count.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> (folder / "cats").mkdir()
    >>> for name in ("b.png", "cats/a.JPEG", "notes.txt"):
    ...     (folder / name).touch()
    >>> image_files(folder)
    ['b.png', 'cats/a.JPEG']
    """
    suffixes, found, others = Image.registered_extensions(), [], []
    for inside, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        where = Path(inside).relative_to(folder)
        for name in files:
            if not name.startswith("."):
                (found if Path(name).suffix.lower() in suffixes else others).append((where / name).as_posix())
    if not found:
        raise InputError(f"A folder of images must hold JPEG, PNG or other image files: '{folder}' holds {_holds(others)}.")
    return sorted(found)


def _holds(others: list[str]) -> str:
    """What lies in a folder without images, and what to do."""
    if not others:
        return "no file at all. It is probably another folder that was meant. Check the path"
    tars = sorted(name for name in others if name.endswith(".tar"))
    if tars:
        return f"tar files, such as '{tars[0]}'. They are probably shards. Pass them as a list, or as a pattern like \"{{000..009}}.tar\""
    some = "1 other file," if len(others) == 1 else f"{len(others)} other files, such as"
    return f"{some} '{min(others)}'. Pass a folder of image files"


def size_of(path: str) -> int:
    """Bytes in a file; -1 if there is none to be seen.

    Examples
    --------
    >>> size_of("no such file")
    -1
    """
    try:
        return Path(path).stat().st_size
    except OSError:
        return -1

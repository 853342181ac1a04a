"""Which images lie in a folder and in the folders inside it?"""

import os
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from qkwidgets.core.errors import InputError
from qkwidgets.data.decoding import image_suffixes
from qkwidgets.data.images import Picture, read_image
from qkwidgets.data.sets.base import ImageSet, Label, distinct

MARK_BYTES = 4096
"""Read in three places of a file to know it again."""


class FolderSet(ImageSet):
    """The images in a folder and in all folders inside it, sorted by their relative names; the outermost folder is the class."""

    kind = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = from_root(folder)
        self._files = image_files(self.folder)
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
        return (f"{name} {file_mark(self.path(i))}" for i, name in enumerate(self.names))


def from_root(path: str | Path, folder: Path | None = None) -> Path:
    """The absolute path, which other processes can find too, whatever their working directory; links stay.

    A relative path counts from `folder`, or from where this process works.

    Examples
    --------
    >>> from_root("a.png") == Path.cwd() / "a.png"
    True
    """
    path = Path(path)
    if re.match("[a-z]+:/", str(path)):  # an address, which is refused as what it is
        return path
    with suppress(RuntimeError):  # no home, but perhaps a file that is called '~x'
        path = path.expanduser()
    return (folder or Path.cwd()) / path


def image_files(folder: Path) -> list[str]:
    """The image files in a folder and the folders inside it, relative to it, sorted; hidden ones do not count.

    Links to folders are followed.

    Raises
    ------
    InputError
        If there is none, or one of the folders cannot be read.

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
    suffixes, found, others = image_suffixes(), [], []
    for name in _below(str(folder), "", ()):
        (found if Path(name).suffix.lower() in suffixes else others).append(name)
    if not found:
        raise InputError(f"A folder of images must hold JPEG, PNG or other image files: '{folder}' holds {_holds(others)}.")
    return sorted(found)


def _below(folder: str, prefix: str, above: tuple[str, ...]) -> Iterator[str]:
    """The files in a folder and in those inside it, also in links to folders except to one that they lie in."""
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        with os.scandir(folder) as entries:
            inside = [(entry.name, _is_folder(entry)) for entry in entries if not entry.name.startswith(".")]
    except OSError as problem:
        raise InputError(
            f"Every folder inside a folder of images must be readable: '{folder}' is not ({problem.strerror}). It probably belongs to another "
            "user, or its disk is gone. Make it readable, or move it elsewhere."
        ) from None
    for name, is_folder in inside:
        if is_folder:
            yield from _below(os.path.join(folder, name), f"{prefix}{name}/", (*above, real))  # noqa: PTH118 - many
        else:
            yield prefix + name


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads nowhere
        return False


def _holds(others: list[str]) -> str:
    """What lies in a folder without images, and what to do."""
    if not others:
        return "no file at all. It is probably another folder that was meant. Check the path"
    tars = sorted(name for name in others if name.endswith(".tar"))
    if tars:
        return f"tar files, such as '{tars[0]}'. They are probably shards. Pass them as a list, or as a pattern like \"{{000..009}}.tar\""
    some = "1 other file," if len(others) == 1 else f"{len(others)} other files, such as"
    return f"{some} '{min(others)}'. Pass a folder of image files"


def file_mark(path: str) -> str:
    """What changes when a file is replaced by another one: its size, and a checksum of its beginning, middle and end.

    Pictures made anew without compression keep their size; reading all of every file would take as long as a sweep of a small model.

    Examples
    --------
    >>> file_mark("no such file")
    '-'
    """
    try:
        with Path(path).open("rb") as file:
            size, checksum = os.fstat(file.fileno()).st_size, 0
            for start in (0, (size - MARK_BYTES) // 2, size - MARK_BYTES):
                file.seek(max(0, start))
                checksum = zlib.crc32(file.read(MARK_BYTES), checksum)
    except OSError:
        return "-"
    return f"{size} {checksum:08x}"

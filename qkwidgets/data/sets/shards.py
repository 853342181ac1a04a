"""Which images lie in tar shards? Each shard is read through once for its table of contents, then at any place.

A sample is what shares a name up to the first dot, as in WebDataset: `0001.jpg` with `0001.cls` is an image and its class, and
`0001.seg.png` something that belongs to it. Where no image is left for it to belong to, that is said.
"""

import io
import re
import tarfile
import warnings
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.decoding import decoded, image_suffixes
from qkwidgets.data.images import Picture
from qkwidgets.data.sets.base import ImageSet, Label, distinct
from qkwidgets.data.sets.files import from_root


class Span(NamedTuple):
    """Where the content of a member lies in its shard, in bytes."""

    start: int
    size: int


NOWHERE = Span(-1, 0)

READ_BYTES = 2**20
"""Read at once to see that nothing follows the end of a shard."""


class Contents(NamedTuple):
    """Name, place of the image and place of its label, of every image in a shard; and names of images that belong to none."""

    images: list[tuple[str, Span, Span]]
    left_out: list[str]


class ShardSet(ImageSet):
    """The images in one or several tar files, in their order there."""

    kind = "tar shards"

    def __init__(self, shards: Sequence[Path]) -> None:
        self.shards = [from_root(shard) for shard in shards]
        read = [images_in(shard) for shard in self.shards]
        contents = [(number, *entry) for number, (images, _) in enumerate(read) for entry in images]
        if not contents:
            raise InputError(
                f"Tar shards must hold JPEG, PNG or other image files: '{shards[0]}'{' and the others hold' if len(shards) > 1 else ' holds'} "
                "none. They probably hold another kind of data, or names with a second dot, such as '1.seg.png', which are no images of their own. "
                "Pass shards with names such as '1.png'."
            )
        _tell([name for _, left_out in read for name in left_out])
        self.names = distinct(f"{shards[n].name}/{name}" if len(shards) > 1 else name for n, name, _, _ in contents)
        # Arrays: tuples would weigh some hundred bytes an image.
        self._shard = np.array([number for number, *_ in contents], np.int32)
        self._image = np.array([image for *_, image, _ in contents], np.int64)
        self._label = np.array([label for *_, label in contents], np.int64)

    def _item(self, index: int) -> tuple[Picture, Label]:
        content = io.BytesIO(self._content(index, self._image[index]))
        return Picture(decoded(content, self.names[index]), self.names[index], "tar shard"), self.label(index)

    def label(self, index: int) -> Label:
        """What the sample's `.cls` says, as a number if it is one; None without it."""
        if self._label[index, 0] < 0:
            return None
        text = self._content(index, self._label[index]).decode(errors="replace").strip()
        return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text

    def _content(self, index: int, span: np.ndarray) -> bytes:
        with self.shards[self._shard[index]].open("rb") as file:
            file.seek(span[0])
            return file.read(span[1])

    def _marks(self) -> Iterator[str]:
        return (f"{name} {size}" for name, size in zip(self.names, self._image[:, 1], strict=True))


def images_in(shard: Path) -> Contents:
    """What lies in a tar file, and where.

    Raises
    ------
    InputError
        If there is no such file, or it is no complete tar file without compression.

    Examples
    --------
    >>> import tempfile
    >>> shard = Path(tempfile.mkdtemp(), "0.tar")
    >>> with tarfile.open(shard, "w") as tar:
    ...     for name, content in {"a.cls": b"3", "a.png": b"pixels"}.items():
    ...         member = tarfile.TarInfo(name)
    ...         member.size = len(content)
    ...         tar.addfile(member, io.BytesIO(content))
    >>> images_in(shard).images
    [('a.png', Span(start=1536, size=6), Span(start=512, size=1))]
    """
    images: list[tuple[str, str, Span]] = []
    labels: dict[str, Span] = {}
    parts: list[tuple[str, str]] = []
    suffixes = image_suffixes()
    for name, span in _members(shard):
        path = PurePosixPath(name)
        stem, dot, part = path.name.partition(".")
        sample = str(path.parent / stem)
        if part == "cls":
            labels[sample] = span
        elif dot + part.lower() in suffixes:
            images.append((name, sample, span))
        elif path.suffix.lower() in suffixes:
            parts.append((name, sample))
    whole = {sample for _, sample, _ in images}
    found = [(name, span, labels.get(sample, NOWHERE)) for name, sample, span in images]
    return Contents(found, [name for name, sample in parts if sample not in whole])


def _tell(left_out: list[str]) -> None:
    """Warn of images that are none by the rule, although their names end so."""
    if left_out:
        some = f"{len(left_out):,} image files" if len(left_out) > 1 else "1 image file"
        warnings.warn(
            f"An image in a tar shard is named up to the first dot, by WebDataset's rule: {some}, such as '{left_out[0]}', would be further parts "
            "of samples that have no image, and are left out. Their names probably hold dots of their own. Put another letter in their place.",
            stacklevel=4,
        )


class _Followed(Exception):
    """Something comes after the end of an archive."""


def _members(shard: Path) -> Iterator[tuple[str, Span]]:
    """Every file in a shard."""
    try:
        with tarfile.open(shard, "r:") as tar:
            while (member := tar.next()) is not None:
                if member.isreg() and not PurePosixPath(member.name).name.startswith("."):
                    yield member.name, Span(member.offset_data, member.size)
                tar.members = []  # it would keep them all
            tar.fileobj.seek(tar.offset)
            end = tar.fileobj.read(tarfile.BLOCKSIZE)
            if len(end) < tarfile.BLOCKSIZE or any(end):  # tarfile takes also a damaged header for the end
                raise tarfile.ReadError(f"neither a file nor the end is at byte {tar.offset}")
            while more := tar.fileobj.read(READ_BYTES):
                if any(more):
                    raise _Followed
    except _Followed:
        raise InputError(
            f"A tar shard must end where its archive does: more follows in '{shard}'. Several archives were probably put together with `cat`, of "
            "which only the first would be read. Pass them as a list, or put them together with `tar --concatenate`."
        ) from None
    except FileNotFoundError:
        raise InputError(
            f"A tar shard must exist: there is no '{shard}'. The pattern probably counts further than the files do. Check both ends."
        ) from None
    except (tarfile.TarError, OSError) as problem:
        raise InputError(
            f"A tar shard must be a complete tar file without compression: '{shard}' could not be read ({problem}). It is probably "
            "damaged, cut short or compressed, so that images cannot be read at any place. Unpack it, or make it anew."
        ) from None


def expanded(pattern: str) -> list[str]:
    """The names that a pattern with counting braces stands for.

    Examples
    --------
    >>> expanded("train-{008..010}.tar")
    ['train-008.tar', 'train-009.tar', 'train-010.tar']
    """
    pieces = re.split(r"\{(\d+)\.\.(\d+)\}", pattern)
    fixed, starts, ends = pieces[::3], pieces[1::3], pieces[2::3]
    counts = [[f"{n:0{len(a)}}" for n in range(int(a), int(b) + 1)] for a, b in zip(starts, ends, strict=True)]
    if not all(counts):
        raise InputError(
            f"A pattern of shards must count upwards: got '{pattern}'. Both ends are probably swapped. Write the smaller first."
        )
    return ["".join(map("".join, zip(fixed, (*numbers, ""), strict=True))) for numbers in product(*counts)]

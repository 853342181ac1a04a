"""How do pictures come to the model? Decoded and preprocessed in worker processes, a whole batch at a time, in order.

An image that cannot be read leaves a hole of zeros in its batch, and so does the end of the last batch: every batch has the
same shape.
"""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pickle import PicklingError
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.labels.base import LabelledPicture, LabelledSet
from qkwidgets.data.regions import Regions
from qkwidgets.data.sets.base import ImageSet, Label
from qkwidgets.models.preprocess import Preprocess

MOST_WORKERS = 16


class Batch(NamedTuple):
    """Some images in a row, as the model takes them.

    `present` says where there is an image and no hole; `labels` are those of the images listed, None for holes; `unread` are
    index and cause of the images that could not be read. `regions` are those of the images that could be read, in order, where
    the set is a labelled one.
    """

    first: int
    pixels: Float[Tensor, "slot 3 height width"]
    present: Bool[Tensor, " slot"]
    labels: list[Label]
    unread: list[tuple[int, str]]
    regions: tuple[Regions, ...] | None = None


class Batches(Dataset):
    """Batches by number: `ranges` says which images each holds. With `grid`, rows and columns of patches, objects come along."""

    def __init__(
        self,
        images: ImageSet,
        preprocess: Preprocess,
        ranges: Sequence[range],
        batch_size: int,
        grid: tuple[int, int] | None = None,
    ) -> None:
        self._images, self._preprocess, self._ranges, self._slots, self._grid = images, preprocess, ranges, batch_size, grid

    def __len__(self) -> int:
        return len(self._ranges)

    def __getitem__(self, number: int) -> Batch:
        images = self._ranges[number]
        pixels = torch.zeros(self._slots, 3, *self._preprocess.size)
        present = torch.zeros(self._slots, dtype=torch.bool)
        labels: list[Label] = [None] * len(images)
        unread, regions = [], []
        with_objects = self._grid is not None and isinstance(self._images, LabelledSet)
        for slot, index in enumerate(images):
            try:
                if with_objects:
                    labelled = self._images.labelled(index)
                    pixels[slot] = _view(self._preprocess, labelled.picture)[0]
                    regions.append(seen_regions(labelled, self._preprocess, self._grid))
                else:
                    pixels[slot], labels[slot], _ = seen(self._images, self._preprocess, index)
                present[slot] = True
            except InputError as problem:
                unread.append((index, str(problem).encode(errors="replace").decode()))  # file names need not be text
        return Batch(images.start, pixels, present, labels, unread, tuple(regions) if with_objects else None)


class Views(Dataset):
    """Some images as the model sees them, cropped and resized; None for those that cannot be read."""

    def __init__(self, images: ImageSet, preprocess: Preprocess, indices: Sequence[int]) -> None:
        self._images, self._preprocess, self._indices = images, preprocess, indices

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, number: int) -> np.ndarray | None:
        try:
            return seen(self._images, self._preprocess, self._indices[number])[2]
        except InputError:  # it was there before
            return None


def seen(images: ImageSet, preprocess: Preprocess, index: int) -> tuple[Tensor, Label, np.ndarray]:
    """Pixels and label of one image, and the picture that the model sees.

    Raises
    ------
    InputError
        If it cannot be read, or the model's own preprocessing fails on it.
    """
    picture, label = images.item(index)
    pixels, shown = _view(preprocess, picture)
    return pixels, label, shown


def seen_regions(labelled: LabelledPicture, preprocess: Preprocess, grid: tuple[int, int]) -> Regions:
    """The objects of a picture on the patch grid of a model, as far as the model sees the picture."""
    return labelled.regions(grid, preprocess.box(*labelled.objects.shape))


def _view(preprocess: Preprocess, picture: Picture) -> tuple[Tensor, np.ndarray]:
    """Pixels of one picture, and the picture that the model sees."""
    try:
        (pixels,), (shown,) = preprocess([picture])
    except InputError:
        raise
    except Exception as problem:  # code of other libraries on images of any shape
        raise InputError(
            f"The model's preprocessing must take every image: it fails on {picture!r} ({type(problem).__name__}: {problem}). Its shape is "
            "probably extreme. Leave it out, or crop it."
        ) from problem
    return pixels, shown


def loaded(items: Dataset, workers: int, pinned: bool = False) -> Iterator[Any]:
    """The items of a data set in order, made by worker processes ahead of time, or here where `workers` is 0.

    The processes start with the call: they are copies of this one as it is then.

    Raises
    ------
    InputError
        If the data set cannot be sent to a worker process.
    """
    loader = DataLoader(
        items,
        batch_size=None,  # an item is a batch already
        num_workers=workers,
        collate_fn=_as_it_is,
        pin_memory=pinned,
        generator=torch.Generator(),  # the user's own random numbers are left alone
    )
    return _started(loader)


def _started(loader: DataLoader) -> Iterator[Any]:
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Got pickle error")  # said below
            warnings.filterwarnings("ignore", ".*multi-threaded, use of fork")  # workers use no thread of ours
            return iter(loader)
    except (PicklingError, TypeError, AttributeError) as problem:  # pickle raises all three
        raise InputError(
            f"A data set must be one that can be sent to worker processes: it could not be pickled ({problem}). It probably holds an open "
            "file, a lock or a lambda. Define it in a module of its own without these, or use workers=0."
        ) from None


@contextmanager
def workers_watched() -> Iterator[None]:
    """The death of a worker process in words, wherever it strikes: torch raises it from a signal, in the midst of anything."""
    try:
        yield
    except RuntimeError as problem:
        if "DataLoader worker" not in str(problem):
            raise
        raise InputError(
            f"The worker processes that read images must live until the end: one did not ({str(problem).splitlines()[0]}). Memory probably "
            "ran out. Use a smaller batch_size or fewer workers."
        ) from None


def worker_count(asked: int | None, n_batches: int, device: torch.device) -> int:
    """How many worker processes read images: as asked for, or one less than there are processors, and none for a single batch."""
    if asked is not None:
        return asked
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    most = MOST_WORKERS if device.type == "cuda" else MOST_WORKERS // 4  # elsewhere the forward pass wants the processors
    return max(0, min(processors - 1, most, n_batches - 1))


def _as_it_is(item: Any) -> Any:
    return item

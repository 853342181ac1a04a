"""How many modes are semantic? What each carries between parts, objects and ground, against segments that mean nothing.

Source: the question is that of Pan et al. NeurIPS 2024, who judged modes by eye; the count and its null are ours.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from numbers import Integral
from typing import Any

import torch

from qkwidgets.analyses.segmented import SegmentedSource
from qkwidgets.answers.semantic_map import SemanticMap
from qkwidgets.answers.semantic_tables import ImageTables
from qkwidgets.core.errors import InputError, check_keywords, check_range
from qkwidgets.data.labelled import LabelledSet, labelled_set
from qkwidgets.data.superpixels import SuperpixelSet
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.image_sample import image_hash
from qkwidgets.sweeps.loading import seen_regions
from qkwidgets.sweeps.run import OPTIONS, sweep
from qkwidgets.sweeps.segmenting import segment_rows
from qkwidgets.sweeps.semantic import Donor, Relations

FEWEST_DONORS, MOST_DONORS = 20, 128
"""Images from which others borrow segments; with fewer, an image's own are moved."""


def semantic_map(
    model: AttentionModel,
    labelled: Any,
    *,
    segments: str = "masks",
    n_segments: int = 12,
    null: str | None = None,
    draws: int = 99,
    controls: int = 16,
    tables: Any = 8,
    seed: int = 0,
    resize: str = "square",
    **sweep_options: Any,
) -> SemanticMap:
    """What every mode carries from key to query between parts, objects and ground, and which modes do so more than chance.

    Parameters
    ----------
    model
        From `load_model`.
    labelled
        Images whose objects are known: scenes, a folder with masks, whatever `qkwidgets.data.labelled.labelled_set` reads. With
        superpixels, any images.
    segments
        "masks", or "superpixels" where there are none (extra `photos`), which tell of borders of colour and not of objects.
    n_segments
        How many superpixels an image.
    null
        Whose segments stand for chance: "other images" of the set, or "shifts", an image's own, mirrored and moved. None for the
        first from 20 images on.
    draws
        How many foreign segmentations of each image; 99 allow p-values down to 0.01.
    controls
        Pairs of random directions of each head that modes are compared with.
    tables
        How many images, the first ones, keep their tables in the answer, or which. Images that cannot be read have none.
    seed
        Of what is drawn.
    resize
        "square": the whole picture, squeezed into the model's input; "model": the model's own crop, masks cut to match.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    SemanticMap
        Types of all modes, `.share` of them by layer, and tables of single images: `.table("L2 H1 M0", image)`.

    Raises
    ------
    InputError
        If an option or the data set cannot be used.

    Notes
    -----
    A type is no proof of an object in a mode: tokens of one object are alike, and most directions tell objects from ground. So the
    answer says, too, which modes do so more than random directions of the same heads (`above_random`).

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.semantic_map(qk.load_model(), qk.odd_one_out(8), draws=19, tables=1, workers=0, progress=False)
    >>> found.share.shape, found.table("L2 H1 M0", 0).shape == (len(found.image(0).names),) * 2
    ((6, 6), True)
    """
    own = ("segments", "n_segments", "null", "draws", "controls", "tables", "seed", "resize")
    check_keywords("semantic_map", sweep_options, (*own, *OPTIONS))
    model = loaded_model(model).resized(resize)
    images = _segmented(labelled, segments, n_segments)
    wanted = _wanted(tables, len(images))
    donors = _donors(model, images, null)
    reducer = Relations(draws=draws, controls=controls, donors=donors, seed=seed)
    found = sweep(model, images, reducer, **{"thumbnails": 0, **sweep_options})[reducer.name]
    source = SegmentedSource(model, images)
    return replace(found, live=source, images=_tables(source, wanted, len(images)))


def _segmented(data: Any, segments: str, n_segments: int) -> LabelledSet:
    if segments == "masks":
        return labelled_set(data)
    if segments == "superpixels":
        return SuperpixelSet(data, n_segments)
    raise InputError(f'Segments come from "masks" or "superpixels": got {segments!r}. It is probably misspelt. Use one of these.')


def _wanted(tables: Any, n_images: int) -> int | tuple[int, ...]:
    """How many images keep their tables, or which: known to exist before anything is computed."""
    wanted = tuple(tables) if isinstance(tables, Iterable) and not isinstance(tables, str) else tables
    numbers = wanted if isinstance(wanted, tuple) else (wanted,)
    whole = all(isinstance(number, Integral) and not isinstance(number, bool) for number in numbers)
    if not whole or (numbers is not wanted and wanted < 0):
        shown = list(wanted) if isinstance(wanted, tuple) else wanted
        raise InputError(
            f"tables is how many images keep theirs, 0 or more, or which: got {shown!r}. A name or a share was probably passed. Give a number, "
            "or a list of places in the set."
        )
    if numbers is not wanted:
        return int(wanted)
    return tuple(check_range("image", int(number), n_images, "this set") for number in numbers)


def _tables(source: SegmentedSource, wanted: int | tuple[int, ...], n_images: int) -> tuple[ImageTables, ...]:
    """The tables of the first images that can be read, so many; or of those named. The sweep has listed the others as skipped."""
    found: list[ImageTables] = []
    for index in range(n_images) if isinstance(wanted, int) else wanted:
        if len(found) == wanted:
            break
        with suppress(InputError):
            found.append(source(index))
    return tuple(found)


def _null(null: str | None, n_images: int) -> str:
    if null not in (None, "other images", "shifts"):
        raise InputError(f'null is "other images" or "shifts": got {null!r}. It is probably misspelt. Use one of these.')
    if null == "other images" and n_images < 2:
        raise InputError(
            'null="other images" borrows segments from other images: there is only one. A single picture was probably meant to be shown. Use '
            'null="shifts".'
        )
    return null or ("other images" if n_images >= FEWEST_DONORS else "shifts")


def _donors(model: AttentionModel, images: LabelledSet, null: str | None) -> tuple[Donor, ...]:
    """Segments of images that stand for all, chosen by their hashes; none where an image's own are moved."""
    if _null(null, len(images)) == "shifts":
        return ()
    found: list[Donor] = []
    for image in image_hash(torch.arange(len(images))).argsort().tolist():
        try:
            regions = seen_regions(images.labelled(image), model.preprocessing, model.layout.grid)
        except InputError:  # the sweep says so
            continue
        found.append((image, *segment_rows(regions)))
        if len(found) == MOST_DONORS:
            break
    if len(found) < 2 and null == "other images":
        raise InputError(
            f'null="other images" borrows segments from other images: only {len(found)} of {len(images)} can be read. The other files are '
            'probably damaged. Mend them, or use null="shifts".'
        )
    return tuple(found) if len(found) >= 2 else ()

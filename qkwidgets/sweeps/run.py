"""What do all these images say? One forward pass over each feeds any number of reducers; it can stop and go on."""

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from inspect import signature
from itertools import islice
from typing import Any

import torch

from qkwidgets.answers.quantise import Arrays
from qkwidgets.answers.sweep import Sweep
from qkwidgets.core.errors import InputError, check_keywords
from qkwidgets.data.image_sets import image_set
from qkwidgets.models.compiled import compiled
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.folder import opened
from qkwidgets.sweeps.loading import Batches, loaded, worker_count, workers_watched
from qkwidgets.sweeps.part import Part, Reduction, Tick, Total
from qkwidgets.sweeps.plan import Plan, plan, whole
from qkwidgets.sweeps.progress import progress as progress_bar
from qkwidgets.sweeps.record import Account
from qkwidgets.sweeps.reducer import named
from qkwidgets.sweeps.thumbnails import Thumbnails

Parts = Callable[[Total, Tick], Iterator[Part]]
"""The parts that follow a total, in order."""

PRECISIONS = {name: getattr(torch, name) for name in ("bfloat16", "float16")}


def sweep(
    model: Any,
    dataset: Any,
    reducers: Any,
    *,
    batch_size: int = 32,
    workers: int | None = None,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    compile: bool = False,  # noqa: A002 - torch's own word
    resume: str | os.PathLike | None = None,
    client: Any = None,
    on_error: str = "skip",
    shard_images: int = 256,
    thumbnails: int = 1000,
    progress: bool = True,
    **unknown: Any,
) -> Sweep:
    """One streaming pass over any number of images that feeds any number of reducers.

    Parameters
    ----------
    model
        As `qkwidgets.load_model` gives it.
    dataset
        Whatever `qkwidgets.data.image_sets.image_set` takes: a folder, a list, a torch or Hugging Face data set, tar shards.
    reducers
        One or several of `qkwidgets.sweeps`.
    batch_size
        Images a forward pass. Another size gives the same answers up to the rounding of the forward pass.
    workers
        Processes that decode and preprocess images; None for one less than there are processors, 0 for none.
    device
        That of the model, as a safeguard; where it is comes with `load_model(..., device=...)`.
    dtype
        "bfloat16" or "float16" for a forward pass in mixed precision; None for the model's own.
    compile
        Whether `torch.compile` works on the model first, on what lies between the attention modules: on a GPU worth its minute
        for many images, on processors hardly.
    resume
        A folder, made if it is not there. It is written after every shard (on a cluster, after every group of eight); the same
        call goes on from there, and `qkwidgets.open` shows what has been found so far, with pictures of what most lists hold. A
        kill loses no more than what came since.
    client
        A `dask.distributed.Client`, to share the shards out between its workers (extra `dask`). They must see the images under
        the same paths.
    on_error
        What becomes of an image that cannot be read: "skip" lists it in `skipped`, "raise" ends the sweep.
    shard_images
        Images a shard, rounded up to whole batches.
    thumbnails
        How many of the images that the answers show are kept as small pictures.
    progress
        Whether to show images a second and the time left, where somebody watches.
    unknown
        Refused; the nearest keyword is named.

    Returns
    -------
    Sweep
        The answers by the names of the reducers, and which images were skipped.

    Raises
    ------
    InputError
        If an argument cannot be used, no image can be read, or the folder is another sweep's or cannot be written.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps import TopImages
    >>> found = qk.sweep(qk.load_model(), qk.odd_one_out(8), TopImages(k=3), workers=0, progress=False)
    >>> found.n_images, found["optimal"].image.shape
    (8, (6, 4, 32, 2, 3))
    """
    check_keywords("sweep", unknown, OPTIONS)
    model, reducers = loaded_model(model), named(reducers)
    _check(model, device, on_error)
    images = image_set(dataset)
    shares = plan(len(images), batch_size, shard_images)
    precision = _precision(dtype)
    workers = None if workers is None else whole("workers", workers, 0)
    keep = whole("thumbnails", thumbnails, 0)
    prepared = tuple(reducer.prepare(model) for reducer in reducers)
    account = Account(model, images, prepared, shares, precision, bool(compile))
    if client is None:
        reduction = Reduction(model, prepared, images, precision, on_error == "raise")
        parts = _parts_here(reduction, shares, workers, bool(compile))
    else:
        parts = _parts_there(client, model, reducers, images, shares, precision, on_error == "raise", bool(compile))
    with workers_watched(), nullcontext() if resume is None else opened(resume, account.identity()) as folder:
        return _swept(account, parts, folder, keep, workers, progress, on_error == "raise")


OPTIONS = tuple(name for name, each in signature(sweep).parameters.items() if each.kind is each.KEYWORD_ONLY)
"""The keywords of `sweep`."""


def _swept(account: Account, parts: Parts, folder: Any, keep: int, workers: int | None, watched: bool, strict: bool) -> Sweep:
    """Go on from where the folder stands, and finish."""
    saved = folder.load() if folder else None
    if saved and strict and saved[1]["skipped"]:
        raise InputError(saved[1]["skipped"][0]["why"])
    if saved and saved[1]["finished"] and saved[1]["thumbnails"] == keep:
        return Sweep.from_parts(*saved)
    total = account.total(*saved) if saved else Total()
    done = account.plan.images(total.n_shards).start if total.n_shards < account.plan.n_shards else len(account.images)
    pictures = Thumbnails(account.images, account.model.preprocessing, saved[0] if saved else {})
    with progress_bar(len(account.images), done, len(total.skipped), watched) as tick:
        for part in parts(total, tick):
            total.add(part, account.reducers)
            if folder:
                folder.save(*account.parts(total, pictures.some, keep, finished=False))
    if not total.n_images:
        raise InputError(
            f"At least one image must be readable: none of {len(account.images)} is. The first: {total.skipped[0]['why']}"
        )

    def every(wanted: list[int]) -> Arrays:
        return pictures.all(wanted, worker_count(workers, len(wanted) // 32, account.model.device))

    whole_account = account.parts(total, every, keep, finished=True)
    if folder:
        folder.save(*whole_account)
    return Sweep.from_parts(*whole_account)


def _parts_here(reduction: Reduction, shares: Plan, workers: int | None, with_compiler: bool) -> Parts:
    """Every shard on this machine; images are read ahead across the shards."""

    def parts(total: Total, tick: Tick) -> Iterator[Part]:
        shards = [shares.batches(shard) for shard in range(total.n_shards, shares.n_shards)]
        if not shards:
            return
        ranges = [images for batches in shards for images in batches]
        model, device = reduction.model, reduction.model.device
        items = Batches(reduction.images, model.preprocessing, ranges, shares.batch_size, model.layout.grid)
        batches = loaded(items, worker_count(workers, len(ranges), device), pinned=device.type == "cuda")
        running = reduction.started(total.states)
        works = replace(reduction, model=compiled(model, shares.batch_size, reduction.dtype)) if with_compiler else reduction
        for shard in shards:
            yield works.part(islice(batches, len(shard)), tick, running)

    return parts


def _parts_there(client: Any, *errand: Any) -> Parts:
    """Every shard on the workers of a cluster."""
    try:
        from qkwidgets.sweeps.dask import parts_there
    except ImportError as problem:
        raise InputError(
            f"client= shares a sweep out to the workers of a Dask cluster: Dask is not installed here ({problem}). Run `pip install "
            "'qkwidgets[dask]'`, or leave client= out."
        ) from None
    cluster = parts_there(client, *errand)
    return lambda total, tick: cluster(total.n_shards, tick)


def _check(model: AttentionModel, device: Any, on_error: str) -> None:
    if on_error not in ("skip", "raise"):
        raise InputError(
            f'An unreadable image can be left out ("skip") or end the sweep ("raise"): got on_error={on_error!r}. It is '
            "probably misspelt. Use one of these."
        )
    if device is not None and not _same_device(device, model.device):
        raise InputError(
            f"A sweep runs where its model is: '{model.name}' is on {model.device}, and device={str(device)!r}. Load the model there: "
            f"load_model(..., device={str(device)!r})."
        )


def _same_device(asked: Any, has: torch.device) -> bool:
    try:
        asked = torch.device(asked)
    except (RuntimeError, TypeError) as problem:
        raise InputError(
            f"device is one that torch knows, such as cpu, cuda or mps: got {asked!r} ({str(problem).splitlines()[0]}). It is probably "
            "misspelt. Leave it out: a sweep runs where its model is."
        ) from None
    return asked.type == has.type and asked.index in (None, has.index)


def _precision(dtype: Any) -> torch.dtype | None:
    name = None if dtype is None else str(dtype).removeprefix("torch.")
    if name is None:
        return None
    if name not in PRECISIONS:
        raise InputError(
            f'The precision of a forward pass is None (the model\'s own), "bfloat16" or "float16": got dtype={name!r}. For others load the '
            "model in it: load_model(..., dtype=...)."
        )
    return PRECISIONS[name]

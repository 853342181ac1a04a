"""What does the plain forward pass take? In a process of its own, since a sweep changes for its whole process how memory is kept.

(`qkwidgets.sweeps.memory`. Beside a sweep a plain pass would be faster than it is for those who have no sweep.)
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import cache
from multiprocessing import get_context, set_start_method
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import timm
import torch

import qkwidgets as qk
from benchmarks.measure import SETTLE_S
from qkwidgets.data.image_sets import image_set
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.loading import Batches, loaded, worker_count
from qkwidgets.sweeps.memory import memory_kept
from qkwidgets.sweeps.plan import plan

BATCH = 32


class Taken(NamedTuple):
    """Seconds by the clock, and seconds of processors."""

    wall: float
    processor: float


class Plain:
    """A process with one of timm's models, random weights, which takes batches through it when asked to.

    With `kept` it keeps its memory as a sweep does, which tells what the reducers alone cost.
    """

    def __init__(self, kind: str, *, kept: bool = False) -> None:
        self._kind, self._kept = kind, kept
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_as_if_started_by_hand)
        self.passes(1)  # what is only done once

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._process.shutdown()

    def passes(self, n_batches: int) -> Taken:
        """What so many passes over a batch take."""
        return self._run(_passes, (n_batches, self._kept))

    def with_loader(self, paths: Sequence[Path]) -> Taken:
        """What it takes to read files and to take them through the model."""
        return self._run(_with_loader, tuple(paths))

    def _run(self, what: Callable, asked: object) -> Taken:
        found = self._process.submit(what, self._kind, asked).result()
        time.sleep(SETTLE_S)  # threads of the other process go on spinning for a while
        return found


def _as_if_started_by_hand() -> None:
    """Let the loader's processes begin as they do elsewhere: a spawned process would spawn, which takes seconds."""
    set_start_method(None, force=True)


def taken(run: Callable[[], object]) -> Taken:
    """What one run takes."""
    wall, processor = time.perf_counter(), time.process_time()
    run()
    return Taken(time.perf_counter() - wall, time.process_time() - processor)


def settled(run: Callable[[], object]) -> Taken:
    """What one run takes in this process, before the other one goes on."""
    found = taken(run)
    time.sleep(SETTLE_S)
    return found


@torch.inference_mode()
def _passes(kind: str, asked: tuple[int, bool]) -> Taken:
    (model, pixels), (n_batches, kept) = _ready(kind), asked
    with memory_kept(pixels.device) if kept else nullcontext():
        return taken(lambda: [model._runner.module(pixels) for _ in range(n_batches)])


@torch.inference_mode()
def _with_loader(kind: str, paths: tuple[Path, ...]) -> Taken:
    model, _ = _ready(kind)
    images = image_set(list(paths))
    ranges = plan(len(images), BATCH, len(images)).batches(0)

    def read() -> None:
        for batch in loaded(Batches(images, model.preprocessing, ranges, BATCH), worker_count(None, len(ranges), model.device)):
            model._runner.module(batch.pixels)

    return taken(read)


@cache
def _ready(kind: str) -> tuple[AttentionModel, torch.Tensor]:
    model = qk.load_model(timm.create_model(kind).eval())
    return model, torch.randn(BATCH, 3, *model.preprocessing.size)

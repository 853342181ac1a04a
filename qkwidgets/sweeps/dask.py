"""How is a sweep shared out between machines? Shards are tasks, neighbours are merged on the workers, the rest here, in order.

The model and the images travel once, as one task that can be computed again wherever a worker dies; a task of a shard carries
only that and a number. Which shards are merged with which is fixed, so that neither the number of workers nor their deaths
change the answer.
"""

import time
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pickle import loads
from threading import Lock
from typing import Any
from uuid import uuid4

import cloudpickle
import torch
from distributed import Client, Future, KilledWorker

from qkwidgets.core.errors import InputError
from qkwidgets.data.sets.base import ImageSet
from qkwidgets.models.compiled import compiled
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.loading import Batches
from qkwidgets.sweeps.part import Part, Reduction, Tick, joined
from qkwidgets.sweeps.plan import Plan
from qkwidgets.sweeps.reducer import Reducer

GROUP = 8
"""Shards whose parts are merged on a worker before they travel here."""

RETRIES = 3
PATIENCE_S, CONNECT_S = 60, 10
LOOK_EVERY_S, ASK_EVERY_S = 0.1, 5


@dataclass(frozen=True)
class Errand:
    """Everything that a worker needs to turn shards into parts."""

    model: AttentionModel
    reducers: tuple[Reducer, ...]
    images: ImageSet
    shares: Plan
    dtype: torch.dtype | None
    strict: bool
    with_compiler: bool = False

    def prepared(self) -> "Errand":
        """With reducers that know the model, and the model compiled if it is to be: what is compiled does not travel."""
        reducers = tuple(reducer.prepare(self.model) for reducer in self.reducers)
        model = compiled(self.model, self.shares.batch_size, self.dtype) if self.with_compiler else self.model
        return replace(self, reducers=reducers, model=model)

    def part(self, shard: int) -> Part:
        """One shard, with numpy arrays, which travel well."""
        reduction = Reduction(self.model, self.reducers, self.images, self.dtype, self.strict)
        batches = self.shares.batches(shard)
        items = Batches(self.images, self.model.preprocessing, batches, self.shares.batch_size, self.model.layout.grid)
        return _packed(reduction.part(items[i] for i in range(len(items))))

    def joined(self, parts: list[Part]) -> Part:
        """Parts that follow each other, as one."""
        return _packed(joined(self.reducers, [_unpacked(part) for part in parts]))


_LOCK = Lock()  # a worker process may have several threads, and a model is watched by one at a time
_READY: dict[str, Errand] = {}


def _part(name: str, data: bytes, shard: int) -> Part | InputError:
    """A part; or what is wrong with the images, as a value: a task that raises is tried again, and this would not help."""
    with _LOCK:
        try:
            return _errand(name, data).part(shard)
        except InputError as problem:
            return problem


def _joined(name: str, data: bytes, parts: list[Part | InputError]) -> Part | InputError:
    with _LOCK:
        return next((part for part in parts if isinstance(part, InputError)), None) or _errand(name, data).joined(parts)


def _errand(name: str, data: bytes) -> Errand:
    """The errand of this process. What travels between workers is only its bytes: a model at work carries hooks with it."""
    if name not in _READY:
        _READY.clear()  # of a sweep before
        _READY[name] = loads(data).prepared()
    return _READY[name]


def _same(data: bytes) -> bytes:
    return data


class Cluster:
    """The parts of a sweep, computed by the workers of a Dask client; called with the first shard that is wanted."""

    def __init__(self, client: Client, errand: Errand) -> None:
        self._client, self._errand, self._name = client, errand, uuid4().hex
        self._look_at = self._seen = time.monotonic()

    def __call__(self, first: int, tick: Tick) -> Iterator[Part]:
        """The parts of groups of shards, in order."""
        with _in_words():
            groups = self._groups(first)
            waiting: deque[tuple[Future, list[Future], list[int]]] = deque()
            sent = self._send()
            for group in groups:
                waiting.append(self._submit(sent, group))
                if len(waiting) > self._ahead():
                    yield self._result(*waiting.popleft(), tick)
            while waiting:
                yield self._result(*waiting.popleft(), tick)

    def _groups(self, first: int) -> list[list[int]]:
        """Shards from the first wanted on, in groups whose borders are the same wherever a sweep goes on."""
        last = self._errand.shares.n_shards
        starts = [first, *range((first // GROUP + 1) * GROUP, last, GROUP)] if first < last else []
        return [list(range(a, min(b, last))) for a, b in zip(starts, [*starts[1:], last], strict=True)]

    def _ahead(self) -> int:
        """Groups under way beside the one waited for: enough that no worker is idle, and not more than must be held."""
        return 1 + 2 * sum(self._client.ncores().values()) // GROUP

    def _send(self) -> Future:
        """The errand as a task of its own: should every worker that holds it die, the scheduler makes it again."""
        try:
            data = cloudpickle.dumps(self._errand)
        except (TypeError, AttributeError, ValueError) as problem:
            raise InputError(
                f"What a sweep sends to Dask workers must be picklable: model, reducers or data set are not ({problem}). A data set probably "
                "holds an open file or a lock. Open it when an image is asked for."
            ) from None
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # the model is large, and sent once
            return self._client.submit(_same, data, key=f"qkwidgets-errand-{self._name}", retries=RETRIES)

    def _submit(self, errand: Future, shards: list[int]) -> tuple[Future, list[Future], list[int]]:
        named, name = {"retries": RETRIES}, self._name
        parts = [self._client.submit(_part, name, errand, n, key=f"qkwidgets-part-{name}-{n}", **named) for n in shards]
        group = self._client.submit(_joined, name, errand, parts, key=f"qkwidgets-group-{name}-{shards[0]}", **named)
        return group, parts, shards

    def _result(self, group: Future, parts: list[Future], shards: list[int], tick: Tick) -> Part:
        """The part of a group when it is done; meanwhile the bar moves on with every shard."""
        sizes, shown = [len(self._errand.shares.images(shard)) for shard in shards], 0
        while not group.done():
            time.sleep(LOOK_EVERY_S)
            self._alive()
            done = sum(size for size, part in zip(sizes, parts, strict=True) if part.done())
            tick(max(0, done - shown), 0)
            shown = max(shown, done)
        if group.cancelled():  # asking a connection that is gone may raise anything
            raise CancelledError
        if isinstance(result := group.result(), InputError):
            raise result
        part = _unpacked(result)
        tick(sum(sizes) - shown, len(part.skipped))
        return part

    def _alive(self) -> None:
        """Make sure, now and then, that there are workers, or have been lately: those that died may be started again."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + ASK_EVERY_S
        try:
            alive = bool(self._client.ncores())
        except Exception:  # many kinds, when the scheduler is going away; then the tasks say so
            return
        if alive:
            self._seen = now
        elif now > self._seen + PATIENCE_S:
            raise InputError(
                f"A Dask client needs workers: its cluster has had none for {PATIENCE_S} s. They have probably not been started, died, or "
                "cannot reach the scheduler. Start one with `dask worker ADDRESS`."
            )


def parts_there(client: Any, *errand: Any) -> Cluster:
    """The parts of a sweep, computed by the workers of a Dask client; `errand` is what an `Errand` is made of.

    Raises
    ------
    InputError
        If the client is something else.
    """
    if not isinstance(client, Client):
        raise InputError(
            f"client must be a dask.distributed.Client: got one of type {type(client).__name__}. An address or a cluster was probably passed. "
            "Wrap it: Client(address)."
        )
    return Cluster(client, Errand(*errand))


def connected(address: str) -> Client:
    """A client of the scheduler at an address.

    Raises
    ------
    InputError
        If there is none.
    """
    try:
        return Client(address, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as problem:
        raise InputError(
            f"A Dask cluster is named by the address of its scheduler: none answered at '{address}' ({type(problem).__name__}). It has "
            "probably not been started, or cannot be reached from here. Start it with `dask scheduler`, which prints its address."
        ) from None


@contextmanager
def _in_words() -> Iterator[None]:
    """What only a cluster can raise, as sentences."""
    try:
        yield
    except KilledWorker as problem:
        raise InputError(
            f"A cluster's workers must outlive their shards: {problem.task} was tried on several, and all died. Memory probably ran out. Use "
            "a smaller batch_size, or workers with more memory; with resume= nothing before is lost."
        ) from None
    except CancelledError:
        raise InputError(
            "A cluster must stay until the end: the tasks of this sweep were cancelled, or the connection was lost. Its scheduler was "
            "probably stopped. Start it again; with resume= nothing before is lost."
        ) from None
    except ImportError as problem:
        raise InputError(
            f"A cluster's workers must have what the sweep needs: {problem}. qkwidgets, or the module of a data set, is probably not installed "
            "there. Install it in the workers' environment."
        ) from None


def _packed(part: Part) -> Part:
    return replace(part, states={name: {key: x.numpy() for key, x in state.items()} for name, state in part.states.items()})


def _unpacked(part: Part) -> Part:
    # Copies: what has travelled may be read-only.
    return replace(part, states={name: {key: torch.tensor(x) for key, x in state.items()} for name, state in part.states.items()})

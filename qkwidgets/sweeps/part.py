"""What is known of some of the images? The states of all reducers, and what became of each image."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from qkwidgets.core.errors import InputError
from qkwidgets.data.sets.base import ImageSet, Label
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.loading import Batch
from qkwidgets.sweeps.memory import memory_kept
from qkwidgets.sweeps.reducer import ImageRows, LayerBatch, Reducer, State

Tick = Callable[[int, int], None]


@dataclass
class Part:
    """Some shards in a row: the states by reducer, the labels of their images, and which could not be read.

    The states are those of these shards, or, where they are `running`, those of all shards before as well.
    """

    states: dict[str, State]
    n_shards: int
    labels: list[Label]
    skipped: list[dict[str, Any]]
    running: bool = False

    @property
    def n_images(self) -> int:
        """Images that the reducers have seen."""
        return len(self.labels) - len(self.skipped)


@dataclass
class Total:
    """Everything up to some shard. Labels are kept as numbers, `words` says what they stand for; -1 is no label."""

    states: dict[str, State] = field(default_factory=dict)
    n_shards: int = 0
    n_images: int = 0
    codes: array = field(default_factory=lambda: array("i"))
    words: dict[Label, int] = field(default_factory=dict)
    skipped: list[dict[str, Any]] = field(default_factory=list)

    def add(self, part: Part, reducers: Iterable[Reducer]) -> None:
        """Take in the part that comes next."""
        alone = self.n_shards and not part.running
        self.states = merged(reducers, self.states, part.states) if alone else part.states
        self.n_shards += part.n_shards
        self.n_images += part.n_images
        self.skipped += part.skipped
        self.codes.extend(-1 if label is None else self.words.setdefault(label, len(self.words)) for label in part.labels)


@dataclass(frozen=True)
class Reduction:
    """How one shard becomes a part: the model, prepared reducers, and the images that the numbers mean.

    `dtype` is that of the products, under autocast; `strict` lets the first unreadable image end the sweep.
    """

    model: AttentionModel
    reducers: tuple[Reducer, ...]
    images: ImageSet
    dtype: torch.dtype | None
    strict: bool

    @torch.inference_mode()
    def started(self, states: dict[str, State]) -> dict[str, State]:
        """States to go on with: those of a total on the model's device, or empty ones."""
        device = self.model.device
        moved = {name: {key: tensor.to(device) for key, tensor in state.items()} for name, state in states.items()}
        return moved or {reducer.name: reducer.empty() for reducer in self.reducers}

    @torch.inference_mode()
    def part(
        self, batches: Iterable[Batch], tick: Tick = lambda images, skipped: None, running: dict[str, State] | None = None
    ) -> Part:
        """One forward pass a batch, of which every reducer sees every layer.

        `running` states are gone on with, in place: lists that are full already change seldom, and nothing has to be merged.

        Raises
        ------
        InputError
            If an image cannot be read and none may be skipped.
        """
        states = {reducer.name: reducer.empty() for reducer in self.reducers} if running is None else running
        part = Part({}, 1, [], [], running=running is not None)
        with memory_kept(self.model.device):
            for batch in batches:
                part.skipped += self._unread(batch)
                part.labels += batch.labels
                if batch.present.any():
                    self._forward(batch, states)
                tick(len(batch.labels), len(batch.unread))
        part.states = {name: {key: tensor.cpu() for key, tensor in state.items()} for name, state in states.items()}
        return part

    def _unread(self, batch: Batch) -> list[dict[str, Any]]:
        if batch.unread and self.strict:
            raise InputError(batch.unread[0][1])
        return [{"index": i, "name": self.images.names[i], "why": why} for i, why in batch.unread]

    def _forward(self, batch: Batch, states: dict[str, State]) -> None:
        slots = batch.present.nonzero().flatten()
        images = batch.first + slots
        rows = None if batch.present.all() else slots.to(self.model.device)

        regions = None if batch.regions is None else tuple(batch.regions)  # pinned memory comes as a list

        def visit(layer: int, tokens: Any) -> None:
            tokens = tokens if rows is None else ImageRows(tokens, rows)
            seen = LayerBatch(layer, images, tokens, self.model.layout, regions)
            for reducer in self.reducers:
                reducer.update(states[reducer.name], seen)

        self.model.watch(batch.pixels, visit, dtype=self.dtype)


@torch.inference_mode()
def merged(reducers: Iterable[Reducer], one: dict[str, State], other: dict[str, State]) -> dict[str, State]:
    """The states of all reducers over the images of both."""
    return {reducer.name: reducer.merge(one[reducer.name], other[reducer.name]) for reducer in reducers}


def joined(reducers: Sequence[Reducer], parts: Sequence[Part]) -> Part:
    """Parts that follow each other, as one."""
    first, *others = parts
    for part in others:
        states = merged(reducers, first.states, part.states)
        first = Part(states, first.n_shards + part.n_shards, first.labels + part.labels, first.skipped + part.skipped)
    return first


def flat(states: dict[str, State]) -> dict[str, Tensor]:
    """The tensors of all states, each named by its reducer and itself."""
    return {f"{name}/{key}": tensor for name, state in states.items() for key, tensor in state.items()}

"""A reducer that keeps one number an image and layer, so that a test can say what became of each image."""

from dataclasses import dataclass, replace
from typing import Any

import torch

from qkwidgets.answers import registry

registry.CLASSES["EachAnswer"] = "tests.sweeps.each:EachAnswer"


@dataclass(frozen=True)
class Each:
    """The sum of queries and keys of every image in every layer."""

    number: int
    name: str = "each"
    answer: str = "EachAnswer"
    n_layers: int = 0

    def options(self) -> dict[str, Any]:
        return {"number": self.number}

    def prepare(self, model):
        return replace(self, n_layers=model.n_layers)

    def empty(self):
        return {name: torch.zeros(self.number, self.n_layers) for name in ("q", "k", "x")}

    def update(self, state, batch):
        for name, values in state.items():
            values[batch.images, batch.layer] += getattr(batch.tokens, name).float().cpu().flatten(1).abs().sum(1)

    def merge(self, one, other):
        return {name: one[name] + other[name] for name in one}

    def record(self, model):
        return {}

    def pictured(self, state):
        return (state["q"][:, 0] > 0).nonzero().flatten().flip(0)


@dataclass(frozen=True)
class EachAnswer:
    arrays: dict[str, Any]
    record: dict[str, Any]

    def __str__(self) -> str:
        return "a number an image"

    @classmethod
    def from_state(cls, arrays, record):
        return cls(arrays, record)

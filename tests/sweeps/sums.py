"""A reducer whose answer can be computed by hand: float64 sums of queries and keys, the count, and the brightest images."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from qkwidgets.answers import registry
from qkwidgets.answers.base import Answer

registry.CLASSES["SumsAnswer"] = "tests.sweeps.sums:SumsAnswer"


@dataclass(frozen=True)
class Sums:
    """`seen [image]` are the three largest of (rounded norm of the CLS query in the last layer, -index)."""

    name: str = "sums"
    answer: str = "SumsAnswer"
    power: int = 1
    shape: tuple[int, int, int] = (0, 0, 0)

    def options(self) -> dict[str, Any]:
        return {"power": self.power}

    def prepare(self, model):
        return replace(self, shape=(model.n_layers, model.n_heads, model.d_head))

    def merge(self, one, other):
        both = torch.cat([one["top"], other["top"]])
        return {
            "q": one["q"] + other["q"],
            "k": one["k"] + other["k"],
            "count": one["count"] + other["count"],
            "top": both[both.argsort(descending=True)][:3],
        }

    def record(self, model):
        return {"heads": model.n_heads}

    def pictured(self, state):
        return 2**32 - 1 - state["top"][state["top"] > 0] % 2**32

    def empty(self):
        sums = {side: torch.zeros(self.shape, dtype=torch.float64) for side in "qk"}
        return sums | {"count": torch.zeros(self.shape[0], dtype=torch.int64), "top": torch.zeros(3, dtype=torch.int64)}

    def update(self, state, batch):
        state["q"][batch.layer] += (batch.tokens.q.double() ** self.power).sum((0, 2)).cpu()
        state["k"][batch.layer] += (batch.tokens.k.double() ** self.power).sum((0, 2)).cpu()
        state["count"][batch.layer] += len(batch.images)
        if batch.layer == self.shape[0] - 1:
            keys = (batch.tokens.x[:, 0].norm(dim=-1) * 2**20).long().cpu() * 2**32 + (2**32 - 1 - batch.images)
            top = torch.cat([state["top"], keys])
            state["top"] = top[top.argsort(descending=True)][:3]


@dataclass(frozen=True, eq=False, repr=False)
class SumsAnswer(Answer):
    q: np.ndarray
    k: np.ndarray
    count: np.ndarray
    top: np.ndarray
    about: dict[str, Any]
    thumbnails: dict[int, bytes]
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"sums over {self.count[0]} images"

    @classmethod
    def from_state(cls, arrays, record):
        small = {int(name.partition("/")[2]): array.tobytes() for name, array in arrays.items() if name.startswith("thumbnail/")}
        own = {name: arrays[name] for name in ("q", "k", "count", "top")}
        return cls(**own, about=record, thumbnails=small, provenance=record["provenance"])


def contents(sweep) -> dict[str, Any]:
    """Everything that two sweeps must have in common to be the same, bit for bit."""
    found = {"n_images": sweep.n_images, "skipped": sweep.skipped, "finished": sweep.finished, "provenance": sweep.provenance}
    for name, answer in sweep.items():
        arrays, record = answer.to_parts()
        found |= {f"{name}.{key}": (array.dtype.str, array.shape, array.tobytes()) for key, array in arrays.items()}
        found |= {f"{name}.about": record.get("about", record), f"{name}.thumbnails": answer.thumbnails}
    return found

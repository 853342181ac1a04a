"""What is written down of a sweep? Everything that its answers need when model and images are gone."""

import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

import numpy as np
import torch

from qkwidgets.answers.quantise import Arrays
from qkwidgets.core.modes import ALGORITHM_VERSION
from qkwidgets.data.sets.base import ImageSet
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.image_sample import image_half
from qkwidgets.sweeps.part import Total, flat
from qkwidgets.sweeps.plan import Plan
from qkwidgets.sweeps.reducer import Reducer

Pictured = Callable[[list[int]], Arrays]
"""Thumbnails of images, the most wanted first."""


@dataclass(frozen=True)
class Account:
    """What a total is an account of: the model, the images, the reducers, and how the images were shared out."""

    model: AttentionModel
    images: ImageSet
    reducers: tuple[Reducer, ...]
    plan: Plan
    dtype: torch.dtype | None
    compiled: bool = False

    def identity(self) -> dict[str, Any]:
        """What must be the same for a sweep to go on; JSON."""
        return {
            "format": 1,
            "modes": ALGORITHM_VERSION,
            "model": self.model.name,
            "fingerprint": self.model.fingerprint,
            "structure": self.model.structure,
            "images": self.images.describe(),
            "preprocessing": self.model.preprocessing.describe(),
            "reducers": {reducer.name: {"answer": reducer.answer, **_plain(reducer.options())} for reducer in self.reducers},
            "batch_size": self.plan.batch_size,
            "shard_images": self.plan.shard_images,
            "dtype": None if self.dtype is None else str(self.dtype).removeprefix("torch."),
            **({"compile": True} if self.compiled else {}),  # folders of earlier versions say nothing of it
        }

    def parts(self, total: Total, pictured: Pictured, asked: int, finished: bool) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and record of a total, with thumbnails of those images that are shown first; so many were `asked` for."""
        tensors = {name: tensor.contiguous().numpy() for name, tensor in flat(total.states).items()}
        shown, words = self.shown(total), list(total.words)
        record = {
            "kind": "Sweep",
            "reducers": [{"name": r.name, "answer": r.answer, "record": r.record(self.model)} for r in self.reducers],
            "n_shards": total.n_shards,
            "n_images": total.n_images,
            "skipped": total.skipped,
            "finished": finished,
            "thumbnails": asked,
            "words": words,
            "classes": _classes(total),
            "names": {str(image): self.images.names[image] for image in shown},
            "labels": {str(image): words[total.codes[image]] for image in shown if total.codes[image] >= 0},
            "paths": {str(image): path for image in shown if (path := self.images.path(image)) is not None and _is_text(path)},
            "provenance": {**self.model.provenance, **self.identity()},
        }
        return tensors | {"label": np.array(total.codes, np.int32)} | pictured(shown[:asked]), _plain(record)

    def total(self, arrays: Arrays, record: dict[str, Any]) -> Total:
        """The total that `parts` took apart."""
        states = {
            reducer.name: {
                name.partition("/")[2]: torch.from_numpy(values.copy())
                for name, values in arrays.items()
                if name.startswith(f"{reducer.name}/")
            }
            for reducer in self.reducers
        }
        words = {word: code for code, word in enumerate(record["words"])}
        codes = array("i", arrays["label"].tolist())
        return Total(states, record["n_shards"], record["n_images"], codes, words, record["skipped"])

    def shown(self, total: Total) -> list[int]:
        """The images that the answers show, each once, the most wanted of every reducer first."""
        wanted = [reducer.pictured(total.states[reducer.name]).tolist() for reducer in self.reducers]
        return list(dict.fromkeys(image for image in chain(*zip_longest(*wanted)) if image is not None))


def _classes(total: Total) -> list[list[Any]]:
    """Every label with the number of images that have it in each half of the set, as `image_half` divides it."""
    codes, half = np.array(total.codes, np.int64), image_half(torch.arange(len(total.codes))).numpy()
    counts = [np.bincount(codes[(half == one) & (codes >= 0)], minlength=len(total.words)).tolist() for one in (0, 1)]
    return [[word, counts[0][code], counts[1][code]] for word, code in total.words.items()]


def _is_text(path: str) -> bool:
    """Whether a path can be written down: names of files need not be text."""
    return path.isascii() or path == path.encode(errors="replace").decode()


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    """The record as a file would give it back."""
    return json.loads(json.dumps(record, allow_nan=False))

"""Optimal images in the form in which they travel to the browser: JSON, and safetensors bytes. Arrays are cut, nothing is computed.

`js/src/gallery/data.ts` reads what is written here. Images are named by their position among those that any list refers to, so that
names and pictures travel once; the lists of one head, all modes and both signs, are one safetensors container:

* `image`, `score`, `query_patch`, `key_patch` [mode, sign, place]; image -1: nobody has this place;
* `maps` [mode, sign, place, side, patch]: projections of the patches times the sign, quantised, of the strongest modes;
* the same names after `decile_`: ordinary images, where the answer has them;
* `suggestions`: JSON, classes that stand out among a mode's images, where the answer has any.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Int32, Int64

from qkwidgets.answers.class_suggestions import class_word
from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.head_means import weighted_cosine
from qkwidgets.answers.optimal_choices import choices_of
from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.answers.quantise import Arrays
from qkwidgets.answers.source import Spectra
from qkwidgets.core.errors import check_range
from qkwidgets.widgets.wire import meta_record, wire_spectra

SCORES = {
    "score": "largest query times largest key projection",
    "query": "largest query projection",
    "key": "largest key projection",
}
"""What the score is, by the answer's `by`."""

LISTS = ("image", "score", "query_patch", "key_patch")

SUGGESTED = ("mode", "sign", "hits", "of", "p_adjusted")


@dataclass(frozen=True, eq=False)
class GalleryParts:
    """The lists of the first `n_modes` modes of every head, with their first `n_places` places, as they travel."""

    answer: OptimalImages
    n_modes: int
    n_places: int

    @classmethod
    def whole(cls, answer: OptimalImages) -> "GalleryParts":
        """Everything that the answer holds."""
        n_modes, _, n_places = answer.image.shape[2:]
        return cls(answer, n_modes, n_places)

    @cached_property
    def referred(self) -> Int64[np.ndarray, " position"]:
        """Indices of the images that are in any list, in order; their places here are how the browser names them."""
        lists = [self._cut(self.answer.image), *([self.deciles["image"]] if self.deciles else [])]
        images = np.concatenate([np.unique(each) for each in lists])
        return np.unique(images[images >= 0])

    @property
    def deciles(self) -> Arrays:
        """The lists of ordinary images, of all heads; empty where the answer has none."""
        return {name: array[:, :, : self.n_modes] for name, array in self.answer.deciles.items()}

    @property
    def heads(self) -> list[tuple[int, int]]:
        return list(np.ndindex(self.answer.image.shape[:2]))

    @cached_property
    def suggestions(self) -> list[dict[str, Any]]:
        """The classes that the answer suggests; none where it was not asked for, or images have no labels."""
        halves = self.answer.halves
        return self.answer.suggestions() if halves is not None and halves.words else []

    def meta(self, title: str | None = None) -> dict[str, Any]:
        """The record that the browser reads first: that of a view without images, and what is said of all lists."""
        answer = self.answer
        n_deciles = answer.deciles["image"].shape[-1] if answer.deciles else 0
        known = meta_record(
            title or f"Optimal images of {answer.model}",
            answer.model,
            answer.image.shape[:3],
            answer.layout,
            answer.provenance,
            choices_of(answer.by),
            head_numbers=[{"key": "cosine", "label": "weighted mean cosine", "diverging": True, "about": ""}],
        )
        return {
            **known,
            "embedded_modes": self.n_modes,
            "mode_band": answer.provenance.get("mode_band"),
            "row_tokens": [],
            "gallery": {
                "k": self.n_places,
                "n_images": answer.n_images,
                "n_skipped": answer.n_skipped,
                "n_sampled": answer.n_sampled,
                "finished": answer.finished,
                "by": answer.by,
                "score": SCORES[answer.by],
                "deciles": [place / (n_deciles - 1) for place in range(n_deciles)],
            },
        }

    def spectra(self) -> bytes:
        """What is known of the modes without images, as the explorer's panels read it."""
        cosine = weighted_cosine(self.answer.cosine, self.answer.singular_values)
        return wire_spectra(Spectra.of_modes(self.answer, cosine, cosine[None]))

    def images(self) -> bytes:
        """Names and labels of the images referred to, and which have a thumbnail."""
        labels = [self.answer.labels.get(index) for index in self.referred.tolist()]
        return to_bytes(
            {
                "names": _json([self.answer.name(index) for index in self.referred.tolist()]),
                "labels": _json([None if label is None else class_word(label) for label in labels]),
                "pictured": np.array([index in self.answer.thumbnails for index in self.referred.tolist()], np.uint8),
            }
        )

    def head(self, layer: int, head: int) -> bytes:
        """Lists and maps of one head."""
        answer = self.answer
        arrays = {name: self._cut(getattr(answer, name))[layer, head] for name in LISTS}
        arrays |= {name: self._cut(array)[layer, head] for name, array in answer.maps.items()}
        arrays |= {f"decile_{name}": array[layer, head] for name, array in self.deciles.items()}
        arrays = {name: _narrow(array) for name, array in arrays.items()}
        for name in ("image", "decile_image"):
            if name in arrays:
                arrays[name] = self._positions(arrays[name])
        here = [row for row in self.suggestions if (row["layer"], row["head"]) == (layer, head) and row["mode"] < self.n_modes]
        if here:
            arrays["suggestions"] = _json(
                [{**{name: row[name] for name in SUGGESTED}, "label": class_word(row["label"])} for row in here]
            )
        return to_bytes(arrays)

    def thumbnails(self) -> dict[int, bytes]:
        """The encoded pictures by position, of those images that have one."""
        pictures = self.answer.thumbnails
        return {place: pictures[index] for place, index in enumerate(self.referred.tolist()) if index in pictures}

    def thumbnail(self, place: int) -> bytes:
        """One encoded picture; nothing where none was kept."""
        index = self.referred[check_range("image", place, len(self.referred), "this gallery")]
        return self.answer.thumbnails.get(int(index), b"")

    def shown(self, layer: int, head: int, mode: int) -> list[int]:
        """Positions of the images in the lists of one mode."""
        images = np.unique(self._cut(self.answer.image)[layer, head, mode])
        return self._positions(images[images >= 0]).tolist()

    def _cut(self, array: np.ndarray) -> np.ndarray:
        """The kept modes and places of an array [layer, head, mode, sign, place, …]."""
        return array[:, :, : self.n_modes, :, : self.n_places]

    def _positions(self, images: Int64[np.ndarray, "..."]) -> Int32[np.ndarray, "..."]:
        return np.where(images >= 0, np.searchsorted(self.referred, images), -1).astype(np.int32)


def _narrow(array: np.ndarray) -> np.ndarray:
    """Patches in 32 bits, which the browser can read; images become positions."""
    return array.astype(np.int32) if array.dtype == np.int16 else array


def _json(value: Any) -> np.ndarray:
    return np.frombuffer(json.dumps(value, ensure_ascii=False, allow_nan=False).encode(), dtype=np.uint8)

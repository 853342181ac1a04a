"""A semantic map in the form in which it travels to the browser: JSON, and safetensors bytes. Arrays are cut, nothing is computed.

`js/src/semantic/data.ts` reads what is written here. What a mode carries in an image is a product of two lists, so each head's container has
these (`query.0`, `key.0`, `part_query.0`, … [mode, row]) for every image, with type, p-value and excess of its modes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.head_means import typed_shares, weighted_cosine
from qkwidgets.answers.semantic_map import SemanticMap
from qkwidgets.answers.semantic_tables import ImageTables
from qkwidgets.answers.source import Spectra
from qkwidgets.core.errors import InputError
from qkwidgets.core.index import ModeIndex
from qkwidgets.widgets.wire import meta_record, wire_pictures, wire_spectra

SIDES = ("query", "key", "part_query", "part_key")

HEAD_NUMBERS = (
    {
        "key": "typed",
        "label": "modes with a type",
        "diverging": False,
        "about": "Share of the head's modes that carry more than chance.",
    },
    {
        "key": "surely",
        "label": "above random directions",
        "diverging": False,
        "about": "Share of the head's modes that have a type and carry more than 95 % of random pairs of directions.",
    },
    {
        "key": "cosine",
        "label": "weighted mean cosine",
        "diverging": True,
        "about": "Mean cosine of the modes, weighted by singular values.",
    },
)


@dataclass(frozen=True, eq=False)
class SemanticParts:
    """The first `n_images` of a map's images, as they travel."""

    answer: SemanticMap
    n_images: int

    @classmethod
    def whole(cls, answer: SemanticMap) -> "SemanticParts":
        """All images that the answer keeps."""
        if not answer.images:
            raise InputError(
                "A semantic map is shown on images: this one keeps none. It was probably made with tables=0. Make it again with tables=8."
            )
        return cls(answer, len(answer.images))

    @property
    def images(self) -> tuple[ImageTables, ...]:
        return self.answer.images[: self.n_images]

    @property
    def heads(self) -> list[tuple[int, int]]:
        return list(np.ndindex(self.answer.type.shape[:2]))

    @property
    def strongest(self) -> ModeIndex | None:
        """The mode of largest excess among those above random directions, if there is one: where a view opens."""
        return next((index for index, _, _ in self.answer.top(1)), None)

    def meta(self, title: str | None = None) -> dict[str, Any]:
        """The record that the browser reads first."""
        answer, shape = self.answer, self.answer.type.shape
        known = meta_record(
            title or f"Semantic map of {answer.model}",
            answer.model,
            shape,
            answer.layout,
            answer.provenance,
            answer.choices,
            images=map(_image, self.images),
            head_numbers=HEAD_NUMBERS,
            notes=[f"{answer}."],
        )
        return {
            **known,
            "embedded_modes": shape[2],
            "mode_band": None,
            "row_tokens": [],
            "semantic": {
                "types": [kind._asdict() for kind in answer.types],
                "segments_from": answer.segments_from,
                "n_images": answer.n_images,
                "strongest": self.strongest and list(self.strongest),
            },
        }

    def spectra(self) -> bytes:
        """What is known of the modes without images, as the explorer's panels read it."""
        answer = self.answer
        cosine = weighted_cosine(answer.cosine, answer.singular_values)
        return wire_spectra(Spectra.of_modes(answer, cosine, np.stack([*typed_shares(answer), cosine])))

    def pictures(self) -> bytes:
        """The encoded pictures."""
        return wire_pictures(tuple(image.picture.tobytes() for image in self.images))

    def segments(self) -> bytes:
        """The row of each pixel, of objects and of parts."""
        arrays = {f"objects.{i}": image.object_map for i, image in enumerate(self.images)}
        return to_bytes(arrays | {f"parts.{i}": image.part_map for i, image in enumerate(self.images)})

    def summary(self) -> bytes:
        """Types of all modes, and their shares by layer."""
        answer = self.answer
        return to_bytes(
            {
                "type": answer.type.astype(np.int8),
                "above": answer.above_random.astype(np.uint8),
                "share": answer.share.astype(np.float32),
                "share_above": answer.share_above_random.astype(np.float32),
                "random_typed": answer.random_typed.astype(np.float32),
                "chance_above_random": answer.chance_above_random.astype(np.float32),
            }
        )

    def head(self, layer: int, head: int) -> bytes:
        """What all modes of a head carry in each image, and what is known of them over all images."""
        answer = self.answer
        arrays = {
            f"{side}.{i}": np.ascontiguousarray(getattr(image, side)[layer, head], dtype=np.float32)
            for i, image in enumerate(self.images)
            for side in SIDES
            if getattr(image, side).shape[-1]
        }
        for name in ("p", "excess", "error"):
            arrays[name] = np.ascontiguousarray(getattr(answer, name)[layer, head], dtype=np.float32)
        return to_bytes(arrays)


def _image(image: ImageTables) -> dict[str, Any]:
    height, width = image.object_map.shape
    return {
        "name": image.name,
        "source": image.source,
        "licence": image.licence,
        "mime": image.mime,
        "width": width,
        "height": height,
        "objects": list(image.names),
        "parts": list(image.part_names),
        "part_object": image.part_object.tolist(),
    }

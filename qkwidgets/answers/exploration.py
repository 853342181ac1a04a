"""A whole explorer view as numbers: what `view.save` writes and what an exported page embeds."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qkwidgets.answers.base import Answer
from qkwidgets.answers.quantise import Arrays, coarsened
from qkwidgets.answers.ranking import WAYS, ModeRanking, image_number
from qkwidgets.answers.source import Spectra
from qkwidgets.answers.tile import IMAGE_AXIS, MODE_AXIS, HeadTile, kept
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.core.layout import TokenLayout


@dataclass(frozen=True, eq=False, repr=False)
class Exploration(Answer):
    """Modes of a model on some images: spectra exactly, maps quantised to 8 bits with their rounding bounds.

    Needs neither the model nor torch. `tiles` holds the arrays of `qkwidgets.answers.tile` with axes layer and head in front.
    """

    meta: dict[str, Any]
    spectra: Spectra
    tiles: Arrays
    pictures: tuple[bytes, ...]

    def __post_init__(self) -> None:
        # A view without images has no maps to leave out.
        count = self.tiles["query"].shape[3] if "query" in self.tiles else self.meta["n_modes"]
        object.__setattr__(self, "meta", {**self.meta, "embedded_modes": count})

    def __str__(self) -> str:
        meta = self.meta
        shown = f"{meta['embedded_modes']} of {meta['n_modes']} modes a head"
        return f"Explorer of {self.model}: {meta['n_layers']} layers x {meta['n_heads']} heads, {shown}, {len(meta['images'])} images"

    @property
    def provenance(self) -> dict[str, Any]:  # type: ignore[override]
        return self.meta["provenance"]

    @property
    def start(self) -> dict[str, Any]:
        """Where a saved view stood: the widget's small traits by name."""
        return self.meta.get("start", {})

    @property
    def layout(self) -> TokenLayout:
        layout = self.meta["layout"]
        return TokenLayout(layout["n_cls"], layout["n_distill"], layout["n_registers"], tuple(layout["grid"]))

    def tile(self, layer: int, head: int) -> HeadTile:
        """One head on all images, quantised."""
        check_range("layer", layer, self.meta["n_layers"], repr(self.model))
        check_range("head", head, self.meta["n_heads"], repr(self.model))
        arrays = {name: array[layer, head] for name, array in self.tiles.items()}
        return HeadTile(arrays, self.spectra.singular_values[layer, head].astype(np.float32), self.meta["scale"])

    def frozen(self, n_modes: int | None = None) -> "Exploration":
        """The same with maps of only the first `n_modes` modes of each head, by singular value."""
        if n_modes is None or n_modes >= self.meta["embedded_modes"]:
            return self
        return dataclasses.replace(self, tiles=kept(self.tiles, MODE_AXIS, n_modes, leading=2))

    def coarsened(self) -> "Exploration":
        """The same with exact rows and bias terms in 8 bits instead of 16; maps have 8 bits anyway."""
        return dataclasses.replace(self, tiles=coarsened(self.tiles))

    def first_images(self, count: int) -> "Exploration":
        """The same with only the first `count` images. The signed scales stay those of all images."""
        spectra = {
            name: array[:count] if name in ("share", "peak", "energy", "share_bias") else array
            for name, array in self.spectra.arrays().items()
        }
        meta = {**self.meta, "images": self.meta["images"][:count]}
        tiles = kept(self.tiles, IMAGE_AXIS, count, leading=2)
        return Exploration(meta, Spectra(**spectra), tiles, self.pictures[:count])

    def rank(self, image: int | str = 0, by: str = "share") -> ModeRanking:
        """The modes of one image, by its number or its name, by `share`, `energy` or `peak`, as they were when the view was made."""
        image = image_number(image, [each["name"] for each in self.meta["images"]])
        if by not in WAYS:
            raise InputError(
                f"Modes are ranked by {', '.join(map(repr, WAYS))}: got {by!r}. It is probably misspelt. Use one of these."
            )
        value, bias = getattr(self.spectra, by)[image], self.spectra.share_bias[image]
        return ModeRanking(value, bias, by, self.meta["images"][image]["name"], {**self.provenance, "by": by})

    def starting_at(self, **traits: Any) -> "Exploration":
        """The same, to be shown with these traits of the widget."""
        return dataclasses.replace(self, meta={**self.meta, "start": traits})

    def to_parts(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and JSON record, for a file."""
        arrays = {f"spectra/{name}": array for name, array in self.spectra.arrays().items()}
        arrays |= {f"tiles/{name}": array for name, array in self.tiles.items()}
        arrays |= {f"pictures/{i}": np.frombuffer(data, dtype=np.uint8) for i, data in enumerate(self.pictures)}
        return arrays, {"kind": "Exploration", "meta": self.meta}

    @classmethod
    def from_parts(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The view that `to_parts` took apart."""
        rooms: dict[str, Arrays] = {"spectra": {}, "tiles": {}, "pictures": {}}
        for name, array in arrays.items():
            room, rest = name.split("/", 1)
            rooms[room][rest] = array
        pictures = tuple(rooms["pictures"][str(i)].tobytes() for i in range(len(rooms["pictures"])))
        return cls(record["meta"], Spectra(**rooms["spectra"]), rooms["tiles"], pictures)


def map_bytes(meta: dict[str, Any]) -> int:
    """Bytes of the quantised maps of one mode of every head, both sides, all images and tokens."""
    grid_h, grid_w = meta["layout"]["grid"]
    tokens = len(meta["tokens"]) + grid_h * grid_w
    return 2 * meta["n_layers"] * meta["n_heads"] * len(meta["images"]) * tokens

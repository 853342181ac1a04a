"""Between what does each mode carry attention: parts, objects, figure and ground? And how many modes do so more than chance?"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, Self

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, Int16, Int64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.quantise import Arrays
from qkwidgets.answers.semantic_asked import check_asked, named_image, strongest
from qkwidgets.answers.semantic_null import RANDOM_QUANTILE
from qkwidgets.answers.semantic_state import read_state
from qkwidgets.answers.semantic_tables import ImageTables
from qkwidgets.answers.semantic_words import ModeType, choices_of, mode_types
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.core.layout import TokenLayout

Address = ModeIndex | str | tuple[int, int, int]


@dataclass(frozen=True, eq=False, repr=False)
class SemanticMap(Table):
    """What every mode carries between parts, objects and ground, and its type where that is more than chance.

    Attributes
    ----------
    type
        Number of the mode's type in `types`: of the relations that pass the test over all modes, the one of largest excess. Others may pass
        as well, see `p`. -1 where none does.
    excess, error
        Mean over the images of the contribution to a pair of patches in each relation, in units of the mode's own root mean square in
        the image, less the same with foreign segments; and the standard error of the mean. NaN where no image has such pairs.
    z, p
        The excess in standard deviations of the draws, and its p-value against the largest of all modes and relations.
    contribution
        Mean contribution in score units, chance not taken off.
    above_random
        Whether the mode's largest excess, in standard deviations among random pairs of directions of its layer, is above their 95 %
        quantile.
    random_typed
        Share of each layer's random pairs that would have a type by the same test.
    random_above
        Share of those that would have a type and be above the quantile; None in files of older versions. See `chance_above_random`.
    n_with
        Images that have pairs of a relation.
    images
        Tables of some images; see `table`.
    """

    type: Int8[np.ndarray, "layer head mode"]
    excess: Float64[np.ndarray, "layer head mode relation"]
    error: Float64[np.ndarray, "layer head mode relation"]
    z: Float64[np.ndarray, "layer head mode relation"]
    p: Float64[np.ndarray, "layer head mode relation"]
    contribution: Float64[np.ndarray, "layer head mode relation"]
    above_random: Bool[np.ndarray, "layer head mode"]
    random_typed: Float64[np.ndarray, " layer"]
    n_with: Int64[np.ndarray, " relation"]
    singular_values: Float64[np.ndarray, "layer head mode"]
    cosine: Float64[np.ndarray, "layer head mode"]
    degenerate: Int16[np.ndarray, "layer head mode"]
    null: Bool[np.ndarray, "layer head mode"]
    stability: Float64[np.ndarray, "layer head mode"]
    layout: TokenLayout
    segments_from: str
    n_images: int
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]
    images: tuple[ImageTables, ...] = ()
    live: Callable[[int], ImageTables] | None = None
    random_above: Float64[np.ndarray, " layer"] | None = None

    def __str__(self) -> str:
        shares, alive = self.share.sum(axis=1), int((~self.null).sum())
        surely = int((self.above_random & (self.type >= 0)).sum())
        return (
            f"Semantic map of {self.model} over {self.n_images} images, segments from {self.segments_from}: {self.n_semantic} of {alive} modes "
            f"carry attention along a relation more than chance ({100 * shares.min():.0f} to {100 * shares.max():.0f} % of a layer's), "
            f"and so do {100 * self.random_typed.mean():.0f} % of random pairs of directions; {surely} do so more than 95 % of these, "
            f"{self._by_chance():.0f} would by chance"
        )

    @property
    def types(self) -> tuple[ModeType, ...]:
        """The types in words."""
        return mode_types(bool(self.n_with[1]), self.segments_from)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where the papers leave it open."""
        return choices_of(self.provenance)

    @property
    def n_semantic(self) -> int:
        """How many modes have a type."""
        return int((self.type >= 0).sum())

    @property
    def share(self) -> Float64[np.ndarray, "layer type"]:
        """Share of each layer's modes that are of a type; null modes are not counted."""
        return self._share(self.type)

    @property
    def share_above_random(self) -> Float64[np.ndarray, "layer type"]:
        """The same of modes that are above random directions as well; `chance_above_random` is what to compare it with."""
        return self._share(np.where(self.above_random, self.type, -1))

    @property
    def chance_above_random(self) -> Float64[np.ndarray, " layer"]:
        """Share of each layer's random pairs that have a type and are above 95 % of random pairs: what `share_above_random` is by chance.

        At most 5 %, and less where few random pairs have a type. Where an older file does not hold it, the most that it can be.
        """
        return np.minimum(1 - RANDOM_QUANTILE, self.random_typed) if self.random_above is None else self.random_above

    @property
    def unclear(self) -> Float64[np.ndarray, " layer"]:
        """Share of each layer's modes without a type."""
        return 1 - self.share.sum(axis=1)

    @property
    def best_p(self) -> Float64[np.ndarray, "layer head mode"]:
        """The smallest p-value of each mode; 1 for null modes."""
        return np.where(np.isnan(self.p), 1.0, self.p).min(axis=-1)

    @property
    def tables(self) -> tuple[Float32[np.ndarray, "layer head mode row row"], ...]:
        """Of each image kept: contributions of all modes, rows are queries and columns keys, ground first."""
        return tuple(image.table for image in self.images)

    @property
    def part_tables(self) -> tuple[Float32[np.ndarray, "layer head mode part part"], ...]:
        """The same between parts."""
        return tuple(image.part_table for image in self.images)

    def image(self, image: int | str) -> ImageTables:
        """Segments and tables of an image, by its index in the set: one of those kept (or its name), or computed where the model is at hand.

        Raises
        ------
        InputError
            If it is not kept and there is no model, or no single image kept has this name.
        """
        if not isinstance(image, Integral):
            return named_image(self.images, image)
        for each in self.images:
            if each.index == image:
                return each
        if self.live is not None:
            return self.live(image)
        kept = ", ".join(str(each.index) for each in self.images) or "none"
        raise InputError(
            f"A saved map holds the tables of a few images: got image {image}, and it holds {kept}. The others were left with the model. Ask "
            "for one of these, or call semantic_map(model, images) again."
        )

    def table(self, index: Address, image: int | str, *, parts: bool = False) -> Float32[np.ndarray, "query key"]:
        """What a mode carries in one image from each segment (column, key) to each (row, query), in score units.

        Rows and columns are the ground and the objects, or the parts; `image(…).names` has their names.
        """
        spot, tables = tuple(self.checked(index)), self.image(image)
        query, key = (tables.part_query, tables.part_key) if parts else (tables.query, tables.key)
        return query[spot][:, None] * key[spot][None, :]

    def top(
        self, n: Any = 10, *, kind: str | None = None, layer: int | None = None, above_random: bool = True
    ) -> list[tuple[ModeIndex, ModeType, float]]:
        """At most `n` modes of a type that are above random directions, those of largest excess first, with their excess.

        `above_random=False` lists all modes that have a type, although random directions may carry as much.
        """
        types = self.types
        check_asked(n, kind, types)
        wanted = (self.type >= 0) if kind is None else (self.type == [each.key for each in types].index(kind))
        if above_random:
            wanted = wanted & self.above_random
        if layer is not None:
            number = check_range("layer", layer, len(self.type), repr(self.model))
            wanted = wanted & (np.arange(len(self.type)) == number)[:, None, None]
        return strongest(wanted, self.type, self.excess, types)[:n]

    def rows(self) -> list[dict[str, Any]]:
        """A row a mode: type, p-value, and excess by relation."""
        types = self.types
        return [
            {
                **dict(zip(("layer", "head", "mode"), spot, strict=True)),
                "type": types[self.type[spot]].key if self.type[spot] >= 0 else "",
                "p": float(self.best_p[spot]),
                "above_random": bool(self.above_random[spot]),
                **{f"excess_{each.key}": float(self.excess[spot][i]) for i, each in enumerate(types)},
            }
            for spot in np.ndindex(self.type.shape)
        ]

    def checked(self, index: Address) -> ModeIndex:
        """The address of a mode that exists."""
        index = ModeIndex.parse(index)
        for kind, value, count in zip(("layer", "head", "mode"), index, self.type.shape, strict=True):
            check_range(kind, value, count, repr(self.model))
        return index

    def to_parts(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and JSON record, for a file; the model is left behind."""
        arrays, record = replace(self, images=(), live=None)._own_parts()
        record["images"] = []
        for number, image in enumerate(self.images):
            more, about = image.to_parts()
            arrays |= {f"image/{number}/{name}": array for name, array in more.items()}
            record["images"].append(about)
        return arrays, record

    @classmethod
    def from_parts(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The answer that `to_parts` took apart."""
        images = []
        for number, about in enumerate(record["images"]):
            start = f"image/{number}/"
            own = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
            images.append(ImageTables.from_parts(own, about))
        rest = {name: array for name, array in arrays.items() if "/" not in name}
        bare = super().from_parts(rest, {name: value for name, value in record.items() if name != "images"})
        return replace(bare, images=tuple(images))

    @classmethod
    def from_state(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The answer that a sweep's state holds, without tables."""
        return cls(**read_state(arrays, record))

    def _by_chance(self) -> float:
        """How many modes would be above random directions if all were random."""
        return float(self.chance_above_random @ (~self.null).sum(axis=(1, 2)))

    def _own_parts(self) -> tuple[Arrays, dict[str, Any]]:
        arrays, record = super().to_parts()
        record.pop("images")
        return arrays, record

    def _share(self, type_: np.ndarray) -> Float64[np.ndarray, "layer type"]:
        alive = (~self.null).sum(axis=(1, 2))
        counts = np.stack([((type_ == number) & ~self.null).sum(axis=(1, 2)) for number in range(self.excess.shape[-1])], axis=1)
        return counts / alive[:, None]

"""The images that every mode of a model answers to most, out of any number of them."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int16, Int64

from qkwidgets.answers.base import Table
from qkwidgets.answers.class_suggestions import Halves, suggestions
from qkwidgets.answers.optimal_parts import put_together, read_state, taken_apart
from qkwidgets.answers.quantise import Arrays, restored
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.core.layout import TokenLayout

SIGNS = ("+", "-")


class Hit(NamedTuple):
    """One image of a list: its index in the set, name, label, score, and the patches of the largest query and key projection.

    None for a patch whose projection is not above zero, as may be where one side alone makes the score.
    """

    image: int
    name: str
    label: Any
    score: float
    query_patch: tuple[int, int] | None
    key_patch: tuple[int, int] | None


@dataclass(frozen=True, eq=False, repr=False)
class OptimalImages(Table):
    """Top images of every mode and sign: best first, -1 where no image scores above zero; sign 0 is +, sign 1 is -.

    Attributes
    ----------
    image, score, query_patch, key_patch
        The lists: index in the set, score, and patch (row by row) of the largest query and key projection, -1 where that
        is not above zero.
    singular_values, cosine, degenerate, null, stability
        Of the modes, as in `SingularModes`.
    maps
        Query and key map (`side`) of each place, in 8 bits (`answers.quantise`), of the loudest modes; those of the sign - are
        negated. Empty if none were kept.
    deciles
        `image`, `score`, `query_patch`, `key_patch [layer head mode sign decile]` from the lowest score of the sample to the
        highest. Empty if no sample was drawn.
    halves
        What classes are suggested from; None if it was not asked for.
    names, labels, paths, thumbnails
        Of the images in the lists, by index. Thumbnails are encoded pictures, as the model sees them.
    """

    image: Int64[np.ndarray, "layer head mode sign rank"]
    score: Float32[np.ndarray, "layer head mode sign rank"]
    query_patch: Int16[np.ndarray, "layer head mode sign rank"]
    key_patch: Int16[np.ndarray, "layer head mode sign rank"]
    singular_values: Float64[np.ndarray, "layer head mode"]
    cosine: Float64[np.ndarray, "layer head mode"]
    degenerate: Int16[np.ndarray, "layer head mode"]
    null: Bool[np.ndarray, "layer head mode"]
    stability: Float64[np.ndarray, "layer head mode"]
    maps: Arrays
    deciles: Arrays
    halves: Halves | None
    names: dict[int, str]
    labels: dict[int, Any]
    paths: dict[int, str]
    thumbnails: dict[int, bytes]
    layout: TokenLayout
    by: str
    n_images: int
    n_skipped: int
    n_sampled: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        n_layers, n_heads, n_modes, _, k = self.image.shape
        way = {"score": "query times key", "query": "query alone", "key": "key alone"}[self.by]
        place = np.unravel_index(int(np.argmax(self.score[..., 0].max(axis=-1))), self.image.shape[:3])
        best = self.top(ModeIndex(*map(int, place)))
        example = f"; {ModeIndex(*map(int, place))} answers most to {best[0].name}" if best else ""
        state = "" if self.finished else " so far"
        unread = f" ({self.n_skipped} more could not be read)" if self.n_skipped else ""
        return (
            f"Top {k} of {self.n_images} images{state}{unread} for {n_layers} x {n_heads} x {n_modes} modes of {self.model}, both signs, by {way}"
            f"{example}"
        )

    def top(self, index: ModeIndex | str | tuple[int, int, int], sign: str = "auto") -> list[Hit]:
        """The best images of one mode, best first; fewer than k where fewer score above zero.

        `sign` is "+", "-", or "auto" for the one whose best image scores higher.
        """
        spot = (*self.checked(index), self.sign_number(index, sign))
        lists = {name: getattr(self, name)[spot] for name in ("image", "score", "query_patch", "key_patch")}
        return self._hits(lists)

    def ordinary(self, index: ModeIndex | str | tuple[int, int, int], sign: str = "auto") -> list[Hit]:
        """Images at the deciles of one mode's scores, 0 to 100 % in eleven steps, lowest first, out of a sample of all images.

        In a set of fewer images than that some stand at several deciles.

        Raises
        ------
        InputError
            If no sample was drawn.
        """
        if not self.deciles:
            raise InputError(
                "Deciles need a sample of all images: none was drawn in this sweep. It was made with sample=0. Make it again with sample=200."
            )
        spot = (*self.checked(index), self.sign_number(index, sign))
        return self._hits({name: values[spot] for name, values in self.deciles.items()})

    def suggestions(self, level: float = 0.05) -> list[dict[str, Any]]:
        """Classes that stand out among the best images of a mode: suggestions, no more; a row each, surest first.

        The class is chosen on one half of the images, and tested on the other; `p_adjusted` is Holm's over all modes and signs.

        Raises
        ------
        InputError
            If the sweep kept no lists of the halves, or images have no labels.
        """
        return suggestions(self.halves, level)

    def preferred_sign(self, index: ModeIndex | str | tuple[int, int, int]) -> str:
        """The sign whose best image scores higher; + on a tie."""
        plus, minus = self.score[tuple(self.checked(index))][:, 0]
        return SIGNS[int(minus > plus)]

    def kept_maps(
        self, index: ModeIndex | str | tuple[int, int, int], sign: str = "auto"
    ) -> Float32[np.ndarray, "rank side grid_h grid_w"] | None:
        """Query (side 0) and key map of each image of a list, up to their rounding; None if they were not kept."""
        layer, head, mode = self.checked(index)
        if not self.maps or mode >= self.maps["maps"].shape[2]:
            return None
        spot = (layer, head, mode, self.sign_number(index, sign))
        return self.layout.to_grid(restored({name: array[spot] for name, array in self.maps.items()}, "maps"))

    def rows(self) -> list[dict[str, Any]]:
        """A row for each place of each list."""
        found = []
        for layer, head, mode, sign, rank in zip(*np.nonzero(self.image >= 0), strict=True):
            spot = (layer, head, mode, sign, rank)
            image = int(self.image[spot])
            address = {"layer": int(layer), "head": int(head), "mode": int(mode), "sign": SIGNS[sign], "rank": int(rank)}
            known = {"image": image, "name": self.name(image), "label": self.labels.get(image)}
            found.append(
                address | known | {name: getattr(self, name)[spot].item() for name in ("score", "query_patch", "key_patch")}
            )
        return found

    def name(self, image: int) -> str:
        """The name of an image of the lists."""
        return self.names.get(image, f"image {image}")

    def checked(self, index: ModeIndex | str | tuple[int, int, int]) -> ModeIndex:
        """The address of a mode that exists."""
        index = ModeIndex.parse(index)
        for kind, value, count in zip(("layer", "head", "mode"), index, self.image.shape, strict=False):
            check_range(kind, value, count, repr(self.model))
        return index

    def sign_number(self, index: ModeIndex | str | tuple[int, int, int], sign: str) -> int:
        """Place of a sign on the axis of signs."""
        if sign not in ("auto", *SIGNS):
            raise InputError(
                f'A sign is "+", "-", or "auto" for the one with the larger score: got {sign!r}. It is probably misspelt. Use one of these.'
            )
        return SIGNS.index(self.preferred_sign(index) if sign == "auto" else sign)

    def figure(self, index: Any = None, **options: Any) -> Any:
        """A page of modes, each with the images that it answers to most, under the light of its maps, as in the paper's figures.

        Parameters
        ----------
        index
            One mode or several, such as "L8 H1 M2"; None for the first mode of each head of the layer in the middle.
        options
            `of="deciles"` for ordinary images instead of the best; `n`, images a mode; `sign="+"` or "-" instead of the one whose best
            image scores higher; `photographs=False` to leave out the pictures as they are; `palette="orange-blue"` for
            colour-blind readers; `see=model.preprocess` for pictures from their files; `theme="dark"`.

        Returns
        -------
        plotly.graph_objects.Figure
            A circle marks the patch of the largest query projection, a square that of the largest key projection.

        Raises
        ------
        InputError
            If there is no such mode or option, or deciles are asked for and no sample was drawn.
        """
        return super().figure(index, **options)

    def widget(self, **options: Any) -> Any:
        """A gallery: one mode at a time, with the images that it answers to most, to be looked through.

        Parameters
        ----------
        options
            Where it starts: `layer=4, head=2, mode=1`, `sign="+"`, "-" or "both", and
            `view={"palette": "orange-blue", "scale": "percentile", "layout": "side", "sample": "deciles"}`, of which any may be left
            out. `embed=True` carries everything, so that the view stays whole without a kernel.

        Returns
        -------
        qkwidgets.widgets.gallery.Gallery
            With `.selection`, `.to_html(path)` and `.save(path)`.

        Raises
        ------
        InputError
            If there is no such option, or no such value of one.
        """
        return super().widget(**options)

    def to_parts(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and JSON record, for a file."""
        return taken_apart(self)

    @classmethod
    def from_parts(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The answer that `to_parts` took apart."""
        return cls(**put_together(arrays, record))

    @classmethod
    def from_state(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """The answer that a sweep's state holds."""
        return cls(**read_state(arrays, record))

    def _hits(self, lists: Arrays) -> list[Hit]:
        width, columns = self.layout.grid[1], (lists[name].tolist() for name in ("image", "score", "query_patch", "key_patch"))
        return [
            Hit(image, self.name(image), self.labels.get(image), score, *(divmod(p, width) if p >= 0 else None for p in patches))
            for image, score, *patches in zip(*columns, strict=True)
            if image >= 0
        ]

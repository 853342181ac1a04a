"""Between what does each mode carry attention, and would it with other segments? The reducer behind `SemanticMap`.

Every image is asked with its own segments and, `draws` times, with segments that have nothing to do with it: those of other images of
the set, or its own, mirrored and moved as over a torus. All modes of all layers meet the same foreign segments in a draw, so the
largest value over all modes in each draw says what chance makes of the best of so many. Pairs of random directions of the same head
are asked beside the modes.

State: `sums [layer relation head draw mode]`, with draw 0 the image's own segments and random pairs behind the modes; `counts [layer
relation draw]`, the images that have such pairs; `squares` and `contribution [layer relation head mode]` of draw 0.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from qkwidgets.answers.semantic_words import choices_of
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.optimal import Side
from qkwidgets.core.semantic import RELATIONS, moved, relation_means, unit_maps
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.projecting import LayerSides, model_sides
from qkwidgets.sweeps.reducer import LayerBatch, State, Unpictured
from qkwidgets.sweeps.segmenting import batch_maps, batch_regions, segment_rows, side_by_side

AT_ONCE = 2**23
"""Sums over segments made at once."""

Donor = tuple[int, Tensor, int]
"""An image's index, its segments, and how many of them are objects."""


@dataclass(frozen=True, eq=False)
class _Ready:
    """What the reducer needs of one model."""

    sides: list[LayerSides]
    said: State
    loudness: Float[Tensor, "layer head mode"]
    layout: TokenLayout
    drawn: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Relations(Unpictured):
    """Visible contributions of every mode by relation, with the image's own segments and with foreign ones.

    Parameters
    ----------
    draws
        How often foreign segments are put in the place of an image's own.
    controls
        Pairs of random directions a head.
    donors
        Segments of images of the set, to be lent to others; empty to mirror and move an image's own instead.
    seed
        Of everything random.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If a number is out of range; in a sweep, if the images have no objects, or a projection is no number.

    Examples
    --------
    >>> Relations(draws=19).options()
    {'draws': 19, 'controls': 16, 'seed': 0, 'donors': [], 'null': 'shifts'}
    """

    draws: int = 99
    controls: int = 16
    donors: tuple[Donor, ...] = ()
    seed: int = 0
    name: str = "semantic"
    answer: str = "SemanticMap"
    _ready: _Ready | None = None

    def __post_init__(self) -> None:
        for option, least in (("draws", 19), ("controls", 1), ("seed", 0)):
            value = getattr(self, option)
            if type(value) is not int or value < least:
                raise InputError(
                    f"{option} must be a whole number of {least} or more: got {value!r}. With less, nothing can be told from chance. Give one."
                )

        if len(self.donors) == 1:
            raise InputError(
                f"Foreign segments are those of two images or more: got donors of image {self.donors[0][0]} alone. Itself it would borrow from "
                "nobody. Give more, or none, so that each image's own are moved."
            )

    def options(self) -> dict[str, Any]:
        """All that tells one such question from another."""
        own = {name: getattr(self, name) for name in ("draws", "controls", "seed")}
        return own | {"donors": [image for image, _, _ in self.donors], "null": "other images" if self.donors else "shifts"}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the transforms of a model's modes and of the random pairs, on its device."""
        sides, said = model_sides(model)
        rng = torch.Generator().manual_seed(self.seed)
        sides = [LayerSides(*(_with_random(way, self.controls, rng) for way in layer)) for layer in sides]
        scale = torch.tensor([layer.scale for layer in model.layers], dtype=torch.float64)
        loudness = (scale[:, None, None] * said["singular_values"]).to(sides[0].query.matrix)
        return replace(self, _ready=_Ready(sides, said, loudness, model.layout))

    def empty(self) -> State:
        """No image yet."""
        n_layers, n_heads, n_modes = self._ready.loudness.shape
        device, double = self._ready.loudness.device, torch.float64
        modes = n_modes + self.controls
        each = (n_layers, len(RELATIONS), n_heads)
        return dict(self._ready.said) | {
            "sums": torch.zeros(*each, 1 + self.draws, modes, dtype=double, device=device),
            "counts": torch.zeros(n_layers, len(RELATIONS), 1 + self.draws, dtype=torch.int64, device=device),
            "squares": torch.zeros(*each, modes, dtype=double, device=device),
            "contribution": torch.zeros(*each, n_modes, dtype=double, device=device),
        }

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        layer, ready = batch.layer, self._ready
        query, key = (maps.permute(1, 2, 0, 3).flatten(2) for maps in batch_maps(batch, ready.sides[layer], ready.layout))
        query, key, size = unit_maps(query, key)
        segments = self._segments(batch, query.device)
        n_heads, n_own = ready.loudness.shape[1:]
        loud = size.unflatten(1, (n_heads, -1))[..., :n_own] * ready.loudness[layer]  # [image head mode]
        step = max(1, AT_ONCE // (query.shape[-1] * (1 + self.draws) * segments.n_rows))
        for start in range(0, len(query), step):
            some = slice(start, start + step)
            found = relation_means(query[some], key[some], segments.rows(some), segments.n_objects)
            there = ~found[..., 0].isnan()  # [relation image draw]
            found = found.nan_to_num_(0.0).unflatten(-1, (n_heads, -1))
            own = found[:, :, 0]  # [relation image head mode]
            state["sums"][layer] += found.sum(dim=1, dtype=torch.float64).transpose(1, 2)
            state["counts"][layer] += there.sum(dim=1)
            state["squares"][layer] += own.double().square().sum(dim=1)
            state["contribution"][layer] += (own[..., :n_own] * loud[some]).sum(dim=1, dtype=torch.float64)

    def merge(self, one: State, other: State) -> State:
        """The sums over the images of both."""
        return {**one, **{name: one[name] + other[name] for name in ("sums", "counts", "squares", "contribution")}}

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """Options, layout and what was chosen."""
        layout = model.layout
        return {
            "options": self.options(),
            "layout": [layout.n_cls, layout.n_distill, layout.n_registers, *layout.grid],
            "site": "attn_input",
            "scale": [layer.scale for layer in model.layers],
            "choices": {choice.question: choice.choice for choice in choices_of(self.options())},
        }

    def _segments(self, batch: LayerBatch, device: torch.device) -> "_Segments":
        """Own and foreign segments of a batch; made in its first layer and used in all."""
        images, drawn = batch.images.tolist(), self._ready.drawn
        if drawn.get("images") != images:
            own = [segment_rows(regions) for regions in batch_regions(batch, "A semantic map")]
            rngs = [np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(image,))) for image in images]
            lent = [(rows, count) for _, rows, count in self.donors]
            rows, n_objects = side_by_side(own + lent)
            found = _lent(rows, len(own), [image for image, _, _ in self.donors], images, rngs, self.draws) if lent else None
            moves = None if lent else [_moves(rng, batch.layout.grid, self.draws) for rng in rngs]
            drawn.update(images=images, segments=_Segments(rows.to(device), n_objects, found, moves, batch.layout.grid))
        return drawn["segments"]


@dataclass(frozen=True)
class _Segments:
    """Segments of a batch: either which of `all_rows` each draw takes, or how each draw moves an image's own."""

    all_rows: Float[Tensor, "any_image row patch"]
    n_objects: int
    taken: Int64[Tensor, "image draw"] | None
    moves: list[tuple[Tensor, Tensor]] | None
    grid: tuple[int, int]

    @property
    def n_rows(self) -> int:
        return self.all_rows.shape[1]

    def rows(self, some: slice) -> Float[Tensor, "image draw row patch"]:
        """Own segments first, then foreign ones."""
        if self.taken is not None:
            return self.all_rows[self.taken[some].to(self.all_rows.device)]
        each = zip(self.all_rows[some], self.moves[some], strict=True)
        return torch.stack([torch.cat([rows[None], moved(rows, self.grid, *move)]) for rows, move in each])


def _lent(rows: Tensor, n_own: int, donors: list[int], images: list[int], rngs: list, draws: int) -> Int64[Tensor, "image draw"]:
    """Which rows each image takes in each draw: its own first, then those of others, each as often as the next."""
    taken = torch.empty(len(images), 1 + draws, dtype=torch.int64)
    for place, (image, rng) in enumerate(zip(images, rngs, strict=True)):
        others = n_own + np.flatnonzero(np.array(donors) != image)
        rounds = [rng.permutation(others) for _ in range(-(-draws // len(others)))]
        taken[place] = torch.from_numpy(np.concatenate([[place], *rounds])[: 1 + draws])
    return taken


def _moves(rng: np.random.Generator, grid: tuple[int, int], draws: int) -> tuple[Tensor, Tensor]:
    """Shifts and flips drawn alike from all but the one that leaves everything where it is."""
    number = rng.integers(1, 4 * grid[0] * grid[1], draws)
    place, flip = number // 4, number % 4
    shift = np.stack([place // grid[1], place % grid[1]], axis=1)
    return torch.from_numpy(shift), torch.from_numpy(np.stack([flip // 2, flip % 2], axis=1))


def _with_random(way: Side, count: int, rng: torch.Generator) -> Side:
    """A side with random unit combinations of its vectors behind them, drawn apart for every head and side."""
    mix = torch.randn(len(way.matrix), way.matrix.shape[-1], count, generator=rng, dtype=torch.float64)
    mix = (mix / mix.norm(dim=1, keepdim=True)).to(way.matrix)
    return Side(
        torch.cat([way.matrix, way.matrix @ mix], dim=-1),
        torch.cat([way.offset, (way.offset[:, None] @ mix)[:, 0]], dim=-1),
        torch.cat([way.vectors, way.vectors @ mix[list(way.again)]], dim=-1),
        way.again,
    )

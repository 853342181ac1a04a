"""What can be asked of many images at once? Whatever can be computed image by image and put together in any order.

A reducer is a commutative monoid: an empty state, a way to take in one layer of one batch, and a way to merge two states. So
the answer depends neither on how the images are shared out nor on what comes first; ties are broken by the images' indices.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self, runtime_checkable

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.data.regions import Regions
from qkwidgets.models.contract import AttentionModel
from qkwidgets.models.watch import LayerTokens

State = dict[str, Tensor]
"""Plain tensors by name, of a size that does not grow with the number of images."""

TAKEN = ("thumbnail", "label")
"""Names of what else is saved beside the states."""


class ImageRows:
    """The tokens of some images of a batch; what is not asked for is not copied."""

    def __init__(self, tokens: LayerTokens, rows: Int64[Tensor, " image"]) -> None:
        self._tokens, self._rows = tokens, rows

    @cached_property
    def x(self) -> Float[Tensor, "image token d_model"]:
        """The attention input."""
        return self._tokens.x[self._rows]

    @cached_property
    def residual(self) -> Float[Tensor, "image token d_model"]:
        """The stream before the norm."""
        return self._tokens.residual[self._rows]

    @cached_property
    def q(self) -> Float[Tensor, "image head token d_head"]:
        """Queries with their bias."""
        return self._tokens.q[self._rows]

    @cached_property
    def k(self) -> Float[Tensor, "image head token d_head"]:
        """Keys with their bias."""
        return self._tokens.k[self._rows]

    @cached_property
    def qk(self) -> Float[Tensor, "image both_heads token d_head"]:
        """The heads of the queries and those of the keys in one row."""
        return self._tokens.qk[self._rows]


class LayerBatch(NamedTuple):
    """One layer of one batch: what a reducer sees.

    `images` are the indices in the image set, on the CPU; `tokens` has `x`, `residual`, `q`, `k` and `qk` of these images, on the model's
    device, to be read during the call only. `regions` are the objects of these images on the patch grid, as far as the model sees
    them; None where the set is not a labelled one.
    """

    layer: int
    images: Int64[Tensor, " image"]
    tokens: LayerTokens | ImageRows
    layout: TokenLayout
    regions: tuple[Regions, ...] | None = None


@runtime_checkable
class Reducer(Protocol):
    """One question to many images.

    Attributes
    ----------
    name
        A word: the key of its answer, and what its tensors on disk begin with.
    answer
        The kind of its answer, as `qkwidgets.answers.registry` lists it.
    """

    name: str
    answer: str

    def options(self) -> dict[str, Any]:
        """JSON values; states of reducers with equal options may be merged."""
        ...

    def prepare(self, model: AttentionModel) -> Self:
        """The reducer with what it needs of the weights, on the model's device. Called once a process."""
        ...

    def empty(self) -> State:
        """The state of no image. Asked of a prepared reducer."""
        ...

    def update(self, state: State, batch: LayerBatch) -> None:
        """Take in one layer of one batch, in place. Asked of a prepared reducer."""
        ...

    def merge(self, one: State, other: State) -> State:
        """The state of the images of both."""
        ...

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """JSON values that the answer needs beside the arrays."""
        ...

    def pictured(self, state: State) -> Int64[Tensor, " image"]:
        """The images that its answer shows, most wanted first."""
        ...


class Unpictured:
    """A reducer whose answer shows no image. (A base class, since each of its heirs would only repeat the method.)"""

    def pictured(self, state: State) -> Int64[Tensor, " image"]:
        """No images."""
        return torch.empty(0, dtype=torch.int64)


class Summed(Unpictured):
    """A reducer whose state is sums over images, which add up, and whose answer shows no image."""

    def merge(self, one: State, other: State) -> State:
        """The sums over the images of both."""
        return {part: one[part] + other[part] for part in one}


def named(reducers: Any) -> tuple[Reducer, ...]:
    """The reducers, one or several, if each has a name of its own.

    Raises
    ------
    InputError
        If there is none, one is something else, or two have the same name.
    """
    listed = tuple(reducers) if isinstance(reducers, Sequence) else (reducers,)
    for reducer in listed:
        if isinstance(reducer, type) or not isinstance(reducer, Reducer):
            given = f"the class {reducer.__name__}" if isinstance(reducer, type) else f"one of type {type(reducer).__name__}"
            raise InputError(
                f"A sweep feeds reducers: got {given}. They lie in qkwidgets.sweeps, and are made by a call. Pass for instance "
                "qkwidgets.sweeps.TopImages(k=8)."
            )
        if not reducer.name.isidentifier() or reducer.name in TAKEN:
            raise InputError(
                f"A reducer's name must be one word, and not {' or '.join(map(repr, TAKEN))}: got {reducer.name!r}. Files begin with it. Name "
                "it otherwise."
            )
    names = [reducer.name for reducer in listed]
    if not names or len(set(names)) < len(names):
        raise InputError(
            f"A sweep needs reducers of different names: got {', '.join(map(repr, names)) or 'none'}. Their names are the keys of their "
            "answers. Give each a name of its own."
        )
    return listed

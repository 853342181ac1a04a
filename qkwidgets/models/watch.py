"""What do the queries and keys of each layer look like, while the forward pass runs?

A model computes its queries and keys anyway; whoever needs them for many images takes them from there instead of computing
them again. They are read from the output of the module that projects, and computed from the attention input where a
model does without calling one. One layer is held at a time, and the pass ends when the last layer has been seen.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cached_property
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qkwidgets.models.capture import Enough, Hook, bound, forward, hooked


class Tap(NamedTuple):
    """Where a projection comes out of a model: columns `start` to `stop` of what `module` returns, head by head."""

    module: nn.Module
    start: int
    stop: int


class Projection(NamedTuple):
    """How one side, query or key, gets from tokens to heads: its weights, and its tap where there is one."""

    weight: Float[Tensor, "head d_model d_head"]
    bias: Float[Tensor, "head d_head"] | None
    tap: Tap | None


def adjoining(one: Tap | None, other: Tap | None) -> bool:
    """Whether the columns of the second follow those of the first.

    Examples
    --------
    >>> both = nn.Linear(4, 12)
    >>> adjoining(Tap(both, 0, 4), Tap(both, 4, 8)), adjoining(Tap(both, 4, 8), Tap(both, 0, 4))
    (True, False)
    """
    return one is not None and other is not None and one.module is other.module and one.stop == other.start


class LayerTokens:
    """One layer's tokens during a forward pass: the attention input, the queries and keys made of it, and the residual before.

    On the model's device and in the precision of the pass. They belong to the model: they are to be read, not written, and
    not to be kept.
    """

    def __init__(
        self, x: Tensor, query: Projection, key: Projection, outputs: dict[nn.Module, Tensor], residual: Tensor | None = None
    ) -> None:
        self.x: Float[Tensor, "image token d_model"] = x
        self.residual: Float[Tensor, "image token d_model"] = x if residual is None else residual
        self._sides, self._outputs = (query, key), outputs

    @cached_property
    def q(self) -> Float[Tensor, "image head token d_head"]:
        """Queries with their bias, before any norm or rotation of them."""
        return self._side(self._sides[0])

    @cached_property
    def k(self) -> Float[Tensor, "image head token d_head"]:
        """Keys with their bias, before any norm or rotation of them."""
        return self._side(self._sides[1])

    @cached_property
    def qk(self) -> Float[Tensor, "image both_heads token d_head"]:
        """The heads of the queries and those of the keys in one row; nothing is copied where one product of the model makes both."""
        query, key = self._sides
        if adjoining(query.tap, key.tap) and query.tap.module in self._outputs:
            return self._tapped(query.tap._replace(stop=key.tap.stop), len(query.weight) + len(key.weight))
        return torch.cat([self.q, self.k], dim=1)

    def _side(self, side: Projection) -> Tensor:
        if side.tap is not None and side.tap.module in self._outputs:
            return self._tapped(side.tap, len(side.weight))
        made = torch.einsum("itd,hde->ihte", self.x, side.weight.to(self.x.dtype))
        return made if side.bias is None else made + side.bias.to(made.dtype)[:, None, :]

    def _tapped(self, tap: Tap, n_heads: int) -> Tensor:
        return self._outputs[tap.module][..., tap.start : tap.stop].unflatten(-1, (n_heads, -1)).transpose(-2, -3)


Visit = Callable[[int, LayerTokens], None]


def watch(
    module: nn.Module,
    layers: Sequence[tuple[nn.Module, Projection, Projection] | tuple[nn.Module, Projection, Projection, nn.Module | None]],
    pixels: Float[Tensor, "image 3 h w"],
    visit: Visit,
    dtype: torch.dtype | None,
) -> None:
    """Run a model and show the tokens of each layer to `visit`, in order of execution.

    Parameters
    ----------
    module, layers
        The model; its attention modules in order of execution, each with its query and key side, and the norm before it, if any.
    pixels
        On the model's device, in its precision.
    visit
        Called with the number of the layer and its tokens.
    dtype
        Of the products, under autocast; None for the model's own.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> seen = []
    >>> model.watch(torch.zeros(2, 3, 64, 64), lambda layer, tokens: seen.append((layer, tuple(tokens.q.shape))))
    >>> seen[0], len(seen)
    ((0, (2, 4, 65, 32)), 6)
    """
    watchers = [_Watcher(number, len(layers), visit, *layer) for number, layer in enumerate(layers)]
    precision = nullcontext() if dtype is None else torch.autocast(pixels.device.type, dtype)
    with precision, hooked(handle for watcher in watchers for handle in watcher.handles()):
        forward(module, pixels)


class _Watcher:
    """Sees one layer pass: `visit` is called once, as soon as both sides have come out."""

    def __init__(
        self,
        number: int,
        count: int,
        visit: Visit,
        attention: nn.Module,
        query: Projection,
        key: Projection,
        norm: nn.Module | None = None,
    ) -> None:
        self.number, self.last = number, number == count - 1
        self.attention, self.norm, self.query, self.key, self.visit = attention, norm, query, key, visit
        self.taps = {side.tap.module for side in (query, key) if side.tap is not None}
        self.x: Tensor | None = None
        self.residual: Tensor | None = None
        self.outputs: dict[nn.Module, Tensor] = {}

    def handles(self) -> list[Any]:
        before = [] if self.norm is None else [self.norm.register_forward_pre_hook(Hook(self._before), with_kwargs=True)]
        return [
            *before,
            self.attention.register_forward_pre_hook(Hook(self._enter), with_kwargs=True),
            *(module.register_forward_hook(Hook(self._tapped)) for module in self.taps),
            self.attention.register_forward_hook(Hook(self._leave)),
        ]

    def _before(self, part: nn.Module, positional: tuple, keywords: dict) -> None:
        self.residual = next(iter(bound(part, positional, keywords).values()))

    def _enter(self, part: nn.Module, positional: tuple, keywords: dict) -> None:
        self.x = next(iter(bound(part, positional, keywords).values()))

    def _tapped(self, module: nn.Module, _positional: tuple, output: Tensor) -> None:
        self.outputs[module] = output
        if self.x is not None and len(self.outputs) == len(self.taps):
            self._show()

    def _leave(self, *_call: Any) -> None:
        if self.x is not None:  # a model that multiplies with the weights of its projections without calling them
            self._show()

    def _show(self) -> None:
        tokens = LayerTokens(self.x, self.query, self.key, self.outputs, self.residual)
        self.x, self.residual, self.outputs = None, None, {}
        self.visit(self.number, tokens)
        if self.last:
            raise Enough

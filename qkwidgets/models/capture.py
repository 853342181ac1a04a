"""What does the attention of a model receive? Hooks on the inputs of its attention modules, never maps that it returns.

Fused kernels hide the softmax, and libraries return `None` for attention maps or leave the fused path to compute them;
the input of an attention module is always there. Arguments are bound by name with `inspect.signature`, since position
terms travel as positional arguments in one version of a library and as keywords in the next.
"""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn


@dataclass
class Call:
    """One call of an attention module: its arguments by name, and what it returned."""

    name: str
    module: nn.Module
    arguments: dict[str, Any]
    norms: "list[NormCall]"
    output: Any = None

    @property
    def x(self) -> Any:
        """The first argument."""
        return next(iter(self.arguments.values()), None)

    @property
    def others(self) -> dict[str, Any]:
        """All arguments but the first, catch-all arguments spread out."""
        flat = {}
        for key, value in list(self.arguments.items())[1:]:
            flat |= value if isinstance(value, dict) else {key: value}
        return flat


@dataclass
class NormCall:
    """A norm, and the output it gave since the attention module before this one was called."""

    module: nn.Module
    output: Tensor


class Enough(Exception):
    """Ends a forward pass of which no more is needed."""


class Hook:
    """A hook of ours. A model that is copied or sent elsewhere in the midst of a pass leaves it behind."""

    def __init__(self, called: Callable) -> None:
        self._called = called

    def __call__(self, *call: Any) -> Any:
        return self._called(*call)

    def __reduce__(self) -> tuple[Callable, tuple]:
        return _LeftBehind, ()


class _LeftBehind:
    """What stands in a copy for a hook of ours until the copy is whole."""


@dataclass(frozen=True, eq=False)
class AttentionRunner:
    """A model with its attention modules in order of execution.

    For each the norm before it, None in post-norm layers, and the taps of its queries and keys, None where there is none.
    """

    module: nn.Module
    attention: tuple[nn.Module, ...]
    norms: tuple[nn.Module | None, ...]
    taps: tuple[tuple[Any, Any], ...]

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for part in self.module.modules():
            for hooks, marks in (
                (part._forward_hooks, part._forward_hooks_with_kwargs),
                (part._forward_pre_hooks, part._forward_pre_hooks_with_kwargs),
            ):
                for number in [number for number, hook in hooks.items() if isinstance(hook, _LeftBehind)]:
                    del hooks[number]
                    marks.pop(number, None)

    @property
    def device(self) -> torch.device:
        return next(self.module.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        return next(self.module.parameters()).dtype

    def attn_inputs(self, pixels: Float[Tensor, "image 3 h w"], batch_size: int) -> list[Float[Tensor, "image token d_model"]]:
        """The input of every attention module."""
        return self._inputs_of(self.attention, pixels, batch_size)

    def residuals(self, pixels: Float[Tensor, "image 3 h w"], batch_size: int) -> list[Float[Tensor, "image token d_model"]]:
        """The input of the norm before every attention module, or of the module itself where there is no norm."""
        watched = [norm if norm is not None else module for norm, module in zip(self.norms, self.attention, strict=True)]
        return self._inputs_of(watched, pixels, batch_size)

    def _inputs_of(self, modules: Sequence[nn.Module], pixels: Tensor, batch_size: int) -> list[Tensor]:
        at_least = torch.promote_types(self.dtype, torch.float32)
        pixels = pixels.to(self.device, self.dtype)
        batches = [inputs_of(self.module, modules, batch) for batch in pixels.split(batch_size)]
        return [torch.cat(layer).to(at_least) for layer in zip(*batches, strict=True)]


def inputs_of(module: nn.Module, parts: Sequence[nn.Module], pixels: Float[Tensor, "image 3 h w"]) -> list[Tensor]:
    """What some parts of a model receive, in the order given; the forward pass ends when the last of them is reached.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(3, 8, 4), nn.Flatten())
    >>> inputs_of(model, [model[1]], torch.zeros(1, 3, 4, 4))[0].shape
    torch.Size([1, 8, 1, 1])
    """
    seen: dict[nn.Module, Tensor] = {}

    def watch(part: nn.Module, positional: tuple, keywords: dict) -> None:
        seen[part] = next(iter(bound(part, positional, keywords).values()))
        if len(seen) == len(parts):
            raise Enough

    with hooked(part.register_forward_pre_hook(Hook(watch), with_kwargs=True) for part in parts):
        forward(module, pixels)
    return [seen[part] for part in parts]


def forward(module: nn.Module, pixels: Float[Tensor, "image 3 h w"]) -> None:
    """One forward pass for its hooks: evaluation mode, no gradients; the modules' own modes are put back.

    Examples
    --------
    >>> forward(nn.Conv2d(3, 8, 4), torch.zeros(1, 3, 8, 8))
    """
    training = [part for part in module.modules() if part.training]
    try:
        module.eval()
        with torch.inference_mode():
            module(pixels)
    except Enough:
        pass
    finally:
        for part in training:
            part.training = True


def attention_calls(module: nn.Module, named: dict[str, nn.Module], pixels: Float[Tensor, "image 3 h w"]) -> list[Call]:
    """The calls of the named attention modules in one forward pass, in order of execution.

    Parameters
    ----------
    module, named
        The model, and those of its parts that look like attention, by path.
    pixels
        One image of the size that the model takes, or a few.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> model = BuiltinViT()
    >>> parts = {f"blocks.{i}.attn": block.attn for i, block in enumerate(model.blocks)}
    >>> calls = attention_calls(model, parts, torch.zeros(1, 3, 64, 64))
    >>> [call.name for call in calls][:2], list(calls[0].arguments), calls[0].output.shape
    (['blocks.0.attn', 'blocks.1.attn'], ['x'], torch.Size([1, 65, 128]))
    """
    calls: list[Call] = []
    pending: list[Call] = []
    norms: list[NormCall] = []

    def before(name: str) -> Callable:
        def hook(part: nn.Module, positional: tuple, keywords: dict) -> None:
            call = Call(name, part, bound(part, positional, keywords), norms.copy())
            norms.clear()
            calls.append(call)
            pending.append(call)

        return hook

    def after(_part: nn.Module, _positional: tuple, output: Any) -> None:
        pending.pop().output = output

    def normed(part: nn.Module, _positional: tuple, output: Any) -> None:
        norms.append(NormCall(part, output))

    handles = [part.register_forward_pre_hook(before(name), with_kwargs=True) for name, part in named.items()]
    handles += [part.register_forward_hook(after) for part in named.values()]
    handles += [part.register_forward_hook(normed) for part in module.modules() if is_norm(part)]
    with hooked(handles):
        forward(module, pixels)
    return calls


def bound(module: nn.Module, positional: tuple, keywords: dict) -> dict[str, Any]:
    """The arguments of a call of `module` by the names that its `forward` gives them.

    Examples
    --------
    >>> bound(nn.Linear(2, 2), (1,), {})
    {'input': 1}
    """
    return dict(inspect.signature(module.forward).bind(*positional, **keywords).arguments)


def is_norm(module: nn.Module) -> bool:
    """Whether a module normalises each token: a layer norm or RMS norm, of whichever library.

    Examples
    --------
    >>> is_norm(nn.LayerNorm(4)), is_norm(nn.BatchNorm2d(4)), is_norm(nn.Identity())
    (True, False, False)
    """
    kind = type(module).__name__.lower()
    return "norm" in kind and not any(other in kind for other in ("batch", "group", "instance", "2d"))


@contextmanager
def hooked(handles) -> Iterator[None]:
    """Keep hooks for the length of a `with`.

    Examples
    --------
    >>> part = nn.Identity()
    >>> with hooked([part.register_forward_hook(lambda *call: print("called"))]):
    ...     _ = part(1)
    called
    >>> _ = part(1)
    """
    handles = list(handles)
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()

"""Which attention has no query-key modes, or none that this version reads? Each mark has its own sentence.

A mark is a fact about an attention module or about one call of it. Marks come before any algebra, because algebra alone
would be fooled: attention inside windows passes every check of its numbers, and differential attention has the same
children as the plain one.
"""

from collections.abc import Callable
from typing import NamedTuple, NoReturn

from torch import Tensor, nn

from qkwidgets.core.errors import UnsupportedModelError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.capture import Call
from qkwidgets.models.structure import child, n_heads_of

CHOOSE = "Choose a model with softmax attention over all tokens; `qkwidgets models` lists them."
LATER = "This version does not read that yet. `qkwidgets models` lists what it reads."


class Mark(NamedTuple):
    """How a kind of attention is recognised, and what is said of it after the model's name."""

    seen: Callable[[nn.Module], bool]
    sentence: str


NEVER = (
    Mark(
        lambda part: child(part, "proj_l") is not None,
        "mixes its heads' scores before the softmax (talking heads), so that no single head has an interaction W_Q W_K^T. "
        + CHOOSE,
    ),
    Mark(
        lambda part: isinstance(getattr(part, "temperature", None), Tensor),
        "attends over channels (cross-covariance attention), so it has no token-to-token scores and no query-key modes. "
        + CHOOSE,
    ),
    Mark(
        lambda part: any(name.startswith("lambda_") for name, _ in part.named_parameters(recurse=False)),
        "subtracts two softmaxes (differential attention), so that an attention weight has no single score and no single set "
        "of modes. " + CHOOSE,
    ),
    Mark(
        lambda part: isinstance(getattr(part, "gating_param", None), Tensor),
        "mixes its softmax with a second one over positions (gated attention), so that an attention weight has no single "
        "score. " + CHOOSE,
    ),
    Mark(
        lambda part: any(child(part, name) is not None for name in ("sr", "pool_k", "pool_q")),
        "pools its keys or queries before it compares them, so that there is no map from patch to patch. " + CHOOSE,
    ),
)
"""Marks seen in the module itself, of attention that has no modes."""

NOT_YET = (
    Mark(
        lambda part: any("relative_position" in name or "rel_pos" in name for name, _ in part.named_parameters()),
        "adds a relative position bias to its scores, which are then not made of query-key modes alone. " + LATER,
    ),
    Mark(
        lambda part: child(part, "q_norm") is not None or child(part, "k_norm") is not None,
        "normalises its queries and keys (query-key norm), which gives every token a gain of its own in the scores. " + LATER,
    ),
    Mark(
        lambda part: child(part, "gate") is not None,
        "multiplies what its heads read by a gate (gated attention output), which the check of its output cannot rebuild. "
        + LATER,
    ),
    Mark(
        lambda part: isinstance(part, nn.MultiheadAttention),
        "uses torch's nn.MultiheadAttention. " + LATER,
    ),
    Mark(
        lambda part: _has(part, "in_proj", "attn_out_proj"),
        "computes attention and MLP in parallel from one projection. " + LATER,
    ),
    Mark(
        lambda part: isinstance(getattr(part, "q_bias", None), Tensor),
        "keeps the biases of queries and values outside its fused projection. " + LATER,
    ),
    Mark(
        lambda part: _has(part, "q_proj", "k_proj", "v_proj") or _has(part, "query", "key", "value"),
        "keeps queries, keys and values in separate projections. " + LATER,
    ),
)
"""Marks seen in the module itself, of attention that has modes, which a later version will read."""

ROTARY = "turns queries and keys by their positions (rotary embedding), so that each offset has modes of its own. " + LATER
ARGUMENTS = {
    "rope": ROTARY,
    "rotary": ROTARY,
    "position_embeddings": ROTARY,
    "rel_pos": NOT_YET[0].sentence,
    "mask": "masks its scores. " + LATER,
}
"""Arguments of the call that are known, by a part of their name."""


def refuse_marked(model: str, part: nn.Module, marks: tuple[Mark, ...]) -> None:
    """Raise with the sentence of the first mark that is seen on an attention module.

    Examples
    --------
    >>> refuse_marked("my_model", nn.MultiheadAttention(8, 2), NOT_YET)
    Traceback (most recent call last):
    qkwidgets.core.errors.UnsupportedModelError: 'my_model' uses torch's nn.MultiheadAttention. This version does not read...
    """
    for mark in marks:
        if mark.seen(part):
            raise UnsupportedModelError(f"'{model}' {mark.sentence}")


def refuse_arguments(model: str, call: Call) -> None:
    """Raise if the call got a tensor besides its tokens: each such term acts on the scores, known or not.

    Examples
    --------
    >>> import torch
    >>> refuse_arguments("my_model", Call("attn", nn.Identity(), {"x": None, "alibi": torch.zeros(1, 12, 197, 197)}, []))
    Traceback (most recent call last):
    qkwidgets.core.errors.UnsupportedModelError: 'my_model' passes 'alibi' [1, 12, 197, 197] to its attention and qkwidgets
    does not know what that does to the scores. ...
    """
    if call.others.get("is_causal"):
        raise UnsupportedModelError(f"'{model}' {ARGUMENTS['mask']}")
    for name, value in call.others.items():
        if not _holds_tensor(value):
            continue
        known = next((sentence for part, sentence in ARGUMENTS.items() if part in name), None)
        if known:
            raise UnsupportedModelError(f"'{model}' {known}")
        shape = list(value.shape) if isinstance(value, Tensor) else type(value).__name__
        raise UnsupportedModelError(
            f"'{model}' passes '{name}' {shape} to its attention and qkwidgets does not know what that does to the scores. It is "
            f"probably a position term. Please report the class {type(call.module).__name__}."
        )


def refuse_windows(model: str, layer: int, call: Call, layout: TokenLayout | None) -> None:
    """Raise unless the call saw one image's tokens, all of them, as `[image, token, d_model]`.

    Examples
    --------
    >>> import torch
    >>> call = Call("attn", nn.Identity(), {"x": torch.zeros(64, 49, 96)}, [])
    >>> refuse_windows("swin", 0, call, TokenLayout(n_cls=0, grid=(56, 56)))
    Traceback (most recent call last):
    qkwidgets.core.errors.UnsupportedModelError: 'swin' attends inside 7 x 7 windows: layer 0 sees 49 tokens at a time, not
    the 3136 of the image, so there is no map of the whole image. Choose a model with global attention.
    """
    x = call.x
    if not isinstance(x, Tensor) or x.ndim != 3:
        shape = list(x.shape) if isinstance(x, Tensor) else type(x).__name__
        raise UnsupportedModelError(
            f"'{model}' must hand its attention one row a token, [image, token, d_model]: layer {layer} got {shape}. It is "
            f"probably a model of pictures and windows, whose tokens are in no single sequence. {CHOOSE}"
        )
    seen, side = x.shape[1], round(x.shape[1] ** 0.5)
    if len(x) > 1:
        windows = f"{side} x {side} windows" if side * side == seen else "windows"
        image = f", not the {layout.n_tokens} of the image" if layout else f", in {len(x)} groups"
        raise UnsupportedModelError(
            f"'{model}' attends inside {windows}: layer {layer} sees {seen} tokens at a time{image}, so there is no map of the "
            "whole image. Choose a model with global attention."
        )
    if layout is not None and seen != layout.n_tokens:
        raise UnsupportedModelError(
            f"'{model}' must attend over the {layout.n_tokens} tokens of its patch grid "
            f"({', '.join([*layout.prefix_names, 'patches'])}: {layout.grid[0]} x {layout.grid[1]}): layer {layer} attends over "
            f"{seen}. Its tokens are probably merged on the way, or preceded by some of another kind. {CHOOSE}"
        )


def refuse_unread(model: str, layer: int, part: nn.Module) -> NoReturn:
    """Raise with what is missing in an attention module that no reader knows.

    Examples
    --------
    >>> refuse_unread("my_model", 3, nn.Linear(2, 2))
    Traceback (most recent call last):
    qkwidgets.core.errors.UnsupportedModelError: Layer 3 of 'my_model' could not be read: Linear does not name its heads...
    """
    odd = next((name for name in ("qkv", "proj") if _has(part, name) and not isinstance(child(part, name), nn.Linear)), None)
    if odd and any(_has(child(part, odd), wrapped) for wrapped in ("base_layer", "lora_A")):
        cause, remedy = f"its '{odd}' is wrapped by an adapter (LoRA)", "Merge the adapter into the weights first"
    elif odd:
        cause = f"its '{odd}' is a {type(child(part, odd)).__name__}, not an nn.Linear with a plain weight"
        remedy = "Dequantise or unwrap it first, if it is one, else choose another model"
    elif n_heads_of(part) is None:
        cause, remedy = f"{type(part).__name__} does not name its heads (num_heads)", "Add that attribute, or report the class"
    else:
        cause = f"the rows of {type(part).__name__} do not split into queries, keys and values of {n_heads_of(part)} heads each"
        remedy = "Grouped-query attention is not read yet; choose another model, or report the class"
    raise UnsupportedModelError(f"Layer {layer} of '{model}' could not be read: {cause}. {remedy}.")


def _has(part: nn.Module | None, *names: str) -> bool:
    return part is not None and all(child(part, name) is not None for name in names)


def _holds_tensor(value: object) -> bool:
    return isinstance(value, Tensor) or (isinstance(value, tuple | list) and any(map(_holds_tensor, value)))

"""Which parts of a model are attention, and where are their weights? Decided by their children, never by the model's name.

A family that stores its projections in another way gets another reader in `READERS`; nothing else changes. Facts about
layouts: fused rows hold queries, keys, values in this order, each head by head, so that with `d_head` rows a head
`weight.reshape(3, n_heads, d_head, d_model)` separates them (timm, DINO, DINOv2 and the built-in model).
"""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from qkwidgets.models.contract import LayerWeights
from qkwidgets.models.watch import Tap

SIGNS = (
    {"qkv"},
    {"q", "k", "v"},
    {"q", "kv"},
    {"qk", "v"},
    {"q_proj", "k_proj", "v_proj"},
    {"query", "key", "value"},
    {"c_attn", "c_proj"},
    {"in_proj", "attn_out_proj"},
)
"""Children by which attention is known, whether it can be read or must be refused in its own words."""


class Linear(NamedTuple):
    """A linear map as `nn.Linear` stores it."""

    weight: Float[Tensor, "out d_model"]
    bias: Float[Tensor, " out"] | None


class Parts(NamedTuple):
    """What one attention module is made of; `between` acts on all heads together before the output projection.

    The taps are where queries and keys come out while the model runs, None where no module of the model returns them.
    """

    q: Linear
    k: Linear
    v: Linear
    out: Linear
    n_heads: int
    scale: float
    between: nn.Module | None
    query_tap: Tap | None = None
    key_tap: Tap | None = None


def attention_parts(module: nn.Module) -> dict[str, nn.Module]:
    """All parts of a model that look like attention, by path, in order of registration.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> list(attention_parts(BuiltinViT()))[:2]
    ['blocks.0.attn', 'blocks.1.attn']
    """
    return {name: part for name, part in module.named_modules() if _looks_like_attention(part)}


def read_parts(part: nn.Module) -> Parts | None:
    """The projections of an attention module, by the first reader that knows its structure; None if none does.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import Attention
    >>> parts = read_parts(Attention(128, 4))
    >>> parts.q.weight.shape, parts.n_heads, parts.scale == 32**-0.5
    (torch.Size([128, 128]), 4, True)
    """
    return next((parts for reader in READERS if (parts := reader(part)) is not None), None)


def child(part: nn.Module, name: str) -> nn.Module | None:
    """A child that does something: None where there is none, or where it is an `nn.Identity`.

    Examples
    --------
    >>> child(nn.Sequential(nn.Identity()), "0") is None
    True
    """
    found = dict(part.named_children()).get(name)
    return None if isinstance(found, nn.Identity) else found


def layer_weights(parts: Parts, layer_scale: Float[Tensor, " d_model"] | None, norm: nn.Module | None) -> LayerWeights:
    """The weights of one layer head by head, as views of the stored tensors.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import Attention
    >>> layer_weights(read_parts(Attention(128, 4)), None, None)
    LayerWeights(4 heads, d_model 128, d_head 32)
    """
    n_heads = parts.n_heads
    out = None if parts.between is not None else parts.out.weight.detach().T.unflatten(0, (n_heads, -1))
    return LayerWeights(
        W_Q=by_head(parts.q.weight, n_heads),
        W_K=by_head(parts.k.weight, n_heads),
        W_V=by_head(parts.v.weight, n_heads),
        b_Q=bias_by_head(parts.q.bias, n_heads),
        b_K=bias_by_head(parts.k.bias, n_heads),
        b_V=bias_by_head(parts.v.bias, n_heads),
        W_O=out,
        b_O=_stored(parts.out.bias),
        scale=parts.scale,
        layer_scale=_stored(layer_scale),
        norm_gain=_stored(getattr(norm, "weight", None)),
        norm_shift=_stored(getattr(norm, "bias", None)),
    )


def by_head(weight: Float[Tensor, "out d_model"], n_heads: int) -> Float[Tensor, "head d_model d_head"]:
    """Linear rows, head by head, as tokens-are-rows weights.

    Examples
    --------
    >>> import torch
    >>> by_head(torch.zeros(128, 64), 4).shape
    torch.Size([4, 64, 32])
    """
    return weight.detach().unflatten(0, (n_heads, -1)).mT


def bias_by_head(bias: Float[Tensor, " out"] | None, n_heads: int) -> Float[Tensor, "head d_head"] | None:
    """A bias head by head; None stays None.

    Examples
    --------
    >>> bias_by_head(None, 4) is None
    True
    """
    return None if bias is None else bias.detach().unflatten(0, (n_heads, -1))


def layer_scale_beside(module: nn.Module, path: str) -> Float[Tensor, " d_model"] | None:
    """The LayerScale that follows the attention module at `path`, if its block has one.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> layer_scale_beside(BuiltinViT(), "blocks.0.attn") is None
    True
    """
    block = module.get_submodule(path.rpartition(".")[0])
    after = child(block, "ls1") or child(block, "ls")
    gain = getattr(after, "gamma", None) if after is not None else getattr(block, "gamma_1", None)
    return gain if isinstance(gain, Tensor) else None


def n_heads_of(part: nn.Module) -> int | None:
    """The number of query heads that an attention module names.

    Examples
    --------
    >>> n_heads_of(nn.MultiheadAttention(8, 2)), n_heads_of(nn.Identity())
    (2, None)
    """
    named = (getattr(part, name, None) for name in ("num_heads", "n_heads", "num_attention_heads"))
    return next((number for number in named if isinstance(number, int)), None)


def _fused(part: nn.Module) -> Parts | None:
    """One `qkv` for all three, and `proj`."""
    qkv, proj, n_heads = child(part, "qkv"), child(part, "proj"), n_heads_of(part)
    if not (isinstance(qkv, nn.Linear) and isinstance(proj, nn.Linear) and n_heads):
        return None
    if len(qkv.weight) % (3 * n_heads):
        return None
    biases = [None] * 3 if qkv.bias is None else qkv.bias.chunk(3)
    q, k, v = (Linear(weight, bias) for weight, bias in zip(qkv.weight.chunk(3), biases, strict=True))
    scale = getattr(part, "scale", None)
    scale = float(scale) if isinstance(scale, float | int) else (len(q.weight) // n_heads) ** -0.5
    taps = (Tap(qkv, start, start + len(q.weight)) for start in (0, len(q.weight)))
    return Parts(q, k, v, Linear(proj.weight, proj.bias), n_heads, scale, child(part, "norm"), *taps)


READERS = (_fused,)
"""Tried in turn. A reader returns None where the structure is not its own."""


def _looks_like_attention(part: nn.Module) -> bool:
    names = {name for name, found in part.named_children() if found is not None}
    return isinstance(part, nn.MultiheadAttention) or any(sign <= names for sign in SIGNS)


def _stored(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.detach()

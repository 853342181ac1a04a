"""Does the attention, rebuilt from the weights that were read, give what the model's own gives?

The output of an attention module always exists, whatever kernel computes it, so every layer of every model is checked
against it when the model is read. It cannot see the key bias, which softmax cancels: tests compare scores for that.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.errors import UnsupportedModelError
from qkwidgets.models.capture import Call
from qkwidgets.models.contract import LayerWeights
from qkwidgets.models.structure import Parts

LIMITS = {torch.float64: 1e-10, torch.float32: 1e-4, torch.bfloat16: 2e-2, torch.float16: 5e-3}
"""Largest error relative to the largest output. Measured on 319 models: at most 2e-6 in float32; the smallest real mistake
costs 0.05."""


def output_error(call: Call, parts: Parts, weights: LayerWeights) -> float:
    """Largest difference between the rebuilt and the model's own output of one attention call, relative to the largest output.

    Computed in float32 or better. NaN if anything is NaN.
    """
    at_least = torch.promote_types(call.x.dtype, torch.float32)
    with torch.inference_mode():
        output = (call.output[0] if isinstance(call.output, tuple) else call.output).to(at_least)
        rebuilt = _output(call.x.to(at_least), parts, weights)
        error = (rebuilt - output).abs().max() / output.abs().max().clamp(min=torch.finfo(at_least).tiny)
    return float(error)


def confirm(model: str, layer: int, call: Call, parts: Parts, weights: LayerWeights) -> float:
    """The output error of a layer, if it is small.

    Raises
    ------
    UnsupportedModelError
        If it is above the limit for the model's precision, or not a number.
    """
    limit = LIMITS[call.x.dtype]
    error = output_error(call, parts, weights)
    if error <= limit:  # NaN is not
        return error
    raise UnsupportedModelError(
        f"Layer {layer} of '{model}' could not be read: rebuilt from its weights its output is off by {error:.2g} (limit "
        f"{limit:g}). A term of its scores is probably missing here. Please report the class {type(call.module).__name__}."
    )


def _output(x: Float[Tensor, "image token d_model"], parts: Parts, weights: LayerWeights) -> Tensor:
    q, k, v = (
        _projected(x, weight, bias)
        for weight, bias in ((weights.W_Q, weights.b_Q), (weights.W_K, weights.b_K), (weights.W_V, weights.b_V))
    )
    heads = (weights.scale * q @ k.mT).softmax(-1) @ v
    joined = heads.transpose(1, 2).flatten(2)
    if parts.between is not None:
        joined = parts.between(joined.to(parts.out.weight.dtype)).to(x.dtype)
    projected = joined @ parts.out.weight.to(x.dtype).T
    return projected if parts.out.bias is None else projected + parts.out.bias.to(x.dtype)


def _projected(x: Tensor, weight: Tensor, bias: Tensor | None) -> Float[Tensor, "image head token d_head"]:
    projected = x[:, None] @ weight.to(x.dtype)
    return projected if bias is None else projected + bias.to(x.dtype)[:, None]

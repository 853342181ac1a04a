"""What would a model make of its images if some tokens could not attend to some others? Attention made anew, from q, k and v.

While a cut lasts, every attention module gives what softmax over the allowed keys alone gives, with the model's own weights. Nothing is
left behind in the model. The modules themselves still run; what they return is replaced.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qkwidgets.core.errors import UnsupportedModelError
from qkwidgets.models.capture import Hook, bound, hooked, is_norm
from qkwidgets.models.contract import AttentionModel, LayerWeights


@contextmanager
def attention_cut(model: AttentionModel, allowed: Bool[Tensor, "query_token key_token"]) -> Iterator[nn.Module]:
    """The module of a model, in whose layers each query sees the allowed keys only; to be called inside a `with`.

    Raises
    ------
    UnsupportedModelError
        If heads do not simply add up, or scores are not products of queries and keys as projected.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model, pixels = qk.load_model(), torch.zeros(1, 3, 64, 64)
    >>> with torch.inference_mode(), attention_cut(model, torch.ones(65, 65, dtype=torch.bool)) as module:
    ...     uncut = module(pixels)
    >>> with torch.inference_mode():
    ...     torch.allclose(uncut.position, model._runner.module(pixels).position, atol=1e-4)
    True
    """
    for weights in model.layers:
        special = (weights.q_norm, weights.k_norm, weights.rotation, weights.additive)
        if weights.W_O is None or any(part is not None for part in special):
            raise UnsupportedModelError(
                f"Attention is made anew where heads add up and scores are products of queries and keys as projected: '{model.name}' does "
                "something between. This version does not cut it. Use a model without."
            )
    parts = zip(model._runner.attention, model.layers, strict=True)
    with hooked(part.register_forward_hook(Hook(_replaced(weights, allowed)), with_kwargs=True) for part, weights in parts):
        yield model._runner.module


def cut_output(
    x: Float[Tensor, "image token d_model"], weights: LayerWeights, allowed: Bool[Tensor, "query_token key_token"]
) -> Float[Tensor, "image token d_model"]:
    """What one layer's attention adds to the residual (before any LayerScale) if each query sees the allowed keys only.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> cut_output(torch.zeros(1, 65, 128), model.layers[0], torch.eye(65, dtype=torch.bool)).shape
    torch.Size([1, 65, 128])
    """
    q, k, v = (
        torch.einsum("itd,hde->ihte", x, W) + (0 if b is None else b[:, None])
        for W, b in ((weights.W_Q, weights.b_Q), (weights.W_K, weights.b_K), (weights.W_V, weights.b_V))
    )
    score = (weights.scale * q @ k.mT).masked_fill(~allowed.to(x.device), -torch.inf)
    made = torch.einsum("ihte,hed->itd", score.softmax(dim=-1) @ v, weights.W_O)
    return made if weights.b_O is None else made + weights.b_O


def _replaced(weights: LayerWeights, allowed: Tensor) -> Callable:
    def hook(part: nn.Module, positional: tuple, keywords: dict, output: Any) -> Any:
        x = next(iter(bound(part, positional, keywords).values()))
        made = cut_output(x, weights, allowed)
        return (made, *output[1:]) if isinstance(output, tuple) else made

    return hook


@contextmanager
def last_norm(model: AttentionModel) -> Iterator[list[Tensor]]:
    """A list that holds, after each forward pass inside a `with`, what the last norm over all tokens gave.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> with torch.inference_mode(), last_norm(model) as seen:
    ...     _ = model._runner.module(torch.zeros(2, 3, 64, 64))
    >>> [tuple(tokens.shape) for tokens in seen]
    [(2, 65, 128)]
    """
    seen: list[Tensor] = []

    def keep(_part: nn.Module, _positional: tuple, output: Tensor) -> None:
        if output.shape[1:] == (model.layout.n_tokens, model.d_model):
            seen[:] = [output]

    with hooked(part.register_forward_hook(Hook(keep)) for part in model._runner.module.modules() if is_norm(part)):
        yield seen

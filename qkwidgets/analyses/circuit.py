"""The two thin factors of every head's circuit, stacked over layers, and how an analysis names what it used."""

from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.answers.choices import MODE_CHOICES
from qkwidgets.core.errors import InputError
from qkwidgets.core.heads import lifted
from qkwidgets.models.contract import AttentionModel, LayerWeights


class Circuit(NamedTuple):
    """`left @ right.T` is the bilinear form of each head; the bias of the left side belongs to its inner axis."""

    left: Float[Tensor, "layer head d_model d_head"]
    right: Float[Tensor, "layer head d_model d_head"]


def circuit_factors(model: AttentionModel, circuit: str = "qk", *, fold_norm: bool = False) -> Circuit:
    """The factors of the query-key circuit (`W_Q`, `W_K`) or of the value-output circuit (`W_V`, `W_O` transposed).

    Parameters
    ----------
    model
        From `load_model`.
    circuit
        "qk" or "ov". In "ov" the left vectors are what a head reads and the right ones what it writes, LayerScale
        included; the two live in different spaces (after and before a norm).
    fold_norm
        Whether the gain of the norm before attention is made part of the factors that read tokens.

    Raises
    ------
    InputError
        If the circuit is unknown, or the model has no such circuit.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> circuit_factors(qk.load_model()).left.shape
    torch.Size([6, 4, 128, 32])
    """
    if circuit == "qk":
        pairs = [(_gained(w, w.W_Q, fold_norm), _gained(w, w.W_K, fold_norm)) for w in model.layers]
    elif circuit == "ov":
        pairs = [(_gained(w, w.W_V, fold_norm), _written(w, model.name)) for w in model.layers]
    else:
        raise InputError(
            f'A circuit is "qk" (query-key) or "ov" (value-output): got {circuit!r}. It is probably misspelt. Use one of these.'
        )
    left, right = (torch.stack(side) for side in zip(*pairs, strict=True))
    return Circuit(left, right)


def provenance(model: AttentionModel, **options: Any) -> dict[str, Any]:
    """Where an answer comes from: the model, the fingerprint of its weights, every option, every choice, the versions.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> provenance(qk.load_model(), circuit="qk")["circuit"]
    'qk'
    """
    settled = {"site": "attn_input", "choices": {choice.question: choice.choice for choice in MODE_CHOICES}}
    return {**model.provenance, "model": model.name, "fingerprint": model.fingerprint, **options, **settled}


def _gained(weights: LayerWeights, W: Tensor, fold_norm: bool) -> Tensor:
    if not fold_norm or weights.norm_gain is None:
        return W
    return lifted(weights.norm_gain)[:, None] * lifted(W)


def _written(weights: LayerWeights, name: str) -> Tensor:
    if weights.W_O is None:
        raise InputError(
            f"A value-output circuit needs heads that simply add up: in {name!r} something acts between the heads and the "
            'output projection. Use circuit="qk".'
        )
    W_O = weights.W_O if weights.layer_scale is None else lifted(weights.W_O) * lifted(weights.layer_scale)
    return W_O.mT

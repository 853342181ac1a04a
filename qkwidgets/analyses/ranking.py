"""Which modes make the attention on one image? Modes ranked by share, energy or peak.

Source: the paper's Figure 5 shows the six modes that contribute most, without a formula; the three readings are ours.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.circuit import provenance
from qkwidgets.analyses.modes import modes
from qkwidgets.answers.modes import SingularModes
from qkwidgets.answers.ranking import WAYS, ModeRanking
from qkwidgets.core.errors import InputError
from qkwidgets.core.ranking import mode_shares
from qkwidgets.core.scores import absorbed_bias, bias_terms, projections
from qkwidgets.data.images import read_images
from qkwidgets.models.contract import AttentionModel, LayerWeights, loaded_model


def rank_modes(
    model: AttentionModel, image: Any, by: str = "share", *, tokens: str = "patches", bias: str = "separate"
) -> ModeRanking:
    """The modes of all heads, ranked by their part in the attention on one image.

    Parameters
    ----------
    model
        From `load_model`.
    image
        One image, as `qkwidgets.data.images.read_images` takes it.
    by
        "share" of the visible score (sums to one with the bias share, can be negative), "energy", or "peak".
    tokens
        "patches", or "all" to include CLS and other prefix tokens as queries and keys.
    bias
        "separate": the key-only term has a share of its own; "absorb": it is part of the modes, as a shift of every
        projection; "drop": it is left out as in the paper, and the score ranked is then not the model's.

    Returns
    -------
    ModeRanking
        Values of all modes; `.top(6)` gives the first six.

    Raises
    ------
    InputError
        If there is not exactly one image, or an option is unknown.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> ranking = qk.rank_modes(qk.load_model(), qk.odd_one_out(1, seed=3).images[0])
    >>> len(ranking.top(6))
    6
    """
    model = loaded_model(model)
    if by not in WAYS:
        raise InputError(
            f"Modes are ranked by {', '.join(map(repr, WAYS))}: got {by!r}. It is probably misspelt. Use one of these."
        )
    if tokens not in ("patches", "all"):
        raise InputError(f'tokens is "patches" or "all": got {tokens!r}. It is probably misspelt. Use one of these.')
    pictures = read_images(image)
    if len(pictures) != 1:
        raise InputError(
            f"Modes are ranked for one image: got {len(pictures)}. It is probably a folder or a list. Call rank_modes once for each."
        )
    pixels, _ = model.preprocess(pictures)
    found = modes(model, bias=bias)
    chosen = model.layout.patches if tokens == "patches" else slice(None)
    layers = [
        mode_shares(*_sides(x[0, chosen].float(), model.layers[layer], found, layer, bias))
        for layer, x in enumerate(model.attn_inputs(pixels))
    ]
    value, share_bias = (
        np.stack([part.cpu().numpy() for part in parts])
        for parts in zip(*((getattr(s, by), s.bias) for s in layers), strict=True)
    )
    record = provenance(model, by=by, tokens=tokens, bias=bias)
    return ModeRanking(value, share_bias, by, pictures[0].name, record)


def _sides(
    x: Tensor, w: LayerWeights, found: SingularModes, layer: int, bias: str
) -> tuple[Tensor, Tensor, Tensor, Tensor, float]:
    """Projections on both sides, the key-only term, singular values and scale of a layer, as `bias` wants them."""
    left, right, values = (torch.from_numpy(side[layer]).to(x) for side in (found.left, found.right, found.singular_values))
    query, key = projections(x, left), projections(x, right)
    key_only = bias_terms(x, w.W_Q, w.W_K, w.b_Q, w.b_K, w.scale).key_only
    if bias != "separate":
        key_only = torch.zeros_like(key_only)
    if bias == "absorb":
        query = query if w.b_Q is None else query + absorbed_bias(w.b_Q, w.W_Q, left).to(query)[..., None]
        key = key if w.b_K is None else key + absorbed_bias(w.b_K, w.W_K, right).to(key)[..., None]
    return query, key, key_only, values, w.scale

"""Which modes make the attention on one image? Modes ranked by share, energy or peak.

Source: the paper's Figure 5 shows the six modes that contribute most, without a formula; the three readings are ours.
"""

from typing import Any

import numpy as np
import torch

from qkwidgets.analyses.circuit import provenance
from qkwidgets.analyses.modes import modes
from qkwidgets.answers.ranking import WAYS, ModeRanking
from qkwidgets.core.errors import InputError
from qkwidgets.core.ranking import mode_shares
from qkwidgets.core.scores import bias_terms, projections
from qkwidgets.data.images import read_images
from qkwidgets.models.contract import AttentionModel


def rank_modes(model: AttentionModel, image: Any, by: str = "share", *, tokens: str = "patches") -> ModeRanking:
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
    if by not in WAYS:
        raise InputError(f"Modes are ranked by {', '.join(map(repr, WAYS))}: got {by!r}. Use one of these.")
    if tokens not in ("patches", "all"):
        raise InputError(f'tokens is "patches" or "all": got {tokens!r}. Use one of these.')
    pictures = read_images(image)
    if len(pictures) != 1:
        raise InputError(f"Modes are ranked for one image: got {len(pictures)}. Call rank_modes once for each.")
    pixels, _ = model.preprocess(pictures)
    found = modes(model)
    chosen = model.layout.patches if tokens == "patches" else slice(None)
    values, biases = [], []
    for layer, x in enumerate(model.attn_inputs(pixels)):
        x, w = x[0, chosen].float(), model.layers[layer]
        query, key = (projections(x, torch.from_numpy(side[layer]).to(x.device)) for side in (found.left, found.right))
        key_only = bias_terms(x, w.W_Q, w.W_K, w.b_Q, w.b_K, w.scale).key_only
        shares = mode_shares(query, key, key_only, torch.from_numpy(found.singular_values[layer]).to(x.device), w.scale)
        values.append(getattr(shares, by).cpu().numpy())
        biases.append(shares.bias.cpu().numpy())
    record = provenance(model, by=by, tokens=tokens, bias="separate")
    return ModeRanking(np.stack(values), np.stack(biases), by, pictures[0].name, record)

"""Does each head seek tokens like its query? Weighted mean cosines by head and layer, and what chance would give.

Source: Pan et al. NeurIPS 2024, Figure 3. Chance bands are ours.
"""

import torch
from torch import Tensor

from qkwidgets.analyses.circuit import Circuit, circuit_factors, provenance
from qkwidgets.answers.alignment import Alignment
from qkwidgets.core.alignment import (
    BAND_SDS,
    isotropic_sd,
    mean_cosine,
    spectrum_weights,
    subspace_sd,
    weighted_cosine,
    with_bands,
)
from qkwidgets.core.degenerate import null_modes
from qkwidgets.core.errors import InputError
from qkwidgets.core.modes import singular_modes, singular_values
from qkwidgets.models.contract import AttentionModel, loaded_model


def alignment(
    model: AttentionModel,
    *,
    weights: str = "singular values",
    null: str = "isotropic",
    fold_norm: bool = False,
    circuit: str = "qk",
) -> Alignment:
    """Weighted mean cosine of every head and layer, with chance bands.

    Parameters
    ----------
    model
        From `load_model`.
    weights
        "singular values", the paper's formula, or "equal".
    null
        What chance means: "isotropic", independent random directions, or "subspace", directions paired at random inside
        the head's own column spaces.
    fold_norm
        Whether the gain of the norm before attention goes into the weights.
    circuit
        "qk" alone: what the two sides of the value-output circuit have in common is no alignment of queries and keys.

    Returns
    -------
    Alignment
        A layer's value is the mean over its heads, each head equal. With weights by singular values no vectors are needed.

    Raises
    ------
    InputError
        If an option is not one of those above.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> qk.alignment(qk.load_model()).head.shape
    (6, 4)
    """
    model = loaded_model(model)
    if weights not in ("singular values", "equal"):
        raise InputError(f'weights is "singular values" or "equal": got {weights!r}. It is probably misspelt. Use one of these.')
    if null not in ("isotropic", "subspace"):
        raise InputError(f'null is "isotropic" or "subspace": got {null!r}. It is probably misspelt. Use one of these.')
    if circuit != "qk":
        raise InputError(
            f'An alignment is that of queries and keys, circuit="qk": got circuit={circuit!r}. What a value-output circuit reads and writes lie '
            'before and after a norm. Leave circuit out, or take the cosines of modes(model, circuit="ov").'
        )
    sides = circuit_factors(model, fold_norm=fold_norm)
    values = singular_values(*sides)
    head = weighted_cosine(*sides, values) if weights == "singular values" else _equally_weighted(sides)
    mode_sd = isotropic_sd(model.d_model) if null == "isotropic" else subspace_sd(*sides)
    means = with_bands(head, spectrum_weights(values, weights, ~null_modes(values)), mode_sd)
    return Alignment(
        layer=means.layer.cpu().numpy(),
        head=means.head.cpu().numpy(),
        layer_band=means.layer_band.cpu().numpy(),
        head_band=means.head_band.cpu().numpy(),
        mode_band=BAND_SDS * isotropic_sd(model.d_model),
        provenance=provenance(model, weights=weights, null=null, fold_norm=fold_norm),
    )


def _equally_weighted(circuit: Circuit) -> Tensor:
    found = singular_modes(*circuit)
    cosine = found.cosine.masked_fill(null_modes(found.singular_values), torch.nan)
    return mean_cosine(found.singular_values, cosine, "equal")

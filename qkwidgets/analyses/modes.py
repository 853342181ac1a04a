"""Which pairs of directions does each head join? The singular modes of a whole model.

Source: Pan, Philip, Xie, Schwartz. "Dissecting Query-Key Interaction in Vision Transformers". NeurIPS 2024. arXiv 2405.14880.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.circuit import circuit_factors, provenance
from qkwidgets.answers.modes import SingularModes
from qkwidgets.core.alignment import BAND_SDS, isotropic_sd, mean_cosine, spectrum_weights, with_bands
from qkwidgets.core.degenerate import BLOCK_TOLERANCE, degenerate_blocks, null_modes, stability, stored_dtype
from qkwidgets.core.errors import InputError
from qkwidgets.core.modes import factor_norms, singular_modes
from qkwidgets.models.contract import AttentionModel, loaded_model

BIASES = ("separate", "absorb", "drop")


def modes(
    model: AttentionModel,
    *,
    circuit: str = "qk",
    bias: str = "separate",
    offset: Any = None,
    fold_norm: bool = False,
    tolerance: float = BLOCK_TOLERANCE,
    dtype: str = "float32",
) -> SingularModes:
    """Decompose every head of a model into singular modes.

    Parameters
    ----------
    model
        From `load_model`.
    circuit
        "qk": the query-key interaction `W_Q W_K^T`. "ov": value-output, left vectors are read and right ones written.
    bias
        How scores are to be rebuilt: "separate" lists the key-only term by itself, "absorb" reads biases as shifts of the
        tokens (`core.scores.absorbed_bias`), "drop" leaves them out as the paper does. The modes are the same.
    offset
        For models with rotary positions, which are not read yet: only None.
    fold_norm
        Whether the gain of the norm before attention goes into the weights. Scores are the same, modes are not.
    tolerance
        Largest relative gap between singular values of one degenerate block.
    dtype
        Of the vectors, "float32" or "float64"; singular values and cosines are always float64.

    Returns
    -------
    SingularModes
        Loudest mode first. A pair of vectors is unique up to a joint sign, fixed by the left vector's largest entry.

    Raises
    ------
    InputError
        If an option is not one of those above.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> modes = qk.modes(qk.load_model())
    >>> modes.left.shape
    (6, 4, 128, 32)
    >>> mode = modes["L2 H1 M0"]
    >>> mode.singular_value > 0
    True
    """
    model = loaded_model(model)
    if bias not in BIASES:
        raise InputError(
            f"bias is one of {', '.join(map(repr, BIASES))}: got {bias!r}. It is probably misspelt. Use one of these."
        )
    if circuit == "ov" and bias == "absorb":
        raise InputError(
            'Biases are absorbed into scores, and the value-output circuit makes none: got circuit="ov" with bias="absorb". '
            "One of the two is probably left over from another call. Leave bias out."
        )
    if offset is not None:
        raise InputError(
            f"offset must be None for {model.name!r}: got {offset!r}. Its scores do not turn with position, so one interaction "
            "holds for all pairs of patches. Leave offset out."
        )
    if dtype not in ("float32", "float64"):
        raise InputError(
            f'Vectors are "float32" or "float64": got dtype={dtype!r}. It is probably a type instead of its name, or too short. Use one of these.'
        )
    left, right = circuit_factors(model, circuit, fold_norm=fold_norm)
    found = singular_modes(left, right, dtype=getattr(torch, dtype))
    values, null = found.singular_values, null_modes(found.singular_values)
    cosine = found.cosine.masked_fill(null, torch.nan)
    means = with_bands(mean_cosine(values, cosine), spectrum_weights(values), isotropic_sd(left.shape[-2]))
    return SingularModes(
        left=_array(found.left),
        singular_values=_array(values),
        right=_array(found.right),
        cosine=_array(cosine),
        degenerate=_array(degenerate_blocks(values, tolerance)),
        null=_array(null),
        stability=_array(stability(values, *factor_norms(left, right), stored_dtype(left, right))),
        head_cosine=_array(means.head),
        head_band=_array(means.head_band),
        layer_cosine=_array(means.layer),
        layer_band=_array(means.layer_band),
        mode_band=BAND_SDS * isotropic_sd(left.shape[-2]),
        provenance=provenance(model, circuit=circuit, bias=bias, offset=offset, fold_norm=fold_norm, tolerance=tolerance),
    )


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.cpu().numpy()

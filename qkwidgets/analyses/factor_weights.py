"""What do the modes of a model's weights carry, and is it position that makes queries seek their like? The two papers joined."""

import torch
from torch import Tensor

from qkwidgets.core.factors.cosine import cosine_null, cosine_parts
from qkwidgets.core.factors.moments import Moments, grams, shifted, with_content
from qkwidgets.core.factors.weight_modes import WeightModes, augmented, weight_modes
from qkwidgets.core.heads import lifted
from qkwidgets.models.contract import AttentionModel


def without_biases(model: AttentionModel, whole: tuple[Moments, Moments]) -> tuple[Moments, Moments]:
    """The moments of queries and keys less their biases.

    Parameters
    ----------
    model
        Whose biases.
    whole
        Moments of its queries and keys `[layer head …]`, the root of the scores' scale in each.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.analyses.factor_tables import halves
    >>> from qkwidgets.sweeps.factor_moments import FactorMoments
    >>> model = qk.load_model()
    >>> totals = qk.sweep(model, qk.odd_one_out(8), FactorMoments(), workers=0, progress=False)["factors"]
    >>> query, key = without_biases(model, halves(totals)[0])
    >>> query.mean.shape
    torch.Size([6, 4, 64, 32])
    """
    sides = []
    for side, biases in zip(whole, zip(*((w.b_Q, w.b_K) for w in model.layers), strict=True), strict=True):
        offsets = [_bias(b, w.scale) for b, w in zip(biases, model.layers, strict=True)]
        none = torch.zeros(side.mean.shape[1], side.mean.shape[-1], dtype=torch.float64)
        sides.append(shifted(side, torch.stack([none if b is None else b for b in offsets])))
    return sides[0], sides[1]


def _bias(b: Tensor | None, scale: float) -> Tensor | None:
    """With the root of the scores' scale."""
    return None if b is None else lifted(b).cpu() * scale**0.5


def of_weights(
    model: AttentionModel, whole: tuple[Moments, Moments], *, bias: str, corrected: bool, draws: int
) -> tuple[WeightModes, dict[str, Tensor]]:
    """Modes of the weights of all layers with the shares of all four factors, and the parts of their weighted cosine with both nulls.

    Parameters
    ----------
    model
        Whose weights.
    whole
        Moments of its queries and keys `[layer head …]`, the root of the scores' scale in each; of those less their biases where these
        are "separate".
    bias
        "absorb", a row of the weights; "separate", left out of the weights.
    corrected
        Whether second moments are.
    draws
        Random read-outs a layer; without any, the nulls are NaN.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.analyses.factor_tables import halves
    >>> from qkwidgets.sweeps.factor_moments import FactorMoments
    >>> model = qk.load_model()
    >>> totals = qk.sweep(model, qk.odd_one_out(8), FactorMoments(), workers=0, progress=False)["factors"]
    >>> whole = without_biases(model, halves(totals)[0])
    >>> modes, parts = of_weights(model, whole, bias="separate", corrected=False, draws=0)
    >>> modes.query_share.shape, parts["cosine_parts"].shape, parts["cosine_turned"].shape
    (torch.Size([6, 4, 32, 4]), torch.Size([6, 4, 3]), torch.Size([6, 3, 2]))
    """
    found, nulls = [], []
    for layer, w in enumerate(model.layers):
        sides, joined = [], []
        for side, W, b in zip(whole, (w.W_Q, w.W_K), (w.b_Q, w.b_K), strict=True):
            here = Moments(side.n_images[layer], *(each[layer] for each in side[1:]))
            sides.append(grams(here, corrected=corrected))
            joined.append((lifted(W).cpu() * w.scale**0.5, _bias(b, w.scale) if bias == "absorb" else None))
        (W_Q, b_Q), (W_K, b_K) = joined
        modes = weight_modes(W_Q, W_K, b_Q, b_K, *sides)
        found.append(modes)
        if draws:
            three = tuple(with_content(side) for side in sides)
            read = augmented(W_Q, b_Q), augmented(W_K, b_K)
            nulls.append(cosine_null(modes.singular_values, modes.cosine, read, three, draws))
    modes = WeightModes(*map(torch.stack, zip(*found, strict=True)))
    shares = [with_content(side[..., None, None])[..., 0, 0] for side in (modes.query_share, modes.key_share)]
    unknown = torch.full((len(found), 3, 2), torch.nan, dtype=torch.float64)
    turned, exchanged = map(torch.stack, zip(*nulls, strict=True)) if draws else (unknown, unknown)
    parts = cosine_parts(modes.singular_values, modes.cosine, *shares)
    return modes, {"cosine_parts": parts, "cosine_turned": turned, "cosine_exchanged": exchanged}

"""How do moments become tables? Energies, modes, labels, richness and maps of all heads at once, from the totals of a sweep."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.factor_weights import of_weights, without_biases
from qkwidgets.answers.factor_totals import FactorTotals
from qkwidgets.core.degenerate import degenerate_blocks
from qkwidgets.core.factors.correction import bias_words, largest_shift, position_leak
from qkwidgets.core.factors.data_modes import DataModes, data_modes, mode_cells
from qkwidgets.core.factors.energies import cell_energies, crossfit_energies
from qkwidgets.core.factors.energies import with_content as content_cells
from qkwidgets.core.factors.labels import concentration, labels, specialisation
from qkwidgets.core.factors.moments import Moments, grams, merged, with_content
from qkwidgets.core.factors.null import rotation_null
from qkwidgets.core.factors.richness import richness
from qkwidgets.core.factors.weight_modes import WeightModes
from qkwidgets.core.modes import singular_values
from qkwidgets.models.contract import AttentionModel

SIDES = ("query", "key")


class Options(NamedTuple):
    """What `qkwidgets.factors` was asked for."""

    correction: str
    svd: str
    bias: str
    threshold: float
    draws: int


class Sides(NamedTuple):
    """Moments of queries and of keys `[layer head …]`, the root of the scores' scale in each."""

    query: Moments
    key: Moments


def halves(totals: FactorTotals) -> tuple[Sides, Sides]:
    """The moments of either half of the images.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps.factor_moments import FactorMoments
    >>> totals = qk.sweep(qk.load_model(), qk.odd_one_out(8), FactorMoments(), workers=0, progress=False)["factors"]
    >>> [side.mean.shape for side in halves(totals)[0]]
    [torch.Size([6, 4, 64, 32]), torch.Size([6, 4, 64, 32])]
    """
    scale = torch.from_numpy(totals.scale)[:, None, None, None]

    def part(half: int, side: int) -> Moments:
        count = torch.from_numpy(totals.count)[:, half, None]
        mean, *sums = (torch.from_numpy(each)[:, half, side] for each in (totals.mean, totals.scatter, totals.image_scatter))
        return Moments(count, scale.sqrt() * mean, *(scale * each for each in sums))

    return Sides(part(0, 0), part(0, 1)), Sides(part(1, 0), part(1, 1))


def tables(model: AttentionModel, totals: FactorTotals, options: Options) -> dict[str, Any]:
    """The fields of `Factors` that follow from one pass.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps.factor_moments import FactorMoments
    >>> model = qk.load_model()
    >>> totals = qk.sweep(model, qk.odd_one_out(8), FactorMoments(), workers=0, progress=False)["factors"]
    >>> tables(model, totals, Options("none", "data", "absorb", 0.5, 0))["energy"].shape
    (6, 4, 3, 3)
    """
    parts = halves(totals)
    whole = Sides(*(merged(*side) for side in zip(*parts, strict=True)))
    second = [grams(side, corrected=options.correction != "none") for side in whole]
    cells = crossfit_energies(*zip(*parts, strict=True)) if options.correction == "crossfit" else cell_energies(*second)
    energy = content_cells(cells)
    found = {"energy": energy, "cells": cells, "concentration": concentration(content_cells(cell_energies(*map(grams, whole))))}
    found["halves"] = torch.stack([_half(half) for half in parts])
    found["head_label"] = labels(energy[..., 1:, 1:], options.threshold).to(torch.int8)
    found["leak"] = torch.stack([position_leak(side) for side in whole], dim=-1)
    found |= _spread_over_modes(second, model, options.draws)
    if options.svd == "data":
        modes, read = data_modes(*second), whole
    else:
        chosen = {"bias": options.bias, "corrected": options.correction != "none", "draws": options.draws}
        read = whole if options.bias == "absorb" else Sides(*without_biases(model, whole))
        modes, cosines = of_weights(model, read, **chosen)
        found |= cosines
    found |= _mode_tables(modes, read, totals, options.threshold)
    plain = [cell_energies(*(grams(side, corrected=way) for side in whole)) for way in (False, True)]
    shift = largest_shift(*map(content_cells, plain))
    said = bias_words(totals.n_images, found["leak"].max().item(), shift, options.correction)
    return {name: tensor.contiguous().numpy() for name, tensor in found.items()} | {"bias": said}


def _half(sides: Sides) -> Tensor:
    """The energies of a half of the images; NaN where it has fewer than two, which have no content."""
    energy = content_cells(cell_energies(*map(grams, sides)))
    return energy.masked_fill((sides.query.n_images < 2)[..., None, None], torch.nan)


def _spread_over_modes(second: list[Tensor], model: AttentionModel, draws: int) -> dict[str, Tensor]:
    """Richness and specialisation, without the mean on either side."""
    query, key = (side[..., 1:, :, :] for side in second)
    modes = data_modes(query, key)
    squares = modes.singular_values.square()
    driven = squares * (1 - modes.query_share[..., 0] * modes.key_share[..., 0]).nan_to_num(0.0).clamp(min=0)
    W_Q, W_K = (torch.stack(weights) for weights in zip(*((w.W_Q, w.W_K) for w in model.layers), strict=True))
    of_weights = singular_values(W_Q, W_K).square().cpu()
    shares = [_position_and_rest(side) for side in (modes.query_share, modes.key_share)]
    found = {
        "richness": torch.stack(richness(squares)),
        "content_richness": torch.stack(richness(driven)),
        "weight_richness": torch.stack(richness(of_weights)),
        "specialisation": specialisation(modes.singular_values, *shares),
    }
    null = torch.full((*query.shape[:2], 2), torch.nan, dtype=torch.float64)
    if draws:
        two = [torch.stack([side[..., 0, :, :], side[..., 1:, :, :].sum(dim=-3)], dim=-3).flatten(0, 1) for side in (query, key)]
        drawn = rotation_null(modes.singular_values.flatten(0, 1), *two, draws)
        null = torch.stack(drawn, dim=-1).unflatten(0, query.shape[:2])
    return found | {"specialisation_null": null}


def _position_and_rest(parts: Tensor) -> Tensor:
    return torch.stack([parts[..., 0], parts[..., 1:].sum(dim=-1)], dim=-1)


def _mode_tables(modes: DataModes | WeightModes, read: Sides, totals: FactorTotals, threshold: float) -> dict[str, Tensor]:
    """Shares, labels and maps of modes of either kind, and the moments of what they read."""
    values = modes.singular_values
    null = modes.query_share.isnan().any(dim=-1) | modes.key_share.isnan().any(dim=-1)
    content = [with_content(side[..., None, None])[..., 0, 0] for side in (modes.query_share, modes.key_share)]
    cells = mode_cells(values, *content)[..., 1:, 1:]
    found = {
        "singular_values": values,
        "query_parts": modes.query_share,
        "key_parts": modes.key_share,
        "degenerate": degenerate_blocks(values),
        "null": null,
        "mode_label": labels(cells, threshold).to(torch.int8),
    }
    root = torch.from_numpy(totals.scale).sqrt()[:, None, None, None]
    for name, side, vectors in zip(SIDES, read, (modes.query_read, modes.key_read), strict=True):
        size = (vectors * (grams(side).sum(dim=-3) @ vectors)).sum(dim=-2, keepdim=True).clamp(min=0).sqrt()
        unit = torch.where(size > 0, vectors / size, 0.0)
        places = side.mean @ unit  # [layer head patch mode]
        middle = places.mean(dim=-2)
        found[f"{name}_read"] = (unit * root).float()
        found[f"{name}_mean"] = middle.float()
        found[f"{name}_position"] = (places - middle[..., None, :]).mT.float()
    if isinstance(modes, WeightModes):
        found |= {"cosine": modes.cosine, "ratio": modes.ratio}
    return found


def spreads(sums: np.ndarray, n_images: int) -> dict[str, np.ndarray]:
    """Root mean squares of what content adds to maps, by the side's name, out of sums over images.

    Examples
    --------
    >>> import numpy as np
    >>> spreads(np.full((2, 1, 1, 1, 1), 8.0), 2)["query_spread"].item()
    2.0
    """
    roots = np.sqrt(sums / n_images).astype(np.float32)
    return {f"{name}_spread": side for name, side in zip(SIDES, roots, strict=True)}

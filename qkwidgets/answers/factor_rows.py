"""The tables of `Factors`: a row a head, a layer or a mode, as anybody's spreadsheet would have them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from qkwidgets.answers.factor_shares import layer_shares, with_content
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import BFD, LABELS, MEASURES
from qkwidgets.core.factors.shares import visible_energy

if TYPE_CHECKING:
    from qkwidgets.answers.factors import Factors

Row = dict[str, Any]

GROUP = ("mean", "deviation")
"""Factors of a token that has a single place."""

BLOCKS = ("flat", "varying")
"""Factors of a block inside images: the same at all patches (mean, image), or with a mean of zero over them (position, residual)."""


def head_rows(answer: "Factors") -> list[Row]:
    """A row a head: energy, shares, label, specialisation with its null, richness, pairs inside images, what few images do."""
    n_layers, n_heads = answer.energy.shape[:2]
    shares, visible = answer.shares(), answer.shares("visible")
    seen = visible_energy(answer.energy) / answer.energy.sum(axis=(-2, -1))
    found = []
    for layer, head in np.ndindex(n_layers, n_heads):
        spot = (layer, head)
        null_mean, null_high = answer.specialisation_null[spot]
        found.append(
            {
                "model": answer.model,
                "layer": layer,
                "head": head,
                "label": label(int(answer.head_label[spot])),
                "energy": float(answer.energy[spot].sum()),
                **_cells(shares[spot]),
                "visible": float(seen[spot]),
                "visible_content_content": float(visible[*spot, 2, 2]),
                "specialisation": float(answer.specialisation[spot]),
                "specialisation_null": float(null_mean),
                "specialisation_null_95": float(null_high),
                "specialised": bool(answer.specialised[spot]),
                "note": _note(answer, spot),
                "concentration": float(answer.concentration[spot]),
                **{f"richness_{name}": float(answer.richness[place][spot]) for place, name in enumerate(MEASURES)},
                "content_richness": float(answer.content_richness[0][spot]),
                "weight_richness": float(answer.weight_richness[0][spot]),
                **_within(answer, spot),
                "query_leak": float(answer.leak[*spot, 0]),
                "key_leak": float(answer.leak[*spot, 1]),
            }
        )
    return found


def layer_rows(answer: "Factors") -> list[Row]:
    """A row a layer: shares of all nine cells by energy, those without the mean, those of each half, and the mean richness of its heads."""
    shares, dropped = answer.shares(by="layer"), answer.shares("drop_mean", by="layer")
    half = [layer_shares(part) for part in answer.halves]
    return [
        {
            "model": answer.model,
            "layer": layer,
            "energy": float(answer.energy[layer].sum()),
            **_cells(shares[layer]),
            "position_position": float(dropped[layer, 1, 1]),
            "content_and_position": float(dropped[layer, 1, 2] + dropped[layer, 2, 1]),
            "content_content": float(dropped[layer, 2, 2]),
            "halves_differ_by": float(np.abs(half[0][layer] - half[1][layer]).max()),
            "richness": float(answer.richness[0][layer].mean()),
            "content_richness": float(answer.content_richness[0][layer].mean()),
            **_cosine(answer, layer),
        }
        for layer in range(len(shares))
    ]


def mode_rows(answer: "Factors") -> list[Row]:
    """A row a mode: singular value, shares of both sides, its point in the triangle, its label."""
    query, key, points = answer.query_share, answer.key_share, answer.mode_points
    found = []
    for spot in np.ndindex(answer.singular_values.shape):
        layer, head, mode = spot
        row = {"model": answer.model, "layer": layer, "head": head, "mode": mode, "label": label(int(answer.mode_label[spot]))}
        row["singular_value"] = float(answer.singular_values[spot])
        row |= {f"query_{factor}": float(value) for factor, value in zip(BFD, query[spot], strict=True)}
        row |= {f"key_{factor}": float(value) for factor, value in zip(BFD, key[spot], strict=True)}
        row |= {factor: float(value) for factor, value in zip(BFD, points[spot], strict=True)}
        if answer.cosine is not None:
            row["cosine"] = float(answer.cosine[spot])
        found.append(row)
    return found


def special_rows(answer: "Factors") -> list[Row]:
    """A row a special token in each head: what patches read of it and what it reads of patches, beside what patches read of patches.

    A patch's mean key adds the same to all scores of a query among patches; against a special token it counts.
    """
    if answer.to_special is None:
        raise InputError(
            "Rows of special tokens are made where they are asked for: these factors are of patches alone. The option was probably left out. Call "
            'factors(model, dataset, special="groups").'
        )
    found = []
    for layer, head, token in np.ndindex(answer.to_special.shape[:3]):
        own = answer.energy[layer, head].sum()
        row: Row = {"model": answer.model, "layer": layer, "head": head, "token": answer.layout.prefix_names[token]}
        sides = (("patches_read_it", answer.to_special, BFD, GROUP), ("it_reads_patches", answer.from_special, GROUP, BFD))
        for name, energies, queries, keys in sides:
            cells = energies[layer, head, token]
            row |= {name: float(cells.sum()), f"{name}_over_patches": float(cells.sum() / own)}
            row |= {
                f"{name}_{a}_reads_{b}": float(cells[i, j] / cells.sum())
                for i, a in enumerate(queries)
                for j, b in enumerate(keys)
            }
        found.append(row)
    return found


def label(number: int) -> str:
    """The name of a label; none where there is nothing to label.

    Examples
    --------
    >>> label(0), label(-1)
    ('content-content', '')
    """
    return LABELS[number] if number >= 0 else ""


def _cosine(answer: "Factors", layer: int) -> Row:
    """The weighted cosine of a layer and its parts, each with both nulls; nothing where modes are not those of the weights."""
    if answer.cosine_parts is None:
        return {}
    parts = np.nanmean(answer.cosine_parts[layer], axis=0)
    found: Row = {"cosine": float(parts.sum())}
    for place, factor in enumerate(BFD):
        found[f"cosine_{factor}"] = float(parts[place])
        for null, bounds in (("turned", answer.cosine_turned), ("exchanged", answer.cosine_exchanged)):
            found |= {f"cosine_{factor}_{null}_{end}": float(bounds[layer, place, at]) for at, end in enumerate(("low", "high"))}
    return found


def _note(answer: "Factors", spot: tuple[int, int]) -> str:
    """What must be said of a head's label beside it."""
    if np.isnan(answer.specialisation_null[*spot, 1]):
        return "not held against random read-outs"
    return "no more specialised than random read-outs" if answer.unspecialised[spot] else ""


def _within(answer: "Factors", spot: tuple[int, int]) -> Row:
    """Covariance shares of a head's cells inside images, its four blocks, and what single cells leave; nothing if not asked for."""
    if answer.products is None:
        return {}
    shares, blocks = with_content(answer.within[spot]), answer.within_blocks[spot]
    found: Row = {f"within_{name}": value for name, value in _cells(shares).items()}
    found |= {f"within_{a}_reads_{b}": float(blocks[i, j]) for i, a in enumerate(BLOCKS) for j, b in enumerate(BLOCKS)}
    return found | {"within_remainder": float(answer.within_remainder[spot])}


def _cells(shares: np.ndarray) -> Row:
    return {f"{query}_reads_{key}": float(shares[a, b]) for a, query in enumerate(BFD) for b, key in enumerate(BFD)}

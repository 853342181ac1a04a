"""How do sums over images become a `Preference`? Means, curves, enrichments, and intervals from the draws of the bootstrap."""

from typing import Any

import numpy as np
from jaxtyping import Float, Float64

from qkwidgets.answers.quantise import Arrays
from qkwidgets.core.errors import InputError

PAIRS = ("TT", "TD", "TB", "DT", "DD", "DB")
"""Who asks and who is attended to: target, distractors, background."""

GROUPS = {"same": ("TT", "DD"), "different": ("TD", "DT"), "background": ("TB", "DB")}

VARIANTS = ("plain", "nonself", "items")
"""Two patches ask; they ask and do not count themselves; all patches that hold items ask."""

BOUNDS = (2.5, 97.5)
"""Per cent."""

FEWEST = 2
"""Images that an interval needs."""

_MEMBERS = [[PAIRS.index(pair) for pair in pairs] for pairs in GROUPS.values()]


def variant_number(variant: str) -> int:
    """The place of a variant, if there is such a one."""
    if variant not in VARIANTS:
        raise InputError(
            f'Two patches ask ("plain"), ask and do not count themselves ("nonself"), or all item patches ask ("items"): got {variant!r}. It '
            "is probably misspelt. Use one of these."
        )
    return VARIANTS.index(variant)


def grouped(pairs: Float[np.ndarray, "*place pair"]) -> Float[np.ndarray, "*place group"]:
    """Same, different, background: the mean of the two pairs of each.

    Examples
    --------
    >>> grouped(np.array([0.5, 0.25, 0.25, 0.0, 0.75, 0.25])).tolist()
    [0.625, 0.125, 0.25]
    """
    return np.stack([pairs[..., members].mean(axis=-1) for members in _MEMBERS], axis=-1)


def over(mass: Float[np.ndarray, "..."], area: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Mass over area; NaN where there is no area."""
    return mass / np.where(area > 0, area, np.nan)


def same_enrichment(
    masses: Float[np.ndarray, "*place pair"], chance: Float[np.ndarray, "*#place pair"]
) -> Float[np.ndarray, "*place"]:
    """Attention to the same object over its area.

    Examples
    --------
    >>> area = np.array([0.25, 0.5, 0.25, 0.25, 0.5, 0.25])
    >>> same_enrichment(np.stack([area, 2 * area]), area).tolist()
    [1.0, 2.0]
    """
    return over(grouped(masses), grouped(chance))[..., 0]


def read_state(arrays: Arrays, record: dict[str, Any]) -> dict[str, Any]:
    """The fields that a sweep's state (`sweeps.preference`) and record hold."""
    said = {name: record[name] for name in ("resize",) if name in record}  # sweeps of earlier versions did not write it down
    options, weight = record["options"], np.where(arrays["weight"] > 0, arrays["weight"], np.nan)
    means = arrays["sums"] / weight[:, None, None]  # [layer draw head number]
    masses = [means[..., 6 * number : 6 * number + 6] for number in range(len(VARIANTS))]
    if not options["items"]:
        masses[2] = np.full_like(masses[2], np.nan)
    plain, nonself = (arrays["area"][:, part] / weight[:, None] for part in (slice(6), slice(6, 12)))
    found = [_variant(*pair) for pair in zip(masses, (plain, nonself, plain), strict=True)]
    stacked = {name: np.stack([each[name] for each in found]) for name in found[0]}
    if not weight[0] >= FEWEST:
        stacked |= {name: np.full_like(array, np.nan) for name, array in stacked.items() if name.endswith("interval")}
    return {
        **dict(zip(("masses", "nonself", "items"), (each[:, 0].copy() for each in masses), strict=True)),
        **stacked,
        "area": plain[0],
        "nonself_area": nonself[0],
        "null": np.moveaxis(arrays["null"] / weight[0], 1, 0).copy(),
        "cosine": arrays["cosine"],
        "prefix": means[:, 0, :, 18].copy(),
        "n_images": int(arrays["weight"][0]),
        "n_skipped": int(arrays["skipped"][0]),
        "n_unread": len(record["skipped"]),
        "finished": record["finished"],
        "provenance": {**record["provenance"], **options, **said, "choices": record["choices"]},
    }


def _variant(
    masses: Float64[np.ndarray, "layer draw head pair"], area: Float64[np.ndarray, "draw pair"]
) -> dict[str, np.ndarray]:
    """Curves, enrichments and intervals of one variant; the first draw are the images as they are."""
    curves = grouped(masses).mean(axis=2)  # [layer draw group]
    enriched = over(curves, grouped(area))
    return {
        "masses_interval": _interval(masses, 1),
        "enrichment_interval": _interval(over(masses, area[:, None]), 1),
        "curves": curves[:, 0].T,
        "curves_interval": _interval(curves, 1).transpose(1, 0, 2),
        "enrichment_curves": enriched[:, 0].T,
        "enrichment_curves_interval": _interval(enriched, 1).transpose(1, 0, 2),
        "same_draws": same_enrichment(masses, area[:, None])[:, 1:].swapaxes(0, 1).astype(np.float32),
    }


def _interval(values: np.ndarray, axis: int) -> np.ndarray:
    """Low and high of the draws after the first, on a new last axis; draws without an image (NaN) are left out."""
    draws = np.delete(values, 0, axis)
    if not draws.shape[axis]:
        return np.full((*np.delete(draws.shape, axis), len(BOUNDS)), np.nan)
    known = np.isfinite(draws).any(axis=axis)
    safe = np.where(np.expand_dims(known, axis), draws, 0)
    return np.where(known, np.nanpercentile(safe, BOUNDS, axis=axis), np.nan).transpose(*range(1, values.ndim), 0).copy()

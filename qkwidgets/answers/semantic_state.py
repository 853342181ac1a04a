"""What do the sums of a sweep over segmented images say? The fields of `SemanticMap`."""

from typing import Any

import numpy as np

from qkwidgets.answers.quantise import Arrays
from qkwidgets.answers.semantic_null import LEVEL, judged
from qkwidgets.core.layout import TokenLayout

SUPERPIXELS = "images divided into superpixels"
"""What a set of these calls itself."""


def read_state(arrays: Arrays, record: dict[str, Any]) -> dict[str, Any]:
    """The fields that a sweep's state (`sweeps.semantic`) and record hold."""
    n_cls, n_distill, n_registers, *grid = record["layout"]
    said = {name: arrays[name] for name in ("singular_values", "cosine", "degenerate", "null", "stability")}
    counts, n_modes = arrays["counts"], said["null"].shape[-1]
    found = judged(arrays["sums"], counts, said["null"])
    with np.errstate(invalid="ignore", divide="ignore"):
        n = np.where(counts[:, :, 0] > 0, counts[:, :, 0], np.nan)[:, :, None, None]
        mean = arrays["sums"][:, :, :, 0, :n_modes] / n
        error = np.sqrt((arrays["squares"][..., :n_modes] / n - mean**2).clip(0) / (n - 1))
        contribution = arrays["contribution"] / n
    beside = {name: record[name] for name in ("scale", "site", "choices")}
    return {
        **{name: getattr(found, name) for name in ("type", "excess", "z", "p", "random_typed", "random_above")},
        **said,
        "error": np.ascontiguousarray(np.moveaxis(error, 1, -1)),
        "contribution": np.ascontiguousarray(np.moveaxis(contribution, 1, -1)),
        "above_random": found.strength > found.random[:, None, None],
        "n_with": counts[0, :, 0],
        "layout": TokenLayout(n_cls, n_distill, n_registers, (grid[0], grid[1])),
        "segments_from": "superpixels" if record["provenance"]["images"]["kind"] == SUPERPIXELS else "masks",
        "n_images": record["n_images"],
        "n_skipped": len(record["skipped"]),
        "finished": record["finished"],
        "provenance": {**record["provenance"], **record["options"], "level": LEVEL, **beside},
    }

"""Do tokens tell their place when position is taken out of them? Probes whose outcome is not settled before they are tried.

Source: Doshi et al. arXiv 2601.05328 probe the content that they have fitted; that this must fail, and what to do instead, is ours.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from qkwidgets.answers.position_probe import CHOICES, TOKENS, PositionProbe
from qkwidgets.answers.probe_totals import ProbeTotals
from qkwidgets.core.errors import InputError, check_keywords
from qkwidgets.core.factors.probe import RIDGE, RIDGES, ProbeSums, chosen_r_squared, linear_part, r_squared
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.position_probe import CHOICE, FIT, SETS, TRIAL, PlaceSums, ProbeReducer
from qkwidgets.sweeps.run import OPTIONS, sweep

FEWEST = 2
"""Images in each quarter."""


def position_probe(
    model: AttentionModel,
    dataset: Any,
    *,
    width: int = 256,
    draws: int = 8,
    ridge: float | None = None,
    **sweep_options: Any,
) -> PositionProbe:
    """How well row and column of a patch can be read off the attention inputs, and off their content, by layer.

    Two passes over the images, a quarter each for means of places, fit, choice of the ridge, and trial; closed forms of sums.

    Parameters
    ----------
    model
        From `load_model`.
    dataset
        Whatever `sweep` takes; hundreds of images, since errors in the means of places are themselves a place that can be read.
    width
        Channels looked at: wider tokens are projected at random.
    draws
        How often places are shuffled for chance; 0 for none.
    ridge
        Added to the features' correlations; None: the best of several on the third quarter, for each probe and for chance alike.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`.

    Returns
    -------
    PositionProbe
        R² by layer, tokens ("raw", "in_sample", "held_out"), features ("linear", "squared") and axis.

    Raises
    ------
    InputError
        If an option cannot be used, or a quarter of the images has fewer than two.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.position_probe(qk.load_model(), qk.odd_one_out(30), workers=0, progress=False)
    >>> found.r2.shape
    (6, 3, 2, 2)
    >>> bool(abs(found.r2[:, 1, 0]).max() < 1e-9)  # linear, in-sample content: by theorem
    True
    """
    model = loaded_model(model)
    check_keywords("position_probe", sweep_options, ("width", "draws", "ridge", *OPTIONS))
    _check(width, draws, ridge)
    first = PlaceSums(width=width)
    places = sweep(model, dataset, first, **sweep_options)[first.name]
    quarters = places.count[0].tolist()
    if min(quarters) < FEWEST:
        raise InputError(
            f"Each quarter of the images must have {FEWEST} or more: means of places, fit, ridge and trial have {', '.join(map(str, quarters))}. "
            "There are probably too few. Pass some hundreds."
        )
    if sweep_options.get("resume") is not None:
        sweep_options = {**sweep_options, "resume": Path(sweep_options["resume"]) / "probe"}
    second = ProbeReducer(places, draws=draws)
    sums = sweep(model, dataset, second, **sweep_options)[second.name]
    with torch.inference_mode():
        explained = _explained(sums, ridge)
    chosen = {"choices": {choice.question: choice.choice for choice in CHOICES}, "site": "attn_input", "tokens": "patches"}
    shown = explained.reshape(*explained.shape[:3], 1 + draws, 2)
    return PositionProbe(
        r2=np.ascontiguousarray(shown[..., 0, :]),
        chance=np.ascontiguousarray(shown[..., 1:, :]),
        n_means=quarters[0],
        n_fit=quarters[1] + quarters[2],
        n_trial=quarters[3],
        n_skipped=places.n_skipped,
        width=places.total.shape[-1],
        provenance={**places.provenance, "width": width, "draws": draws, "ridge": ridge, **chosen},
    )


def _explained(sums: ProbeTotals, ridge: float | None) -> np.ndarray:
    """R² `[layer tokens features target]`."""

    def taken(kind: str, fold: int) -> ProbeSums:
        at = SETS.index((kind, fold))
        return ProbeSums(*(torch.from_numpy(getattr(sums, part))[:, at] for part in ProbeSums._fields))

    ridges = RIDGES if ridge is None else (ridge,)
    found = []
    for kind in TOKENS:
        parts = [taken(kind, fold) for fold in ((FIT,) if kind == "in_sample" else (FIT, CHOICE, TRIAL))]
        for each in (tuple(map(linear_part, parts)), tuple(parts)):
            if kind == "in_sample":  # tried where it was fitted
                found.append(r_squared(each[0], each[0], RIDGE if ridge is None else ridge))
            else:
                found.append(chosen_r_squared(*each, together=2, ridges=ridges))
    return torch.stack(found, dim=1).unflatten(1, (len(TOKENS), 2)).numpy()


def _check(width: int, draws: int, ridge: float | None) -> None:
    for name, value, least in (("width", width, 1), ("draws", draws, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise InputError(
                f"{name} is a whole number of {least} or more: got {value!r}. Its place or its unit is probably wrong. Give one, or leave it "
                "out."
            )
    if ridge is not None and (isinstance(ridge, bool) or not isinstance(ridge, int | float) or not 0 <= ridge < float("inf")):
        raise InputError(
            f"ridge is a number of 0 or more: got {ridge!r}. Its place or its unit is probably wrong. Give one, or leave it out."
        )

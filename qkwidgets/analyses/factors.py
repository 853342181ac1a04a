"""Do heads trade position or content? Energies and modes of every head by factor, from one pass over any number of images.

Source: Doshi, Fel, Konkle, Alvarez. "Bi-Orthogonal Factor Decomposition for Vision Transformers". arXiv 2601.05328. What of it
could not be read is listed with what was chosen instead (`Factors.choices`); the numbers are not the paper's.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from qkwidgets.analyses.factor_special import special_tables
from qkwidgets.analyses.factor_tables import Options, spreads, tables
from qkwidgets.answers.factor_choices import choices_of
from qkwidgets.answers.factor_totals import FactorTotals
from qkwidgets.answers.factors import Factors
from qkwidgets.answers.sweep import Sweep
from qkwidgets.core.errors import InputError, check_flags, check_keywords
from qkwidgets.core.factors.correction import CORRECTIONS
from qkwidgets.core.factors.names import THRESHOLD
from qkwidgets.core.factors.null import DRAWS
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.factor_details import FactorDetails
from qkwidgets.sweeps.factor_moments import FactorMoments
from qkwidgets.sweeps.run import OPTIONS, sweep
from qkwidgets.sweeps.special_moments import SpecialMoments

SVDS, BIASES = ("data", "weight"), ("absorb", "separate")
SPECIALS, ROPES = ("none", "groups"), ("post", "factor")


def factors(
    model: AttentionModel,
    dataset: Any,
    *,
    correction: str = "none",
    within: Any = False,
    spread: Any = False,
    svd: str = "data",
    bias: str = "absorb",
    threshold: float = THRESHOLD,
    draws: int = DRAWS,
    special: str = "none",
    rope: str = "post",
    mask: Any = None,
    **sweep_options: Any,
) -> Factors:
    """Energies and modes of every head, split by mean, position and content.

    Parameters
    ----------
    model
        From `load_model`.
    dataset
        Whatever `sweep` takes, a thousand images or more for shares without a word about their bias; or the `FactorTotals` of a
        sweep before, to ask otherwise without another pass.
    correction
        "none": every identity is exact; "moments": second moments are unbiased; "crossfit": energies are, too, made of the
        queries of one half of the images and the keys of the other.
    within
        Whether a second pass looks at the pairs inside each image, as softmax does.
    spread
        Whether a second pass finds how much content varies in each mode's map.
    svd
        "data": modes of all tokens' scores; "weight": modes of the weights.
    bias
        Of modes of the weights: "absorb" makes biases a row of the weights; "separate" leaves them out, so that modes are those of
        `qkwidgets.modes`.
    threshold
        Share from which on a head or mode has a label.
    draws
        Random read-outs a head for the null of the specialisation; 0 for none.
    special
        "none" looks at patches alone; "groups", in the same pass, at what patches and each token that is no patch trade with each
        other, split by its mean and the deviations from it.
    rope
        Only "post": factors of queries and keys as the scores have them. Models that turn these by their places are not read yet.
    mask
        Only None: with patches left out, shares would no longer add up.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    Factors
        Tables by head, layer and mode.

    Raises
    ------
    InputError
        If an option or the data set cannot be used, or there is a single image.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.factors(qk.load_model(), qk.odd_one_out(8), draws=20, workers=0, progress=False)
    >>> found.energy.shape, found.query_share.shape
    ((6, 4, 3, 3), (6, 4, 32, 3))
    >>> found.bias[:14]
    'From 8 images:'
    """
    own = ("correction", "within", "spread", "svd", "bias", "threshold", "draws", "special", "rope", "mask")
    check_keywords("factors", sweep_options, (*own, *OPTIONS))
    check_flags(within=within, spread=spread)
    within, spread = bool(within), bool(spread)  # records are JSON, which has no numpy
    model = loaded_model(model)
    options = Options(correction, svd, bias, threshold, draws)
    _check(options, mask)
    _check_tokens(dataset, special, rope, correction)
    first = None if isinstance(dataset, FactorTotals) else _first_pass(model, dataset, special, sweep_options)
    totals = dataset if first is None else first["factors"]
    _check_totals(model, totals, correction)
    with torch.inference_mode():
        found = tables(model, totals, options)
    if first is not None and special == "groups":
        found |= special_tables(totals, first["special"], correction)
    if within or spread:
        found |= _second_pass(model, dataset, totals, within, found if spread else None, sweep_options)
    made = choices_of(svd=svd, bias=bias, correction=correction, threshold=threshold, within=within, special=special)
    chosen = {"choices": {choice.question: choice.choice for choice in made}, "site": "qk", "tokens": "patches"}
    return Factors(
        **found,
        **{name: getattr(totals, name) for name in ("layout", "n_images", "n_skipped", "finished")},
        **{name: getattr(options, name) for name in ("svd", "correction", "threshold")},
        provenance={**totals.provenance, **options._asdict(), "within": within, "spread": spread, "special": special, **chosen},
    )


def _first_pass(model: AttentionModel, dataset: Any, special: str, sweep_options: dict[str, Any]) -> Sweep:
    return sweep(model, dataset, [FactorMoments(), *([SpecialMoments()] if special == "groups" else [])], **sweep_options)


def _second_pass(
    model: AttentionModel,
    dataset: Any,
    totals: FactorTotals,
    within: bool,
    found: dict[str, Any] | None,
    sweep_options: dict[str, Any],
) -> dict[str, np.ndarray]:
    """What needs each place's mean; a sweep that is resumed has a folder of its own inside the first one's."""
    if isinstance(dataset, FactorTotals):
        raise InputError(
            "Pairs inside images and spreads need the images once more: got the totals of a sweep. They hold no image. Pass the images, or "
            "leave within and spread out."
        )
    if sweep_options.get("resume") is not None:
        sweep_options = {**sweep_options, "resume": Path(sweep_options["resume"]) / "details"}
    reads = None if found is None else torch.from_numpy(np.stack([found["query_read"], found["key_read"]]))
    reducer = FactorDetails(totals, within=within, reads=reads)
    details = sweep(model, dataset, reducer, **sweep_options)[reducer.name]
    if not np.array_equal(details.count, totals.count.sum(axis=1)):
        raise InputError(
            f"Both passes must see the same images: the first saw {totals.n_images}, the second {details.count[0]}. Files probably came or went "
            "in between. Run it again."
        )
    made: dict[str, np.ndarray] = {}
    if details.products is not None:
        made["products"] = details.products * (totals.scale**2)[:, None, None, None, None, None] / totals.n_images
    if details.spread is not None:
        made |= spreads(details.spread, totals.n_images)
    return made


def _check(options: Options, mask: Any) -> None:
    for name, among in (("correction", CORRECTIONS), ("svd", SVDS), ("bias", BIASES)):
        if getattr(options, name) not in among:
            raise InputError(
                f"{name} is one of {', '.join(map(repr, among))}: got {getattr(options, name)!r}. It is probably misspelt. Use one of these."
            )
    for name, most in (("threshold", 1), ("draws", 10**6)):
        value = getattr(options, name)
        if isinstance(value, bool) or not isinstance(value, int if name == "draws" else int | float) or not 0 <= value <= most:
            kind = "a share from 0 to 1" if name == "threshold" else "a whole number of 0 or more"
            raise InputError(
                f"{name} is {kind}: got {value!r}. Its place or its unit is probably wrong. Give one, or leave it out."
            )
    if mask is not None:
        raise InputError(
            f"Every image must have a value at every place, so mask is None: got one of type {type(mask).__name__}. Without some patches the "
            "parts are no longer orthogonal, and no share would add up. Leave whole images out instead."
        )


def _check_tokens(dataset: Any, special: str, rope: str, correction: str) -> None:
    for name, value, among in (("special", special, SPECIALS), ("rope", rope, ROPES)):
        if value not in among:
            raise InputError(
                f"{name} is one of {', '.join(map(repr, among))}: got {value!r}. It is probably misspelt. Use one of these."
            )
    if rope == "factor":
        raise InputError(
            'rope="factor" splits queries and keys before they are turned by their places: no model that turns them is read yet. The option was '
            "probably taken from the design. Leave rope out."
        )
    if special == "groups" and isinstance(dataset, FactorTotals):
        raise InputError(
            "Groups of special tokens need the images: got the totals of a sweep over patches. They hold no other token. Pass the images, or leave "
            "special out."
        )
    if special == "groups" and correction == "crossfit":
        raise InputError(
            'Groups of special tokens are not divided into halves: got correction="crossfit". It was probably meant for patches alone. Use '
            'correction="moments", or leave special out.'
        )


def _check_totals(model: AttentionModel, totals: FactorTotals, correction: str) -> None:
    if totals.provenance["fingerprint"] != model.fingerprint:
        raise InputError(
            f"Totals belong to the model that they were made with: '{model.name}' has other weights than the one of these, '{totals.model}'. They "
            "were probably exchanged. Use this model's, or pass images."
        )
    least = int(totals.count[0].min())
    if totals.n_images < 2:
        raise InputError(
            "Position and content are told apart by comparing images: got one. It has no content of its own. Pass at least two; a thousand "
            "are advised."
        )
    if correction == "crossfit" and least < 2:
        raise InputError(
            f'correction="crossfit" needs two images in either half of the set: got {least} in one. There are probably too few. Use '
            'correction="moments", or more images.'
        )

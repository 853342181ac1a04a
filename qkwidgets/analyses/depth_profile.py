"""Where do position and content go from layer to layer? Measures of both, from one pass over the images, or two with cosines.

Source: in words, Doshi, Fel, Konkle, Alvarez. "Bi-Orthogonal Factor Decomposition for Vision Transformers". arXiv 2601.05328. Every
measure here is this project's own.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from qkwidgets.answers.depth_choices import CHOICES
from qkwidgets.answers.depth_profile import DepthProfile
from qkwidgets.answers.depth_totals import ContextTotals, DepthCosineTotals, DepthTotals
from qkwidgets.core.errors import InputError, check_keywords
from qkwidgets.core.factors import manifold as places
from qkwidgets.core.factors.context import StepSums, context_r_squared
from qkwidgets.core.factors.correction import position_leak
from qkwidgets.core.factors.depth import DepthMoments, by_layer, cka, layer_pairs, position_products, with_positions
from qkwidgets.core.factors.moments import grams
from qkwidgets.core.factors.probe import ProbeSums
from qkwidgets.data.image_sets import image_set
from qkwidgets.data.shuffled import ShuffledSet
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.models.positions import position_table
from qkwidgets.sweeps.context_sums import FOLDS, ContextSums
from qkwidgets.sweeps.depth_moments import DepthCosines, DepthSums
from qkwidgets.sweeps.factor_moments import check_readable
from qkwidgets.sweeps.position_probe import image_fold
from qkwidgets.sweeps.run import OPTIONS, sweep


def depth_profile(
    model: AttentionModel,
    dataset: Any,
    *,
    site: str = "residual",
    pairs: str = "all",
    cosines: bool = True,
    context: bool = False,
    shuffle: int | None = None,
    **sweep_options: Any,
) -> DepthProfile:
    """Position and content of patches in every layer: shares, the manifold of places, and how alike layers are.

    Parameters
    ----------
    model
        From `load_model`.
    dataset
        Whatever `sweep` takes, a thousand images or more for measures without a word about their bias; or the `DepthTotals` of a
        sweep before.
    site
        "residual", the stream before the norm of each layer's attention, or "attn_input" after it.
    pairs
        Which layers are compared by linear CKA: "all", or "neighbours" alone, to save memory with wide models.
    cosines
        Whether a second pass compares each token's content with itself in other layers.
    context
        Whether the second pass tests, on held-out images, whether what a patch attends to tells its next content beyond what a linear map
        of its own content tells. A nonlinear step of each patch by itself can look the same.
    shuffle
        A seed to exchange the patches inside each image before the model sees it, the control for position; None for none.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    DepthProfile
        Tables by layer and by pair of layers.

    Raises
    ------
    InputError
        If an option or the data set cannot be used, or there is a single image.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.depth_profile(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> found.position_share.shape, found.coordinates.shape, found.content_cosine.shape
    ((6,), (6, 64, 3), (6, 6))
    >>> found.bias[:20]
    'From 8 images: up to'
    """
    check_keywords("depth_profile", sweep_options, ("site", "pairs", "cosines", "context", "shuffle", *OPTIONS))
    model, sweep_options = loaded_model(model), {"thumbnails": 0, **sweep_options}
    swept = isinstance(dataset, DepthTotals)
    if swept:
        _check_swept(shuffle, context)
        totals = dataset
    else:
        dataset = image_set(dataset)
        if context:
            check_readable(model)
            quarters = set(image_fold(torch.arange(len(dataset))).tolist())
            _check_held_out(all(quarters.intersection(fold) for fold in FOLDS), len(dataset))
        if shuffle is not None:
            dataset = ShuffledSet(dataset, model.preprocessing, model.layout.grid, _seed(shuffle))
            model = model.resized("square")
        reducer = DepthSums(site=site, pairs=pairs)
        totals = sweep(model, dataset, reducer, **sweep_options)[reducer.name]
    _check(model, totals)
    found = _by_layer(model, totals) | _by_pair(totals)
    reducers = [*([DepthCosines(totals)] if cosines and not swept else []), *([ContextSums(totals)] if context else [])]
    if reducers:
        found |= _second_pass(model, dataset, totals, reducers, sweep_options)
    chosen = {choice.question: choice.choice for choice in CHOICES}
    return DepthProfile(
        **found,
        **{name: getattr(totals, name) for name in ("layout", "site", "n_images", "n_skipped", "finished")},
        provenance={**totals.provenance, "pairs": totals.pairs, "shuffle": shuffle, "tokens": "patches", "choices": chosen},
    )


def _by_layer(model: AttentionModel, totals: DepthTotals) -> dict[str, Any]:
    """Shares of every layer, and how much of the grid is in its position."""
    moments, pairs = _moments(totals)
    layers = by_layer(moments, pairs)
    parts, corrected = grams(layers), grams(layers, corrected=True)
    trace, true = (part.diagonal(dim1=-2, dim2=-1).sum(dim=-1) for part in (parts, corrected))
    positions = layers.mean - layers.mean.mean(dim=1, keepdim=True)
    grid = totals.layout.grid
    shapes = [places.manifold(position, grid) for position in positions]
    known = [places.explained(shape.coordinates, places.places(grid)) for shape in shapes]
    recalls = [places.neighbour_recall(position, grid) for position in positions]
    found = {
        "trace": trace,
        "position_share": trace[:, 1] / trace[:, 1:].sum(dim=1),
        "position_share_corrected": true[:, 1] / true[:, 1:].sum(dim=1),
        "leak": position_leak(layers),
        "coordinates": torch.stack([shape.coordinates for shape in shapes]),
        "axis_share": torch.stack([shape.share for shape in shapes]),
        "row_r2": torch.stack(known)[:, 0],
        "column_r2": torch.stack(known)[:, 1],
        "neighbour_recall": torch.tensor([recall for recall, _ in recalls], dtype=torch.float64),
        "distance_correlation": torch.tensor(
            [places.distance_correlation(each, grid) for each in positions], dtype=torch.float64
        ),
        "participation": places.participation(parts[:, 1]),
        "participation_corrected": places.participation(corrected[:, 1]),
    }
    table = position_table(model)
    if table is not None:
        table = table.double().cpu()
        for name, measure in (("embedding_cka", places.place_cka), ("embedding_chance", places.cka_chance)):
            found[name] = torch.tensor([measure(position, table) for position in positions], dtype=torch.float64)
    return {name: values.numpy() for name, values in found.items()} | {"recall_chance": recalls[0][1]}


def _by_pair(totals: DepthTotals) -> dict[str, np.ndarray]:
    """Linear CKA of content, of whole tokens, and of position."""
    moments, pairs = _moments(totals)
    every = layer_pairs(len(totals.mean))
    tables = {
        "content_cka": cka(moments.cross, pairs, len(totals.mean)),
        "activation_cka": cka(with_positions(moments, pairs), pairs, len(totals.mean)),
        "position_cka": cka(position_products(moments, every), every, len(totals.mean)),
    }
    return {name: table.numpy() for name, table in tables.items()}


def _second_pass(
    model: AttentionModel, dataset: Any, totals: DepthTotals, reducers: list[Any], sweep_options: dict[str, Any]
) -> dict[str, np.ndarray]:
    """What needs each place's mean; a sweep that is resumed has a folder of its own inside the first one's."""
    if sweep_options.get("resume") is not None:
        sweep_options = {**sweep_options, "resume": Path(sweep_options["resume"]) / "-".join(each.name for each in reducers)}
    swept = sweep(model, dataset, reducers, **sweep_options)
    found: dict[str, np.ndarray] = {}
    for reducer in reducers:
        part = swept[reducer.name]
        if part.n_images != totals.n_images:
            raise InputError(
                f"Both passes must see the same images: the first saw {totals.n_images}, the second {part.n_images}. Files probably came or went in "
                "between. Run it again."
            )
        cosines = isinstance(part, DepthCosineTotals)
        found |= {"content_cosine": part.content, "activation_cosine": part.activation} if cosines else _context(part)
    return found


def _context(totals: ContextTotals) -> dict[str, np.ndarray]:
    """How much of the next content is told by a token alone, and with what other patches bring."""
    _check_held_out(bool(totals.count.all()), totals.n_images)  # again: some may not have been read
    arrays = (torch.from_numpy(array) for array in (totals.count, totals.second, totals.cross, totals.square))
    count, second, cross, square = arrays
    features = ProbeSums(count, torch.zeros_like(cross[..., 0]), second, cross)
    sets = (StepSums(ProbeSums(*(part[:, at] for part in features)), square[:, at]) for at in range(3))
    return {"context": context_r_squared(*sets, totals.n_own).numpy()}


def _check_held_out(present: bool, n_images: int) -> None:
    if not present:
        raise InputError(
            f"A step is tested on images that it was not fitted to, so every quarter of them must hold some: got {n_images} images. They are "
            "too few, or their indices fell together. Pass forty or more, or leave context out."
        )


def _moments(totals: DepthTotals) -> tuple[DepthMoments, list[tuple[int, int]]]:
    pairs = layer_pairs(len(totals.mean), None if totals.pairs == "all" else 1)
    arrays = (torch.from_numpy(array) for array in (totals.mean, totals.cross, totals.image_scatter))
    return DepthMoments(torch.tensor(totals.n_images), *arrays), pairs


def _seed(shuffle: Any) -> int:
    if isinstance(shuffle, bool) or not isinstance(shuffle, int) or shuffle < 0:
        raise InputError(
            f"shuffle is a seed, a whole number of 0 or more, or None for no shuffle: got {shuffle!r}. A yes or no was probably meant. Use "
            "shuffle=0."
        )
    return shuffle


def _check_swept(shuffle: int | None, context: bool) -> None:
    """Refuse what takes the images, where there are only their totals."""
    if shuffle is not None:
        raise InputError(
            "Patches are exchanged before the model sees them: got the totals of a sweep. They hold no image. Pass the images, or leave "
            "shuffle out."
        )
    if context:
        raise InputError(
            "Whether a step is contextual takes the images once more: got the totals of a sweep. They hold no image. Pass the images, or leave "
            "context out."
        )


def _check(model: AttentionModel, totals: DepthTotals) -> None:
    if totals.provenance["fingerprint"] != model.fingerprint:
        raise InputError(
            f"Totals belong to the model that they were made with: '{model.name}' has other weights than the one of these, '{totals.model}'. They "
            "were probably exchanged. Use this model's, or pass images."
        )
    if totals.n_images < 2:
        raise InputError(
            f"Position and content are told apart by comparing images: got {totals.n_images}. One image alone has no content of its own. Pass "
            "at least two; a thousand are advised."
        )

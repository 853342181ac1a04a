"""Does attention group or contextualise? How much of it stays on the same object, on images of which the objects are known.

Source: Pan et al. NeurIPS 2024, section 3 and Figure 2; the paper's code for it is not released. Controls are ours.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from qkwidgets.analyses.scene_source import SceneSource
from qkwidgets.answers.preference import Preference
from qkwidgets.core.errors import InputError, check_flags, check_keywords
from qkwidgets.data.labelled import LabelledSet, labelled_set
from qkwidgets.data.labels.listed import SceneSet
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.preference import PreferenceMasses
from qkwidgets.sweeps.run import OPTIONS, sweep


def attention_preference(
    model: AttentionModel,
    scenes: Any,
    *,
    resize: str = "square",
    tokens: str = "patches",
    items: Any = True,
    null: int = 3,
    seed: int = 0,
    **sweep_options: Any,
) -> Preference:
    """Attention of target and distractor patches to the same object, to other objects and to the background, by layer and head.

    Two patches of an image ask, where the down-scaled masks of target and distractors have their first maximum. Beside the masses of
    their attention come enrichment over area, the same without the asking patch, the same of all item patches, 95 % intervals over
    images, and what the weights give with permuted input features.

    Parameters
    ----------
    model
        From `load_model`.
    scenes
        Images with a target and distractors: scenes of `odd_one_out`, a folder in the layout of the O3 data set, or whatever else
        `qkwidgets.data.labelled.labelled_set` takes. Images of which one of the two vanishes on the patch grid are skipped and counted.
        The conditions of a grid are pooled; `analyses.preference_conditions.preference_by_condition` keeps them apart.
    resize
        "square": the whole image is squeezed into the model's input, with Pillow's bicubic filter; "model": the model's own crop, and
        masks are cut alike.
    tokens
        "patches": attention to prefix tokens such as CLS is left out, and the masses of each query sum to one; "all": it stays.
    items
        True or False: whether all patches that hold items are asked as well. It takes most of the time beside the forward pass.
    null
        Number of permutations of the input features; 0 for no null.
    seed
        Of the bootstrap and of the permutations.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    Preference
        Curves `same`, `different`, `background [layer]`, `masses [layer, head, 6]`, and the controls; `.figure()` draws the curves,
        `.figure("cosine")` the cosine of each head beside its enrichment.

    Raises
    ------
    InputError
        If an option or the data set cannot be used, or no image has both target and distractors.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.attention_preference(qk.load_model(), qk.odd_one_out(4), workers=0, progress=False)
    >>> found.masses.shape, bool(abs(found.same + found.different + found.background - 1).max() < 1e-6)
    ((6, 4, 6), True)
    """
    check_keywords("attention_preference", sweep_options, ("resize", "tokens", "items", "null", "seed", *OPTIONS))
    check_flags(items=items)
    reducer = PreferenceMasses(tokens=tokens, items=bool(items), null=null, seed=seed)
    model, images = loaded_model(model), labelled_set(scenes)
    found = sweep(model.resized(resize), images, reducer, **sweep_options)[reducer.name]
    if not found.n_images:
        raise InputError(
            f"Attention preference needs images with a target and distractors: none of {len(images)} has both on the patch grid. Their objects "
            "probably have no odd one among them, or are tiny. Pass scenes of odd_one_out, or a folder with masks of targets and distractors."
        )
    return replace(found, live=partial(_shown, model, images))


def _shown(model: AttentionModel, images: LabelledSet, scenes: Any = None) -> SceneSource:
    """The images of an answer before its model, or others; of generated scenes any that one turns to."""
    own = None if images.kind == SceneSet.kind else images
    return SceneSource(model, own if scenes is None else scenes)

"""Where do the target and a distractor of one scene look? One forward pass, as fast as one can turn a knob.

Source: Pan et al. NeurIPS 2024, section 3; the same masses over many images are `qkwidgets.attention_preference`.
"""

import numpy as np
import torch

from qkwidgets.analyses.pictures import encoded
from qkwidgets.answers.scene_attention import NOTHING, SceneAttention
from qkwidgets.core.errors import InputError
from qkwidgets.core.preference import asked
from qkwidgets.core.preference_groups import answerable, areas, group_shares, nonself_areas, query_patches
from qkwidgets.data.labelled import LabelledPicture
from qkwidgets.data.regions import Box
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.loading import seen_regions


def scene_attention(model: AttentionModel, labelled: LabelledPicture) -> SceneAttention:
    """Attention of the patches that hold most of the target and of the distractors, in every layer and head.

    Parameters
    ----------
    model
        From `load_model`; the picture is squeezed into its input if it is `.resized("square")`.
    labelled
        A picture with a target and distractors, such as `labelled_set(odd_one_out(1)).labelled(0)`.

    Returns
    -------
    SceneAttention
        Attention maps, masses, and what uniform attention would give.

    Raises
    ------
    InputError
        If the picture has no target or no distractors on the patch grid.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.data.labelled import labelled_set
    >>> found = scene_attention(qk.load_model(), labelled_set(qk.odd_one_out(1)).labelled(0))
    >>> found.attention.shape, found.masses.shape
    ((6, 4, 2, 64), (6, 4, 6))
    """
    layout, preprocess = model.layout, model.preprocessing
    pixels, (shown,) = preprocess([labelled.picture])
    regions = seen_regions(labelled, preprocess, layout.grid)
    groups = group_shares(torch.from_numpy(regions.shares), regions.target)[None]
    if not bool(answerable(groups)[0]):
        raise InputError(
            f"A scene has a target and distractors on the patch grid: {labelled.picture.name!r} has not both. An item is probably smaller than "
            "a pixel, or not marked as the odd one. Take larger or fewer items."
        )
    query = query_patches(groups)
    groups_there, query_there = groups.to(model.device), query.to(model.device)
    attention, masses, nonself = [], [], []

    def visit(layer: int, tokens) -> None:
        scale = model.layers[layer].scale
        found = asked(tokens.q, tokens.k, scale, groups_there, query_there)
        masses.append(found.masses[0].float().cpu())
        nonself.append(found.nonself[0].float().cpu())
        # Softmax over the patches alone is that over all tokens, rid of the prefix.
        queries = tokens.q[0][:, query_there[0] + layout.n_prefix].float()
        keys = tokens.k[0][:, layout.n_prefix :].float()
        attention.append((scale * queries @ keys.mT).softmax(dim=-1).cpu())

    with torch.inference_mode():
        model.watch(pixels, visit)
    picture, mime = encoded(shown)
    return SceneAttention(
        picture=picture,
        mime=mime,
        regions=_regions(labelled, preprocess.box(*labelled.objects.shape), shown.shape[:2]),
        attention=torch.stack(attention).numpy(),
        query_patch=query[0].numpy(),
        masses=torch.stack(masses).numpy(),
        nonself=torch.stack(nonself).numpy(),
        area=areas(groups)[0].numpy(),
        nonself_area=nonself_areas(groups, query)[0].numpy(),
    )


def _regions(labelled: LabelledPicture, box: Box, size: tuple[int, int]) -> np.ndarray:
    """Of each pixel of the picture as the model sees it: 0 ground, 1 target, 2 and more the others, `NOTHING` neither."""
    number = np.arange(len(labelled.names) + 1)
    number[1:] = 2 + np.arange(len(labelled.names)) - (np.arange(len(labelled.names)) >= labelled.target)
    number[labelled.target] = 1
    return labelled.seen(number[labelled.objects], box, size, NOTHING).astype(np.uint16)

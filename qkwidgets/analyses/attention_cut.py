"""Does a model need what is near, or what is far? Attention between patches cut by distance, in all layers, with random cuts beside."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from qkwidgets.analyses.circuit import provenance
from qkwidgets.answers.attention_cut import CUTS, AttentionCut
from qkwidgets.core.attention_distance import RADII, within
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.data.scenes import Scenes
from qkwidgets.models.builtin_vit import OddOneOut
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.models.cut import attention_cut as cut_model
from qkwidgets.models.cut import last_norm


def attention_cut(model: AttentionModel, images: Any, *, draws: int = 5, seed: int = 0, batch_size: int = 32) -> AttentionCut:
    """What cutting attention between near, or far, patches does to the class token, and to the odd-one-out answer.

    Parameters
    ----------
    model
        From `load_model`, with a class token.
    images
        Whatever `model.preprocess` takes, some hundred at most. Built-in models have an answer to `Scenes` that can be wrong:
        `odd_one_out(200, feature="configuration")` asks for the whole form of items, whose parts are alike.
    draws
        Random cuts for each radius, inside and outside.
    seed
        Of these.
    batch_size
        Images a forward pass.

    Returns
    -------
    AttentionCut
        A row for each radius, inside and outside.

    Raises
    ------
    InputError
        If the model has no class token, or there is no random cut.
    UnsupportedModelError
        If its attention cannot be made anew.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = attention_cut(qk.load_model(), qk.odd_one_out(8), draws=1)
    >>> found.cls_change.shape, found.whole
    ((2, 2), 1.0)
    >>> attention_cut(qk.load_model(), qk.odd_one_out(8, feature="configuration"), draws=1).features
    ['configuration']
    """
    model = loaded_model(model)
    if not model.layout.n_cls or draws < 1:
        raise InputError(
            f"Effects on the class token are compared with those of random cuts: got {model.layout.n_cls} class tokens and draws={draws}. The "
            "model is probably another one. Use a model with a class token, and at least one draw."
        )
    pixels = model.preprocess(images)[0].to(model.device)
    patch = torch.from_numpy(images.patch(model.layout.grid)) if isinstance(images, Scenes) else None
    draw = torch.Generator().manual_seed(seed)

    def effects(allowed: Bool[Tensor, "patch patch"]) -> tuple[float, float]:
        tokens, right = _outputs(model, pixels, patch, _spread(allowed, model.layout), batch_size)
        return 1 - torch.cosine_similarity(tokens, whole, dim=-1).mean().item(), right

    n = model.layout.n_patches
    whole, right = _outputs(model, pixels, patch, _spread(torch.ones(n, n, dtype=torch.bool), model.layout), batch_size)
    cuts = [cut_keys(near.bool(), side) for near in within(model.layout.grid) for side in CUTS]
    measured = np.array([effects(~cut) for cut in cuts]).reshape(len(RADII), len(CUTS), 2)
    at_random = [[effects(~random_cut(cut, draw)) for _ in range(draws)] for cut in cuts]
    chance = np.array(at_random).reshape(len(RADII), len(CUTS), draws, 2)
    return AttentionCut(
        radii=np.array(RADII, float),
        n_removed=np.array([cut.sum(dim=1).double().mean().item() for cut in cuts]).reshape(len(RADII), len(CUTS)),
        cls_change=measured[..., 0],
        cls_change_random=chance[..., 0],
        accuracy=measured[..., 1],
        accuracy_random=chance[..., 1],
        whole=None if np.isnan(right) else right,
        n_images=len(pixels),
        n_patches=n,
        **({} if np.isnan(right) else _asked(images)),
        provenance=provenance(model, draws=draws, seed=seed),
    )


def _asked(scenes: Scenes) -> dict[str, Any]:
    """In what the odd items differ, and how often one of a scene's items at random is the odd one."""
    chance = np.mean([1 / (len(np.unique(items)) - 1) for items in scenes.items])  # one of the numbers is the ground
    return {"features": [FEATURES[number] for number in np.unique(scenes.feature)], "chance": float(chance)}


def cut_keys(near: Bool[Tensor, "patch patch"], side: str) -> Bool[Tensor, "patch patch"]:
    """Which patches are taken from each: the others inside, or those outside.

    Examples
    --------
    >>> near = within((1, 3))[0].bool()
    >>> cut_keys(near, "inside")[0].tolist(), cut_keys(near, "outside")[0].tolist()
    ([False, True, False], [False, False, True])
    """
    return near & ~torch.eye(*near.shape, dtype=torch.bool) if side == "inside" else ~near


def random_cut(cut: Bool[Tensor, "patch patch"], draw: torch.Generator) -> Bool[Tensor, "patch patch"]:
    """As many patches taken from each as in a cut, any but itself.

    Examples
    --------
    >>> cut = ~torch.eye(5, dtype=torch.bool) & (torch.arange(5) < 3)
    >>> found = random_cut(cut, torch.Generator().manual_seed(0))
    >>> torch.equal(found.sum(dim=1), cut.sum(dim=1)), found.diagonal().any().item()
    (True, False)
    """
    order = torch.rand(cut.shape, generator=draw).fill_diagonal_(2).argsort(dim=1).argsort(dim=1)
    return order < cut.sum(dim=1, keepdim=True)


def _spread(allowed: Bool[Tensor, "patch patch"], layout: TokenLayout) -> Bool[Tensor, "token token"]:
    """The same for all tokens: those that are no patches see everything, and are seen."""
    every = torch.ones(layout.n_tokens, layout.n_tokens, dtype=torch.bool)
    every[layout.patches, layout.patches] = allowed
    return every


def _outputs(
    model: AttentionModel, pixels: Tensor, patch: Tensor | None, allowed: Tensor, batch_size: int
) -> tuple[Float[Tensor, "image d_model"], float]:
    """The class token after the last norm, and the share of odd patches that are found."""
    tokens, found = [], []
    with torch.inference_mode(), cut_model(model, allowed) as module, last_norm(model) as normed:
        for batch in pixels.split(batch_size):
            output = module(batch)
            tokens.append(normed[-1][:, 0].clone())
            if isinstance(output, OddOneOut):
                found.append(output.position.argmax(dim=1).cpu())
    right = float("nan") if patch is None or not found else (torch.cat(found) == patch).double().mean().item()
    return torch.cat(tokens), right

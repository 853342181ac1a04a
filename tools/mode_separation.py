"""Which modes tell target, distractors and ground apart? The area under the ROC curve of single query and key maps.

A map gives each patch one number, the projection of its token on a direction. A patch counts for a class if more than half
of its area belongs to it; patches of all scenes are pooled. The sign of a mode is arbitrary, so an AUC below one half is
turned round and the sign told.

Modes are chosen on some scenes and measured on others, so that the choice cannot flatter them. What a direction of no
merit would reach is measured too: random directions in the column space of the head's own query (or key) weights, which
is where its modes lie. In a space whose every direction sees items, seeing items says nothing about a mode.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

import qkwidgets as qk
from qkwidgets.data.odd_one_out import Scenes
from qkwidgets.models.builtin_vit import GRID, PATCH_SIZE
from qkwidgets.models.contract import AttentionModel
from tools.training_scenes import normalised

N_RANDOM = 200
LEVEL = 0.9
MAJORITY = 0.5
NULL_QUANTILE = 0.95
SIDES = ("query", "key")
CONTRASTS = ("items from ground", "target from all else", "target from distractors", "distractors from all else")


@dataclass(frozen=True)
class Found:
    """One side of one mode: what it separates, how well, and what random directions of its space reach."""

    mode: str
    side: str
    contrast: str
    sign: str
    auc: float
    null_quantile: float
    null_most: float


def separating_modes(model: AttentionModel, choice: Scenes, unseen: Scenes) -> list[Found]:
    """Modes chosen on `choice` that reach the level on `unseen` and beat the null there; best first."""
    found = qk.modes(model)
    bases = [torch.from_numpy(vectors) for vectors in (found.left, found.right)]
    chosen = torch.stack([auc for auc, _ in _measured(model, choice, bases, n_random=0)])
    rows = []
    for number, (auc, null) in enumerate(_measured(model, unseen, bases, N_RANDOM)):
        layer, head, side = np.unravel_index(number, (model.n_layers, model.n_heads, len(SIDES)))
        for contrast, mode in np.ndindex(*auc.shape):
            first, second = float(chosen[number, contrast, mode]), float(auc[contrast, mode])
            up, directed = first >= 0.5, second if first >= 0.5 else 1 - second
            quantile = float(null[contrast].quantile(NULL_QUANTILE))
            if max(first, 1 - first) >= LEVEL and directed >= LEVEL and directed > quantile:
                most = float(null[contrast].max())
                name, which = f"L{layer} H{head} M{mode}", CONTRASTS[contrast]
                rows.append(Found(name, SIDES[side], which, "+" if up else "-", directed, quantile, most))
    return sorted(rows, key=lambda row: -row.auc)


def _measured(model: AttentionModel, scenes: Scenes, bases: list[Tensor], n_random: int) -> list[tuple[Tensor, Tensor]]:
    """AUC [contrast, mode], and that of random directions, turned round, of each layer, head and side."""
    parts = [model.attn_inputs(part) for part in normalised(scenes.images).split(100)]
    classes, generator, out = patch_classes(scenes), torch.Generator().manual_seed(0), []
    for layer in range(model.n_layers):
        tokens = torch.cat([part[layer][:, model.layout.patches] for part in parts]).flatten(0, 1)
        for head in range(model.n_heads):
            for basis in bases:
                directions = basis[layer, head]
                turn = torch.randn(directions.shape[1], n_random, generator=generator)
                maps = tokens @ torch.cat([directions, directions @ turn], 1)
                auc = contrast_aucs(maps, classes)
                null = auc[:, directions.shape[1] :]
                out.append((auc[:, : directions.shape[1]], torch.maximum(null, 1 - null)))
    return out


def patch_classes(scenes: Scenes) -> dict[str, Tensor]:
    """Which patches, over all scenes in a row, belong to target, distractors, items and ground."""

    def majority(mask: np.ndarray) -> Tensor:
        cut = mask.reshape(len(mask), GRID[0], PATCH_SIZE, GRID[1], PATCH_SIZE)
        return torch.from_numpy(cut.mean((2, 4)) > MAJORITY).flatten()

    masks = {"target": scenes.target, "distractors": scenes.distractors, "items": ~scenes.ground, "ground": scenes.ground}
    return {name: majority(mask) for name, mask in masks.items()}


def contrast_aucs(maps: Tensor, classes: dict[str, Tensor]) -> Tensor:
    """AUC [contrast, direction] of maps [patch, direction], in the order of `CONTRASTS`."""
    target, distractors, ground = (classes[name] for name in ("target", "distractors", "ground"))
    pairs = (
        (classes["items"], ground),
        (target, distractors | ground),
        (target, distractors),
        (distractors, target | ground),
    )
    # One sort serves all contrasts. That of numpy is ten times faster than that of torch.
    order = torch.from_numpy(np.argsort(maps.T.contiguous().numpy(), axis=1))
    return torch.stack([auc(yes[order], no[order]) for yes, no in pairs])


def auc(positive: Tensor, negative: Tensor) -> Tensor:
    """Probability that a positive patch has a larger value than a negative one, for each row of patches in rising order.

    Examples
    --------
    >>> yes = torch.tensor([[False, True, False, True]])
    >>> auc(yes, ~yes)
    tensor([0.7500])
    """
    below = negative.cumsum(1, dtype=torch.int32)
    return ((below * positive).sum(1).double() / positive.sum(1) / below[:, -1]).float()

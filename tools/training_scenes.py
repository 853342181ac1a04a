"""What does a training step see? Batches of generated scenes, a function of recipe and step alone.

Scenes are made as they are needed, so no data set is loaded and none is ever seen whole; and a resumed run sees what an
unbroken one would have seen.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.models.builtin_vit import GRID, MEAN, STD
from tools.training_recipes import Recipe

BLOCK = 2048


class Batch(NamedTuple):
    """Pictures as the model takes them; the patch and the feature of the odd item; the patches that are masked."""

    images: Tensor
    patch: Tensor
    feature: Tensor
    masked: Tensor


class Mixture(NamedTuple):
    """Scenes of all kinds of odd items: uint8 pictures, and the answers."""

    images: np.ndarray
    patch: np.ndarray
    feature: np.ndarray


def mixture(n: int, seed: int, start: int = 0) -> Mixture:
    """Scenes odd in any feature, the configural one included, each as often as the others."""
    scenes = odd_one_out(n, seed=seed, start=start, feature=FEATURES)
    return Mixture(scenes.images, scenes.patch(GRID), scenes.feature)


def batches(recipe: Recipe, step: int) -> Iterator[Batch]:
    """Batches from `step` on: blocks of new scenes, each scene seen `views` times, turned or mirrored, partly masked."""
    per_block = BLOCK * recipe.views // recipe.batch
    for block in range(step // per_block, recipe.steps // per_block + 1):
        scenes = mixture(BLOCK, recipe.seed, block * BLOCK)
        rng = np.random.default_rng((recipe.seed, block))
        order = np.concatenate([rng.permutation(BLOCK) for _ in range(recipe.views)]).reshape(per_block, recipe.batch)
        for i, chosen in enumerate(order):
            turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
            masked = masks(rng, recipe.batch, recipe.mask_ratio)
            if block * per_block + i >= step:
                images, patch = view(scenes.images[chosen], scenes.patch[chosen], turns, mirror)
                yield Batch(images, patch, torch.from_numpy(scenes.feature[chosen]), masked)


def masks(rng: np.random.Generator, n: int, ratio: float) -> Tensor:
    """Boolean masks [image, patch], each with the same number of patches masked, chosen at random."""
    n_patches = GRID[0] * GRID[1]
    order = rng.random((n, n_patches)).argsort(axis=1)
    return torch.from_numpy(order < round(ratio * n_patches))


def view(images: np.ndarray, patch: np.ndarray, turns: int, mirror: bool) -> tuple[Tensor, Tensor]:
    """Pictures turned by quarter turns and perhaps mirrored, and where the patch has gone."""

    def moved(grids: np.ndarray) -> np.ndarray:
        grids = np.rot90(grids, turns, (1, 2))
        return grids[:, :, ::-1] if mirror else grids

    places = moved(np.arange(GRID[0] * GRID[1]).reshape(1, *GRID)).ravel()
    return normalised(moved(images)), torch.from_numpy(places.argsort()[patch])


def normalised(images: np.ndarray) -> Tensor:
    """What the model takes, of uint8 pictures."""
    pixels = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).float() / 255
    return (pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]

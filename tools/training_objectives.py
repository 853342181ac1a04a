"""What is asked of a model in training, and how far has it come?

Both answers are one number a batch: the loss, which is minimised, and a score that is easy to read. The position score is
the share of scenes whose odd item is found; the reconstruction score is the mean absolute error of masked pixels in units
of the whole range of a pixel, 0 to 1.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from qkwidgets.models.builtin_vit import STD, BuiltinViT, patch_pixels
from tools.training_recipes import Recipe
from tools.training_scenes import Batch, masks, mixture, normalised

HELD_OUT_SEED = 7
PROBED_SCENES = 480

SCORES = {
    "supervised": "share of unseen scenes whose odd item is found",
    "finetuned": "share of unseen scenes whose odd item is found",
    "masked": "mean absolute error of masked pixels (range 0 to 1)",
}


def objective(model: BuiltinViT, batch: Batch, recipe: Recipe, done: float = 1.0) -> tuple[Tensor, Tensor]:
    """Loss of a batch when this share of the steps is done, and the score of each image of it."""
    if recipe.objective == "masked":
        return _reconstruction(model, batch, recipe.rounding * (1 - done))
    logits = model(batch.images)
    loss = F.cross_entropy(logits.position.float(), batch.patch)
    loss = loss + recipe.feature_weight * F.cross_entropy(logits.feature.float(), batch.feature)
    return loss, (logits.position.argmax(1) == batch.patch).float()


def _reconstruction(model: BuiltinViT, batch: Batch, rounding: float) -> tuple[Tensor, Tensor]:
    """Absolute error of the masked patches only, as in SimMIM, with a tip that is rounded in the beginning.

    The least absolute error of an uncertain pixel is at its median, which is the ground nearly everywhere: with a sharp tip
    a model paints the ground and has no reason to look at its neighbours. A square pulls towards every item from the first
    step on.
    """
    guess, pixels = model.reconstruction(batch.images, batch.masked).float(), patch_pixels(batch.images)
    loss = F.smooth_l1_loss(guess[batch.masked], pixels[batch.masked], beta=rounding)
    error = (guess.detach() - pixels).abs().mean(-1)
    return loss, (error * batch.masked).sum(1) / batch.masked.sum(1) * STD[0]


def held_out_batch(recipe: Recipe) -> Batch:
    """Scenes of the training mixture that training never draws, on which snapshots are scored."""
    scenes = mixture(PROBED_SCENES, HELD_OUT_SEED)
    masked = masks(np.random.default_rng(HELD_OUT_SEED), PROBED_SCENES, recipe.mask_ratio)
    return Batch(normalised(scenes.images), torch.from_numpy(scenes.patch), torch.from_numpy(scenes.feature), masked)


def score(model: BuiltinViT, batch: Batch, recipe: Recipe) -> float:
    """The mean score of a model on a batch."""
    with torch.inference_mode():
        return float(objective(model, batch, recipe)[1].mean())

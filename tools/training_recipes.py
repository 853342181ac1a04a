"""Which models are trained, and how? Everything that decides what is learned stands here and goes into the model card."""

import math
from dataclasses import dataclass

TRAINING_SEED = 20_240


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what is learned.

    `objective` is "supervised" (find the odd item and name its feature), "masked" (fill in masked patches) or "finetuned"
    (supervised, from the weights of the masked one). Each scene is seen `views` times, turned and perhaps mirrored. The
    tip of the absolute error of a masked model is rounded over `rounding` quarters of a pixel's range at first, and not at the end.
    """

    objective: str = "supervised"
    steps: int = 9_000
    batch: int = 64
    learning_rate: float = 1e-3
    warmup: int = 500
    weight_decay: float = 0.05
    clip: float = 1.0
    feature_weight: float = 0.3
    mask_ratio: float = 0.5
    rounding: float = 1.0
    views: int = 3
    seed: int = TRAINING_SEED


RECIPES = {
    "o3": Recipe(),
    "o3-mim": Recipe(objective="masked", steps=7_000),
    "o3-mim-ft": Recipe(objective="finetuned", steps=3_500, learning_rate=5e-4, warmup=200),
}
"""The models of the family, by name."""


def learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then half a cosine down to nothing."""
    if step < recipe.warmup:
        return recipe.learning_rate * (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))

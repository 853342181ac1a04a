"""How well does a model fill in masked patches, beside what needs no model?

Errors are mean absolute differences of masked pixels in units of the range of a pixel (0 to 1), over all of them and
apart for pixels of items and of the ground. Without a model one can paint the mean colour of the visible patches, or
interpolate: linearly between the nearest visible pixels around a hole (Delaunay triangles), which is bilinear inpainting
without a grid; beyond the outermost visible pixels the nearest one is taken.
"""

import numpy as np
import torch
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

from qkwidgets.data.odd_one_out import Scenes
from qkwidgets.models.builtin_vit import MEAN, PATCH_SIZE, STD, BuiltinViT
from tools.training_scenes import masks, normalised

MASK_SEED = 3


def reconstruction_errors(model: BuiltinViT, scenes: Scenes, mask_ratio: float) -> dict:
    """Errors of the model, of the mean of the visible patches and of linear inpainting, on the same masks."""
    masked = masks(np.random.default_rng(MASK_SEED), len(scenes), mask_ratio)
    holes = masked.numpy().reshape(-1, 8, 8).repeat(PATCH_SIZE, 1).repeat(PATCH_SIZE, 2)
    pictures = scenes.images / 255
    guesses = {
        "model": model_guess(model, scenes, masked),
        "mean of the visible patches": visible_mean(pictures, holes),
        "linear inpainting": inpainted(pictures, holes),
    }
    parts = {"all": holes, "items": holes & ~scenes.ground, "ground": holes & scenes.ground}
    errors = {
        name: {part: float(np.abs(guess - pictures)[where].mean()) for part, where in parts.items()}
        for name, guess in guesses.items()
    }
    return {"scenes": len(scenes), "masked": int(masked[0].sum()), "errors": errors}


def model_guess(model: BuiltinViT, scenes: Scenes, masked: torch.Tensor) -> np.ndarray:
    """Pictures [image, 64, 64, 3] from 0 to 1 as the model makes them out of the visible patches."""
    pixels = normalised(scenes.images)
    with torch.inference_mode():
        pairs = zip(pixels.split(250), masked.split(250), strict=True)
        patches = torch.cat([model.reconstruction(*pair) for pair in pairs])
    pictures = torch.nn.functional.fold(patches.transpose(1, 2), pixels.shape[2:], PATCH_SIZE, stride=PATCH_SIZE)
    pictures = pictures * torch.tensor(STD)[:, None, None] + torch.tensor(MEAN)[:, None, None]
    return pictures.clamp(0, 1).permute(0, 2, 3, 1).numpy()


def visible_mean(pictures: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """One colour a picture: the mean of its visible pixels."""
    visible = ~holes[..., None]
    mean = (pictures * visible).sum((1, 2), keepdims=True) / visible.sum((1, 2), keepdims=True)
    return np.broadcast_to(mean, pictures.shape)


def inpainted(pictures: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """Pictures whose holes are interpolated linearly from the visible pixels around them."""
    filled = pictures.copy()
    for picture, hole in zip(filled, holes, strict=True):
        known, wanted = np.argwhere(~hole), np.argwhere(hole)
        guess = LinearNDInterpolator(known, picture[~hole])(wanted)
        outside = np.isnan(guess[:, 0])
        guess[outside] = NearestNDInterpolator(known, picture[~hole])(wanted[outside])
        picture[hole] = guess
    return filled

"""How well does a model of the family do on scenes that training cannot have drawn?"""

import numpy as np
import torch
from torch import Tensor, nn

from qkwidgets.data.odd_one_out import Scenes, odd_one_out
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.models.builtin_vit import GRID, BuiltinViT
from tools.reconstruction import reconstruction_errors
from tools.training_objectives import HELD_OUT_SEED
from tools.training_scenes import normalised

HELD_OUT_SCENES = 2000
CONFIGURAL = "configuration"
CONFIGURAL_SCENES = 1000
RECONSTRUCTED_SCENES = 500


def results(model: BuiltinViT, mask_ratio: float, pooled: nn.Linear | None) -> dict:
    """Shares of right answers on default and on configural scenes; of a masked model also how well it fills in.

    `pooled` is a probe of the feature on the mean of the patch tokens, if there is one.
    """
    default = odd_one_out(HELD_OUT_SCENES, seed=HELD_OUT_SEED)
    configural = odd_one_out(CONFIGURAL_SCENES, seed=HELD_OUT_SEED, feature=CONFIGURAL)
    found = {
        "held_out": held_out(model, default) | {"seed": HELD_OUT_SEED},
        "configural": {key: value for key, value in held_out(model, configural).items() if key != "by_feature"},
    }
    if pooled is not None:
        found["pooled_feature"] = {
            name: _pooled(model, pooled, s) for name, s in (("default", default), (CONFIGURAL, configural))
        }
        mixed = odd_one_out(RECONSTRUCTED_SCENES, seed=HELD_OUT_SEED, feature=FEATURES)
        found["reconstruction"] = reconstruction_errors(model, mixed, mask_ratio)
    return found


def held_out(model: BuiltinViT, scenes: Scenes) -> dict:
    """Shares of scenes whose odd item and whose odd feature the model finds, over all scenes and by feature."""
    with torch.inference_mode():
        answers = [model(part) for part in normalised(scenes.images).split(250)]
    position = torch.cat([answer.position for answer in answers]).argmax(1).numpy() == scenes.patch(GRID)
    feature = torch.cat([answer.feature for answer in answers]).argmax(1).numpy() == scenes.feature
    groups = {"all": np.full(len(scenes), True)} | {FEATURES[i]: scenes.feature == i for i in np.unique(scenes.feature)}
    shares = {
        name: {"scenes": int(of.sum()), "position": float(position[of].mean()), "feature": float(feature[of].mean())}
        for name, of in groups.items()
    }
    return {"scenes": len(scenes), **shares.pop("all"), "by_feature": shares}


def _pooled(model: BuiltinViT, probe: nn.Linear, scenes: Scenes) -> float:
    """Share of scenes whose feature the probe names from the mean of the patch tokens."""

    def answer(pixels: Tensor) -> Tensor:
        return probe(model.tokens(pixels)[:, 1:].mean(1)).argmax(1)

    with torch.inference_mode():
        named = torch.cat([answer(part) for part in normalised(scenes.images).split(250)])
    return float((named.numpy() == scenes.feature).mean())

"""What can be read off a model that was never asked? A linear probe of frozen features: position and feature of the odd item.

The probes are the model's own two heads: the same linear maps that the supervised models have, from each patch token and
from the CLS token after the last norm, fitted on training scenes while everything else stays as it is. Nothing ever asked
the last CLS token of a masked model for anything; so the feature is probed on the mean of the patch tokens too.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from qkwidgets.models.builtin_vit import BuiltinViT
from tools.training_recipes import TRAINING_SEED
from tools.training_scenes import Mixture, mixture, normalised

PROBE_SCENES = 12_000
PROBE_STEPS = 1_500
PROBE_BATCH = 500
PROBE_RATE = 3e-3


def fit_heads(model: BuiltinViT) -> nn.Linear:
    """Fit both heads of the model in place, and return a probe of the feature on the mean of the patch tokens."""
    scenes = mixture(PROBE_SCENES, TRAINING_SEED)
    tokens = features(model, scenes)
    torch.manual_seed(TRAINING_SEED)
    pooled = nn.Linear(tokens.shape[-1], model.feature.out_features)
    for head in (model.position, model.feature):
        head.reset_parameters()
    patch, feature = torch.from_numpy(scenes.patch), torch.from_numpy(scenes.feature)
    _fit(model.position, tokens[:, 1:], patch)
    _fit(model.feature, tokens[:, 0], feature)
    _fit(pooled, tokens[:, 1:].mean(1), feature)
    return pooled


def features(model: BuiltinViT, scenes: Mixture) -> Tensor:
    """Tokens after the last norm, of all scenes."""
    with torch.inference_mode():
        pixels = normalised(scenes.images)
        return torch.cat([model.tokens(part) for part in pixels.split(250)]).clone()


def _fit(head: nn.Linear, seen: Tensor, answer: Tensor) -> None:
    """Cross entropy on random batches, the rate falling to nothing."""
    optimiser = torch.optim.Adam(head.parameters(), lr=PROBE_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, PROBE_STEPS)
    for _ in range(PROBE_STEPS):
        chosen = torch.randint(len(seen), (PROBE_BATCH,))
        loss = F.cross_entropy(head(seen[chosen]).squeeze(-1), answer[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()

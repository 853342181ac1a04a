"""What is kept of a model in training? Numbers of its query-key modes at about twelve steps, and no weights."""

import numpy as np
import torch
from torch import Tensor

import qkwidgets as qk
from qkwidgets.answers.training import Training
from qkwidgets.core.alignment import BAND_SDS, isotropic_sd
from qkwidgets.core.degenerate import degenerate_blocks, null_modes
from qkwidgets.models.builtin_vit import BuiltinViT
from tools.training_objectives import SCORES
from tools.training_recipes import Recipe

FIRST_STEP = 10
N_SNAPSHOTS = 12
KEPT = ("singular_values", "cosine", "head_cosine", "head_band", "layer_cosine", "layer_band")


def snapshot_steps(steps: int) -> list[int]:
    """Step 0, then steps in equal ratios to the last."""
    later = np.geomspace(min(FIRST_STEP, steps), steps, N_SNAPSHOTS - 1)
    return sorted({0, *(round(step) for step in later)})


def snapshot(model: BuiltinViT, step: int, score: float) -> dict[str, int | float | Tensor]:
    """Numbers of all modes of a model at a step, and how well it does by then."""
    found = qk.modes(qk.load_model(model))
    return {"step": step, "score": score} | {name: torch.from_numpy(getattr(found, name)) for name in KEPT}


def training(name: str, recipe: Recipe, record: dict, snapshots: list[dict], d_model: int) -> Training:
    """The snapshots of a run as one answer."""
    stacked = {key: np.stack([kept[key].numpy() for kept in snapshots]).astype(np.float32) for key in KEPT}
    strengths = torch.from_numpy(stacked["singular_values"])
    return Training(
        step=np.array([kept["step"] for kept in snapshots]),
        score=np.array([kept["score"] for kept in snapshots]),
        **stacked,
        degenerate=degenerate_blocks(strengths).numpy(),
        null=null_modes(strengths).numpy(),
        mode_band=BAND_SDS * isotropic_sd(d_model),
        provenance={
            "model": f"builtin:{name}",
            "objective": recipe.objective,
            "score": SCORES[recipe.objective],
            "batch": recipe.batch,
            "licence": "MIT",
            "source": "tools/train_builtin.py",
            **record,
        },
    )

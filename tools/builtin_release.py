"""Round, measure and release a model of the family: weights, model card, the card's numbers as JSON, and the snapshots.

What is measured is what is shipped: the weights are rounded to float16 first, and the scenes come from seeds that
training never draws from. A masked model has never been asked for an odd item; its two heads are fitted here, as linear
probes of features that stay as they are.
"""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors.torch import load_file, save_file

import qkwidgets as qk
from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.models.builtin_vit import BuiltinViT
from tools.builtin_card import card
from tools.builtin_results import results
from tools.linear_probe import fit_heads
from tools.mode_separation import separating_modes
from tools.training_run import Run
from tools.training_snapshots import training

CHOICE_SEED, MEASURED_SEED = 9, 13
SEPARATED_SCENES = 500


def write_release(name: str, run: Run, folder: Path, note: str = "") -> dict:
    """Write everything about a trained model into `folder`, each file whole or not at all, and return the numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    masked = run.recipe.objective == "masked"
    pooled = fit_heads(run.model) if masked else None
    released = _rounded(name, run.model, folder / f"{name}.safetensors")
    numbers = {
        "name": name,
        "parameters": sum(p.numel() for p in released.parameters()),
        "bytes": (folder / f"{name}.safetensors").stat().st_size,
        "features": list(FEATURES),
        "recipe": asdict(run.recipe),
        "run": run.record() | {"note": note},
        "snapshots": len(run.snapshots),
        **results(released, run.recipe.mask_ratio, pooled),
        "modes": modes_found(released),
    }
    _write(folder / f"{name}.json", json.dumps(numbers, indent=2) + "\n")
    _write(folder / f"{name}.md", card(numbers))
    training(name, run.recipe, run.record(), run.snapshots, released.norm.weight.numel()).save(folder / f"training-{name}.qk")
    return numbers


def modes_found(model: BuiltinViT) -> list[dict]:
    """Modes that tell parts of a scene apart, chosen on some scenes and measured on others."""
    choice = odd_one_out(SEPARATED_SCENES, seed=CHOICE_SEED, feature=FEATURES)
    unseen = odd_one_out(SEPARATED_SCENES, seed=MEASURED_SEED, feature=FEATURES)
    return [asdict(found) for found in separating_modes(qk.load_model(model), choice, unseen)]


def _rounded(name: str, model: BuiltinViT, path: Path) -> BuiltinViT:
    """Write the weights in half precision, and give the model that reads them."""
    part = path.with_suffix(".part")
    halves = {key: tensor.detach().half().contiguous() for key, tensor in model.state_dict().items()}
    save_file(halves, part, metadata={"format": "pt", "model": name, "licence": "MIT", "task": "odd one out"})
    part.chmod(0o644)  # the writer makes private files, and these are to be committed and packed
    part.replace(path)
    released = BuiltinViT(n_features=model.feature.out_features, reconstructs="mask_token" in halves)
    released.load_state_dict({key: tensor.float() for key, tensor in load_file(path).items()})
    return released.eval().requires_grad_(False)


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)

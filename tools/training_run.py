"""One training run, whatever it is for: model, optimiser, how far it is, its snapshots, and where its state is kept.

The state goes to a work folder every few minutes in one atomic step, and a run that takes it up again ends where an
unbroken one does.
"""

import contextlib
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from qkwidgets.models.builtin_vit import BuiltinViT
from tools.training_objectives import held_out_batch, objective, score
from tools.training_recipes import Recipe, learning_rate
from tools.training_scenes import Batch, batches
from tools.training_snapshots import snapshot, snapshot_steps

SAVE_EVERY_S = 120


class Run:
    """A model on its way through a recipe."""

    def __init__(self, recipe: Recipe, state: Path, bf16: bool, start: dict[str, Tensor] | None = None):
        torch.manual_seed(recipe.seed)
        self.recipe, self.state, self.bf16 = recipe, state, bf16
        self.model = BuiltinViT(reconstructs=recipe.objective == "masked")
        if start is not None:
            self.model.load_state_dict(self.model.state_dict() | _shared(start))
        matrices = [p for p in self.model.parameters() if p.ndim == 2]
        others = [p for p in self.model.parameters() if p.ndim != 2]
        groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98), fused=True)
        self.step, self.seconds, self.snapshots = 0, 0.0, []

    def train(self, stop: float) -> None:
        """Go on to the last step, or until the clock says stop."""
        recipe, saved, begun = self.recipe, time.monotonic(), time.monotonic() - self.seconds
        due, held_out = snapshot_steps(recipe.steps), held_out_batch(recipe)
        seen, scores = batches(recipe, self.step), []
        self._keep(due, held_out)
        while self.step < recipe.steps and time.monotonic() < stop:
            scores.append(self._learn(next(seen)))
            self.step, self.seconds = self.step + 1, time.monotonic() - begun
            self._keep(due, held_out)
            if self.step % 100 == 0:
                print(f"step {self.step:6d}  {self.seconds:7.0f} s  score {sum(scores) / len(scores):.4f}", flush=True)
                scores = []
            if time.monotonic() - saved > SAVE_EVERY_S:
                self.save()
                saved = time.monotonic()
        self.save()

    def _learn(self, batch: Batch) -> float:
        """One step of the optimiser; the score before it."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.recipe, self.step)
        # bfloat16 halves the time of the products on processors that have it, and so only where it has: the backward pass
        # of fused attention in bfloat16 is slower on a CPU than attention spelled out.
        kernel = sdpa_kernel(SDPBackend.MATH) if self.bf16 else contextlib.nullcontext()
        with kernel:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
                loss, scores = objective(self.model, batch, self.recipe, self.step / self.recipe.steps)
            self.optimiser.zero_grad()
            loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimiser.step()
        return scores.mean().item()

    def _keep(self, due: list[int], held_out: Batch) -> None:
        """Take down the numbers of this step, if it is one of those."""
        if self.step in due and self.step not in [kept["step"] for kept in self.snapshots]:
            self.snapshots.append(snapshot(self.model, self.step, score(self.model, held_out, self.recipe)))

    def record(self) -> dict:
        """How far the run is, and how it got there."""
        return {
            "steps": self.step,
            "images": self.step * self.recipe.batch,
            "minutes": round(self.seconds / 60, 1),
            "threads": torch.get_num_threads(),
            "bf16": self.bf16,
        }

    def save(self) -> None:
        """Write the state whole or not at all."""
        self.state.parent.mkdir(parents=True, exist_ok=True)
        part = self.state.with_suffix(".part")
        torch.save(
            {
                "model": self.model.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "step": self.step,
                "seconds": self.seconds,
                "snapshots": self.snapshots,
                "rng": torch.get_rng_state(),
            },
            part,
        )
        part.replace(self.state)

    def restore(self) -> None:
        """Take up the saved state."""
        state = torch.load(self.state, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.snapshots = state["step"], state["seconds"], state["snapshots"]
        torch.set_rng_state(state["rng"])


def _shared(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights that two objectives have in common: all but those before and behind the blocks that are for one only."""
    own = ("position.", "feature.", "mask_token", "reconstruct.")
    return {name: tensor.float() for name, tensor in weights.items() if not name.startswith(own)}

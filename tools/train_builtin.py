"""Train the built-in model from nothing, in one command: `python tools/train_builtin.py`.

Scenes are generated as they are needed, so no data set is loaded and none is ever seen whole. The state of the run goes
to a work folder every few minutes in one atomic step; `--resume` goes on from it. At the end the weights are rounded to
float16, measured on scenes that training cannot have drawn, and written with a model card.
"""

import argparse
import contextlib
import math
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

# A script's own folder is all that Python looks in; this tree is what shall be trained, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qkwidgets.data.odd_one_out import Scenes, odd_one_out
from qkwidgets.models.builtin_vit import BuiltinViT
from tools.builtin_card import normalised, write_release

TRAINING_SEED = 20_240
BLOCK = 2048


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what is learned; goes into the model card."""

    steps: int = 9_000
    batch: int = 64
    learning_rate: float = 1e-3
    warmup: int = 500
    weight_decay: float = 0.05
    clip: float = 1.0
    feature_weight: float = 0.3
    views: int = 3
    seed: int = TRAINING_SEED


def main() -> None:
    """Train, resume or only release, as the command line says."""
    options = _options()
    torch.set_num_threads(options.threads)
    recipe = Recipe(steps=options.steps)
    run = Run(recipe, options.work / "state.pt", bf16=options.bf16)
    if options.resume or options.release:
        run.restore()
    if not options.release:
        run.train(stop=time.monotonic() + 60 * options.minutes)
    write_release(run.model, asdict(recipe), run.record() | {"note": options.note}, options.out)


class Run:
    """One training run: model, optimiser, how far it is, and where its state is kept."""

    def __init__(self, recipe: Recipe, state: Path, bf16: bool):
        torch.manual_seed(recipe.seed)
        self.recipe, self.state, self.bf16 = recipe, state, bf16
        self.model = BuiltinViT()
        matrices = [p for p in self.model.parameters() if p.ndim == 2]
        others = [p for p in self.model.parameters() if p.ndim != 2]
        groups = [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98), fused=True)
        self.step, self.seconds = 0, 0.0

    def train(self, stop: float) -> None:
        """Go on to the last step, or until the clock says stop."""
        recipe, saved, begun = self.recipe, time.monotonic(), time.monotonic() - self.seconds
        batches, hits, scenes = _batches(recipe, self.step), 0.0, 0
        while self.step < recipe.steps and time.monotonic() < stop:
            images, patch, feature = next(batches)
            hits, scenes = hits + self._learn(images, patch, feature), scenes + len(images)
            self.step, self.seconds = self.step + 1, time.monotonic() - begun
            if self.step % 100 == 0:
                print(f"step {self.step:6d}  {self.seconds:7.0f} s  position {hits / scenes:.4f}", flush=True)
                hits, scenes = 0.0, 0
            if time.monotonic() - saved > 120:
                self.save()
                saved = time.monotonic()
        self.save()

    def _learn(self, images: Tensor, patch: Tensor, feature: Tensor) -> float:
        """One step of the optimiser; how many positions were right before it."""
        for group in self.optimiser.param_groups:
            group["lr"] = _learning_rate(self.recipe, self.step)
        # bfloat16 halves the time of the products on processors that have it, and so only where it has: the backward pass
        # of fused attention in bfloat16 is slower on a CPU than attention spelled out.
        kernel = sdpa_kernel(SDPBackend.MATH) if self.bf16 else contextlib.nullcontext()
        with kernel:
            with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
                logits = self.model(images)
            loss, right = _objective(logits, patch, feature, self.recipe.feature_weight)
            self.optimiser.zero_grad()
            loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimiser.step()
        return right

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
        self.step, self.seconds = state["step"], state["seconds"]
        torch.set_rng_state(state["rng"])


def _objective(logits, patch: Tensor, feature: Tensor, feature_weight: float) -> tuple[Tensor, float]:
    """Cross entropy of both heads, and the number of right positions."""
    loss = F.cross_entropy(logits.position.float(), patch)
    loss = loss + feature_weight * F.cross_entropy(logits.feature.float(), feature)
    return loss, (logits.position.argmax(1) == patch).sum().item()


def _learning_rate(recipe: Recipe, step: int) -> float:
    """Linear warm-up, then half a cosine down to nothing."""
    if step < recipe.warmup:
        return recipe.learning_rate * (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, recipe.steps - recipe.warmup)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _batches(recipe: Recipe, step: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Batches from `step` on: blocks of new scenes, each scene seen `views` times, turned or mirrored.

    A function of seed and step alone, so that a resumed run sees what an unbroken one would have seen.
    """
    per_block = BLOCK * recipe.views // recipe.batch
    for block in range(step // per_block, recipe.steps // per_block + 1):
        scenes = odd_one_out(BLOCK, seed=recipe.seed, start=block * BLOCK)
        rng = np.random.default_rng((recipe.seed, block))
        order = np.concatenate([rng.permutation(BLOCK) for _ in range(recipe.views)]).reshape(per_block, recipe.batch)
        for i, chosen in enumerate(order):
            turns, mirror = int(rng.integers(4)), bool(rng.integers(2))
            if block * per_block + i >= step:
                yield _view(scenes[chosen], turns, mirror)


def _view(scenes: Scenes, turns: int, mirror: bool) -> tuple[Tensor, Tensor, Tensor]:
    """A batch turned by quarter turns and perhaps mirrored: images, patch, feature."""

    def moved(pixels: np.ndarray) -> np.ndarray:
        pixels = np.rot90(pixels, turns, (1, 2))
        return pixels[:, :, ::-1] if mirror else pixels

    seen = Scenes(moved(scenes.images), moved(scenes.items), scenes.odd, scenes.feature)
    return normalised(seen.images), torch.from_numpy(seen.patch()), torch.from_numpy(seen.feature)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=Recipe.steps, help="length of the schedule")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop earlier, and release what is there")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="cores to use (%(default)s)")
    parser.add_argument("--bf16", action="store_true", help="products in bfloat16: faster where the processor has them")
    parser.add_argument("--resume", action="store_true", help="go on from the state in the work folder")
    parser.add_argument("--release", action="store_true", help="only write the weights and the card of the saved state")
    work = Path(tempfile.gettempdir()) / "o3-train"
    parser.add_argument("--work", type=Path, default=work, help="folder for the state of the run (%(default)s)")
    out = Path(__file__).resolve().parents[1] / "qkwidgets" / "models" / "weights"
    parser.add_argument("--out", type=Path, default=out, help="folder for weights and card (%(default)s)")
    parser.add_argument("--note", default="", help="a sentence for the card: what was out of the ordinary in this run")
    return parser.parse_args()


if __name__ == "__main__":
    main()

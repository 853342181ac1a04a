"""What does attention preference cost beside the forward pass that it rides on, with all its controls? And does its memory stay flat?"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

import qkwidgets as qk
from benchmarks.measure import Row
from benchmarks.plain import BATCH, Plain, settled
from benchmarks.sweep import at_least, batched
from qkwidgets.data.labelled import labelled_set
from qkwidgets.data.scene_recipe import SceneRecipe
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps import PreferenceMasses
from qkwidgets.sweeps.loading import Batches
from qkwidgets.sweeps.part import Reduction

SIZE, N_SCENES = 224, 2001
TURN = 7
"""Batches before the other process has its turn."""

WHOLE = """
import json, resource, sys, time
import timm, torch
import qkwidgets as qk
from qkwidgets.data.scene_recipe import SceneRecipe
model = qk.load_model(timm.create_model("deit_tiny_patch16_224").eval())
start = time.perf_counter()
qk.attention_preference(model, SceneRecipe(n=int(sys.argv[1]), size=224), workers=0, progress=False)
print(json.dumps([time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3]))
"""


def rows(data: Path, quick: bool) -> Iterator[Row]:
    """Throughput on generated scenes against the plain forward pass, in time and in processor time; and memory."""
    count = 2 * BATCH if quick else N_SCENES
    wall, processor, rate = beside_the_forward(_deit(data), count)
    what = f"preference with all controls against the plain forward, DeiT-Ti, {count:,} scenes"
    yield at_least(what, wall, 0.85, f" ({rate:.1f} images/s)")
    yield Row(f"{what}, processor time", f"{processor:.2f}", "", None)
    few = 2 * BATCH if quick else 256
    more = _peak(count) - _peak(few)
    yield Row(f"memory of a preference of {count:,} scenes beyond one of {few}", f"{more:.0f} MB", "< 100 MB", more < 100)


def beside_the_forward(model: AttentionModel, count: int) -> tuple[float, float, float]:
    """Images a second as a share of those of the plain forward, the same in processor time, and as they are; a few batches in turns."""
    model = model.resized("square")
    images = labelled_set(SceneRecipe(n=count, size=SIZE))
    ranges = [range(start, min(start + BATCH, count)) for start in range(0, count, BATCH)]
    batches = Batches(images, model.preprocessing, ranges, BATCH, model.layout.grid)
    reduction = Reduction(model, (PreferenceMasses().prepare(model),), images, None, strict=True)
    states, found = reduction.started({}), []
    with Plain("deit_tiny_patch16_224") as plain:
        for numbers in batched(list(range(len(batches))), TURN):
            some = [batches[number] for number in numbers]
            found.append((plain.passes(len(some)), settled(lambda some=some: reduction.part(some, running=states))))
    alone, swept = torch.tensor(found, dtype=torch.float64).sum(dim=0)
    wall, processor = (alone / swept).tolist()
    return wall, processor, count / swept[0].item()


def _deit(data: Path) -> AttentionModel:
    """The trained DeiT-Ti where it is at hand, else a random one: it costs the same."""
    import timm

    checkpoint = data / "weights" / "deit_tiny_patch16_224.safetensors"
    if checkpoint.is_file():
        return qk.load_model("timm:deit_tiny_patch16_224", checkpoint=checkpoint)
    torch.manual_seed(0)
    return qk.load_model(timm.create_model("deit_tiny_patch16_224").eval())


def _peak(count: int) -> float:
    """Megabytes of a whole preference in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", WHOLE, str(count)], check=True, env=environment, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])[1]

"""What do the moments behind `qk.factors` cost beside the forward pass that they ride on, in time and in memory? All heads, float64."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import timm
import torch

import qkwidgets as qk
from benchmarks.measure import Row
from benchmarks.plain import BATCH, Plain, settled
from benchmarks.sweep import at_least, batched
from qkwidgets.data.image_sets import image_set
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_details import FactorDetails
from qkwidgets.sweeps.factor_moments import FactorMoments
from qkwidgets.sweeps.loading import Batch
from qkwidgets.sweeps.part import Reduction
from qkwidgets.sweeps.reducer import Reducer

BAR = 0.85
TURN = 2
"""Batches before the other process has its turn."""

MEMORY_MB = 100

REPEATED = """
import json, resource, sys
import qkwidgets as qk
from qkwidgets.sweeps.factor_moments import FactorMoments
count = int(sys.argv[1])
images = list(qk.odd_one_out(500, seed=1).images)
qk.sweep(qk.load_model(), (images * -(-count // 500))[:count], FactorMoments(), workers=0, progress=False)
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3))
"""


def rows(quick: bool) -> Iterator[Row]:
    """Throughput of either pass against the plain forward pass, and memory."""
    for name, kind, count in (("DeiT-Ti", "deit_tiny_patch16_224", 20), ("ViT-B/16", "vit_base_patch16_224", 6)):
        torch.manual_seed(0)
        model = qk.load_model(timm.create_model(kind).eval())
        batches = list(made_batches(model, 1 if quick else count))
        with Plain(kind) as plain, Plain(kind, kept=True) as kept:
            (share, other), rate, totals = beside_the_forward((plain, kept), model, FactorMoments(), batches)
            (second,), second_rate, _ = beside_the_forward((plain,), model, FactorDetails(totals), batches)
        yield at_least(f"factor moments against the plain forward, {name}", share, BAR, f" ({rate:.1f} images/s)")
        yield Row(f"factor moments against a plain forward that keeps its memory as well, {name}", f"{other:.2f}", "", None)
        what = f"factors inside images (second pass) against the plain forward, {name}"
        yield Row(what, f"{second:.2f} ({second_rate:.1f} images/s)", "", None)
    few, many = (64, 256) if quick else (500, 10_000)
    more = peak_mb(many) - peak_mb(few)
    yield Row(f"memory of factors of {many:,} images beyond {few:,}", f"{more:.0f} MB", f"< {MEMORY_MB} MB", more < MEMORY_MB)


def made_batches(model: AttentionModel, count: int) -> Iterator[Batch]:
    """Batches of noise, decoded already."""
    present = torch.ones(BATCH, dtype=torch.bool)
    for number in range(count):
        pixels = torch.randn(BATCH, 3, *model.preprocessing.size)
        yield Batch(BATCH * number, pixels, present, [None] * BATCH, [])


def beside_the_forward(
    plains: Sequence[Plain], model: AttentionModel, reducer: Reducer, batches: list[Batch]
) -> tuple[list[float], float, object]:
    """The middle one of the ratios to each plain forward pass, images a second, and the totals.

    A few batches each in turns, so that a machine that does other things too is slow for all of them.
    """
    ready = reducer.prepare(model)
    images = image_set([np.zeros((8, 8, 3), dtype=np.uint8)])
    reduction = Reduction(model, (ready,), images, None, strict=True)
    reduction.part(batches[:1])  # makes room
    states, found, taken = reduction.started({}), [], 0.0
    for some in batched(batches, TURN):
        alone = [plain.passes(len(some)).wall for plain in plains]
        swept = settled(lambda some=some: reduction.part(some, running=states)).wall
        found.append([each / swept for each in alone])
        taken += swept
    arrays = {name: tensor.numpy() for name, tensor in states[ready.name].items()}
    shares = [statistics.median(each) for each in zip(*found, strict=True)]
    return shares, BATCH * len(batches) / taken, answer(ready, model, arrays)


def answer(ready: Reducer, model: AttentionModel, arrays: dict[str, np.ndarray]) -> object:
    """What a sweep would have made of a state."""
    from qkwidgets.answers.registry import answer_class

    provenance = {"model": model.name, "fingerprint": model.fingerprint}
    record = {"skipped": [], "finished": True, "provenance": provenance, **ready.record(model)}
    return answer_class(ready.answer, "benchmark").from_state(arrays, record)


def peak_mb(count: int) -> float:
    """Largest memory of a process that looks at so many images."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", REPEATED, str(count)], check=True, env=environment, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])

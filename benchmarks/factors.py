"""What do the moments behind `qk.factors` cost beside the forward pass that they ride on, in time and in memory? All heads, float64."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import timm
import torch

import qkwidgets as qk
from benchmarks.measure import Row
from benchmarks.sweep import BATCH, at_least, seconds
from qkwidgets.data.image_sets import image_set
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_details import FactorDetails
from qkwidgets.sweeps.factor_moments import FactorMoments
from qkwidgets.sweeps.loading import Batch
from qkwidgets.sweeps.part import Reduction
from qkwidgets.sweeps.reducer import Reducer

BAR = 0.85
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
    for name, kind, count in (("DeiT-Ti", "deit_tiny_patch16_224", 16), ("ViT-B/16", "vit_base_patch16_224", 6)):
        torch.manual_seed(0)
        model = qk.load_model(timm.create_model(kind).eval())
        batches = list(made_batches(model, 1 if quick else count))
        ratio, rate, totals = beside_the_forward(model, FactorMoments(), batches)
        yield at_least(f"factor moments against the plain forward, {name}", ratio, BAR, f" ({rate:.1f} images/s)")
        ratio, rate, _ = beside_the_forward(model, FactorDetails(totals), batches)
        yield Row(f"factors inside images (second pass) against it, {name}", f"{ratio:.2f} ({rate:.1f} images/s)", "", None)
    few, many = (64, 256) if quick else (500, 10_000)
    more = peak_mb(many) - peak_mb(few)
    yield Row(f"memory of factors of {many:,} images beyond {few:,}", f"{more:.0f} MB", f"< {MEMORY_MB} MB", more < MEMORY_MB)


def made_batches(model: AttentionModel, count: int) -> Iterator[Batch]:
    """Batches of noise, decoded already."""
    present = torch.ones(BATCH, dtype=torch.bool)
    for number in range(count):
        pixels = torch.randn(BATCH, 3, *model.preprocessing.size)
        yield Batch(BATCH * number, pixels, present, [None] * BATCH, [])


def beside_the_forward(model: AttentionModel, reducer: Reducer, batches: list[Batch]) -> tuple[float, float, object]:
    """The middle one of the batches' ratios to the plain forward pass, images a second, and the totals.

    In turns, so that a machine that does other things too is slow for both halves of a pair.
    """
    ready = reducer.prepare(model)
    images = image_set([np.zeros((8, 8, 3), dtype=np.uint8)])
    reduction = Reduction(model, (ready,), images, None, strict=True)
    taken = []
    with torch.inference_mode():
        states = {ready.name: ready.empty()}
        reduction._forward(batches[0], {ready.name: ready.empty()})  # makes room
        for batch in batches:
            plain = seconds(lambda batch=batch: model._runner.module(batch.pixels))
            taken.append((plain, seconds(lambda batch=batch: reduction._forward(batch, states))))
    arrays = {name: tensor.numpy() for name, tensor in states[ready.name].items()}
    share = statistics.median(plain / swept for plain, swept in taken)
    return share, BATCH * len(batches) / sum(swept for _, swept in taken), answer(ready, model, arrays)


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

"""What does a sweep cost beside the forward pass that it rides on, in time and in memory? All modes, both signs, k = 8."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import timm
import torch

import qkwidgets as qk
from benchmarks.measure import Row
from qkwidgets.data.image_sets import image_set
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps import TopImages, sweep
from qkwidgets.sweeps.loading import Batch, Batches, loaded, worker_count
from qkwidgets.sweeps.part import Reduction
from qkwidgets.sweeps.plan import plan

BATCH = 32
SHARD_BATCHES = 8
"""Batches of a shard: its lists start empty, so the first batches cost more than those that follow."""

REPEATED = """
import json, resource, sys, time
import qkwidgets as qk
from qkwidgets.sweeps import TopImages, sweep
count = int(sys.argv[1])
images = list(qk.odd_one_out(1000, seed=1).images)
model = qk.load_model()
sweep(model, images[:64], TopImages(), workers=0, thumbnails=0, progress=False)
start = time.perf_counter()
sweep(model, (images * -(-count // 1000))[:count], TopImages(), workers=0, thumbnails=0, progress=False)
taken = time.perf_counter() - start
print(json.dumps([taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3]))
"""


def rows(data: Path, folder: Path, quick: bool) -> Iterator[Row]:
    """Throughput against the plain forward pass, resumption, memory, linearity. `folder` takes what is written."""
    for name, kind, bar in (("DeiT-Ti", "deit_tiny_patch16_224", 0.85), ("ViT-B/16", "vit_base_patch16_224", 0.90)):
        torch.manual_seed(0)
        ratio, rate = beside_the_forward(qk.load_model(timm.create_model(kind).eval()), 1 if quick else SHARD_BATCHES)
        yield at_least(f"sweep against the plain forward, {name}, decoded tensors", ratio, bar, f" ({rate:.1f} images/s)")
    if (data / "weights").is_dir():
        yield from photographs(data, folder, quick)
    yield from repeated((100, 200, 300, 400) if quick else (1_000, 10_000, 30_000, 50_000))


def beside_the_forward(model: AttentionModel, n_batches: int) -> tuple[float, float]:
    """Images a second of a shard's sweep, as a share of those of the plain forward and as they are; batch by batch in turns."""
    batches = [
        Batch(BATCH * i, torch.randn(BATCH, 3, *model._preprocess.size), torch.ones(BATCH, dtype=torch.bool), [None] * BATCH, [])
        for i in range(n_batches)
    ]
    reduction = Reduction(
        model, (TopImages(k=8).prepare(model),), image_set([np.zeros((8, 8, 3), dtype=np.uint8)]), None, strict=True
    )
    states = {reducer.name: reducer.empty() for reducer in reduction.reducers}
    plain = swept = 0.0
    with torch.inference_mode():
        model._runner.module(batches[0].pixels)
        for batch in batches:
            start = time.perf_counter()
            model._runner.module(batch.pixels)
            middle = time.perf_counter()
            reduction._forward(batch, states)
            plain, swept = plain + middle - start, swept + time.perf_counter() - middle
    return plain / swept, BATCH * n_batches / swept


def photographs(data: Path, folder: Path, quick: bool) -> Iterator[Row]:
    """DeiT-Ti on photographs from their files: against forward and loader alone, and opened again."""
    model = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=data / "weights" / "deit_tiny_patch16_224.safetensors")
    paths = sorted((data / "imagenet-sample").glob("*.JPEG"))[: 64 if quick else None]
    start = time.perf_counter()
    sweep(model, paths, TopImages(k=8), thumbnails=0, progress=False)
    swept = time.perf_counter() - start
    images = image_set(paths)
    shares = plan(len(images), BATCH, len(images))
    ranges = shares.batches(0)
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in loaded(Batches(images, model._preprocess, ranges, BATCH), worker_count(None, len(ranges), model.device)):
            model._runner.module(batch.pixels)
    plain = time.perf_counter() - start
    yield at_least(
        "sweep against forward and loader, DeiT-Ti, photographs", plain / swept, 0.85, f" ({len(paths) / swept:.0f} images/s)"
    )
    sweep(model, paths, TopImages(k=8), resume=folder / "photographs", progress=False)
    start = time.perf_counter()
    qk.open(folder / "photographs")["optimal"]
    opened = time.perf_counter() - start
    yield at_least("opening that sweep against running it", swept / opened, 20, f" ({swept:.1f} s to {opened:.2f} s)")


def repeated(counts: tuple[int, ...]) -> Iterator[Row]:
    """The built-in model on more and more images: memory must be flat and time linear."""
    taken, peak = zip(*(_child(count) for count in counts), strict=True)
    more = peak[-1] - peak[0]
    yield Row(f"memory of a sweep of {counts[-1]:,} images beyond one of {counts[0]:,}", f"{more:.0f} MB", "< 100 MB", more < 100)
    _, few, some, many = counts
    earlier, later = (taken[2] - taken[1]) / (some - few), (taken[3] - taken[2]) / (many - some)
    words = f"{later / earlier:.3f} ({1 / later:.0f} images/s)"
    what = f"time an image from {some:,} to {many:,} against from {few:,} on, lists filled"
    yield Row(what, words, "0.95 to 1.05", 0.95 <= later / earlier <= 1.05)


def at_least(what: str, share: float, bar: float, detail: str) -> Row:
    """A share of a rate that must be large enough."""
    return Row(what, f"{share:.2f}{detail}", f">= {bar:g}", share >= bar)


def _child(count: int) -> tuple[float, float]:
    """Seconds and megabytes of a sweep in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", REPEATED, str(count)], check=True, env=environment, stdout=subprocess.PIPE, text=True
    )
    taken, peak = json.loads(done.stdout.splitlines()[-1])
    return taken, peak

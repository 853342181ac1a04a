"""What does a sweep cost beside the forward pass that it rides on, in time and in memory? All modes, both signs, k = 8.

Whatever is compared is run in turns, a pair at a time, and the middle one of the pairs' ratios counts: a machine that does other
things too is slow for both halves of a pair.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch

import qkwidgets as qk
from benchmarks.measure import Row
from benchmarks.plain import BATCH, Plain, settled
from qkwidgets.data.image_sets import image_set
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps import TopImages, sweep
from qkwidgets.sweeps.loading import Batch
from qkwidgets.sweeps.part import Reduction

BARS = (0.85, 0.90)
OPTIONS = {"thumbnails": 0, "progress": False}

REPEATED = """
import resource, sys
import qkwidgets as qk
from qkwidgets.sweeps import TopImages, sweep
count = int(sys.argv[1])
images = list(qk.odd_one_out(1000, seed=1).images)
sweep(qk.load_model(), (images * -(-count // 1000))[:count], TopImages(), workers=0, thumbnails=0, progress=False)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)
"""


def rows(data: Path, folder: Path, quick: bool) -> Iterator[Row]:
    """Throughput against the plain forward pass, resumption, memory, linearity. `folder` takes what is written."""
    torch.manual_seed(0)
    kinds = ("DeiT-Ti", "deit_tiny_patch16_224"), ("ViT-B/16", "vit_base_patch16_224")
    models = {name: qk.load_model(timm.create_model(kind).eval()) for name, kind in kinds}
    for (name, kind), bar, n_batches in zip(kinds, BARS, (16, 5), strict=True):
        whole, ratios, rate = beside_the_forward(kind, models[name], 2 if quick else n_batches)
        detail = f" (first turn, into empty lists, {ratios[0]:.2f}; median of {len(ratios)} {statistics.median(ratios):.2f}; {rate:.1f} images/s)"
        yield at_least(f"sweep against the plain forward, {name}, decoded tensors, {n_batches} batches", whole, bar, detail)
    if (data / "weights").is_dir():
        weights = data / "weights" / "deit_tiny_patch16_224.safetensors"
        trained = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=weights)
        models["DeiT-Ti"] = trained
        paths = sorted((data / "imagenet-sample").glob("*.JPEG"))
        for (name, kind), bar, count, pairs in zip(kinds, BARS, (320, 64), (3, 2), strict=True):
            some = paths[: 32 if quick else count]
            ratio, rate = with_decoding(kind, models[name], some, 1 if quick else pairs)
            yield at_least(f"sweep against forward and loader, {name}, photographs", ratio, bar, f" ({rate:.1f} images/s)")
        yield opened_again(trained, paths[: 32 if quick else None], folder / "photographs")
    yield memory(*((100, 400) if quick else (1_000, 50_000)))
    yield linearity(200 if quick else 4_000)


def beside_the_forward(kind: str, model: AttentionModel, n_batches: int) -> tuple[float, list[float], float]:
    """What share of the plain forward's rate a sweep has, from empty lists on and in turns; each turn's; and its images a second."""
    images = image_set([np.zeros((8, 8, 3), dtype=np.uint8)])
    reduction = Reduction(model, (TopImages(k=8).prepare(model),), images, None, strict=True)
    states, present = reduction.started({}), torch.ones(BATCH, dtype=torch.bool)
    made = [
        Batch(BATCH * number, torch.randn(BATCH, 3, *model.preprocessing.size), present, [None] * BATCH, [])
        for number in range(n_batches)
    ]
    with Plain(kind) as plain:
        taken = [
            (plain.passes(len(some)).wall, settled(lambda some=some: reduction.part(some, running=states)).wall)
            for some in batched(made, 4 if n_batches > 8 else 1)
        ]
    alone, swept = map(sum, zip(*taken, strict=True))
    return alone / swept, [one / other for one, other in taken], BATCH * n_batches / swept


def batched(things: list[Any], size: int) -> Iterator[list[Any]]:
    """A few at a time."""
    return (things[start : start + size] for start in range(0, len(things), size))


def with_decoding(kind: str, model: AttentionModel, paths: list[Path], n_pairs: int) -> tuple[float, float]:
    """What share of the rate of forward pass and loader alone a sweep of files has, and its images a second."""
    with Plain(kind) as plain:
        taken = [
            (plain.with_loader(paths).wall, settled(lambda: sweep(model, paths, TopImages(k=8), **OPTIONS)).wall)
            for _ in range(n_pairs)
        ]
    ratio = statistics.median(alone / swept for alone, swept in taken)
    return ratio, len(paths) / statistics.median(swept for _, swept in taken)


def opened_again(model: AttentionModel, paths: list[Path], folder: Path) -> Row:
    """A finished sweep, opened, against running it."""
    swept = seconds(lambda: sweep(model, paths, TopImages(k=8), resume=folder, progress=False))
    opened = seconds(lambda: qk.open(folder)["optimal"])
    detail = f" ({swept:.1f} s to {opened:.2f} s)"
    return at_least(f"opening a sweep of {len(paths)} photographs against running it", swept / opened, 20, detail)


def memory(few: int, many: int) -> Row:
    """How much more memory a sweep of many images takes than one of few, the built-in model in a process of its own."""
    more = peak(many) - peak(few)
    return Row(f"memory of a sweep of {many:,} images beyond one of {few:,}", f"{more:.0f} MB", "< 100 MB", more < 100)


def linearity(few: int) -> Row:
    """The time an image takes in a sweep of three times as many, against that in a sweep of few."""
    model, scenes = qk.load_model(), list(qk.odd_one_out(min(few, 1000), seed=1).images)
    few_images = (scenes * -(-few // len(scenes)))[:few]

    def swept(images: list[np.ndarray]) -> float:
        return seconds(lambda: sweep(model, images, TopImages(k=8), workers=0, **OPTIONS)) / len(images)

    swept(few_images[:64])
    pairs = [(swept(few_images), swept(3 * few_images)) for _ in range(3)]
    ratio = statistics.median(many / short for short, many in pairs)
    words = f"{ratio:.3f} ({1 / statistics.median(many for _, many in pairs):.0f} images/s)"
    what = f"time an image in a sweep of {3 * few:,} against one of {few:,}"
    return Row(what, words, "0.95 to 1.05", 0.95 <= ratio <= 1.05)


def at_least(what: str, share: float, bar: float, detail: str) -> Row:
    """A share of a rate that must be large enough."""
    return Row(what, f"{share:.2f}{detail}", f">= {bar:g}", share >= bar)


def seconds(run: Callable[[], object]) -> float:
    """What one run takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def peak(count: int) -> float:
    """Megabytes that a process takes at the most which sweeps so many images."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", REPEATED, str(count)]
    return json.loads(subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout)

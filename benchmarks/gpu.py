#!/usr/bin/env python
"""What does a GPU make of it? Decompositions of ViT-B to ViT-g shapes, and a sweep beside the bare bfloat16 forward pass.

python benchmarks/gpu.py        a table with date and device, to be put into RESULTS.md, where it stays; says so where there is no GPU
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch

from benchmarks.measure import GPU_HEADING, medians
from qkwidgets.core.modes import singular_modes

SHAPES = {"ViT-B": (12, 12, 768, 64), "ViT-L": (24, 16, 1024, 64), "ViT-g": (40, 24, 1536, 64)}
"""Layers, heads, d_model, d_head."""

MODELS = {"DeiT-Ti": "deit_tiny_patch16_224", "ViT-B/16": "vit_base_patch16_224"}
BATCH = 256
N_BATCHES = 8


def main() -> int:
    """Print the table; 0 also where there is nothing to measure."""
    if not torch.cuda.is_available():
        print("This machine has no GPU that torch can use, so nothing was measured.")
        return 0
    print(
        f"{GPU_HEADING}\n\nMeasured on {datetime.now(UTC):%Y-%m-%d}: {torch.cuda.get_device_name()}, torch {torch.__version__}.\n"
    )
    print("| what | measured |\n|---|---|")
    for what, measured in (*decompositions(), *sweeps()):
        print(f"| {what} | {measured} |", flush=True)
    return 0


def decompositions() -> Iterator[tuple[str, str]]:
    """All modes of a model on the GPU and on the processor: where are they fastest?"""
    for name, shape in SHAPES.items():
        factors = torch.randn(2, *shape) * shape[-2] ** -0.5
        there = factors.cuda()

        def on_gpu(factors: torch.Tensor = there) -> None:
            singular_modes(*factors)
            torch.cuda.synchronize()

        on_gpu()
        taken = medians({"gpu": on_gpu, "cpu": lambda factors=factors: singular_modes(*factors)}, 3)
        yield f"modes of {name}", f"{taken['gpu']:.2f} s on the GPU, {taken['cpu']:.2f} s on the processor"


def sweeps() -> Iterator[tuple[str, str]]:
    """All modes, both signs, k = 8, on pixels that lie on the GPU, beside the same forward pass alone."""
    import timm

    import qkwidgets as qk
    from qkwidgets.models.compiled import compiled
    from qkwidgets.sweeps import TopImages
    from qkwidgets.sweeps.reducer import LayerBatch

    for name, kind in MODELS.items():
        model = qk.load_model(timm.create_model(kind).eval(), device="cuda")
        module, pixels = model._runner.module, torch.randn(BATCH, 3, *model.preprocessing.size, device="cuda")
        reducer = TopImages(k=8).prepare(model)
        state = reducer.empty()

        @torch.inference_mode()
        def plain(module: torch.nn.Module = module, pixels: torch.Tensor = pixels) -> None:
            with torch.autocast("cuda", torch.bfloat16):
                for _ in range(N_BATCHES):
                    module(pixels)
            torch.cuda.synchronize()

        @torch.inference_mode()
        def swept(model=model, pixels: torch.Tensor = pixels, reducer=reducer, state=state) -> None:
            for batch in range(N_BATCHES):
                images = torch.arange(BATCH * batch, BATCH * (batch + 1))
                model.watch(
                    pixels,
                    lambda layer, tokens, images=images: reducer.update(state, LayerBatch(layer, images, tokens, model.layout)),
                    dtype=torch.bfloat16,
                )
            torch.cuda.synchronize()

        fast = compiled(model, BATCH, torch.bfloat16)
        runs = {"plain": plain, "swept": swept, "compiled": lambda swept=swept, fast=fast: swept(fast)}
        for run in runs.values():
            run()
        taken = medians(runs, 5)
        for way, words in (("swept", ""), ("compiled", ", compile=True,")):
            rate = BATCH * N_BATCHES / taken[way]
            yield f"sweep of {name}{words} beside the bf16 forward", f"{taken['plain'] / taken[way]:.2f} ({rate:.0f} images/s)"


if __name__ == "__main__":
    raise SystemExit(main())

"""How soon is something to be seen, and how large is it? `qkwidgets explore` with an empty cache, until a browser has painted.

The larger models have random weights: times and sizes follow from shapes, and nothing is downloaded.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser

from benchmarks.measure import Row, at_most

ROOT = Path(__file__).parents[1]
N_IMAGES = 8
MODES_IN_PAGE = 16


def rows(browser: Browser, folder: Path) -> Iterator[Row]:
    """First paint and sizes of the pages of three models and of the shipped example; the pages stay in the folder."""
    images = images_in(folder)
    cases = (
        ("built-in", "demo", [], 4, 3),
        (
            "DeiT-Ti",
            "deit",
            ["timm:deit_tiny_patch16_224", "--checkpoint", weights_in(folder, "deit_tiny_patch16_224"), *images],
            8,
            15,
        ),
        (
            "ViT-B/16, 8 images",
            "vit-b",
            ["timm:vit_base_patch16_224", "--checkpoint", weights_in(folder, "vit_base_patch16_224"), *images],
            20,
            15,
        ),
    )
    for name, stem, arguments, seconds, megabytes in cases:
        taken, page = first_paint(browser, folder / f"{stem}.html", arguments)
        yield at_most(f"cold explore to first paint, {name}", taken, seconds, "s")
        yield at_most(f"page of {name}", page.stat().st_size / 1e6, megabytes, "MB", f" ({embedded_modes(page)} modes a head)")
    kept = embedded_modes(folder / "vit-b.html")
    yield Row("modes a head in that page", str(kept), f">= {MODES_IN_PAGE}", kept >= MODES_IN_PAGE)
    _, page = first_paint(
        browser, folder / "example.html", [str(ROOT / "qkwidgets" / "examples" / "deit-tiny.qk"), "--max-mb", "3"]
    )
    yield at_most("page of the shipped example", page.stat().st_size / 1e6, 3, "MB", f" ({embedded_modes(page)} modes a head)")


def first_paint(browser: Browser, page: Path, arguments: list[str]) -> tuple[float, Path]:
    """Seconds from the command to a painted page."""
    command = [str(Path(sys.executable).with_name("qkwidgets")), "explore", *arguments, "-o", str(page)]
    environment = os.environ | {"QKWIDGETS_CACHE_DIR": str(page.with_suffix(".cache")), "HF_HUB_OFFLINE": "1"}
    start = time.perf_counter()
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    view = browser.new_page()
    view.goto(page.as_uri())
    view.wait_for_selector('[data-ready="1"]', state="attached", timeout=60_000)
    taken = time.perf_counter() - start
    view.close()
    return taken, page


def embedded_modes(page: Path) -> int:
    """How many modes of each head a page holds."""
    state = re.search(r'id="qk-state">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)[1]
    return json.loads(state)["models"][0]["traits"]["meta"]["embedded_modes"]


def images_in(folder: Path) -> list[str]:
    """Pictures with structure at every scale, since a page of flat ones would be small."""
    rng, paths = np.random.default_rng(0), []
    for number in range(N_IMAGES):
        layers = [rng.integers(0, 255, (size, size, 3), dtype=np.uint8) for size in (4, 16, 64, 256)]
        grown = [np.asarray(Image.fromarray(layer).resize((256, 256), Image.Resampling.BICUBIC), dtype=float) for layer in layers]
        paths.append(folder / f"{number}.png")
        Image.fromarray(np.mean(grown, axis=0).astype(np.uint8)).save(paths[-1])
    return [str(path) for path in paths]


def weights_in(folder: Path, name: str) -> str:
    """A file of random weights of that architecture, made in a process of its own so that ours stays small."""
    path = folder / f"{name}.safetensors"
    if path.exists():
        return str(path)
    script = (
        "import sys, timm, torch; from safetensors.torch import save_file; torch.manual_seed(0)\n"
        "weights = timm.create_model(sys.argv[1]).state_dict()\n"
        "for tensor in weights.values(): tensor += 0.1 * torch.randn_like(tensor) * (tensor.ndim == 1)  # biases are zeros at first\n"
        "save_file(weights, sys.argv[2])"
    )
    subprocess.run([sys.executable, "-c", script, name, str(path)], check=True)
    return str(path)

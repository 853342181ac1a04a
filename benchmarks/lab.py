"""How soon is on the screen what JupyterLab has to ask the kernel for? Exact tiles of a ViT-B/16, and scenes before the built-in model.

A real JupyterLab with a real kernel. Each step moves one slider to a head or a scene that was never shown; the clock runs from the
change in the page until the frame with the answer has been painted. The explorer shows rounded numbers of a head at once, and
lets the selection rest for `REST_MS` before it asks: that pause is meant, and left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.measure import Row, at_most
from benchmarks.pages import images_in, weights_in
from tests.ui.lab import Notebook, jupyterlab, write_notebook

ROOT = Path(__file__).parents[1]
N_LAYERS = N_HEADS = 12

PAINTED = """
  const { port1, port2 } = new MessageChannel();
  const painted = new Promise((done) => { port1.onmessage = done; });
  port2.postMessage(0);
  await painted;
  const taken = performance.now() - start;
  await new Promise((done) => setTimeout(done, 200));
  return taken;
}"""

# Bars of modes whose maps are not in the view are hollow: some are until the exact tile is there, which has all modes.
STEP = (
    """async ([name, value]) => {
  const root = document.querySelector(".qk-view").shadowRoot;
  const slider = root.querySelector(`[data-testid="qk-slider-${name}"]`);
  const isRounded = () => root.querySelector('[data-testid="qk-spectrum"] [data-hollow]').dataset.hollow !== "0";
  const frame = () => new Promise(requestAnimationFrame);
  const start = performance.now();
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  while (!isRounded()) await frame();
  while (isRounded()) await frame();
"""
    + PAINTED
)

# A scene's picture has an address of its own; attention and curves are painted in the same frame.
TURN = (
    """async (value) => {
  const root = document.querySelector(".qk-view").shadowRoot;
  const knob = root.querySelector('[data-testid="qk-knob-seed"] input');
  const shown = () => root.querySelector('[data-testid="qk-masks"] img').src;
  const frame = () => new Promise(requestAnimationFrame);
  const old = shown();
  const start = performance.now();
  knob.value = value;
  knob.dispatchEvent(new Event("input", { bubbles: true }));
  while (shown() === old) await frame();
"""
    + PAINTED
)


def rows(browser: Browser, folder: Path, steps: int) -> Iterator[Row]:
    """95th percentiles over steps from head to head and from scene to scene, each to one that was never shown."""
    model = f"qk.load_model('timm:vit_base_patch16_224', checkpoint={weights_in(folder, 'vit_base_patch16_224')!r})"
    lab = folder / "lab"
    (lab / "work").mkdir(parents=True)
    write_notebook(lab / "work" / "live.ipynb", f"import qkwidgets as qk\nqk.explore({model}, {images_in(folder)!r})")
    seeds = f"vary={{'feature': ['colour', 'shape'], 'seed': range({steps + 2})}}"
    write_notebook(
        lab / "work" / "scenes.ipynb", f"from qkwidgets.widgets.preference import preference_view\npreference_view({seeds})"
    )
    with jupyterlab(lab) as address:
        page = _opened(browser, address, "live.ipynb")
        late = np.array([_step(page, *place) for place in snake(steps + 1)][1:]) - rest_ms()  # the first finds nothing warm
        page.close()
        page = _opened(browser, address, "scenes.ipynb")
        turned = np.array([page.evaluate(TURN, seed) for seed in range(1, steps + 2)][1:])
        page.close()
    rested = f"; {rest_ms()} ms of deliberate rest left out"
    yield _percentile("exact tile from the kernel in JupyterLab, 95th percentile", late, 100, rested)
    yield _percentile("a changed scene in the preference view in JupyterLab, 95th percentile", turned, 250)


def _percentile(what: str, taken: np.ndarray, bar: float, more: str = "") -> Row:
    detail = f" (median {np.median(taken):.0f}, largest {taken.max():.0f}, {len(taken)} steps{more})"
    return at_most(what, float(np.percentile(taken, 95)), bar, "ms", detail)


def _opened(browser: Browser, address: str, name: str) -> Page:
    """A notebook that has been run, and its view painted."""
    notebook = Notebook(browser, address, name)
    notebook.command("notebook:run-all-cells")
    notebook.page.wait_for_selector(".qk[data-ready='1']")
    return notebook.page


def _step(page: Page, name: str, value: int) -> float:
    return page.evaluate(STEP, [name, value])


def snake(steps: int) -> list[tuple[str, int]]:
    """Slider and value of each step of a walk that comes to every head once, beginning beside the first.

    Examples
    --------
    >>> snake(13)[:2], snake(13)[10:]
    ([('head', 1), ('head', 2)], [('head', 11), ('layer', 1), ('head', 10)])
    """
    walk = []
    for layer in range(N_LAYERS):
        heads = range(N_HEADS) if layer % 2 == 0 else range(N_HEADS - 1, -1, -1)
        walk += [("layer", layer), *(("head", head) for head in list(heads)[1:])]
    return walk[1 : steps + 1]


def rest_ms() -> int:
    """How long the page lets a selection rest before it asks for the exact tile."""
    return int(re.search(r"REST_MS = (\d+);", (ROOT / "js" / "src" / "lib" / "tiles.ts").read_text(encoding="utf-8"))[1])

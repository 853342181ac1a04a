"""How much script does one step of a slider cost in the ViT-B page, on a processor four times slower?

Each step is an `input` event on a slider; the browser's own count of script time is read before it and after everything that
it set off has come to rest (unpacking a head's tile included, which happens on the first visit).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.measure import Row, at_most

THROTTLE = 4
SEED = 0

STEP = """async ([name, value]) => {
  const slider = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)
    .map((root) => root.querySelector(`[data-testid="qk-slider-${name}"]`)).find(Boolean);
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""
REST = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 60))"


def rows(browser: Browser, page: Path, steps: int) -> Iterator[Row]:
    """Percentiles over steps of all three sliders, most of them to a head that was never shown."""
    view = browser.new_page()
    view.goto(page.as_uri())
    view.wait_for_selector('[data-ready="1"]', state="attached", timeout=60_000)
    session = view.context.new_cdp_session(view)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    counts = {
        name: int(view.locator(f'[data-testid="qk-slider-{name}"]').get_attribute("max")) + 1
        for name in ("layer", "head", "mode")
    }
    rng = np.random.default_rng(SEED)
    places, taken = {"layer": 0, "head": 0, "mode": 0}, []
    for number in range(steps):
        name = ("layer", "head", "mode")[number % 3]
        places[name] = (places[name] + int(rng.integers(1, counts[name]))) % counts[name]
        taken.append(_script_during(view, session, STEP, [name, places[name]]))
    idle = float(np.median([_script_during(view, session, "() => {}", None) for _ in range(9)]))
    shown = view.locator('[data-testid="qk-selection"]').inner_text()
    expected = "L{layer} H{head} M{mode}".format(**places)
    assert shown == expected, f"the sliders did not move the view: {shown}, not {expected}"
    view.close()
    script = np.array(taken) - idle  # what waiting and reading the clock take is not the page's
    detail = f" (median {np.median(script):.1f}, largest {script.max():.1f}, {steps} steps, {THROTTLE}x throttle)"
    yield at_most("script a slider step in the ViT-B page, 95th percentile", float(np.percentile(script, 95)), 16, "ms", detail)


def _script_during(view: Page, session: CDPSession, act: str, argument: object) -> float:
    """Milliseconds of script from an act until everything that it set off has come to rest, waiting included."""
    view.evaluate(REST)
    before = _script_ms(session)
    view.evaluate(act, argument)
    for _ in range(3):
        view.evaluate(REST)
    return _script_ms(session) - before


def _script_ms(session: CDPSession) -> float:
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return 1e3 * metrics["ScriptDuration"]

"""How much script does one step of a slider cost in the ViT-B page, on a processor four times slower?

Each step is an `input` event on a slider. Chrome's own trace says how long the page's one thread was at scripts until
everything that the step set off had come to rest: listeners, frames, timers, and what follows a promise, which the shorter
`ScriptDuration` of Chrome's metrics leaves out. On the first visit a worker decompresses a head's tile; that time is not the
page's thread's, and not in the figure.
"""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.measure import Row, at_most

THROTTLE = 4
SEED = 0
N_IDLE = 9

MARK = "qk-step"
STEP = """([name, value]) => {
  const slider = [...document.querySelectorAll("*")].map((e) => e.shadowRoot).filter(Boolean)
    .map((root) => root.querySelector(`[data-testid="qk-slider-${name}"]`)).find(Boolean);
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""
REST = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 60))"

CATEGORIES = ["toplevel", "devtools.timeline", "v8", "blink.user_timing"]
SCRIPTS = {
    "EventDispatch",
    "FireAnimationFrame",
    "TimerFire",
    "FunctionCall",
    "EvaluateScript",
    "v8.callFunction",
    "BlinkScheduler_PerformMicrotaskCheckpoint",
}
"""Events of the trace during which scripts run; one may lie within another."""


def rows(browser: Browser, page: Path, steps: int) -> Iterator[Row]:
    """Percentiles over steps of all three sliders, most of them to a head that was never shown."""
    view = browser.new_page()
    view.goto(page.as_uri())
    view.wait_for_selector('[data-ready="1"]', state="attached", timeout=60_000)
    counts = {
        name: int(view.locator(f'[data-testid="qk-slider-{name}"]').get_attribute("max")) + 1
        for name in ("layer", "head", "mode")
    }
    view.context.new_cdp_session(view).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    rng = np.random.default_rng(SEED)
    places = {"layer": 0, "head": 0, "mode": 0}
    browser.start_tracing(page=view, categories=CATEGORIES)
    for number in range(steps):
        name = ("layer", "head", "mode")[number % 3]
        places[name] = (places[name] + int(rng.integers(1, counts[name]))) % counts[name]
        _act(view, name, places[name])
    for _ in range(N_IDLE + 1):
        _act(view)
    taken = script_ms(json.loads(browser.stop_tracing())["traceEvents"])
    shown = view.locator('[data-testid="qk-selection"]').inner_text()
    expected = "L{layer} H{head} M{mode}".format(**places)
    assert shown == expected, f"the sliders did not move the view: {shown}, not {expected}"
    assert len(taken) == steps + N_IDLE, f"{steps + N_IDLE} steps were made, and the trace holds {len(taken)}"
    view.close()
    script = np.array(taken[:steps]) - np.median(taken[steps:])  # what waiting takes is not the page's
    detail = f" (median {np.median(script):.1f}, largest {script.max():.1f}, {steps} steps, {THROTTLE}x throttle)"
    yield at_most("script a slider step in the ViT-B page, 95th percentile", float(np.percentile(script, 95)), 16, "ms", detail)


def _act(view: Page, name: str = "", value: int = 0) -> None:
    """Mark the time, move a slider if one is named, and wait until everything that it set off has come to rest."""
    view.evaluate("mark => { performance.mark(mark); }", MARK)
    if name:
        view.evaluate(STEP, [name, value])
    for _ in range(3):
        view.evaluate(REST)


def script_ms(events: list[dict[str, Any]]) -> list[float]:
    """Milliseconds of script between one mark and the next, in processor time of the page's thread."""
    marks = [event for event in events if event["name"] == MARK]
    thread = (marks[0]["pid"], marks[0]["tid"])
    scripts = [
        event for event in events if event["name"] in SCRIPTS and (event["pid"], event["tid"]) == thread and "tdur" in event
    ]
    outermost, end = [], 0
    for event in sorted(scripts, key=lambda event: (event["ts"], -event["dur"])):
        if event["ts"] >= end:
            outermost.append(event)
            end = event["ts"] + event["dur"]
    times = sorted(mark["ts"] for mark in marks)
    return [sum(event["tdur"] for event in outermost if start <= event["ts"] < stop) / 1e3 for start, stop in pairwise(times)]

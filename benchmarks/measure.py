"""What one line of the report says, and how times are taken on a machine that does other things, too."""

import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

SETTLE_S = 0.3
"""Before each run: threads of the one before go on spinning for a while, and would take a core from it."""

GPU_HEADING = "## On a GPU"
"""Heading of the section of RESULTS.md that `gpu.py` prints, and that `run.py` leaves as it is."""


class Row(NamedTuple):
    """One measurement beside what it must be. `passed` is None where there is no bar."""

    what: str
    measured: str
    bar: str
    passed: bool | None


def at_least(what: str, value: float, bar: float, goal: float | None = None, detail: str = "") -> Row:
    """A ratio that must be large enough."""
    words = f">= {bar:g}x" + (f", goal {goal:g}x" if goal else "")
    return Row(what, f"{value:.1f}x{detail}", words, value >= bar)


def at_most(what: str, value: float, bar: float, unit: str, detail: str = "") -> Row:
    """A time or a size that must be small enough."""
    return Row(what, f"{value:.3g} {unit}{detail}", f"<= {bar:g} {unit}", value <= bar)


def medians(runs: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Median seconds of each of several runs, taken in turns, so that whatever else the machine does falls on all alike."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            time.sleep(SETTLE_S)
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def machine() -> str:
    """Processor, cores and system, for the report."""
    import os

    name = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        models = [
            line.partition(":")[2].strip() for line in information.read_text().splitlines() if line.startswith("model name")
        ]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"

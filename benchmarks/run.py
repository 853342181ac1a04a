#!/usr/bin/env python
"""Does everything stay within its budget? Measures, prints, writes RESULTS.md; ends with an error below a bar.

python benchmarks/run.py            everything, some minutes
python benchmarks/run.py --quick    fewer repetitions: does it run?
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from benchmarks import algebra, factors, lab, pages, preference, slider, start, sweep
from benchmarks.measure import GPU_HEADING, Row, machine
from tools.setup.browser import chromium_path

RESULTS = Path(__file__).with_name("RESULTS.md")
VERDICTS = {None: "", True: "ok", False: "MISSED"}


def main() -> int:
    """Measure; 1 if a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, and RESULTS.md stays as it is")
    quick = parser.parse_args().quick
    found = []
    for row in measurements(quick):
        print(f"{VERDICTS[row.passed]:8}{row.what:62}  {row.measured}   [{row.bar}]", flush=True)
        found.append(row)
    if not quick:
        RESULTS.write_text(report(found), encoding="utf-8")
    return int(any(row.passed is False for row in found))


def measurements(quick: bool) -> Iterator[Row]:
    """Every row of the report, cheap ones first."""
    repeats, steps = (1, 12) if quick else (7, 150)
    yield from start.rows(repeats)
    yield from algebra.rows(repeats)
    with tempfile.TemporaryDirectory(prefix="qkwidgets-bench-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield from pages.rows(browser, Path(folder))
        yield from slider.rows(browser, Path(folder) / "vit-b.html", steps)
        yield from lab.rows(browser, Path(folder), max(12, steps // 3))
        browser.close()
        yield from sweep.rows(Path(os.environ.get("QKWIDGETS_TEST_DATA", "")), Path(folder), quick)
        yield from factors.rows(quick)
        yield from preference.rows(Path(os.environ.get("QKWIDGETS_TEST_DATA", "")), quick)


def report(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = [f"| {row.what} | {row.measured} | {row.bar} | {VERDICTS[row.passed]} |" for row in rows]
    return "\n".join(
        [
            "# Measured",
            "",
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine()}.",
            "",
            "Ratios are of medians of runs taken in turns; the larger models have random weights. The plain forward pass runs in a process of its "
            "own, with PyTorch and its memory as they come; sweeps keep their memory (`qkwidgets/sweeps/memory.py`).",
            "",
            "| what | measured | bar | |",
            "|---|---|---|---|",
            *lines,
            "",
            *_kept(),
        ]
    )


def _kept() -> list[str]:
    """What is measured elsewhere and put in by hand: the section of `gpu.py`, if there is one."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    _, heading, kept = text.partition(GPU_HEADING)
    return [heading + kept] if heading else []


if __name__ == "__main__":
    raise SystemExit(main())

"""How soon is one at work? Import, `--help`, and opening a saved answer, each in a Python started anew; and the widget's size."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, at_most, medians

PACKAGE = Path(__file__).parents[1] / "qkwidgets"
OPENING = (
    f"import qkwidgets, sys; qkwidgets.open({str(PACKAGE / 'examples' / 'deit-tiny.qk')!r}); assert 'torch' not in sys.modules"
)


def rows(repeats: int) -> Iterator[Row]:
    """Whole processes, less what an empty Python takes."""
    command = [str(Path(sys.executable).with_name("qkwidgets")), "--help"]
    taken = medians(
        {
            "nothing": lambda: _run([sys.executable, "-c", ""]),
            "import": lambda: _run([sys.executable, "-c", "import qkwidgets, sys; assert 'torch' not in sys.modules"]),
            "help": lambda: _run(command),
            "open": lambda: _run([sys.executable, "-c", OPENING]),
        },
        3 * repeats,
    )
    python = f", Python's own {taken['nothing']:.2f} s left out"
    yield at_most("import qkwidgets", taken["import"] - taken["nothing"], 0.3, "s", python)
    yield at_most("qkwidgets --help", taken["help"], 0.5, "s")
    yield at_most("opening a saved answer, import included", taken["open"] - taken["nothing"], 1, "s", python)
    for module in sorted((PACKAGE / "widgets" / "static").glob("*.js")):
        yield at_most(f"{module.name}, minified", module.stat().st_size / 1e3, 80, "kB")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

"""Train a model of the built-in family from nothing, in one command: `python tools/train_builtin.py o3`.

The names are `o3` (supervised), `o3-mim` (masked patches filled in) and `o3-mim-ft` (supervised, from the weights of
`o3-mim`). The state of the run goes to a work folder every few minutes; `--resume` goes on from it. At the end the weights
are rounded to float16, measured on scenes that training cannot have drawn, and written with a model card and with the
numbers of the snapshots.
"""

import argparse
import math
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file

# A script's own folder is all that Python looks in; this tree is what shall be trained, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tools.builtin_release import write_release
from tools.training_recipes import RECIPES
from tools.training_run import Run

WEIGHTS = Path(__file__).resolve().parents[1] / "qkwidgets" / "models" / "weights"


def main() -> None:
    """Train, resume or only release, as the command line says."""
    options = _options()
    torch.set_num_threads(options.threads)
    recipe = RECIPES[options.name]
    recipe = replace(recipe, steps=options.steps or recipe.steps)
    start = load_file(options.start) if recipe.objective == "finetuned" else None
    work = options.work or Path(tempfile.gettempdir()) / f"{options.name}-train"
    run = Run(recipe, work / "state.pt", bf16=options.bf16, start=start)
    if options.resume or options.release:
        run.restore()
    if not options.release:
        run.train(stop=time.monotonic() + 60 * options.minutes)
    write_release(options.name, run, options.out, options.note)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", choices=RECIPES, default="o3", help="which model (%(default)s)")
    parser.add_argument("--steps", type=int, help="length of the schedule (that of the recipe)")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop earlier, and release what is there")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="cores to use (%(default)s)")
    parser.add_argument("--bf16", action="store_true", help="products in bfloat16: faster where the processor has them")
    parser.add_argument("--resume", action="store_true", help="go on from the state in the work folder")
    parser.add_argument("--release", action="store_true", help="only write the weights and the card of the saved state")
    start = WEIGHTS / "o3-mim.safetensors"
    parser.add_argument("--start", type=Path, default=start, help="weights to begin fine-tuning with (those of o3-mim)")
    parser.add_argument("--work", type=Path, help="folder for the state of the run (one of the system's for temporary files)")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for weights, card and snapshots (%(default)s)")
    parser.add_argument("--note", default="", help="a sentence for the card: what was out of the ordinary in this run")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""What does `qkwidgets sweep` do? It goes through a folder of images, or through shards, and can be called again to go on."""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.pass_options import add_pass_options


def add_sweep(commands: Any) -> None:
    """Add the command to those of the shell."""
    sweep = commands.add_parser("sweep", help="find the top images of every mode in a folder of any size; the same call goes on")
    sweep.add_argument("model", metavar="MODEL", help="builtin:o3, timm:NAME, ...")
    sweep.add_argument(
        "images", metavar="FOLDER", help="a folder of images with all folders in it, or tar shards: '{000..009}.tar'"
    )
    sweep.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="the sweep's folder, opened by `qkwidgets.open`"
    )
    sweep.add_argument("--k", type=int, default=8, help="images kept for each mode and sign (default: 8)")
    sweep.add_argument(
        "--by", default="score", help="score: query times key, as in the paper (default); query or key: one side alone"
    )
    sweep.add_argument(
        "--sample", type=int, default=0, metavar="N", help="draw deciles from this many images, such as 200 (default: none)"
    )
    sweep.add_argument(
        "--classes",
        type=int,
        default=0,
        metavar="N",
        help="suggest classes from this many images of either half of the set, such as 20 (default: none)",
    )
    sweep.add_argument(
        "--maps",
        type=int,
        metavar="N",
        help="keep maps of this many modes of each head, loudest first (default: of all; 0: none)",
    )
    add_pass_options(sweep, resume=False)  # its output is the folder to go on from
    sweep.add_argument("--dtype", help="bfloat16 or float16: a forward pass in mixed precision")
    sweep.add_argument("--strict", action="store_true", help="end at the first image that cannot be read, instead of listing it")
    sweep.add_argument("--dask", metavar="ADDRESS", help="the scheduler of a Dask cluster, such as tcp://10.0.0.1:8786")
    sweep.set_defaults(command=_sweep)


def is_sweep(folder: Path) -> bool:
    """Whether a folder is one that a sweep was written to.

    Examples
    --------
    >>> is_sweep(Path("no such folder"))
    False
    """
    from qkwidgets.answers.sweep import STATE

    return (folder / STATE).is_file()


def _sweep(options: argparse.Namespace) -> None:
    client = _client(options.dask) if options.dask else None
    from qkwidgets.answers.sweep import STATE
    from qkwidgets.sweeps import sweep
    from qkwidgets.sweeps.top_images import TopImages

    try:
        found = sweep(
            qkwidgets.load_model(options.model, checkpoint=options.checkpoint, device=options.device),
            options.images,
            TopImages(k=options.k, by=options.by, maps=options.maps, sample=options.sample, classes=options.classes),
            batch_size=options.batch_size,
            workers=options.workers,
            dtype=options.dtype,
            resume=options.output,
            client=client,
            on_error="raise" if options.strict else "skip",
        )
    except KeyboardInterrupt:
        kept = (
            "the same call goes on after the last whole shard" if (options.output / STATE).is_file() else "no shard was whole yet"
        )
        sys.stderr.write(f"qkwidgets: stopped; {kept}.\n")
        raise
    finally:
        if client is not None:
            client.close()
    for image in found.skipped:
        sys.stderr.write(f"qkwidgets: skipped image {image['index']}: {image['why']}\n")
    sys.stdout.write(f"{options.output.resolve()}\n{found}\n")


def _client(address: str) -> Any:
    if find_spec("distributed") is None:
        raise InputError(
            "--dask shares a sweep out to the workers of a Dask cluster: Dask is not installed here. Run `pip install 'qkwidgets[dask]'`, or "
            "leave --dask out."
        )
    from qkwidgets.sweeps.dask import connected

    return connected(address)

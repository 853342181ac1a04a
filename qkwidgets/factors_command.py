"""What does `qkwidgets factors` do? It splits every head's traffic into position and content, and writes table, figure or answer."""

import argparse
import sys
from pathlib import Path
from typing import Any

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.output import check_output, say_written, writing

FORMS = (".csv", ".html", ".png", ".svg", ".pdf", ".qk")

FIGURES = ("layers", "labels", "richness", "modes", "heads", "cosine", "specialisation")

BY = ("head", "layer", "mode")


def add_factors(commands: Any) -> None:
    """Add the command to those of the shell."""
    factors = commands.add_parser("factors", help="ask of every head how much of its traffic is position and how much content")
    factors.add_argument(
        "subjects",
        nargs="*",
        metavar="MODEL|FOLDER",
        help="a name with a ':' is the model (builtin:NAME, timm:NAME), the other a folder of images "
        "(default: the built-in model, generated scenes)",
    )
    factors.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("factors.html"),
        metavar="FILE",
        help="FILE.csv is a table, FILE.html, .png, .svg or .pdf the figure, FILE.qk opens again with `qkwidgets.open` "
        "(default: factors.html)",
    )
    factors.add_argument("--by", default="head", help="rows of the table: head (default), layer or mode")
    factors.add_argument(
        "--figure", default="layers", help=f"{', '.join(FIGURES)} (default: layers); cosine is of the modes of the weights"
    )
    factors.add_argument(
        "--svd",
        help="data: modes of all tokens' scores (default); weight: those of the weights, without biases (default of --figure cosine)",
    )
    factors.add_argument("--correction", default="none", help="for few images: none (default), moments or crossfit")
    factors.add_argument(
        "--images", type=int, default=1000, metavar="N", help="scenes to generate without a folder (default: 1000)"
    )
    factors.add_argument(
        "--draws", type=int, default=500, metavar="N", help="random read-outs a head for the null (default: 500; 0: none)"
    )
    factors.add_argument("--batch-size", type=int, default=32, metavar="N", help="images a forward pass (default: 32)")
    factors.add_argument("--workers", type=int, metavar="N", help="processes that read images (default: all processors but one)")
    factors.add_argument("--resume", type=Path, metavar="DIR", help="a folder to go on from, made if it is not there")
    factors.add_argument("--checkpoint", metavar="FILE", help="the model's weights: .safetensors, or a state dict")
    factors.add_argument("--device", help="cpu, cuda, mps")
    factors.set_defaults(command=_factors)


def _factors(options: argparse.Namespace) -> None:
    check_output(options.output, FORMS)
    for name, among in (("figure", FIGURES), ("by", BY)):
        if getattr(options, name) not in among:
            raise InputError(
                f"--{name} is one of {', '.join(among)}: got {getattr(options, name)!r}. It is probably misspelt. Use one of these, or leave "
                "it out."
            )
    if options.output.suffix not in (".csv", ".qk"):
        _check_figure(options)
    name, folder = _model_and_folder(options.subjects)
    model = qkwidgets.load_model(name, checkpoint=options.checkpoint, device=options.device)
    if folder is None:
        folder = qkwidgets.odd_one_out(options.images, size=max(64, *model.preprocessing.size))
    answer = qkwidgets.factors(
        model,
        folder,
        svd=options.svd or ("weight" if options.figure == "cosine" else "data"),
        bias="separate",  # of modes of the weights: those of `qkwidgets.modes`
        correction=options.correction,
        draws=options.draws,
        batch_size=options.batch_size,
        workers=options.workers,
        resume=options.resume,
    )
    with writing(options.output):
        if options.output.suffix == ".csv":
            answer.to_csv(options.output, options.by)
        elif options.output.suffix == ".qk":
            answer.save(options.output)
        else:
            from qkwidgets.figures.files import write_figure

            write_figure(answer.figure(options.figure), options.output)
    say_written(options.output)
    sys.stdout.write(f"{answer}\n")


def _check_figure(options: argparse.Namespace) -> None:
    """Refuse before the work what the answer could not be drawn as."""
    if options.figure == "cosine" and options.svd == "data":
        raise InputError(
            "--figure cosine is of the modes of the weights: got --svd data. Modes of the data have no cosine. Leave --svd out."
        )
    if options.figure == "specialisation" and options.draws == 0:
        raise InputError(
            "--figure specialisation shows every head beside random read-outs: got --draws 0. There would be nothing to compare it with. Leave "
            "--draws out."
        )


def _model_and_folder(subjects: list[str]) -> tuple[str | None, Any]:
    """The model is the one whose name holds a colon; at most one of each."""
    models = [subject for subject in subjects if ":" in subject and not Path(subject).exists()]
    folders = [subject for subject in subjects if subject not in models]
    if len(models) > 1 or len(folders) > 1:
        raise InputError(
            f"One model and one folder of images can be named: got {' '.join(subjects)}. A model's name holds a ':', such as "
            "timm:deit_tiny_patch16_224. Name the others in calls of their own."
        )
    return next(iter(models), None), next(iter(folders), None)

"""What does `qkwidgets factors` do? It splits every head's traffic into position and content, and writes table, figure or answer."""

import argparse
from typing import Any

import qkwidgets
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.output import check_output, write_answer
from qkwidgets.pass_options import FORMS, add_pass_options, asking_parser, check_among, model_and_images, pass_options

FIGURES = ("layers", "labels", "richness", "modes", "heads", "pairs", "cosine", "specialisation", "special")

BY = ("head", "layer", "mode", "special")

SCENES = 1000


def add_factors(commands: Any) -> None:
    """Add the command to those of the shell."""
    about = "ask of every head how much of its traffic is position and how much content"
    factors = asking_parser(commands, "factors", about, folder="a folder of images", output="factors.html")
    factors.add_argument("--by", default="head", help=f"rows of the table: {', '.join(BY)} (default: head)")
    factors.add_argument(
        "--figure",
        default="layers",
        help=f"{', '.join(FIGURES)} (default: layers); cosine is of the modes of the weights, special of the class token and registers",
    )
    factors.add_argument("--layer", type=int, metavar="N", help="of --figure pairs (default: 0)")
    factors.add_argument("--head", type=int, metavar="N", help="of --figure pairs (default: all heads of the layer)")
    factors.add_argument(
        "--svd",
        help="data: modes of all tokens' scores (default); weight: those of the weights, without biases (default of --figure cosine)",
    )
    factors.add_argument("--correction", default="none", help="for few images: none (default), moments or crossfit")
    factors.add_argument("--images", type=int, metavar="N", help=f"scenes to generate without a folder (default: {SCENES})")
    factors.add_argument(
        "--draws", type=int, default=500, metavar="N", help="random read-outs a head for the null (default: 500; 0: none)"
    )
    add_pass_options(factors)
    factors.set_defaults(command=_factors)


def _factors(options: argparse.Namespace) -> None:
    check_output(options.output, FORMS)
    check_among(options, figure=FIGURES, by=BY)
    head = {name: getattr(options, name) for name in ("layer", "head") if getattr(options, name) is not None}
    _check_head(options, head)
    if options.output.suffix not in (".csv", ".qk"):
        _check_figure(options)
    model, images = model_and_images(options, "folder of images", "images", SCENES)
    for name, value in head.items():
        check_range(name, value, {"layer": model.n_layers, "head": model.n_heads}[name], repr(model.name))
    answer = qkwidgets.factors(
        model,
        images,
        svd=options.svd or ("weight" if options.figure == "cosine" else "data"),
        bias="separate",  # of modes of the weights: those of `qkwidgets.modes`
        correction=options.correction,
        draws=options.draws,
        special="groups" if "special" in (options.figure, options.by) else "none",
        **pass_options(options),
    )
    write_answer(answer, options.output, options.figure, options.by, **head)


def _check_head(options: argparse.Namespace, head: dict[str, int]) -> None:
    """Refuse a layer or a head where nothing is drawn of it."""
    if head and options.figure != "pairs":
        raise InputError(
            f"{' and '.join(f'--{name}' for name in head)} choose what --figure pairs draws: got --figure {options.figure}. That figure shows "
            "all heads. Use --figure pairs, or leave them out."
        )


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

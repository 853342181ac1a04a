"""What does `qkwidgets prefer` do? It asks whether attention stays on the object that it comes from, and writes table or figure."""

import argparse
import sys
from typing import Any

import qkwidgets
from qkwidgets.output import check_output, write_answer
from qkwidgets.pass_options import FORMS, add_pass_options, asking_parser, check_among, model_and_images, pass_options

FIGURES = ("curves", "cosine")

SCENES = 500


def add_prefer(commands: Any) -> None:
    """Add the command to those of the shell."""
    about = "ask whether attention prefers the same object, another one, or the background"
    prefer = asking_parser(
        commands, "prefer", about, folder="a folder with masks: images, targ_labels, dist_labels", output="preference.html"
    )
    prefer.add_argument(
        "--figure", default="curves", help="curves: attention over depth (default); cosine: every head beside its cosine"
    )
    prefer.add_argument("--scenes", type=int, metavar="N", help=f"scenes to generate without a folder (default: {SCENES})")
    prefer.add_argument(
        "--resize", default="square", help="square: the whole image, squeezed (default); model: the model's own crop"
    )
    prefer.add_argument(
        "--tokens", default="patches", help="patches: without prefix tokens such as CLS (default); all: with them"
    )
    add_pass_options(prefer)
    prefer.set_defaults(command=_prefer)


def _prefer(options: argparse.Namespace) -> None:
    check_output(options.output, FORMS)
    check_among(options, figure=FIGURES)
    model, images = model_and_images(options, "folder with masks", "scenes", SCENES)
    answer = qkwidgets.attention_preference(model, images, resize=options.resize, tokens=options.tokens, **pass_options(options))
    write_answer(answer, options.output, options.figure)
    sys.stdout.write(f"{answer.cosine_relation()}\n")

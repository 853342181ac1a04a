"""What does `qkwidgets prefer` do? It asks whether attention stays on the object that it comes from, and writes table or figure."""

import argparse
import sys
from pathlib import Path
from typing import Any

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.output import check_output, say_written, writing

FORMS = (".csv", ".html", ".png", ".svg", ".pdf", ".qk")

FIGURES = ("curves", "cosine")


def add_prefer(commands: Any) -> None:
    """Add the command to those of the shell."""
    prefer = commands.add_parser("prefer", help="ask whether attention prefers the same object, another one, or the background")
    prefer.add_argument(
        "subjects",
        nargs="*",
        metavar="MODEL|FOLDER",
        help="a name with a ':' is the model (builtin:NAME, timm:NAME), the other a folder with masks: images, targ_labels, dist_labels "
        "(default: the built-in model, generated scenes)",
    )
    prefer.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("preference.html"),
        metavar="FILE",
        help="FILE.csv is a table, FILE.html, .png, .svg or .pdf the figure, FILE.qk opens again with `qkwidgets.open` "
        "(default: preference.html)",
    )
    prefer.add_argument(
        "--figure", default="curves", help="curves: attention over depth (default); cosine: every head beside its cosine"
    )
    prefer.add_argument("--scenes", type=int, default=500, metavar="N", help="scenes to generate without a folder (default: 500)")
    prefer.add_argument(
        "--resize", default="square", help="square: the whole image, squeezed (default); model: the model's own crop"
    )
    prefer.add_argument(
        "--tokens", default="patches", help="patches: without prefix tokens such as CLS (default); all: with them"
    )
    prefer.add_argument("--batch-size", type=int, default=32, metavar="N", help="images a forward pass (default: 32)")
    prefer.add_argument("--workers", type=int, metavar="N", help="processes that read images (default: all processors but one)")
    prefer.add_argument("--resume", type=Path, metavar="DIR", help="a folder to go on from, made if it is not there")
    prefer.add_argument("--checkpoint", metavar="FILE", help="the model's weights: .safetensors, or a state dict")
    prefer.add_argument("--device", help="cpu, cuda, mps")
    prefer.set_defaults(command=_prefer)


def _prefer(options: argparse.Namespace) -> None:
    check_output(options.output, FORMS)
    if options.figure not in FIGURES:
        raise InputError(
            f"--figure is one of {', '.join(FIGURES)}: got {options.figure!r}. It is probably misspelt. Use one of these, or leave it out."
        )
    name, folder = _model_and_folder(options.subjects)
    model = qkwidgets.load_model(name, checkpoint=options.checkpoint, device=options.device)
    if folder is None:
        from qkwidgets.data.scene_recipe import SceneRecipe

        folder = SceneRecipe(n=options.scenes, size=max(64, *model.preprocessing.size))
    answer = qkwidgets.attention_preference(
        model,
        folder,
        resize=options.resize,
        tokens=options.tokens,
        batch_size=options.batch_size,
        workers=options.workers,
        resume=options.resume,
    )
    with writing(options.output):
        if options.output.suffix == ".csv":
            answer.to_csv(options.output)
        elif options.output.suffix == ".qk":
            answer.save(options.output)
        else:
            from qkwidgets.figures.files import write_figure

            write_figure(answer.figure(options.figure), options.output)
    say_written(options.output)
    sys.stdout.write(f"{answer}\n{answer.cosine_relation()}\n")


def _model_and_folder(subjects: list[str]) -> tuple[str | None, str | None]:
    """The model is the one whose name holds a colon; at most one of each."""
    models = [subject for subject in subjects if ":" in subject and not Path(subject).exists()]
    folders = [subject for subject in subjects if subject not in models]
    if len(models) > 1 or len(folders) > 1:
        raise InputError(
            f"One model and one folder with masks can be named: got {' '.join(subjects)}. A model's name holds a ':', such as "
            "timm:deit_tiny_patch16_224. Name the others in calls of their own."
        )
    return next(iter(models), None), next(iter(folders), None)

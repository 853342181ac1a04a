"""What does `qkwidgets explore` do? It writes the view of a model on images, or of a saved answer, as one offline page."""

import argparse
import sys
from pathlib import Path
from typing import Any, NoReturn

import qkwidgets
from qkwidgets.answers import registry
from qkwidgets.core.errors import InputError, check_megabytes
from qkwidgets.output import check_output, say_written, writing
from qkwidgets.pass_options import add_model_options, add_output, check_paths, names_model
from qkwidgets.sweep_command import is_sweep
from qkwidgets.terminal import steps

BEFORE_MODELS = ("Preference",)
"""Kinds of answers that are shown before their model, which no file holds."""


def add_explore(commands: Any) -> None:
    """Add the command to those of the shell."""
    explore = commands.add_parser("explore", help="write the explorer of a model, or of a saved answer, as one offline page")
    explore.add_argument(
        "subjects",
        nargs="*",
        metavar="MODEL|IMAGE",
        help="the first is the model if it holds a ':' (builtin:NAME, timm:NAME, untrained:timm:NAME) or ends in .qk or .safetensors; everything "
        "else is an image or a folder of images (default: the built-in model, its sample images)",
    )
    add_model_options(explore)
    add_output(explore, "explorer.html", "FILE.html is a page, FILE.qk opens again with `qkwidgets.open`")
    explore.add_argument("--max-mb", type=_number, metavar="MB", help="thin the page to this size; it says what was left out")
    explore.set_defaults(command=_explore)


def _number(text: str) -> float | str:
    """A number, or the text that is none, so that it is refused in our words."""
    try:
        return float(text)
    except ValueError:
        return text


def _explore(options: argparse.Namespace) -> None:
    check_output(options.output, (".html", ".qk"))
    size = {} if options.max_mb is None else {"max_mb": check_megabytes(options.max_mb)}
    if size and options.output.suffix == ".qk":
        raise InputError(
            f"--max-mb thins a page: got it with -o {options.output.name}. A .qk file is always whole. Leave --max-mb out, or write a page: "
            f"-o {options.output.stem}.html."
        )
    with steps(3) as step:
        view = _view(options, step)
        step(f"writing {options.output.name}")
        with writing(options.output):
            write_page = registry.presenter(registry.PAGES, "page", view)
            left_out = view.save(options.output) if options.output.suffix == ".qk" else write_page(view, options.output, **size)
    say_written(options.output)
    sys.stdout.write("".join(f"{sentence}\n" for sentence in left_out or ()))


def _view(options: argparse.Namespace, step: Any) -> Any:
    """The view that was asked for: of a saved answer, or of a model and images."""
    model, images = _model_and_images(options.subjects)
    if model and (model.endswith(".qk") or Path(model).is_dir()):
        step(f"opening {model}")
        return _saved_view(model, images, options)
    step("loading the model")
    loaded = qkwidgets.load_model(model, checkpoint=options.checkpoint, device=options.device)
    step("computing modes and maps")
    return qkwidgets.explore(loaded, images or None)


def _saved_view(path: str, images: list[str], options: argparse.Namespace) -> Any:
    """The view of a saved answer; what Python would say to do is of no help in a shell."""
    answer = qkwidgets.open(path)
    if type(answer).__name__ == "Sweep":
        answer = _only(answer, path)
    kind = type(answer).__name__
    if kind in BEFORE_MODELS:
        model = qkwidgets.load_model(answer.model, checkpoint=options.checkpoint, device=options.device)
        return answer.widget(model=model, scenes=_labelled(images))
    if images or options.checkpoint or options.device:
        _refuse_others(path)
    view = answer.widget() if kind in registry.WIDGETS else None
    if type(view).__name__ not in registry.PAGES:
        raise InputError(
            f"A page shows an answer that one can click through: {path} holds one of kind {kind}, which is a table and a figure. It is "
            f"probably complete. Draw it in Python: qkwidgets.open({path!r}).figure()."
        )
    return view


def _labelled(subjects: list[str]) -> str | None:
    """The one folder or file of labelled images that is shown before the model, if one is named."""
    if len(subjects) > 1:
        raise InputError(
            f"Labelled images are one folder or file of outlines: got {len(subjects)}, {', '.join(subjects)}. Single images were probably named. "
            "Name the folder that holds images and masks."
        )
    return subjects[0] if subjects else None


def _refuse_others(path: str) -> NoReturn:
    raise InputError(
        f"A saved answer holds its model's numbers and its own images: got {path} with others beside it. They cannot join it. Leave them out, or "
        "name the model itself."
    )


def _only(sweep: Any, path: str) -> Any:
    """The one answer of a sweep that has no more."""
    if len(sweep) > 1:
        raise InputError(
            f"A page shows one answer: {path} holds {', '.join(sweep)}. They were made in one sweep. Save one of them in Python, "
            f"qkwidgets.open({path!r})[{next(iter(sweep))!r}].save('one.qk'), and explore one.qk."
        )
    return sweep[next(iter(sweep))]


def _model_and_images(subjects: list[str]) -> tuple[str | None, list[str]]:
    first = subjects[0] if subjects else ""
    if names_model(first) or is_sweep(Path(first)):
        return first, subjects[1:]
    if later := [subject for subject in subjects[1:] if names_model(subject)]:
        raise InputError(
            f"What is explored is named before its images: got {later[0]} after {first}. They have probably changed places. Write {later[0]} first."
        )
    check_paths(subjects)
    return None, subjects

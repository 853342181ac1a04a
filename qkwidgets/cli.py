"""What can be asked from a shell? The same doors as in Python, one command each.

Bad input ends with one sentence and exit code 2, an interrupt with 130; a file appears whole or not at all. Heavy packages are
imported by the command that needs them, so that `--help` answers at once.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.explore_command import add_explore
from qkwidgets.factors_command import add_factors
from qkwidgets.output import check_output, say_written, writing
from qkwidgets.pass_options import add_model_options, add_output
from qkwidgets.prefer_command import add_prefer
from qkwidgets.sweep_command import add_sweep
from qkwidgets.terminal import plain_warnings, steps


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    Parameters
    ----------
    arguments
        As typed after `qkwidgets`; those of the process if not given.

    Examples
    --------
    >>> main(["cache", "clear"])
    Removed from ...: 0 entries, 0.0 MB
    0
    """
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and ("subjects" not in options or any(word.startswith("-") for word in rest)):
        _refuse(options.parser, [word for word in rest if word.startswith("-")] if "subjects" in options else rest)
    vars(options).get("subjects", []).extend(rest)  # argparse takes names that stand together; images may follow an option
    try:
        with plain_warnings():
            options.command(options)
        sys.stdout.flush()
    except InputError as error:
        print(f"qkwidgets: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads our output, `head` for instance, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _refuse(parser: argparse.ArgumentParser, words: list[str]) -> NoReturn:
    """End with the options that the command has, and the nearest to the first that it has not."""
    near = get_close_matches(words[0].partition("=")[0], re.findall(r"--[a-z-]+", parser.format_help()), n=1, cutoff=0.75)
    parser.error(f"unrecognized arguments: {' '.join(words)}" + "".join(f"; nearest: {each}" for each in near))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qkwidgets", description="See what a vision transformer's attention is made of.")
    parser.add_argument("--version", action="version", version=qkwidgets.__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    add_explore(commands)

    trend = commands.add_parser("trend", help="write the weighted cosine of query and key modes over the layers of models")
    trend.add_argument("models", nargs="+", metavar="MODEL")
    add_model_options(trend)
    add_output(trend, "trend.html", "FILE.html, FILE.csv, FILE.png, FILE.svg or FILE.pdf")
    trend.set_defaults(command=_trend)

    add_sweep(commands)
    add_prefer(commands)
    add_factors(commands)

    models = commands.add_parser("models", help="say which models can be read, or what is known of one")
    models.add_argument("name", nargs="?", metavar="NAME")
    models.set_defaults(command=_models)

    cache = commands.add_parser("cache", help="say what the cache holds, or empty it")
    cache.add_argument("action", choices=["info", "clear"])
    cache.set_defaults(command=_cache)

    lab = commands.add_parser("lab", help="open JupyterLab on the tutorial notebooks")
    lab.add_argument("rest", nargs="*", metavar="-- OPTION", help="handed on to JupyterLab")
    lab.set_defaults(command=_lab)
    for command in commands.choices.values():
        command.set_defaults(parser=command)
    return parser


def _trend(options: argparse.Namespace) -> None:
    check_output(options.output, (".html", ".csv", ".png", ".svg", ".pdf"))
    trained = [name for name in options.models if not name.startswith("untrained:")]
    if options.checkpoint and len(trained) > 1:
        raise InputError(
            f"--checkpoint holds the weights of one model: got {len(trained)} models. It probably belongs to one of "
            "them. Name that one alone, or leave it out."
        )
    from qkwidgets.answers.base import write_csv

    with steps(len(options.models) + 1) as step:
        answers = []
        for name in options.models:
            step(f"aligning {name}")
            checkpoint = options.checkpoint if name in trained or not trained else None
            answers.append(qkwidgets.alignment(qkwidgets.load_model(name, checkpoint=checkpoint, device=options.device)))
        step(f"writing {options.output.name}")
        with writing(options.output):
            if options.output.suffix == ".csv":
                write_csv([row for answer in answers for row in answer.rows()], options.output)
            else:
                _write_figure(answers, options.output)
    say_written(options.output)


def _write_figure(answers: list[Any], path: Path) -> None:
    from qkwidgets.figures.files import write_figure
    from qkwidgets.figures.trend import trend_figure

    write_figure(lambda theme: trend_figure(*answers, theme=theme), path)


def _models(options: argparse.Namespace) -> None:
    from qkwidgets.models.support import family_table, model_table

    with steps(1) as step:
        step(f"reading {options.name}" if options.name else "counting models")
        table = model_table(options.name) if options.name else family_table()
    print(table)


def _cache(options: argparse.Namespace) -> None:
    from qkwidgets.cache import Store

    if options.action == "info":
        print(Store().info())
    else:
        print(f"Removed from {Store().clear()}")


def _lab(options: argparse.Namespace) -> None:
    if find_spec("jupyterlab") is None:
        raise InputError(
            "`qkwidgets lab` opens the tutorial notebooks in JupyterLab: it is not installed here. "
            "It comes with an extra. Run `pip install 'qkwidgets[lab]'`."
        )
    # JupyterLab takes our place, so that Ctrl-C is its own.
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", str(_notebooks()), *options.rest])


def _notebooks() -> Path:
    """The folder of the notebooks: the clone's own, or a copy of the packaged ones that one may change."""
    package = Path(qkwidgets.__file__).parent
    if (package.parent / "notebooks").is_dir():
        return package.parent / "notebooks"
    folder = Path("qkwidgets-notebooks")
    folder.mkdir(exist_ok=True)
    for notebook in (package / "notebooks").glob("*.ipynb"):
        if not (folder / notebook.name).exists():  # someone's work
            shutil.copy(notebook, folder)
    return folder

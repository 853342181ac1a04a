"""Which model goes over which images, and how? What the commands share that pass over a data set, from words to options."""

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from qkwidgets.answers.examples import EXAMPLES
from qkwidgets.core.errors import InputError

FORMS = (".csv", ".html", ".png", ".svg", ".pdf", ".qk")
"""What a command writes its answer as: a table, the figure, or the answer itself."""


def asking_parser(commands: Any, name: str, about: str, *, folder: str, output: str) -> argparse.ArgumentParser:
    """A command that asks something of a model on a folder of images; `folder` says what the folder holds."""
    parser = commands.add_parser(name, help=about)
    parser.add_argument(
        "subjects",
        nargs="*",
        metavar="MODEL|FOLDER",
        help=f"a name with a ':' is the model (builtin:NAME, timm:NAME, untrained:timm:NAME), the other {folder} (default: the built-in model, "
        "generated scenes)",
    )
    written = "FILE.csv is a table, FILE.html, .png, .svg or .pdf the figure, FILE.qk opens again with `qkwidgets.open`"
    add_output(parser, output, written)
    return parser


def add_output(parser: argparse.ArgumentParser, name: str, about: str) -> None:
    """Take the name of the file that is written; `name` where none is given."""
    parser.add_argument("-o", "--output", type=Path, default=Path(name), metavar="FILE", help=f"{about} (default: {name})")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Take what a model is loaded with."""
    parser.add_argument("--checkpoint", metavar="FILE", help="the model's weights: .safetensors, or a state dict")
    parser.add_argument("--device", help="cpu, cuda, mps")


def add_pass_options(parser: argparse.ArgumentParser, *, resume: bool = True) -> None:
    """Take how images are gone through, and what the model is loaded with."""
    parser.add_argument("--batch-size", type=int, default=32, metavar="N", help="images a forward pass (default: 32)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that read images (default: all processors but one)")
    if resume:
        parser.add_argument("--resume", type=Path, metavar="DIR", help="a folder to go on from, made if it is not there")
    add_model_options(parser)


def pass_options(options: argparse.Namespace) -> dict[str, Any]:
    """How images are gone through, as keywords of the doors."""
    return {name: getattr(options, name) for name in ("batch_size", "workers", "resume")}


def check_among(options: argparse.Namespace, **among: Sequence[str]) -> None:
    """Refuse an option whose value is none of those named."""
    for name, values in among.items():
        if getattr(options, name) not in values:
            raise InputError(
                f"--{name} is one of {', '.join(values)}: got {getattr(options, name)!r}. It is probably misspelt. Use one of these, or leave "
                "it out."
            )


def names_model(word: str) -> bool:
    """Whether a word stands for a model, or for a saved answer about one; all others are paths of images.

    Examples
    --------
    >>> [names_model(word) for word in ("timm:vit_base_patch16_224", "answer.qk", "cat.jpg")]
    [True, True, False]
    """
    return (":" in word and not Path(word).exists()) or word.endswith((".qk", ".safetensors"))


def check_paths(words: Sequence[str]) -> None:
    """Refuse what is no path but probably the name of a model, so that nobody is told of an image that is missing."""
    for word in words:
        named = not (Path(word).exists() or "/" in word or guess_type(word)[0])
        if named and (meant := _meant(word)):
            raise InputError(
                f"A model is named with its source (builtin:NAME, timm:NAME), and images lie in files or folders that exist: got {word!r}. {meant}"
            )


def _meant(word: str) -> str:
    """What was probably meant by a word that is no path and has no source; nothing where it is like no name that we know."""
    from qkwidgets.models.builtin import NAMES
    from qkwidgets.models.timm_names import import_timm

    if word in EXAMPLES:
        save = f"qkwidgets.examples({word!r}).save('{word}.qk')"
        return f"It is a saved answer that comes with the package. Write it to a file in Python, {save}, and explore that."
    known = [*NAMES, *import_timm().list_models()]
    name = word.partition(".")[0]
    near = [word] if name in known else get_close_matches(name, known, n=1, cutoff=0.85)
    return f"The source was probably left out. Write {'builtin' if near[0] in NAMES else 'timm'}:{near[0]}." if near else ""


def model_and_images(options: argparse.Namespace, folder: str, generated: str, default: int) -> tuple[Any, Any]:
    """The model that is named, loaded, and the folder that is named; or as many scenes as the option `generated` asks for.

    `folder` is what the folder is called in messages.
    """
    models = [subject for subject in options.subjects if names_model(subject)]
    folders = [subject for subject in options.subjects if subject not in models]
    if len(models) > 1 or len(folders) > 1:
        raise InputError(
            f"One model and one {folder} can be named: got {' '.join(options.subjects)}. A model's name holds a ':', such as "
            "timm:deit_tiny_patch16_224. Name the others in calls of their own."
        )
    number = getattr(options, generated)
    if folders and number is not None:
        raise InputError(
            f"--{generated} is how many scenes are generated where no folder is named: got {number} beside {folders[0]}. A part of the folder was "
            "probably meant, and all of it is used. Leave one of the two out."
        )
    check_paths(folders)
    from qkwidgets.data.scene_recipe import SceneRecipe
    from qkwidgets.models.load import load_model

    model = load_model(next(iter(models), None), checkpoint=options.checkpoint, device=options.device)
    if folders:
        return model, folders[0]
    return model, SceneRecipe(n=default if number is None else number, size=max(64, *model.preprocessing.size))

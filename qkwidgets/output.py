"""Where does a command write, and what does it say about it? One file, whole or not at all, refused before the work where it can be."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qkwidgets.core.errors import InputError


def check_output(path: Path, suffixes: tuple[str, ...]) -> None:
    """Refuse at once, and not after a minute's work, what cannot be written."""
    if path.suffix not in suffixes:
        raise InputError(
            f"The output's ending says what is written, one of {', '.join(suffixes)}: got {path}. It is probably misspelt, "
            "or a form that another command writes. Choose one of them."
        )
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(
            f"The output must be a file in a folder that exists and can be written: got {path}. The folder may be missing or "
            "read-only, or the name that of a folder. Name another with -o."
        )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Whatever keeps a file from being written, in words; the writers see to it that nothing half-written is left."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{path} must fit on the disk and be writable: it could not be written ({error.strerror}). The disk is probably "
            "full. Make room, or name another file with -o."
        ) from None


def write_answer(answer: Any, path: Path, figure: str, *table: str, **drawn: Any) -> None:
    """Write an answer as the file's ending says: its table, itself, or a figure of it; and say where it is, and what it says.

    `figure` is what is drawn, with the options `drawn`; `table` what the rows of a table are of.
    """
    with writing(path):
        if path.suffix == ".csv":
            answer.to_csv(path, *table)
        elif path.suffix == ".qk":
            answer.save(path)
        else:
            from qkwidgets.figures.files import write_figure

            write_figure(lambda theme: answer.figure(figure, theme=theme, **drawn), path)
    say_written(path)
    sys.stdout.write(f"{answer}\n")


def say_written(path: Path) -> None:
    """Print where the file is, and its size."""
    sys.stdout.write(f"{path.resolve()} ({path.stat().st_size / 1e6:.1f} MB)\n")

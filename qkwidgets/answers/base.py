"""What every answer can do: be saved, be drawn, be shown, say where it comes from."""

import csv
import html
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn, Self

import numpy as np

from qkwidgets.answers import registry
from qkwidgets.answers.file import write, write_atomically
from qkwidgets.answers.presenting import presented
from qkwidgets.core.errors import InputError, MissingNameError
from qkwidgets.core.layout import TokenLayout


class Answer(ABC):
    """Base of the answers: frozen dataclasses whose fields are arrays, a `TokenLayout` or plain JSON values.

    Final classes add their fields and one sentence about themselves; `provenance` is a field of each: the model, the
    fingerprint of its weights, every option, and the versions used.
    """

    provenance: dict[str, Any]

    @abstractmethod
    def __str__(self) -> str:
        """One sentence: what this is, of which model, and its most telling number."""

    def __repr__(self) -> str:
        return str(self)  # a terminal shall not be flooded with numbers

    @property
    def model(self) -> str:
        """Name of the model that the answer is about."""
        return self.provenance["model"]

    @property
    def model_at_hand(self) -> bool:
        """Whether the model can be loaded by its name alone, without a file of weights or a network."""
        return self.model.startswith(("builtin:", "untrained:"))

    def save(self, path: str | os.PathLike) -> None:
        """Write the answer to one `.qk` file, which `qkwidgets.open` reads without torch.

        Raises
        ------
        InputError
            If the name ends otherwise, or nothing can be written there; nothing half-written is left behind.
        """
        check_ending(path, ".qk", "a saved answer")
        with _writing(path):
            write(path, *self.to_parts())

    def figure(self, *choices: Any, **options: Any) -> Any:
        """The answer as a plotly figure, which a notebook shows; `.write_image("x.svg")` and `.write_html` are plotly's own.

        Parameters
        ----------
        choices, options
            What is drawn, and how: `theme="dark"` goes everywhere, `palette="orange-blue"` wherever there are maps. The rest is the
            figure's own: `qkwidgets.answers.registry.FIGURES` names the function by kind of answer, and `help` of that function
            tells all.

        Raises
        ------
        InputError
            If there is no such option, or no such value of one.
        """
        return presented(registry.FIGURES, "figure", self, choices, options)

    def widget(self, *choices: Any, **options: Any) -> Any:
        """The answer as an interactive widget; a ranking's is a live figure of plotly.

        Parameters
        ----------
        choices, options
            Where it starts: `layer=4, head=2, mode=1`, and whatever else the widget's class lists as a trait, such as `sign="-"` or
            `view={"palette": "orange-blue"}`. `qkwidgets.answers.registry.WIDGETS` names the class by kind of answer.

        Raises
        ------
        InputError
            If there is no such option, or no such value of one.
        """
        return presented(registry.WIDGETS, "widget", self, choices, options)

    def __getattr__(self, name: str) -> Any:
        refuse_attribute(self, name)

    def to_parts(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays and JSON record of the answer, for a file."""
        arrays: dict[str, np.ndarray] = {}
        record: dict[str, Any] = {"kind": type(self).__name__}
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                arrays[field.name] = value
            elif isinstance(value, TokenLayout):
                record[field.name] = {"layout": [value.n_cls, value.n_distill, value.n_registers, *value.grid]}
            elif value is not None:
                record[field.name] = value
        return arrays, record

    @classmethod
    def from_parts(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The answer that `to_parts` took apart."""
        names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        values = {**arrays, **{name: _plain(value) for name, value in record.items()}}
        return cls(**{name: value for name, value in values.items() if name in names})

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


class Table(Answer):
    """An answer that is a table: rows of named columns."""

    @abstractmethod
    def rows(self) -> list[dict[str, Any]]:
        """The table, a dict a row, all with the same keys."""

    def to_pandas(self) -> Any:
        """The table as a pandas DataFrame (pandas must be installed)."""
        import pandas as pd

        return pd.DataFrame(self.rows())

    def to_csv(self, path: str | os.PathLike) -> None:
        """Write the table as CSV, with the column names in the first line.

        Raises
        ------
        InputError
            If the name ends otherwise than in `.csv`, or nothing can be written there.
        """
        write_table(self.rows(), path)


def refuse_attribute(answer: object, name: str) -> NoReturn:
    """Say that an answer has no such attribute; those of views are what a saved view is most often asked for.

    Raises
    ------
    MissingNameError
        In any case.

    Examples
    --------
    >>> refuse_attribute(object(), "to_html")
    Traceback (most recent call last):
    qkwidgets.core.errors.MissingNameError: A page is written by a widget: 'object' is an answer without a to_html of its own. It was
    probably opened from a file, and is not shown yet. Call .widget().to_html(...).
    """
    kind = type(answer).__name__
    if name not in _OF_VIEWS:
        raise MissingNameError(f"{kind!r} object has no attribute {name!r}")
    what, remedy = _OF_VIEWS[name]
    raise MissingNameError(
        f"{what} by a widget: {kind!r} is an answer without a {name} of its own. It was probably opened from a file, and is not shown yet. "
        f"{remedy}."
    )


_OF_VIEWS = {
    "to_html": ("A page is written", "Call .widget().to_html(...)"),
    "selection": ("A selection is held", "Make view = answer.widget(), and ask view.selection"),
    "state": ("A state is held", "Make view = answer.widget(), and ask view.state"),
}
"""What views have and answers have not, and what is probably asked of an answer instead of its widget."""


def write_table(rows: list[dict[str, Any]], path: str | os.PathLike) -> None:
    """Write the rows of an answer as CSV, or say in words why they cannot be."""
    check_ending(path, ".csv", "a table", " For other forms use to_pandas().")
    with _writing(path):
        write_csv(rows, path)


def write_csv(rows: list[dict[str, Any]], path: str | os.PathLike) -> None:
    """Write rows of one or several tables as CSV, with the column names in the first line.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "table.csv")
    >>> write_csv([{"layer": 0, "cosine": 0.5}], path)
    >>> path.read_text().split()
    ['layer,cosine', '0,0.5']
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def check_ending(path: str | os.PathLike, ending: str, what: str, otherwise: str = "") -> None:
    """Refuse a file's name that says something else than what is written.

    Examples
    --------
    >>> check_ending("view.qk", ".qk", "a saved answer")
    >>> check_ending("view.npz", ".qk", "a saved answer")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: The file of a saved answer ends in .qk: got 'view.npz'. No other form is written here.
    Name it 'view.qk'.
    """
    path = Path(path)
    if path.suffix != ending:
        raise InputError(
            f"The file of {what} ends in {ending}: got {str(path)!r}. No other form is written here. "
            f"Name it {path.stem + ending!r}.{otherwise}"
        )


@contextmanager
def _writing(path: str | os.PathLike) -> Iterator[None]:
    """Whatever keeps a file from being written, in words."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"An answer is saved where files may be written: {str(path)!r} could not be ({error.strerror}). The folder is probably "
            "missing or full. Make it, make room, or name another file."
        ) from None


def _plain(value: Any) -> Any:
    """JSON values as they were: lists became tuples' stand-ins, and a layout was spelled out."""
    if isinstance(value, dict) and set(value) == {"layout"}:
        n_cls, n_distill, n_registers, grid_h, grid_w = value["layout"]
        return TokenLayout(n_cls, n_distill, n_registers, (grid_h, grid_w))
    return value

"""What did one pass over many images give? The answers of all reducers, and what became of the images."""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from qkwidgets.answers.base import refuse_attribute
from qkwidgets.answers.registry import answer_class
from qkwidgets.core.errors import InputError, MissingNameError

STATE = "state.qk"
"""The file in a sweep's folder that its answers are made of."""


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Mapping):
    """The answers of a sweep by the names of its reducers, such as `sweep["optimal"]`.

    Attributes
    ----------
    answers
        One a reducer.
    n_images
        Images that the reducers have seen.
    skipped
        Images that could not be read: `index`, `name`, and `why` in one sentence.
    finished
        Whether all images have been looked at; what an unfinished sweep answers holds for the images so far.
    provenance
        The model, the images, every option, and the versions used.
    """

    answers: dict[str, Any]
    n_images: int
    skipped: tuple[dict[str, Any], ...]
    finished: bool
    provenance: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        if name not in self.answers:
            raise MissingNameError(
                f"The answers of a sweep are named by its reducers: this one has {', '.join(map(repr, self.answers))}, and not {name!r}. It is "
                "probably misspelt, or of another sweep. Use one of these."
            )
        return self.answers[name]

    def __getattr__(self, name: str) -> Any:
        refuse_attribute(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.answers)

    def __len__(self) -> int:
        return len(self.answers)

    def __str__(self) -> str:
        state = "" if self.finished else " so far"
        left_out = f" ({len(self.skipped)} could not be read)" if self.skipped else ""
        head = f"Sweep of {self.provenance['model']} over {self.n_images} images{state}{left_out}"
        return "\n".join([head, *(f"  {name}: {answer}" for name, answer in self.answers.items())])

    def __repr__(self) -> str:
        return str(self)

    def figure(self, *choices: Any, **options: Any) -> Any:
        """The figure of the only answer, with the options of that answer's own; of several, ask one of them."""
        return self._only("figure").figure(*choices, **options)

    def widget(self, *choices: Any, **options: Any) -> Any:
        """The widget of the only answer, with the options of that answer's own; of several, ask one of them."""
        return self._only("widget").widget(*choices, **options)

    def _only(self, wanted: str) -> Any:
        if len(self.answers) == 1:
            return next(iter(self.answers.values()))
        raise InputError(
            f"A sweep of one reducer has a {wanted} of its own: this one has {', '.join(map(repr, self.answers))}. Ask one of its answers: "
            f"sweep[{next(iter(self.answers))!r}].{wanted}()."
        )

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    @classmethod
    def from_parts(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The sweep whose running total was saved as these arrays and this record."""
        shared = {key: record[key] for key in ("n_images", "skipped", "finished", "provenance", "classes")}
        for key in ("names", "labels", "paths"):
            shared[key] = {int(image): value for image, value in record[key].items()}
        thumbnails = {name: array for name, array in arrays.items() if name.startswith("thumbnail/")}
        answers = {}
        for reducer in record["reducers"]:
            start = f"{reducer['name']}/"
            own = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
            kind = answer_class(reducer["answer"], STATE)
            answers[reducer["name"]] = kind.from_state(own | thumbnails, {**shared, **reducer["record"]})
        return cls(answers, record["n_images"], tuple(record["skipped"]), record["finished"], record["provenance"])

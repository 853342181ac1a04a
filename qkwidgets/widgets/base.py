"""What all our widgets share: a mode that is looked at, strict keywords, one ESM file a class, and a reply to every request."""

import os
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets as t

from qkwidgets.answers import registry
from qkwidgets.answers.base import check_ending
from qkwidgets.core.errors import InputError, check_keywords, check_megabytes, check_range
from qkwidgets.core.index import ModeIndex

STATIC = Path(__file__).parent / "static"


class QKWidget(anywidget.AnyWidget):
    """Base of the widgets; anywidget demands a subclass, so this is the one abstract base of the project."""

    STATE: ClassVar[tuple[str, ...]] = ("layer", "head", "mode")
    """The small traits: what a page starts with, and what a saved view remembers."""

    layer = t.Int(0).tag(sync=True)
    head = t.Int(0).tag(sync=True)
    mode = t.Int(0).tag(sync=True)

    answer: Any = t.Any(None)
    """The answer that the view shows, where it shows one."""

    live = t.Bool(True).tag(sync=True)
    """Whether a kernel may answer requests; False in exported pages."""

    def __init__(self, **traits: Any) -> None:
        known = [name for name, trait in self.traits(sync=True).items() if not (name.startswith("_") or trait.read_only)]
        own = sorted(set(known) - set(anywidget.AnyWidget.class_trait_names()))
        check_keywords(type(self).__name__, [name for name in traits if name not in known], own)
        super().__init__(**traits)
        self.on_msg(self._reply)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are to choose from, by the name of the trait that chooses: layers, heads, and so on."""
        return {}

    @property
    def owner(self) -> str:
        """Whose layers, heads and modes these are, for messages."""
        return "this view"

    @property
    def selection(self) -> ModeIndex:
        """The mode that is shown; set it with a `ModeIndex`, a text such as "L4 H2 M1", or three numbers."""
        return ModeIndex(self.layer, self.head, self.mode)

    @selection.setter
    def selection(self, address: ModeIndex | str | tuple[int, int, int]) -> None:
        index = ModeIndex.parse(address)
        for kind, value in zip(("layer", "head", "mode"), index, strict=True):
            self._check(kind, value)
        with self.hold_trait_notifications(), self.hold_sync():
            self.layer, self.head, self.mode = index

    @property
    def state(self) -> dict[str, Any]:
        """Where the view stands: its small traits by name."""
        return {name: getattr(self, name) for name in self.STATE}

    def save(self, path: str | os.PathLike) -> None:
        """Write the answer that is shown to a `.qk` file, which `qkwidgets.open` reads without model or torch.

        Raises
        ------
        InputError
            If the view shows none, or it cannot be written.
        """
        if self.answer is None:
            raise InputError(
                f"A view is saved as the answer behind it: this {type(self).__name__} has none. It was made of a model and single scenes. Make it of "
                "an answer, or keep what it shows with to_html."
            )
        self.answer.save(path)

    def to_html(self, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> None:
        """Write the view to one HTML file that works without kernel and network.

        Parameters
        ----------
        path
            Where to write it; replaced at once when it is complete.
        max_mb
            Largest size in megabytes. What is left out until the page fits, the class says, and so does the page.
        title
            Of the page; one that names the model if none is given.

        Raises
        ------
        InputError
            If the page cannot be that small or cannot be written. Nothing is written then.
        """
        check_ending(path, ".html", "a page")
        max_mb = check_megabytes(max_mb)
        registry.presenter(registry.PAGES, "page", self)(self, path, max_mb=max_mb, title=title)

    @t.validate("layer", "head", "mode")
    def _valid_index(self, proposal: Any) -> int:
        return self._check(proposal["trait"].name, proposal["value"])

    def _check(self, kind: str, value: int) -> int:
        owner = "this view" if kind == "image" else self.owner
        return check_range(kind, value, self.counts[kind], owner)

    def __repr__(self) -> str:
        """What is shown, and how much of it; its traits are bytes, which would flood a terminal."""
        counted = {name: f"{count} {name}{'s' * (count != 1)}" for name, count in self.counts.items() if count}
        if self.counts.get("mode") == 1:  # of a view of attention as a whole
            del counted["mode"]
        modes = " x ".join(counted[name] for name in ("layer", "head", "mode") if name in counted)
        sizes = ", ".join(filter(None, (modes, counted.get("image"))))
        return f"<{type(self).__name__} of {self.owner}{': ' * bool(sizes)}{sizes}>"

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse a public name that does not exist: `view.layre = 3` would be kept, and nothing would happen."""
        if not (name.startswith("_") or hasattr(type(self), name)):
            own = {each for each in dir(type(self)) if not each.startswith("_")} - set(dir(anywidget.AnyWidget))
            near = get_close_matches(name, sorted(own), n=1, cutoff=0.0)[0]
            raise InputError(
                f"What is set on {type(self).__name__} must exist: there is no {name!r}. It is probably misspelt. Nearest: {near!r}."
            )
        super().__setattr__(name, value)

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The reply to a request: its fields and its buffers."""
        if request.get("kind") == "need":
            return self._needed(request)
        raise InputError(
            f"{type(self).__name__} answers no request of kind {request.get('kind')!r}. The page is probably of another version. Run its cell again."
        )

    def _needed(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The reply to a request for what the page does not hold: all about one head, where a class does not say otherwise."""
        layer, head = self._check("layer", request["layer"]), self._check("head", request["head"])
        return {"kind": "tile", "layer": layer, "head": head}, [self._tile(layer, head)]

    def _tile(self, layer: int, head: int) -> bytes:
        """All about one head, for widgets that are asked for it."""
        raise NotImplementedError

    def _reply(self, _widget: Any, request: Any, _buffers: Any) -> None:
        """Acknowledge at once, then answer or say in words why not: no request stays without a reply."""
        if not isinstance(request, dict) or "id" not in request:
            return
        self.send({"kind": "ack", "id": request["id"]})
        self._guarded(request["id"], lambda: self._answer(request))

    def _guarded(self, request_id: Any, answer: Callable[[], tuple[dict[str, Any], list[bytes]]]) -> None:
        try:
            fields, buffers = answer()
        except Exception as error:  # whatever went wrong is shown in the widget, where the click was
            words = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
            self.send({"kind": "error", "id": request_id, "message": words})
        else:
            self.send({"id": request_id, **fields}, buffers)


def whole_view(
    whose: str, choices: Mapping[str, Sequence[str] | None], default: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """All settings of a view: those given, and the default of the others; see `check_setting`.

    Examples
    --------
    >>> whole_view("a view", {"level": ("objects", "parts")}, {"level": "objects"}, {})
    {'level': 'objects'}
    """
    view = {**default, **given}
    for name, value in view.items():
        check_setting(whose, choices, name, value)
    return view


def check_setting(whose: str, choices: Mapping[str, Sequence[str] | None], name: str, value: Any) -> None:
    """Refuse a setting of a view that does not exist, or a value that it cannot have.

    Parameters
    ----------
    whose
        Such as "a view".
    choices
        What each setting can be, by name; None for a share from 0 to 1.

    Examples
    --------
    >>> check_setting("a view", {"scale": ("signed", "percentile"), "threshold": None}, "scale", "log")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: The settings of a view are scale, threshold, and scale is one of signed, percentile: got
    scale='log'. It probably belongs to another setting. Use such a value.
    """
    settings = f"The settings of {whose} are {', '.join(choices)}"
    if name not in choices:
        raise InputError(f"{settings}: got {name}={value!r}. It is probably misspelt. Use one of these.")
    known = choices[name]
    if known is None:
        allowed, fits = "a number from 0 to 1", isinstance(value, int | float) and 0 <= value <= 1
    else:
        allowed, fits = f"one of {', '.join(known)}", value in known
    if not fits:
        raise InputError(
            f"{settings}, and {name} is {allowed}: got {name}={value!r}. It probably belongs to another setting. Use such a value."
        )

"""The linked explorer: layer x head grid, spectrum, maps on the images, trend over layers, and what makes the attention."""

import os
from typing import Any

import traitlets as t

from qkwidgets.answers import registry
from qkwidgets.answers.base import check_ending
from qkwidgets.answers.exploration import Exploration, map_bytes
from qkwidgets.answers.ranking import ModeRanking
from qkwidgets.answers.source import AnswerSource
from qkwidgets.core.errors import InputError, check_megabytes, check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.widgets.base import STATIC, QKWidget
from qkwidgets.widgets.wire import wire_meta, wire_pictures, wire_spectra, wire_tiles

LIVE_BYTES = 4_000_000
"""How many bytes of quantised maps a live view carries, to draw at once and to stay alive without a kernel."""

STATE = ("layer", "head", "mode", "image", "token", "sign", "view", "panels")
"""The small traits: what a page starts with, and what a saved view remembers."""

PANELS = ("grid", "spectrum", "overlay", "trend", "attention")

DEFAULT_VIEW = {
    "palette": "red-cyan",
    "scale": "signed",
    "layout": "overlay",
    "threshold": 0.0,
    "number": "cosine",
    "rank": "share",
}
VIEW_CHOICES = {
    "palette": ("red-cyan", "orange-blue"),
    "scale": ("signed", "percentile"),
    "layout": ("overlay", "side"),
    "rank": ("share", "peak", "energy"),
}


class Explorer(QKWidget):
    """Explore the modes of a model on images.

    Parameters
    ----------
    source
        Whatever answers the panels' questions: a saved view, or a live model (`qkwidgets.explore` makes one).
    traits
        Any of the traits below, to start with.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> view = qk.examples("deit-tiny").widget(layer=4)
    >>> view.selection = "L4 H2 M1"
    >>> print(view.selection)
    L4 H2 M1
    """

    _esm = STATIC / "explorer.js"

    source = t.Any()
    """The `AnswerSource` that the view shows."""

    layer = t.Int(0).tag(sync=True)
    head = t.Int(0).tag(sync=True)
    mode = t.Int(0).tag(sync=True)
    image = t.Int(0).tag(sync=True)
    token = t.Int(-1).tag(sync=True)
    """The query token chosen, in the order of the token layout; -1 for none."""
    sign = t.Enum(("auto", "+", "-"), "auto").tag(sync=True)
    view = t.Dict(default_value=DEFAULT_VIEW).tag(sync=True)
    """How things are drawn: palette, scale, layout, threshold, number (of the grid), rank."""
    panels = t.List(t.Enum(PANELS), list(PANELS)).tag(sync=True)

    meta = t.Dict(read_only=True).tag(sync=True)
    spectra = t.Bytes(read_only=True).tag(sync=True)
    pictures = t.Bytes(read_only=True).tag(sync=True)
    tiles = t.Dict(read_only=True).tag(sync=True)

    def __init__(self, source: AnswerSource, **traits: Any) -> None:
        self.source = source
        self._frozen = source.frozen(_modes_within(source, LIVE_BYTES))
        meta = self._frozen.meta
        traits = {**self._frozen.start, **traits}
        if meta["images"]:
            # The middle patch: its whole score row is in every page, so the attention panel has something to show at once.
            grid_h, grid_w = meta["layout"]["grid"]
            traits.setdefault("token", self._frozen.layout.token((grid_h // 2, grid_w // 2)))
        super().__init__(**traits)
        self.set_trait("meta", wire_meta(self._frozen))
        self.set_trait("spectra", wire_spectra(self._frozen.spectra))
        self.set_trait("pictures", wire_pictures(self._frozen.pictures))
        self.set_trait("tiles", wire_tiles(self._frozen))

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads, modes, images and tokens there are to choose from."""
        meta = self._frozen.meta
        numbers = {"layer": meta["n_layers"], "head": meta["n_heads"], "mode": meta["n_modes"]}
        return {**numbers, "image": len(meta["images"]), "token": self._frozen.layout.n_tokens}

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

    def rank(self, image: int | str | None = None, by: str = "share") -> ModeRanking:
        """The modes of one of the images shown, by `share`, `energy` or `peak`; the image by its number or its name.

        That of the current image if none is named.
        """
        return self._frozen.rank(self.image if image is None else image, by)

    def save(self, path: str | os.PathLike) -> None:
        """Write the view, all modes and where it stands, to one `.qk` file, which `qkwidgets.open` reads without model or torch."""
        check_ending(path, ".qk", "a saved view")
        self.source.frozen().starting_at(**self.state).save(path)

    @property
    def state(self) -> dict[str, Any]:
        """Where the view stands: its small traits by name."""
        return {name: getattr(self, name) for name in STATE}

    def to_html(self, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> None:
        """Write the view to one HTML file that works without kernel and network.

        Parameters
        ----------
        path
            Where to write it; replaced at once when it is complete.
        max_mb
            Largest size in megabytes. Exact rows and bias terms are rounded to 8 bits, then modes left out by singular
            value, then images from the end, until the page fits; the page says so.
        title
            Of the page; the model's name if none is given.
        """
        check_ending(path, ".html", "a page")
        max_mb = check_megabytes(max_mb)
        registry.presenter(registry.PAGES, "page", self)(self, path, max_mb=max_mb, title=title)

    @t.validate("layer", "head", "mode", "image")
    def _valid_index(self, proposal: Any) -> int:
        return self._check(proposal["trait"].name, proposal["value"])

    @t.validate("token")
    def _valid_token(self, proposal: Any) -> int:
        return -1 if proposal["value"] == -1 else self._check("token", proposal["value"])

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        view = {**DEFAULT_VIEW, **proposal["value"]}
        numbers = tuple(number["key"] for number in self._frozen.meta["head_numbers"])
        for name, value in view.items():
            _check_setting(name, value, numbers)
        return view

    def _check(self, kind: str, value: int) -> int:
        owner = "this view" if kind == "image" else repr(self._frozen.model)
        return check_range(kind, value, self.counts[kind], owner)

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if request.get("kind") != "need":
            return super()._answer(request)
        layer, head = request["layer"], request["head"]
        return {"kind": "tile", "layer": layer, "head": head}, [self.source.tile(layer, head).to_bytes()]


def explore(model: Any = None, images: Any = None, **traits: Any) -> Explorer:
    """Explore the query-key modes of a model on images, in one widget of linked panels.

    Parameters
    ----------
    model
        From `load_model`, or what `load_model` takes; the built-in model if none is given.
    images
        Whatever `qkwidgets.data.images.read_images` reads: paths, folders, arrays, PIL images, scenes. Sample images that
        suit the model if none are given.
    traits
        Where to start: `layer`, `head`, `mode`, `image`, `token`, `sign`, `view`, `panels`.

    Returns
    -------
    Explorer
        A widget; `view.selection`, `view.rank()`, `view.save()` and `view.to_html()` are its ways out.

    Raises
    ------
    InputError
        If the model or an image cannot be used, or a keyword is unknown; the message says what to do.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> view = qk.explore(qk.load_model(), qk.sample_images())
    >>> view.selection
    ModeIndex(layer=0, head=0, mode=0)
    """
    from qkwidgets.analyses.exploration import LiveSource
    from qkwidgets.models.contract import AttentionModel
    from qkwidgets.models.load import load_model

    if isinstance(model, Exploration):
        raise InputError("explore takes a model: got a saved view. It has its images already. Call its .widget().")
    if not isinstance(model, AttentionModel):
        model = load_model(model)
    if images is None:
        from qkwidgets.data.samples import sample_images

        images = sample_images(model)
    return Explorer(LiveSource(model, images), **traits)


def _check_setting(name: str, value: Any, numbers: tuple[str, ...]) -> None:
    """Refuse a setting of the view that does not exist, or a value that it cannot have."""
    settings = f"The settings of a view are {', '.join(DEFAULT_VIEW)}"
    if name not in DEFAULT_VIEW:
        raise InputError(f"{settings}: got {name}={value!r}. It is probably misspelt. Use one of these.")
    if name == "threshold":
        allowed, fits = "a number from 0 to 1", isinstance(value, int | float) and 0 <= value <= 1
    else:
        choices = {**VIEW_CHOICES, "number": numbers}[name]
        allowed, fits = f"one of {', '.join(choices)}", value in choices
    if not fits:
        raise InputError(
            f"{settings}, and {name} is {allowed}: got {name}={value!r}. It probably belongs to another setting. Use such a value."
        )


def _modes_within(source: AnswerSource, limit: int) -> int | None:
    """How many modes of every head fit into `limit` bytes of 8-bit maps; None if all do."""
    fitting = limit // max(1, map_bytes(source.meta))
    return None if fitting >= source.meta["n_modes"] else max(1, fitting)

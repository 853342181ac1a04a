"""The linked explorer: layer x head grid, spectrum, maps on the images, trend over layers, and what makes the attention."""

import os
from typing import Any

import traitlets as t

from qkwidgets.answers.base import check_ending
from qkwidgets.answers.exploration import Exploration, map_bytes
from qkwidgets.answers.ranking import ModeRanking
from qkwidgets.answers.source import AnswerSource
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.base import STATIC, QKWidget, whole_view
from qkwidgets.widgets.wire import wire_meta, wire_pictures, wire_spectra, wire_tiles

LIVE_BYTES = 4_000_000
"""How many bytes of quantised maps a live view carries, to draw at once and to stay alive without a kernel."""

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

    To fit into its page, `to_html` rounds exact rows and bias terms to 8 bits, then leaves out modes by singular value, then images
    from the end.

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
    STATE = ("layer", "head", "mode", "image", "token", "sign", "view", "panels")

    source = t.Any()
    """The `AnswerSource` that the view shows."""

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
    def owner(self) -> str:
        return repr(self._frozen.model)

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads, modes, images and tokens there are to choose from."""
        meta = self._frozen.meta
        numbers = {"layer": meta["n_layers"], "head": meta["n_heads"], "mode": meta["n_modes"]}
        return {**numbers, "image": len(meta["images"]), "token": self._frozen.layout.n_tokens}

    def rank(self, image: int | str | None = None, by: str = "share") -> ModeRanking:
        """The modes of one of the images shown, by `share`, `energy` or `peak`; the image by its number or its name.

        That of the current image if none is named.
        """
        return self._frozen.rank(self.image if image is None else image, by)

    def save(self, path: str | os.PathLike) -> None:
        """Write the view, all modes and where it stands, to one `.qk` file, which `qkwidgets.open` reads without model or torch."""
        check_ending(path, ".qk", "a saved view")
        self.source.frozen().starting_at(**self.state).save(path)

    @t.validate("image")
    def _valid_image(self, proposal: Any) -> int:
        return self._check("image", proposal["value"])

    @t.validate("token")
    def _valid_token(self, proposal: Any) -> int:
        return -1 if proposal["value"] == -1 else self._check("token", proposal["value"])

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        choices = {**VIEW_CHOICES, "number": tuple(number["key"] for number in self._frozen.meta["head_numbers"])}
        return whole_view("a view", {each: choices.get(each) for each in DEFAULT_VIEW}, DEFAULT_VIEW, proposal["value"])

    def _tile(self, layer: int, head: int) -> bytes:
        return self.source.tile(layer, head).to_bytes()


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


def _modes_within(source: AnswerSource, limit: int) -> int | None:
    """How many modes of every head fit into `limit` bytes of 8-bit maps; None if all do."""
    fitting = limit // max(1, map_bytes(source.meta))
    return None if fitting >= source.meta["n_modes"] else max(1, fitting)

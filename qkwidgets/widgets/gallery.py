"""The gallery: for one mode, the images on which it is strongest, with its maps on each, as in the paper's figures."""

import os
from typing import Any

import traitlets as t

from qkwidgets.answers import registry
from qkwidgets.answers.base import check_ending
from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.core.errors import InputError, check_megabytes, check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.widgets.base import STATIC, QKWidget
from qkwidgets.widgets.gallery_wire import GalleryParts

STATE = ("layer", "head", "mode", "sign", "view")
"""The small traits: what a page starts with."""

VIEW_CHOICES = {
    "palette": ("red-cyan", "orange-blue"),
    "scale": ("signed", "percentile"),
    "layout": ("overlay", "side", "plain"),
    "sample": ("top", "deciles"),
}
DEFAULT_VIEW = {name: choices[0] for name, choices in VIEW_CHOICES.items()}


class Gallery(QKWidget):
    """Look at the images on which each mode is strongest, and at ordinary ones.

    Parameters
    ----------
    answer
        From `qkwidgets.optimal_images` or a sweep.
    embed
        Whether the view carries all lists, maps and thumbnails, and so stays whole without a kernel. Otherwise it carries those
        of the first head and asks for the others when they are looked at.
    traits
        Any of the traits below, to start with.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps import sweep
    >>> from qkwidgets.sweeps.top_images import TopImages
    >>> found = sweep(qk.load_model(), qk.odd_one_out(8), TopImages(k=3), workers=0, progress=False)["optimal"]
    >>> view = Gallery(found, layer=4)
    >>> view.selection = "L4 H1 M0"
    >>> print(view.selection)
    L4 H1 M0
    """

    _esm = STATIC / "gallery.js"

    answer = t.Any()
    """The `OptimalImages` that the view shows."""

    layer = t.Int(0).tag(sync=True)
    head = t.Int(0).tag(sync=True)
    mode = t.Int(0).tag(sync=True)
    sign = t.Enum(("both", "+", "-"), "both").tag(sync=True)
    """Which sign of the mode's two directions the images are shown of."""
    view = t.Dict(default_value=DEFAULT_VIEW).tag(sync=True)
    """How things are drawn: palette, scale, layout (of the maps), sample (the top images or the deciles)."""

    meta = t.Dict(read_only=True).tag(sync=True)
    spectra = t.Bytes(read_only=True).tag(sync=True)
    images = t.Bytes(read_only=True).tag(sync=True)
    heads = t.Dict(read_only=True).tag(sync=True)
    thumbnails = t.Dict(read_only=True).tag(sync=True)

    def __init__(self, answer: OptimalImages, *, embed: bool = False, **traits: Any) -> None:
        self.answer = answer
        self._parts = GalleryParts.whole(answer)
        super().__init__(**traits)
        parts = self._parts
        heads = parts.heads if embed else [(self.layer, self.head)]
        self.set_trait("meta", parts.meta())
        self.set_trait("spectra", parts.spectra())
        self.set_trait("images", parts.images())
        self.set_trait("heads", {f"L{layer}H{head}": parts.head(layer, head) for layer, head in heads})
        pictures = parts.thumbnails()
        first = pictures if embed else parts.shown(self.layer, self.head, self.mode)
        self.set_trait("thumbnails", {str(place): pictures[place] for place in first if place in pictures})

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads and modes there are to choose from."""
        return dict(zip(("layer", "head", "mode"), self.answer.image.shape[:3], strict=True))

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
        return {name: getattr(self, name) for name in STATE}

    def save(self, path: str | os.PathLike) -> None:
        """Write the answer that is shown to a `.qk` file; see `OptimalImages.save`."""
        self.answer.save(path)

    def to_html(self, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> None:
        """Write the gallery to one HTML file that works without kernel and network.

        Parameters
        ----------
        path
            Where to write it; replaced at once when it is complete.
        max_mb
            Largest size in megabytes. Modes are left out by singular value, then the lower places of each list, until the page
            fits; the page says what was left out.
        title
            Of the page; one that names the model if none is given.
        """
        check_ending(path, ".html", "a page")
        max_mb = check_megabytes(max_mb)
        registry.presenter(registry.PAGES, "page", self)(self, path, max_mb=max_mb, title=title)

    @t.validate("layer", "head", "mode")
    def _valid_index(self, proposal: Any) -> int:
        return self._check(proposal["trait"].name, proposal["value"])

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        view = {**DEFAULT_VIEW, **proposal["value"]}
        for name, value in view.items():
            _check_setting(name, value)
        if view["sample"] == "deciles" and not self.answer.deciles:
            raise InputError(
                "A gallery shows deciles of an answer that has them: this one has none. It was made with sample=0. Make it again with "
                "sample=200, or show the top images."
            )
        return view

    def _check(self, kind: str, value: int) -> int:
        return check_range(kind, value, self.counts[kind], repr(self.answer.model))

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if request.get("kind") != "need":
            return super()._answer(request)
        if "images" in request:
            return {"kind": "tile", "images": request["images"]}, [self._parts.thumbnail(place) for place in request["images"]]
        layer, head = self._check("layer", request["layer"]), self._check("head", request["head"])
        return {"kind": "tile", "layer": layer, "head": head}, [self._parts.head(layer, head)]


def _check_setting(name: str, value: Any) -> None:
    """Refuse a setting of the view that does not exist, or a value that it cannot have."""
    settings = f"The settings of a gallery's view are {', '.join(DEFAULT_VIEW)}"
    if name not in DEFAULT_VIEW:
        raise InputError(f"{settings}: got {name}={value!r}. It is probably misspelt. Use one of these.")
    if value not in VIEW_CHOICES[name]:
        raise InputError(
            f"{settings}, and {name} is one of {', '.join(VIEW_CHOICES[name])}: got {name}={value!r}. Use such a value."
        )

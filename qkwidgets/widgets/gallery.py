"""The gallery: for one mode, the images on which it is strongest, with its maps on each, as in the paper's figures."""

from typing import Any

import traitlets as t

from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.base import STATIC, QKWidget, whole_view
from qkwidgets.widgets.gallery_wire import GalleryParts

VIEW_CHOICES = {
    "palette": ("red-cyan", "orange-blue"),
    "scale": ("signed", "percentile"),
    "layout": ("overlay", "side", "plain"),
    "sample": ("top", "deciles"),
}
DEFAULT_VIEW = {name: choices[0] for name, choices in VIEW_CHOICES.items()}


class Gallery(QKWidget):
    """Look at the images on which each mode is strongest, and at ordinary ones.

    To fit into its page, `to_html` leaves out modes by singular value, then the lower places of each list.

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
    STATE = ("layer", "head", "mode", "sign", "view")

    answer = t.Any()
    """The `OptimalImages` that the view shows."""

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
    def owner(self) -> str:
        return repr(self.answer.model)

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads and modes there are to choose from."""
        return dict(zip(("layer", "head", "mode"), self.answer.image.shape[:3], strict=True))

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        view = whole_view("a gallery's view", VIEW_CHOICES, DEFAULT_VIEW, proposal["value"])
        if view["sample"] == "deciles" and not self.answer.deciles:
            raise InputError(
                "A gallery shows deciles of an answer that has them: this one has none. It was made with sample=0. Make it again with "
                "sample=200, or show the top images."
            )
        return view

    def _needed(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if "images" in request:
            return {"kind": "tile", "images": request["images"]}, [self._parts.thumbnail(place) for place in request["images"]]
        return super()._needed(request)

    def _tile(self, layer: int, head: int) -> bytes:
        return self._parts.head(layer, head)

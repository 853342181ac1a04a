"""The semantic view: what each mode carries between the objects of an image, as arrows and as a table."""

from typing import Any

import traitlets as t

from qkwidgets.answers.semantic_map import SemanticMap
from qkwidgets.widgets.base import STATIC, QKWidget, whole_view
from qkwidgets.widgets.semantic_wire import SemanticParts

LIVE_BYTES = 4_000_000
"""How many bytes of tables a live view carries, to stay alive without a kernel."""

VIEW_CHOICES = {"level": ("objects", "parts"), "number": ("typed", "surely", "cosine"), "counted": ("all", "above")}
DEFAULT_VIEW = {name: choices[0] for name, choices in VIEW_CHOICES.items()}


class SemanticView(QKWidget):
    """See between which segments of an image each mode carries attention, and which modes do so more than chance.

    Parameters
    ----------
    answer
        From `semantic_map`; its images with tables are those that are shown.
    traits
        Any of the traits below, to start with. Without layer, head and mode, the view opens on the mode of largest excess among those
        above random directions.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.semantic_map(qk.load_model(), qk.odd_one_out(8), draws=19, tables=2, workers=0, progress=False)
    >>> view = SemanticView(found, layer=2)
    >>> view.selection = "L2 H1 M0"
    >>> print(view.selection)
    L2 H1 M0
    """

    _esm = STATIC / "semantic.js"
    STATE = ("layer", "head", "mode", "image", "view")

    answer = t.Any()
    """The `SemanticMap` that the view shows."""

    image = t.Int(0).tag(sync=True)
    view = t.Dict(default_value=DEFAULT_VIEW).tag(sync=True)
    """How things are drawn: level (objects or parts), number (of the grid of heads), counted (all modes with a type, or those above random
    directions)."""

    meta = t.Dict(read_only=True).tag(sync=True)
    spectra = t.Bytes(read_only=True).tag(sync=True)
    pictures = t.Bytes(read_only=True).tag(sync=True)
    segments = t.Bytes(read_only=True).tag(sync=True)
    summary = t.Bytes(read_only=True).tag(sync=True)
    heads = t.Dict(read_only=True).tag(sync=True)

    def __init__(self, answer: SemanticMap, **traits: Any) -> None:
        self.answer = answer
        self._parts = parts = SemanticParts.whole(answer)
        if parts.strongest and not {"layer", "head", "mode"} & set(traits):
            traits |= dict(zip(("layer", "head", "mode"), parts.strongest, strict=True))
        super().__init__(**traits)
        self.set_trait("meta", parts.meta())
        for name in ("spectra", "pictures", "segments", "summary"):
            self.set_trait(name, getattr(parts, name)())
        first = parts.head(self.layer, self.head)
        carried = parts.heads if len(first) * len(parts.heads) <= LIVE_BYTES else [(self.layer, self.head)]
        self.set_trait("heads", {f"L{layer}H{head}": parts.head(layer, head) for layer, head in carried})

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads, modes and images there are to choose from."""
        numbers = dict(zip(("layer", "head", "mode"), self.answer.type.shape, strict=True))
        return {**numbers, "image": self._parts.n_images}

    @property
    def owner(self) -> str:
        """The model, for messages."""
        return repr(self.answer.model)

    @t.validate("image")
    def _valid_image(self, proposal: Any) -> int:
        return self._check("image", proposal["value"])

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        return whole_view("a semantic view", VIEW_CHOICES, DEFAULT_VIEW, proposal["value"])

    def _tile(self, layer: int, head: int) -> bytes:
        return self._parts.head(layer, head)

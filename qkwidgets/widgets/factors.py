"""The factor map: which heads and modes trade position, which content, and where on the patch grid each gets its numbers from."""

import os
from typing import Any

import traitlets as t

from qkwidgets.answers.factor_images import FactorImages
from qkwidgets.answers.factor_shares import VARIANTS
from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.base import STATIC, QKWidget, check_setting
from qkwidgets.widgets.factors_wire import FactorParts, head_numbers

LIVE_BYTES = 4_000_000
"""How many bytes of quantised maps a live view carries, to draw at once and to stay alive without a kernel."""

CELLS = ("CC", "CP", "PC", "either", "PP", "MC", "MP", "CM", "PM", "MM", "unseen")
"""Cells of the energy, and sums of them, that heads can be coloured by; query's factor first."""

DEFAULT_VIEW = {"variant": "drop_mean", "number": "label", "maps": "images"}
VIEW_CHOICES = {"variant": VARIANTS, "number": (), "maps": ("images", "image")}


class FactorMap(QKWidget):
    """Look at what every head and mode trades: mean, position or content.

    Parameters
    ----------
    answer
        From `qkwidgets.factors`.
    images
        Images on which single maps are shown, split by factor; whatever `qkwidgets.data.images.read_images` reads, at most
        `analyses.factor_maps.MOST_IMAGES` of them. With a model alone some samples; with neither, the maps over all images alone.
    model
        The one that the answer is about, from `load_model`, for one forward pass of the images; a built-in one is loaded by itself.
    traits
        Any of the traits below, to start with.

    Raises
    ------
    InputError
        If there are images without a model, the model is another than the answer's, an image cannot be read, or a trait does not exist.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model, scenes = qk.load_model(), qk.odd_one_out(20)
    >>> found = qk.factors(model, scenes, progress=False)
    >>> view = found.widget(model=model, images=scenes.images[:4], layer=3, view={"maps": "image"})
    >>> view.selection = "L3 H1 M0"
    >>> print(view.selection, view.counts["image"])
    L3 H1 M0 4
    """

    _esm = STATIC / "factors.js"
    STATE = ("layer", "head", "mode", "image", "view")

    answer = t.Any()
    """The `Factors` that the view shows."""
    images = t.Any()
    """The `FactorImages` on which it shows single maps, or None."""

    image = t.Int(0).tag(sync=True)
    view = t.Dict(default_value=DEFAULT_VIEW).tag(sync=True)
    """How things are drawn: variant (which cells shares are of), number (of the grid: "label", "cell:CP", a key of
    `meta["head_numbers"]`), maps (over all images, or on one)."""

    meta = t.Dict(read_only=True).tag(sync=True)
    energies = t.Bytes(read_only=True).tag(sync=True)
    spectra = t.Bytes(read_only=True).tag(sync=True)
    pictures = t.Bytes(read_only=True).tag(sync=True)
    maps = t.Dict(read_only=True).tag(sync=True)

    def __init__(self, answer: Factors, images: Any = None, model: Any = None, **traits: Any) -> None:
        self.answer, self.images = answer, _factor_images(answer, images, model)
        self._parts = parts = FactorParts.whole(answer, self.images)
        super().__init__(**traits)
        carried = FactorParts(answer, None, _modes_within(answer, LIVE_BYTES), 0)
        self.set_trait("meta", parts.meta())
        self.set_trait("energies", parts.energies())
        self.set_trait("spectra", parts.spectra())
        self.set_trait("pictures", parts.pictures())
        self.set_trait("maps", {f"L{layer}H{head}": carried.head(layer, head) for layer, head in parts.heads})

    @property
    def owner(self) -> str:
        return repr(self.answer.model)

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads, modes and images there are to choose from."""
        numbers = dict(zip(("layer", "head", "mode"), self.answer.singular_values.shape, strict=True))
        return {**numbers, "image": self._parts.n_images}

    def save(self, path: str | os.PathLike) -> None:
        """Write the answer that is shown to a `.qk` file; see `Factors.save`."""
        self.answer.save(path)

    def to_html(self, path: str | os.PathLike, *, max_mb: float = 8.0, title: str | None = None) -> None:
        """Write the factor map to one HTML file that works without kernel and network.

        Parameters
        ----------
        path
            Where to write it; replaced at once when it is complete.
        max_mb
            Largest size in megabytes. Images are left out from the end, then maps of modes by singular value, until the page
            fits; the page says so. Energies and shares are always complete.
        title
            Of the page; one that names the model if none is given.
        """
        super().to_html(path, max_mb=max_mb, title=title)

    @t.validate("image")
    def _valid_image(self, proposal: Any) -> int:
        # A view of no images stands at the first.
        return 0 if proposal["value"] == 0 else self._check("image", proposal["value"])

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        view = {**DEFAULT_VIEW, **proposal["value"]}
        numbers = ("label", *(f"cell:{cell}" for cell in CELLS), *(key for key, *_ in head_numbers(self.answer)))
        for name, value in view.items():
            check_setting("a factor map's view", {**VIEW_CHOICES, "number": numbers}, name, value)
        if view["maps"] == "image" and not self.images:
            raise InputError(
                "A factor map shows maps on one image where it has images: this one has none. It was made of an answer alone. "
                "Give it model and images: .widget(model=model, images=images)."
            )
        return view

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        if request.get("kind") != "need":
            return super()._answer(request)
        layer, head = self._check("layer", request["layer"]), self._check("head", request["head"])
        return {"kind": "tile", "layer": layer, "head": head}, [self._parts.head(layer, head, exact=True)]


def _factor_images(answer: Factors, images: Any, model: Any) -> FactorImages | None:
    """Images with their maps, if a model can be asked for them."""
    if isinstance(images, FactorImages) and model is not None:
        raise InputError(
            f"Maps on images come made, as FactorImages, or are made with a model: got both, the model {getattr(model, 'name', model)!r}. "
            "The model would be asked for nothing. Leave model out, or pass the images themselves."
        )
    if isinstance(images, FactorImages) or (images is None and model is None):
        return images
    if model is None and not answer.model_at_hand:
        raise InputError(
            f"Maps on single images need the model of the answer, {answer.model!r}: it is not at hand. An answer holds numbers and no weights. Pass "
            "it, too: .widget(model=model, images=images)."
        )
    # An answer alone is shown without torch.
    from qkwidgets.analyses.factor_maps import factor_maps
    from qkwidgets.data.samples import sample_images
    from qkwidgets.models.contract import loaded_model
    from qkwidgets.models.load import load_model

    model = load_model(answer.model) if model is None else loaded_model(model)
    return factor_maps(model, answer, sample_images(model) if images is None else images)


def _modes_within(answer: Factors, limit: int) -> int:
    """How many modes of every head fit into `limit` bytes of 8-bit maps over images."""
    n_layers, n_heads, n_modes = answer.singular_values.shape
    maps = 4 if answer.query_spread is not None else 2
    return min(n_modes, max(1, limit // (maps * n_layers * n_heads * answer.layout.n_patches)))

"""The preference view: turn a scene's parameters, and see where its target and a distractor look, layer by layer."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets as t

from qkwidgets.answers import registry
from qkwidgets.answers.base import check_ending
from qkwidgets.answers.preference import Preference
from qkwidgets.answers.scene_images import Axis, SceneImages
from qkwidgets.core.errors import InputError, check_keywords, check_megabytes, check_range
from qkwidgets.widgets.base import STATIC, QKWidget, whole_view
from qkwidgets.widgets.preference_wire import scene_bytes, scene_key, scene_meta

VIEW_CHOICES = {"curves": ("mass", "enrichment"), "itself": ("yes", "no")}
DEFAULT_VIEW = {name: choices[0] for name, choices in VIEW_CHOICES.items()}

MEAN = -1
"""Of `head`: the mean over heads."""


class PreferenceView(QKWidget):
    """Turn the parameters of a scene and see what its target and a distractor attend to.

    Parameters
    ----------
    source
        Scenes before a model: `qkwidgets.analyses.scene_source.SceneSource`.
    answer
        From `attention_preference`: its means over many scenes are drawn behind those of the one that is shown.
    traits
        Any of the traits below, to start with.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.analyses.scene_source import SceneSource
    >>> view = PreferenceView(SceneSource(qk.load_model()), layer=4)
    >>> view.turn(feature="size", n_items=9)
    >>> view.parameters["feature"], view.parameters["n_items"]
    ('size', 9)
    """

    _esm = STATIC / "preference.js"
    STATE = ("scene", "layer", "head", "view")

    source = t.Any()
    """The `SceneImages` that are asked for scenes."""
    answer = t.Any()
    """The `Preference` whose means are drawn, or None."""

    scene = t.Dict().tag(sync=True)
    """The place of each parameter's value in its list, by the name of the parameter; one that is left out stays as it is."""
    head = t.Int(MEAN).tag(sync=True)
    """-1 for the mean over heads."""
    view = t.Dict(default_value=DEFAULT_VIEW).tag(sync=True)
    """How things are drawn: curves ("mass" or "enrichment"), itself ("yes" where the patch that asks counts)."""

    meta = t.Dict(read_only=True).tag(sync=True)
    tiles = t.Dict(read_only=True).tag(sync=True)

    def __init__(self, source: SceneImages, answer: Preference | None = None, **traits: Any) -> None:
        self.source, self.answer = source, answer
        self._stands: dict[str, int] = {}  # while changes are held back, the trait itself has the new scene already
        super().__init__(**{"scene": {axis.name: 0 for axis in source.axes}, **traits})
        chosen = self.chosen
        self.set_trait("meta", scene_meta(source, answer))
        self.set_trait("tiles", {scene_key(chosen): scene_bytes(source.attention(chosen), exact=True)})

    @property
    def counts(self) -> dict[str, int]:
        """How many layers and heads there are to choose from; attention has no modes."""
        return {"layer": self.source.n_layers, "head": self.source.n_heads, "mode": 1}

    @property
    def owner(self) -> str:
        """The model, for messages."""
        return repr(self.source.model)

    @property
    def chosen(self) -> tuple[int, ...]:
        """The place of each parameter's value, in the order of the parameters."""
        return tuple(self.scene[axis.name] for axis in self.source.axes)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the scene's parameters."""
        return {axis.name: axis.values[self.scene[axis.name]] for axis in self.source.axes}

    def turn(self, **values: Any) -> None:
        """Set parameters of the scene by their values."""
        places = {axis.name: axis.values for axis in self.source.axes}
        for name, value in values.items():
            if name not in places:
                raise InputError(
                    f"What is turned is one of {', '.join(places)}: got {name!r}. It is the same in all scenes here, or misspelt. Pass it in vary=."
                )
            if value not in places[name]:
                raise InputError(
                    f"{name} is one of {', '.join(map(repr, places[name]))}: got {value!r}. It was probably not listed when the view was made. "
                    f"List it in vary=."
                )
        self.scene = {**self.scene, **{name: places[name].index(value) for name, value in values.items()}}

    def to_html(
        self,
        path: str | os.PathLike,
        *,
        max_mb: float = 15.0,
        title: str | None = None,
        vary: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        """Write the view to one HTML file that works without kernel and network: one steps through scenes computed before.

        Parameters
        ----------
        path
            Where to write it; replaced at once when it is complete.
        max_mb
            Largest size in megabytes. Values are left out, the last ones of the parameters with most of them first; the page says so.
        title
            Of the page; one that names the model if none is given.
        vary
            The values of each parameter that the page has; others stay as they are. Some of each by default.
        """
        check_ending(path, ".html", "a page")
        max_mb = check_megabytes(max_mb)
        registry.presenter(registry.PAGES, "page", self)(self, path, max_mb=max_mb, title=title, vary=vary)

    @t.validate("layer", "head", "mode")
    def _valid_index(self, proposal: Any) -> int:
        kind, value = proposal["trait"].name, proposal["value"]
        return MEAN if kind == "head" and value == MEAN else self._check(kind, value)

    @t.validate("scene")
    def _valid_scene(self, proposal: Any) -> dict[str, int]:
        scene = {}
        check_keywords("this view", proposal["value"], [axis.name for axis in self.source.axes], "parameter")
        for axis in self.source.axes:
            place = proposal["value"].get(axis.name, self._stands.get(axis.name, 0))
            scene[axis.name] = _checked_place(axis, place)
        self._stands = scene
        return scene

    @t.validate("view")
    def _valid_view(self, proposal: Any) -> dict[str, Any]:
        return whole_view("a preference view", VIEW_CHOICES, DEFAULT_VIEW, proposal["value"])

    def _needed(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        wanted = request["scene"]
        chosen = tuple(_checked_place(axis, wanted[axis.name]) for axis in self.source.axes)
        return {"kind": "tile", "scene": wanted}, [scene_bytes(self.source.attention(chosen), exact=True)]


def _checked_place(axis: Axis, place: Any) -> int:
    """The place of a parameter's value in its list, if it is one."""
    if isinstance(place, bool) or not isinstance(place, int | np.integer):
        raise InputError(
            f"The place of {axis.name} is a whole number, 0 to {len(axis.values) - 1}: got {place!r}. A value was probably given in place of its "
            f"number. Use turn({axis.name}=...)."
        )
    return check_range(axis.label, int(place), len(axis.values), "this view")


def preference_view(
    model: Any = None,
    scenes: Any = None,
    *,
    vary: Mapping[str, Sequence[Any]] | None = None,
    same: Mapping[str, Any] | None = None,
    **traits: Any,
) -> PreferenceView:
    """Turn the parameters of generated scenes, or step through labelled pictures, before a model.

    Parameters
    ----------
    model
        From `load_model`, or what `load_model` takes; the built-in model if none is given.
    scenes
        Pictures with a target and distractors, as `labelled_set` takes them; generated scenes if none are given.
    vary
        Options of `odd_one_out` that one turns, with their values.
    same
        Options that all scenes share.
    traits
        Where to start: `scene`, `layer`, `head`, `view`.

    Examples
    --------
    >>> view = preference_view(vary={"feature": ["colour", "size"], "seed": range(4)}, same={"n_items": 6})
    >>> view.parameters
    {'feature': 'colour', 'seed': 0}
    """
    from qkwidgets.analyses.scene_source import SceneSource
    from qkwidgets.models.contract import loaded_model
    from qkwidgets.models.load import load_model

    model = load_model() if model is None else loaded_model(model)
    return PreferenceView(SceneSource(model, scenes, vary=vary, **(same or {})), **traits)


def preference_widget(answer: Preference, model: Any = None, *, scenes: Any = None, **traits: Any) -> PreferenceView:
    """The means of an answer over many images, behind single ones: its own where they are at hand, or generated scenes that one turns.

    Parameters
    ----------
    answer
        From `attention_preference`.
    model
        The model that it is about, for an answer from a file; a built-in one is loaded by itself.
    scenes
        The pictures to show, as `labelled_set` takes them: for an answer from a file, those that it was made of.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.attention_preference(qk.load_model(), qk.odd_one_out(4), null=0, workers=0, progress=False)
    >>> preference_widget(found).meta["curves"]["n_images"]
    4
    """
    from qkwidgets.analyses.scene_source import answered_scenes, first_answerable

    source = answered_scenes(answer, model, scenes)
    return PreferenceView(source, answer, **{"scene": first_answerable(source), **traits})

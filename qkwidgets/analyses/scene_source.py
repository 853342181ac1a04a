"""What does a model attend to in each of the scenes that one can turn to? Computed when asked, and kept for a while."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from qkwidgets.analyses.scene_attention import scene_attention
from qkwidgets.answers.preference import Preference
from qkwidgets.answers.scene_attention import SceneAttention
from qkwidgets.answers.scene_images import Chosen, SceneImages
from qkwidgets.core.errors import InputError
from qkwidgets.data.labelled import labelled_set
from qkwidgets.data.turned_scenes import SteppedPictures, TurnedScenes
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.models.load import load_model

KEPT = 64
"""Scenes that are not computed again."""


class SceneSource(SceneImages):
    """Scenes in every combination of some options, or the pictures of a labelled set, before a model.

    Parameters
    ----------
    model
        From `load_model`.
    scenes
        Pictures with a target and distractors; generated scenes by default.
    vary, same
        Of generated scenes, as `data.turned_scenes.TurnedScenes` takes and refuses them.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> source = SceneSource(qk.load_model(), vary={"feature": ["colour", "size"], "seed": range(3)})
    >>> [axis.label for axis in source.axes], source.attention((1, 2))
    (['odd in', 'seed'], SceneAttention(6 layers, 4 heads, 5 items))
    """

    def __init__(
        self, model: AttentionModel, scenes: Any = None, *, vary: Mapping[str, Sequence[Any]] | None = None, **same: Any
    ) -> None:
        if scenes is not None and (vary or same):
            raise InputError(
                f"What is turned are options of generated scenes: got {', '.join([*(vary or {}), *same])} beside pictures of one's own. These are "
                "stepped through as they are. Leave the options out, or the pictures."
            )
        self._live = model.resized("square")
        size = {"size": min(model.preprocessing.size)}
        self._scenes = TurnedScenes(vary, **{**size, **same}) if scenes is None else SteppedPictures(labelled_set(scenes))
        self.axes, self.kind, self.merged = self._scenes.axes, self._scenes.kind, self._scenes.merged
        self.model, self.n_layers, self.n_heads, self.layout = model.name, model.n_layers, model.n_heads, model.layout
        self.preprocessing = self._live.preprocessing.describe()
        self.provenance = {**model.provenance, "fingerprint": model.fingerprint}
        self._computed = lru_cache(maxsize=KEPT)(self._compute)

    def settled(self, chosen: Chosen) -> Chosen:
        """The same scene as first named: where a parameter means nothing, its first value."""
        return self._scenes.settled(chosen)

    def attention(self, chosen: Chosen) -> SceneAttention:
        """The scene of these values, one place in its list for each parameter, and what its two patches attend to."""
        return self._computed(self.settled(chosen))

    def _compute(self, chosen: Chosen) -> SceneAttention:
        return scene_attention(self._live, self._scenes.labelled(chosen))


def answered_scenes(answer: Preference, model: Any = None, scenes: Any = None) -> SceneImages:
    """Scenes before the model of an answer: its own images where they are at hand, those that are given, or generated ones.

    Raises
    ------
    InputError
        If the model is not at hand, or is another one.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.attention_preference(qk.load_model(), qk.odd_one_out(4), null=0, workers=0, progress=False)
    >>> answered_scenes(found, scenes=qk.odd_one_out(3)).axes[0].values
    (0, 1, 2)
    """
    if model is not None:
        model = loaded_model(model)
        _check_weights(answer, model.name, model.fingerprint, model.n_layers)
    elif answer.live is None and not answer.model_at_hand:
        raise InputError(
            f"Scenes are shown before the model of the answer, {answer.model!r}: it is not at hand. An answer holds numbers and no weights. Pass it: "
            ".widget(model=model)."
        )
    if answer.live is not None:
        source = answer.live(scenes)
    else:
        source = SceneSource(load_model(answer.model) if model is None else model, scenes)
    _check_weights(answer, source.model, source.provenance["fingerprint"], source.n_layers)
    return source


def first_answerable(source: SceneImages) -> dict[str, int]:
    """Where a view of pictures begins, by parameter: at the first that has target and distractors on the patch grid.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> first_answerable(SceneSource(qk.load_model(), qk.odd_one_out(2)))
    {'image': 0}
    """
    for place in range(len(source.axes[0].values)):
        with suppress(InputError):
            source.attention((place, *(0 for _ in source.axes[1:])))
            return {source.axes[0].name: place}
    return {}


def _check_weights(answer: Preference, name: str, fingerprint: str, n_layers: int) -> None:
    if answer.provenance.get("fingerprint", fingerprint) != fingerprint or answer.curves.shape[-1] != n_layers:
        raise InputError(
            f"Means are drawn behind scenes of the model that they are of: {name!r} has other weights than the model of the answer, "
            f"{answer.model!r}. They were probably exchanged. Pass the model that the answer was made with."
        )

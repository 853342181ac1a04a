"""Scenes before a model: what a preference view asks, whoever answers: a live model, a test."""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from qkwidgets.answers.scene_attention import SceneAttention
from qkwidgets.core.layout import TokenLayout

Chosen = tuple[int, ...]
"""The place of each parameter's value in its list, in the order of the parameters."""


class Axis(NamedTuple):
    """One parameter of a scene: its name, what it is called, its values in order and their words.

    `few` are the values that a page has where nothing else is asked for.
    """

    name: str
    label: str
    values: tuple[Any, ...]
    words: tuple[str, ...]
    about: str
    few: tuple[Any, ...]


class SceneImages(ABC):
    """Scenes that are turned to parameter by parameter, and what a model attends to in each.

    Attributes
    ----------
    axes
        The parameters; every one a finite, ordered list of values.
    kind
        What the pictures are, in the words of `ImageSet.kind`.
    merged
        Whether all distractors of a picture are one object.
    model
        Its name.
    n_layers, n_heads, layout
        Its sizes.
    preprocessing
        How a picture becomes its input, as an answer's provenance says it.
    provenance
        Where its weights come from, with their fingerprint.
    """

    axes: tuple[Axis, ...]
    kind: str
    merged: bool
    model: str
    n_layers: int
    n_heads: int
    layout: TokenLayout
    preprocessing: dict[str, Any]
    provenance: dict[str, Any]

    @abstractmethod
    def settled(self, chosen: Chosen) -> Chosen:
        """The same scene as first named: where a parameter means nothing, its first value."""

    @abstractmethod
    def attention(self, chosen: Chosen) -> SceneAttention:
        """The scene of these values, and what its two patches attend to."""

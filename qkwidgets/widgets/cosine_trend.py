"""The cosine trend: what training does to the modes of one or several models, step by step."""

import os
from typing import Any

import traitlets as t

from qkwidgets.answers.training import Training
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.base import STATIC, QKWidget
from qkwidgets.widgets.cosine_trend_wire import trends_meta, trends_wire


class CosineTrend(QKWidget):
    """Step through the snapshots of one or several trainings: cosines over layers beside the score, heads, spectrum.

    All trainings step together, and their cosines share one axis; the heads and the spectrum are those of the chosen one.

    Parameters
    ----------
    trainings
        What `tools/train_builtin.py` wrote, such as `qkwidgets.examples("training-o3")`, a column each. Layers, heads and modes are
        equally many in all of them.
    traits
        Any of the traits below, to start with; the last snapshot if none is named.

    Raises
    ------
    InputError
        If there is nothing to show, something else than a training, trainings of different shapes, or a trait does not exist.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> view = CosineTrend(qk.examples("training-o3"), layer=2)
    >>> view.snapshot = 0
    >>> view.selection = "L4 H2 M1"
    """

    _esm = STATIC / "cosine_trend.js"
    STATE = ("layer", "head", "mode", "training", "snapshot")

    trainings = t.Any()
    """The `Training`s that the view shows, in a tuple."""

    training = t.Int(0).tag(sync=True)
    """Whose heads and spectrum are shown."""
    snapshot = t.Int(0).tag(sync=True)
    """Of all trainings; one with fewer snapshots stays at its last."""

    meta = t.Dict(read_only=True).tag(sync=True)
    trends = t.Bytes(read_only=True).tag(sync=True)

    def __init__(self, *trainings: Any, **traits: Any) -> None:
        self.trainings = _checked(trainings)
        super().__init__(**{"snapshot": self.counts["snapshot"] - 1, **traits})
        self.set_trait("meta", trends_meta(self.trainings))
        self.set_trait("trends", trends_wire(self.trainings))

    def save(self, path: str | os.PathLike) -> None:
        """Write the training that is shown to a `.qk` file; see `Training.save`.

        Raises
        ------
        InputError
            If the view shows several, or it cannot be written.
        """
        if len(self.trainings) > 1:
            raise InputError(
                f"A file holds one training: this view shows {len(self.trainings)}. One of them would be kept, and the others lost. Save each, "
                "such as view.trainings[1].save(path), or all in a page, with to_html."
            )
        self.trainings[0].save(path)

    @property
    def owner(self) -> str:
        return repr(", ".join(each.model for each in self.trainings))

    @property
    def counts(self) -> dict[str, int]:
        """How many layers, heads, modes, trainings and snapshots there are to choose from."""
        numbers = dict(zip(("layer", "head", "mode"), self.trainings[0].cosine.shape[1:], strict=True))
        return {**numbers, "training": len(self.trainings), "snapshot": max(map(len, self.trainings))}

    @t.validate("training", "snapshot")
    def _valid_place(self, proposal: Any) -> int:
        return self._check(proposal["trait"].name, proposal["value"])


def _checked(trainings: tuple[Any, ...]) -> tuple[Training, ...]:
    for each in trainings:
        if not isinstance(each, Training):
            raise InputError(
                f"A cosine trend steps through trainings: got {type(each).__name__}. It is probably a list that was meant as "
                "*others, or an answer about one model as it is. Take qkwidgets.examples, or what tools/train_builtin.py wrote; the trend of one "
                "model is alignment(model).widget()."
            )
    shapes = list(dict.fromkeys((*each.cosine.shape[1:], each.mode_band) for each in trainings))
    if len(shapes) != 1:
        sizes = "{} layers x {} heads x {} modes (chance of a cosine ±{:.3f})"
        found = " and ".join(sizes.format(*shape) for shape in shapes) or "none"
        raise InputError(
            f"A cosine trend compares trainings of one architecture: got {found}. A list was probably empty, or a model is of another "
            "size. Give one training or several of equal shape."
        )
    return trainings

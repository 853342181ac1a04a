"""How alike are tokens of different images, layer by layer, and what is left of a model's cosines beyond that?"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Float64, Int64

from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.listed import listed
from qkwidgets.core.errors import InputError

N_PARTS = 20
"""Parts of the set that are left out one by one."""

MIDDLE = "(grid_h // 2, grid_w // 2), which is the lower right one of the four in the middle of a grid with even sides"

SITES = {
    "attn_input": Choice(
        "Whose cosine is the baseline?",
        f"that of attn_input in the patch {MIDDLE}, for all pairs of different images",
        'site="residual": the stream before the norm; another of the four',
        "ours",
    ),
    "residual": Choice(
        "Whose cosine is the baseline?",
        f"that of the residual stream in the patch {MIDDLE}, for all pairs of different images",
        'site="attn_input": what queries and keys are made of; another of the four',
        "ours",
    ),
}
"""By the option `site`."""

CHOICES = (
    Choice(
        "How sure is the baseline?",
        "95 % interval from leaving out each of 20 parts of the images in turn (jackknife)",
        "none, as in the paper",
        "ours",
    ),
    Choice("What is a cosine relative to it?", "the weighted mean cosine less the baseline of its layer", "a ratio", "paper"),
)
"""What was settled where the paper leaves it open, whatever the options."""


def choices_of(options: dict[str, Any]) -> tuple[Choice, ...]:
    """What was settled with these options of `sweeps.anisotropy.CentreTokens`.

    Examples
    --------
    >>> choices_of({"site": "residual"})[0].alternative
    'site="attn_input": what queries and keys are made of; another of the four'
    """
    return (SITES[options["site"]], *CHOICES)


@dataclass(frozen=True, eq=False, repr=False)
class RelativeAlignment(Table):
    """Weighted mean cosines less the anisotropy baseline of their layer.

    `layer` and `head` are the differences, `cosine` the layers' cosines before, `baseline_band` and `layer_band` half-widths of 95 %
    intervals of the baseline and of chance for the cosine.
    """

    layer: Float64[np.ndarray, " layer"]
    head: Float64[np.ndarray, "layer head"]
    cosine: Float64[np.ndarray, " layer"]
    baseline: Float64[np.ndarray, " layer"]
    baseline_band: Float64[np.ndarray, " layer"]
    layer_band: Float64[np.ndarray, " layer"]
    n_images: int
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return f"Alignment of {self.model} relative to its anisotropy baseline, layers 0 to {len(self.layer) - 1}: {listed(self.layer)}"

    def rows(self) -> list[dict[str, Any]]:
        """A row a head: its cosine before and after, and its layer's."""
        return [
            {
                "model": self.model,
                "layer": layer,
                "head": head,
                "relative_cosine": float(self.head[layer, head]),
                "cosine": float(self.head[layer, head] + self.baseline[layer]),
                "baseline": float(self.baseline[layer]),
                "layer_relative_cosine": float(self.layer[layer]),
                "layer_cosine": float(self.cosine[layer]),
            }
            for layer, head in np.ndindex(self.head.shape)
        ]


@dataclass(frozen=True, eq=False, repr=False)
class AnisotropyBaseline(Table):
    """Mean cosine of the middle patch's tokens over all pairs of different images, by layer.

    `band` is the half-width of a 95 % interval, NaN where there are too few images to say.
    """

    baseline: Float64[np.ndarray, " layer"]
    band: Float64[np.ndarray, " layer"]
    site: str
    n_images: int
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        return (
            f"Anisotropy baseline of {self.model} over {self.n_images} images at {self.site}, layers 0 to {len(self.baseline) - 1}: "
            f"{listed(self.baseline)}"
        )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where the paper leaves it open."""
        return choices_of({"site": self.site})

    def relative(self, alignment: Any) -> RelativeAlignment:
        """A model's weighted mean cosines less this baseline.

        Raises
        ------
        InputError
            If it is no alignment, has no baseline to be taken off any more, or is that of another model.
        """
        if isinstance(alignment, RelativeAlignment):
            raise InputError(
                "A baseline is taken off once: got an alignment that is relative to one already. An answer of relative() was probably handed on. "
                "Hand on alignment(model) itself."
            )
        if not isinstance(alignment, Alignment):
            raise InputError(
                f"A baseline is taken off an alignment: got {type(alignment).__name__}. A model or its name was probably handed on. Hand on "
                "alignment(model)."
            )
        if alignment.provenance["fingerprint"] != self.provenance["fingerprint"]:
            raise InputError(
                f"A baseline and an alignment must be of one model: the baseline is of {self.model!r}, the alignment of {alignment.model!r}"
                f"{' with other weights' if alignment.model == self.model else ''}. Two variables were probably mixed up. Hand on "
                "alignment(model) of the model that the baseline was made with."
            )
        return RelativeAlignment(
            layer=alignment.layer - self.baseline,
            head=alignment.head - self.baseline[:, None],
            cosine=alignment.layer,
            baseline=self.baseline,
            baseline_band=self.band,
            layer_band=alignment.layer_band,
            n_images=self.n_images,
            provenance={**alignment.provenance, "baseline": self.provenance},
        )

    def rows(self) -> list[dict[str, Any]]:
        """A row a layer."""
        return [
            {"model": self.model, "layer": layer, "baseline": float(value), "band": float(self.band[layer])}
            for layer, value in enumerate(self.baseline)
        ]

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The answer that a sweep's state holds.

        Raises
        ------
        InputError
            If there are fewer than two images.
        """
        total, count = arrays["total"], arrays["count"]
        if record["finished"] and count[0].sum() < 2:
            raise InputError(
                f"Different images are compared: got {int(count[0].sum())}. A single picture was probably passed instead of a set. Pass at "
                "least two; the paper took ImageNet's."
            )
        each = [left_out(*layer) for layer in zip(total, count, strict=True)]
        return cls(
            baseline=np.array([pair_cosine(t.sum(axis=0), int(c.sum())) for t, c in zip(total, count, strict=True)]),
            band=np.array(each),
            site=record["options"]["site"],
            n_images=record["n_images"],
            n_skipped=len(record["skipped"]),
            finished=record["finished"],
            provenance={**record["provenance"], **record["options"], "choices": record["choices"]},
        )


def pair_cosine(total: Float64[np.ndarray, " d_model"], count: int) -> float:
    """Mean cosine of all pairs of `count` unit vectors whose sum is `total`; NaN below two.

    Examples
    --------
    >>> pair_cosine(np.array([2.0, 2.0]), 4) # two and two at a right angle: 2 pairs of 6 are alike
    0.3333333333333333
    """
    return (float(total @ total) - count) / (count * (count - 1)) if count > 1 else float("nan")


def left_out(total: Float64[np.ndarray, "part d_model"], count: Int64[np.ndarray, " part"]) -> float:
    """Half-width of a 95 % interval of the mean cosine by the jackknife over parts; NaN where one of them holds nearly all.

    Examples
    --------
    >>> left_out(np.ones((3, 1)) * 5.0, np.array([5, 5, 5]))
    0.0
    """
    there = count > 0
    whole, number = total.sum(axis=0), int(count.sum())
    each = np.array([pair_cosine(whole - t, number - int(c)) for t, c in zip(total[there], count[there], strict=True)])
    n_parts = len(each)
    if n_parts < 2:
        return float("nan")
    return 1.96 * float(np.sqrt((n_parts - 1) / n_parts * np.square(each - each.mean()).sum()))

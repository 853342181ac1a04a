"""How often do both sides of a mode point at one object, layer by layer, and how often would they by chance?"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, Int16, Int64

from qkwidgets.answers.base import Table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.listed import listed
from qkwidgets.answers.optimal_parts import unpacked
from qkwidgets.answers.relation import few_images

DRAWS, LEVEL = 1000, 0.95
FEWEST = 2
"""Images that an interval needs."""
CHANCES = ("by_count", "by_area", "by_others")

GROUND = {
    False: Choice(
        "What counts as an object?",
        "every labelled object of at least half a patch; the ground is none, and images with fewer than two objects are left out",
        "ground=True: the ground is one more, as walls and sky are in sets that label everything",
        "ours",
    ),
    True: Choice(
        "What counts as an object?",
        "every labelled object of at least half a patch, and the ground is one more; images with fewer than two are left out",
        "ground=False: the ground is no object",
        "ours",
    ),
}
"""By the option `ground`."""

CHOICES = (
    Choice(
        "Which object does a side of a mode point at?",
        "the one of largest mean projection, patches weighted by the object's area share in them; under the sign that made the image's score",
        "the object that holds the patch of largest projection",
        "ours",
    ),
    Choice(
        "How are modes and heads averaged?",
        "modes of a head by singular values, heads of a layer equally",
        "modes equally",
        "paper",
    ),
    Choice(
        "What is the chance of the same object?",
        "the key map's object beside the query maps' objects of the other modes of the head in the same image, each mode as likely; also one over "
        "the number of objects, and objects drawn by their areas",
        "one kind of chance alone",
        "ours",
    ),
    Choice(
        "How sure is a layer's value?",
        "95 % bootstrap interval over the images in its lists (1000 draws), each with all the modes whose lists hold it",
        "an interval over modes, which share images and are not independent",
        "ours",
    ),
)
"""What was settled where the paper leaves it open, whatever the options."""


def choices_of(options: dict[str, Any]) -> tuple[Choice, ...]:
    """What was settled with these options of `sweeps.same_object.SameObject`.

    Examples
    --------
    >>> choices_of({"ground": True})[1].alternative
    'ground=False: the ground is no object'
    """
    first, *others = CHOICES
    return (first, GROUND[bool(options.get("ground"))], *others)


@dataclass(frozen=True, eq=False, repr=False)
class SameObject(Table):
    """Probability that the query and the key map of a mode point at the same object, in the images of its largest scores.

    Attributes
    ----------
    layer, head, mode
        The probability: of a mode over its images, of a head weighted by singular values, of a layer over its heads. NaN where
        there is no image.
    layer_interval, excess_interval
        Ends of 95 % bootstrap intervals of a layer's value, and of its excess over the chance `by_others`; NaN with one image in its lists.
    by_count, by_area, by_others
        What chance gives, averaged alike: objects equally likely; by area; other modes' query maps in the same image.
    image, score, sign, query_object, key_object
        The lists: index in the set (-1 none), score, 0 for the sign + and 1 for -, number of the object (0 is the ground).
    n_told, n_images, n_skipped
        Images with enough objects, images seen, images that could not be read.
    """

    layer: Float64[np.ndarray, " layer"]
    layer_interval: Float64[np.ndarray, "layer 2"]
    excess_interval: Float64[np.ndarray, "layer 2"]
    by_count: Float64[np.ndarray, " layer"]
    by_area: Float64[np.ndarray, " layer"]
    by_others: Float64[np.ndarray, " layer"]
    head: Float64[np.ndarray, "layer head"]
    head_by_others: Float64[np.ndarray, "layer head"]
    mode: Float64[np.ndarray, "layer head mode"]
    image: Int64[np.ndarray, "layer head mode rank"]
    score: Float32[np.ndarray, "layer head mode rank"]
    sign: Int8[np.ndarray, "layer head mode rank"]
    query_object: Int16[np.ndarray, "layer head mode rank"]
    key_object: Int16[np.ndarray, "layer head mode rank"]
    singular_values: Float64[np.ndarray, "layer head mode"]
    cosine: Float64[np.ndarray, "layer head mode"]
    null: Bool[np.ndarray, "layer head mode"]
    names: dict[str, str]
    n_told: int
    n_images: int
    n_skipped: int
    finished: bool
    provenance: dict[str, Any]

    def __str__(self) -> str:
        unread = f", {self.n_skipped} more could not be read" if self.n_skipped else ""
        return (
            f"Same object in {self.model}, layers 0 to {len(self.layer) - 1}: {listed(self.layer)}; by chance, with other modes' maps: "
            f"{listed(self.by_others)} "
            f"({self.n_told} of {self.n_images} images have two objects or more{unread}){few_images(self.n_told)}"
        )

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What was settled where the paper leaves it open."""
        return choices_of(self.provenance)

    def rows(self) -> list[dict[str, Any]]:
        """A row a head: its value and chance, and its layer's with their interval."""
        return [
            {
                "model": self.model,
                "layer": layer,
                "head": head,
                "same_object": float(self.head[layer, head]),
                "chance_by_others": float(self.head_by_others[layer, head]),
                "layer_same_object": float(self.layer[layer]),
                "layer_low": float(self.layer_interval[layer, 0]),
                "layer_high": float(self.layer_interval[layer, 1]),
                **{f"layer_chance_{name}": float(getattr(self, name)[layer]) for name in CHANCES},
            }
            for layer, head in np.ndindex(self.head.shape)
        ]

    @classmethod
    def from_state(cls, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> Self:
        """The answer that a sweep's state holds."""
        image, score = unpacked(arrays["keys"])
        lists = {name: arrays[name] for name in ("sign", "query_object", "key_object")}
        said = {name: arrays[name] for name in ("singular_values", "cosine", "null")}
        hits = {"same": arrays["query_object"] == arrays["key_object"]} | {name: arrays[name] for name in CHANCES}
        provenance = {**record["provenance"], **record["options"], **{name: record[name] for name in ("site", "choices")}}
        return cls(
            image=image,
            score=score,
            **lists,
            **said,
            **averages(image, hits, said["singular_values"], said["null"]),
            names={str(number): name for number, name in record["names"].items()},
            n_told=int(arrays["n_told"][0]),
            n_images=record["n_images"],
            n_skipped=len(record["skipped"]),
            finished=record["finished"],
            provenance=provenance,
        )


def averages(
    image: Int64[np.ndarray, "layer head mode rank"],
    hits: dict[str, np.ndarray],
    singular_values: Float64[np.ndarray, "layer head mode"],
    null: Bool[np.ndarray, "layer head mode"],
) -> dict[str, np.ndarray]:
    """Means of the lists' places over images, modes and heads, and bootstrap intervals of the layers' means.

    `hits` holds "same" and the three chances of each place `[layer head mode rank]`.
    """
    there = image >= 0
    n_there = there.sum(axis=-1)
    values = np.where(null | (n_there == 0), 0.0, singular_values)
    total = values.sum(axis=-1, keepdims=True)
    p = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    weight = there * np.divide(p, n_there, out=np.zeros_like(p), where=n_there > 0)[..., None]
    hits = {name: np.where(there, hit, 0).astype(np.float64) for name, hit in hits.items()}
    with np.errstate(invalid="ignore"):
        head = {name: (weight * hit).sum(axis=(-2, -1)) / weight.sum(axis=(-2, -1)) for name, hit in hits.items()}
        mode = hits["same"].sum(axis=-1) / n_there
    ends = [_intervals(*each) for each in zip(image, weight, hits["same"], hits["by_others"], strict=True)]
    return {
        "layer": _mean(head["same"]),
        "head": head["same"],
        "mode": mode,
        "head_by_others": head["by_others"],
        **{name: _mean(head[name]) for name in CHANCES},
        "layer_interval": np.stack([each[0] for each in ends]),
        "excess_interval": np.stack([each[1] for each in ends]),
    }


def _intervals(image: np.ndarray, weight: np.ndarray, same: np.ndarray, chance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of one layer: each draw takes as many of its images as it has, with putting back, each with all the places that hold it."""
    known, where = np.unique(image, return_inverse=True)
    n_heads = len(image)
    place = where.reshape(n_heads, -1) + np.arange(n_heads)[:, None] * len(known)

    def by_image(values: np.ndarray) -> np.ndarray:
        return np.bincount(place.ravel(), values.ravel(), n_heads * len(known)).reshape(n_heads, len(known))

    real = known >= 0
    if real.sum() < FEWEST:  # one image drawn from one image is always the same
        return np.full(2, np.nan), np.full(2, np.nan)
    sums = np.stack([by_image(part)[:, real] for part in (weight, weight * same, weight * (same - chance))])
    count = int(real.sum())
    times = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), DRAWS).astype(np.float64)
    drawn = times @ sums.swapaxes(1, 2)  # [kind draw head]
    with np.errstate(invalid="ignore"):
        means = [_mean(drawn[kind] / drawn[0]) for kind in (1, 2)]
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    return tuple(np.nanquantile(mean, tails) for mean in means)


def _mean(heads: np.ndarray) -> np.ndarray:
    """Over the last axis, of the heads that have a value."""
    known = np.isfinite(heads)
    with np.errstate(invalid="ignore"):
        return np.where(known, heads, 0).sum(axis=-1) / known.sum(axis=-1)

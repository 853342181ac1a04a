"""What is a mode's type called, and what was settled to find it? The words of `SemanticMap`."""

from typing import Any, NamedTuple

from qkwidgets.answers.choices import Choice


class ModeType(NamedTuple):
    """A relation between key and query patches that a mode may carry attention along.

    A mode's type is the relation of largest excess among those that pass the test; others may pass as well (`SemanticMap.p`).
    """

    key: str
    label: str
    about: str


TYPES = (
    ModeType("same_part", "same part", "query and key lie in the same part of one object"),
    ModeType("parts", "parts of one object", "query and key lie in different parts of one object"),
    ModeType("objects", "two objects", "query and key lie in different objects"),
    ModeType("figure_reads_ground", "figure reads ground", "the query lies in an object, the key in the ground"),
    ModeType("ground_reads_figure", "ground reads figure", "the query lies in the ground, the key in an object"),
    ModeType("ground", "within ground", "query and key both lie in the ground"),
)
"""In the order of the axes `type` and `relation`, as in `qkwidgets.core.semantic.RELATIONS`."""

CHANCES = {
    "other images": Choice(
        "What is chance for the type of a mode?",
        'segments of other images of the set (null="other images", from 20 images on): places where objects tend to be are no discovery then',
        'null="shifts": the image\'s own segments, mirrored and moved as over a torus, the only way for few images',
        "ours",
    ),
    "shifts": Choice(
        "What is chance for the type of a mode?",
        'the image\'s own segments, mirrored and moved as over a torus (null="shifts"): the only way for few images',
        'null="other images": segments of other images of the set, from 20 images on: places where objects tend to be are no discovery then',
        "ours",
    ),
}
"""By the option `null`."""

CHOICES = (
    Choice(
        "What does a mode carry between two segments?",
        "its visible contribution, key-centred over the patches, averaged over all pairs of their patches by area shares; a patch with itself is "
        "a pair as any other",
        "without a patch's pair with itself",
        "ours",
    ),
    Choice(
        "How are images put together?",
        "each counts once, its maps divided by their root mean square over the patches; an image with less than one pair of patches in a "
        "relation says nothing of it",
        "contributions in score units, which are kept beside",
        "ours",
    ),
    Choice(
        "When has a mode a type?",
        "when its excess over chance, in standard deviations of the draws, is above the largest of all modes and relations in 95 % of the draws",
        "each mode by itself, which would find 5 % of all modes where there is nothing",
        "ours",
    ),
    Choice(
        "Which type, if several relations pass?",
        "the one of largest mean contribution beyond chance for each pair of patches; the others that pass are in the p-values",
        "the one that is surest, which favours relations of many pairs",
        "ours",
    ),
    Choice(
        "Is a mode more than any direction?",
        "its largest excess is compared with the 95 % quantile of random pairs of directions of its layer's heads; a mode must have a type, "
        "too, so at most 5 % would be above by chance, and fewer where few random pairs have a type",
        "no comparison: tokens of one object are alike, so most directions tell objects from ground",
        "ours",
    ),
)
"""What was settled, whatever the options: the papers leave all of it open."""


def choices_of(options: dict[str, Any]) -> tuple[Choice, ...]:
    """What was settled with these options of `sweeps.semantic.Relations`.

    Examples
    --------
    >>> choices_of({"null": "shifts"})[2].choice[:36]
    "the image's own segments, mirrored a"
    """
    return (*CHOICES[:2], CHANCES[options["null"]], *CHOICES[2:])


def mode_types(has_parts: bool, segments_from: str) -> tuple[ModeType, ...]:
    """The types in the words that fit what is known: without parts an object is one, and superpixels are no objects.

    Examples
    --------
    >>> mode_types(False, "masks")[0].label
    'same object'
    """
    thing = "object" if segments_from == "masks" else "segment"
    types = list(TYPES)
    if not has_parts:
        types[0] = ModeType("same_part", f"same {thing}", f"query and key lie in the same {thing}")
    if thing == "segment":
        types[2] = ModeType("objects", "two segments", "query and key lie in different segments")
    return tuple(types)

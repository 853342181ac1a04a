"""Which scenes have one item that is not like the others, and which pixels are it?

Scenes are made, not stored: several alike items on a textured ground, one of which differs in one feature. They
need no licence, their masks are exact, and there is no end of them. They train the built-in models and feed the question
of attention preference when the photographs of the O3 data set are not at hand.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from qkwidgets.core.errors import InputError, check_keywords
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.data.scene_recipe import SceneRecipe
from qkwidgets.data.scenes import Scenes

__all__ = ["FEATURES", "Scenes", "odd_one_out", "p3_arrays"]


def odd_one_out(
    n: int = 8,
    *,
    seed: int = 0,
    size: int = 64,
    feature: str | Sequence[str] | None = None,
    n_items: int | tuple[int, int] = (4, 9),
    arrangement: str | Sequence[str] | None = None,
    difference: float | tuple[float, float] | None = None,
    shape: str | None = None,
    pattern: str | None = None,
    ground: Any = "waves",
    ground_contrast: float = 1,
    start: int = 0,
    **misspelt: Any,
) -> Scenes:
    """Generate odd-one-out scenes: alike items on a textured ground, one of which differs in one feature.

    Everything else is shared by the items of a scene up to a small jitter, and varies from scene to scene. Items have
    equal area unless size is the odd feature; hues have equal lightness; patterns have the same mean colour.

    Parameters
    ----------
    n
        How many scenes.
    seed, start
        Scene i of a seed is the same whatever `n` and `start` are: numbers `start … start + n - 1` come back. At
        another `size` it is the same scene, drawn finer; on another ground or with another difference, items lie where they lay.
    size
        Side of the square images, in pixels.
    feature
        The odd one of `FEATURES`, or a list of names to draw from. By default each scene draws one of colour, orientation, shape,
        size and pattern. In "configuration" all items are made of the same two bars, and in the odd one they are put together
        otherwise.
    n_items
        How many items, or the fewest and the most. With many items each is small.
    arrangement
        "grid" (jittered, with gaps), "ring", "scatter", a list of these to draw from, or "array", which fills the image with equal
        rows and takes up to 144 items.
    difference
        How far the odd item is from the others, from 0, just above the jitter, to 1: 12 to 180 degrees of hue; 12 degrees of
        orientation to half the period of the shape, at most 90; radii in a ratio of 1.06 to 2, equally often larger and
        smaller, evenly in its logarithm. A pair is a range to draw from. By default the difference is plain to see: 70 to 180 degrees,
        three quarters of the largest turn or more, 1.4 to 1.7. Shapes, patterns and configurations differ in kind.
    shape, pattern
        Those of the alike items: ellipse, square, triangle, cross, half disc or bar; plain, stripes, checks or rings. By default each
        scene draws its own.
    ground
        "waves"; "flat"; "photographs" (those of scikit-image), or pictures in any form, of which pieces are cut out and made darker
        or hazy, so that items stand out.
    ground_contrast
        Factor of the ground's texture: 0 is flat, 1 as it is.
    misspelt
        None: whatever else is passed is refused, with the nearest name that exists.

    Raises
    ------
    InputError
        If a name is none, a number is out of range, `difference` is asked of a feature that differs in kind, or the scenes would not fit into
        memory (`qkwidgets.data.scene_recipe.SceneRecipe` draws them one by one).

    Notes
    -----
    Centres keep to the middle quarter of a patch of an 8 x 8 grid and off its rim, so that one patch holds most of the target
    and no item is cut; distractors obey the same rule, so that it gives nothing away. Arrays do not. About 1,500 scenes of
    64 x 64 pixels a second on one core; a ground of photographs takes twice as long.

    Examples
    --------
    >>> scenes = odd_one_out(6, feature="colour", seed=2)
    >>> scenes
    6 odd-one-out scenes of 64 x 64 pixels; odd in colour 6, orientation 0, shape 0, size 0, pattern 0
    >>> scenes.images.shape, scenes[:2].target.shape
    ((6, 64, 64, 3), (2, 64, 64))
    >>> bool((scenes.target | scenes.distractors | scenes.ground).all())
    True
    """
    check_keywords("odd_one_out", misspelt, [field.name for field in fields(SceneRecipe)])
    return SceneRecipe(
        n=n,
        seed=seed,
        size=size,
        feature=feature,
        n_items=n_items,
        arrangement=arrangement,
        difference=difference,
        shape=shape,
        pattern=pattern,
        ground=ground,
        ground_contrast=ground_contrast,
        start=start,
    ).scenes()


def p3_arrays(
    n: int = 8,
    *,
    seed: int = 0,
    size: int = 224,
    feature: str | Sequence[str] = ("colour", "orientation", "size"),
    difference: float | tuple[float, float] | None = None,
    n_items: int = 49,
    start: int = 0,
    **misspelt: Any,
) -> Scenes:
    """Arrays like those of the P3 data set: 7 x 7 plain items on a plain ground, one odd in colour, orientation or size.

    They are like them in layout, not the data set's own pictures: shapes, colours and jitter are those of `odd_one_out`, whose
    options these are.

    References
    ----------
    Kotseruba, Wloka, Rasouli, Tsotsos. "Do Saliency Models Detect Odd-One-Out Targets? New Datasets and Evaluations". BMVC 2019.

    Examples
    --------
    >>> scenes = p3_arrays(2, feature="orientation", difference=0.5)
    >>> scenes.images.shape, int(scenes.items.max())
    ((2, 224, 224, 3), 49)
    """
    check_keywords("p3_arrays", misspelt, ("n", "seed", "size", "feature", "difference", "n_items", "start"))
    named = (feature,) if isinstance(feature, str) else feature
    if "shape" in named:
        raise InputError(
            'Items of these arrays differ in colour, orientation, size, pattern or configuration: got "shape". P3 has no arrays that are odd in '
            'shape. Use odd_one_out(n, feature="shape", arrangement="array", n_items=49).'
        )
    return odd_one_out(
        n,
        seed=seed,
        size=size,
        feature=feature,
        n_items=n_items,
        arrangement="array",
        difference=difference,
        pattern=None if "pattern" in named or "configuration" in named else "plain",
        ground="flat",
        start=start,
    )

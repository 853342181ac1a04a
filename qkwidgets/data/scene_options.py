"""What can be asked of the scene generator? Every option checked, and in the form that the plan takes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import read_images
from qkwidgets.data.scene_grounds import Photographs
from qkwidgets.data.scene_places import ARRANGEMENTS, array_shape
from qkwidgets.data.scene_plan import DEFAULT, FEATURES, UNITS

FEWEST, MOST, MOST_IN_ARRAY = 3, 12, 144
SMALLEST_SIZE = 32

BYTES_A_PIXEL = 5
"""Three of colour, and the numbers of item and part."""

MOST_BYTES = 8 * 10**9
"""Of scenes drawn at once."""


def check_whole(name: str, value: object, least: int, advice: str) -> None:
    """Refuse what is no whole number, or too small a one.

    Examples
    --------
    >>> check_whole("n", 0, 1, "Try n=8.")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: n must be a whole number of at least 1: got 0. Try n=8.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}: got {value!r}. {advice}")


def check_bytes(n: int, size: int) -> None:
    """Refuse scenes that would hardly fit into memory all at once.

    Examples
    --------
    >>> check_bytes(100_000, 64)
    """
    needed = n * size**2 * BYTES_A_PIXEL
    if needed > MOST_BYTES:
        raise InputError(
            f"Scenes drawn at once must take at most {MOST_BYTES / 1e9:.0f} GB: {n:,} of {size:,} x {size:,} pixels take {needed / 1e9:,.0f} GB "
            f"({needed:,} bytes). A figure too many was probably typed. Pass a smaller n or size, or draw scenes one by one with "
            "qkwidgets.data.scene_recipe.SceneRecipe."
        )


def features_of(feature: str | Sequence[str] | None) -> int | tuple[int, ...] | None:
    """Places in `FEATURES`; None draws from the first five.

    Examples
    --------
    >>> features_of("size"), features_of(["size", "colour"])
    (3, (3, 0))
    """
    if feature is None or isinstance(feature, str):
        return None if feature is None else _feature_index(feature)
    if not isinstance(feature, Sequence) or not feature:
        raise InputError(
            f"feature must be a name or a list of names: got {feature!r}. Names left out are not drawn. Leave feature out to draw one of "
            f"{', '.join(FEATURES[:DEFAULT])}."
        )
    return tuple(_feature_index(name) for name in feature)


def _feature_index(name: str) -> int:
    if name not in FEATURES:
        raise InputError(
            f"feature must be one of {', '.join(FEATURES)}: got {name!r}. A scene has one odd feature, and names are "
            f"spelled in British English. Leave feature out to draw one for each scene."
        )
    return FEATURES.index(name)


def arrangements_of(arrangement: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Names of arrangements to draw from; None leaves it to the scene.

    Examples
    --------
    >>> arrangements_of("ring"), arrangements_of(["grid", "ring"])
    (('ring',), ('grid', 'ring'))
    """
    if arrangement is None:
        return None
    names = (arrangement,) if isinstance(arrangement, str) else tuple(arrangement)
    wrong = [name for name in names if name not in ARRANGEMENTS]
    if wrong or not names:
        raise InputError(
            f"arrangement must be one of {', '.join(ARRANGEMENTS)}, or a list of these: got {arrangement!r}. It is probably misspelt. Leave "
            "it out to draw one for each scene."
        )
    return names


def items_of(n_items: int | Sequence[int], arrangements: tuple[str, ...] | None) -> tuple[int, int]:
    """The fewest and the most items.

    Examples
    --------
    >>> items_of(5, None), items_of((4, 9), ("grid",))
    ((5, 5), (4, 9))
    """
    one = isinstance(n_items, int | np.integer)
    pair = (n_items, n_items) if one else tuple(n_items) if isinstance(n_items, Sequence) else ()
    array = arrangements == ("array",)
    most = MOST_IN_ARRAY if array else MOST
    whole = len(pair) == 2 and all(isinstance(x, int | np.integer) for x in pair)
    if not whole or not FEWEST <= pair[0] <= pair[1] <= most:
        raise InputError(
            f"n_items must be a number, or a fewest and a most, from {FEWEST} to {most}: got {n_items!r}. "
            f"{_of_items(pair if whole else None, most, array)}"
        )
    if "array" in (arrangements or ()):
        _check_array(int(pair[0]), int(pair[1]))
    return int(pair[0]), int(pair[1])


def _of_items(pair: tuple[int, int] | None, most: int, array: bool) -> str:
    """The likely cause of numbers of items that cannot be, and what to do."""
    if pair and FEWEST <= pair[1] < pair[0] <= most:
        return f"They are probably in the wrong order. Try n_items=({pair[1]}, {pair[0]})."
    if pair and not array and MOST < pair[1] <= MOST_IN_ARRAY:
        return f'So many fit only into the rows of an array. Try arrangement="array", which takes up to {MOST_IN_ARRAY}.'
    usual = "49" if array else "(4, 9)"
    return f"With fewer items none is the odd one, and more do not fit side by side. Try n_items={usual}."


def _check_array(fewest: int, most: int) -> None:
    bad = [n for n in range(fewest, most + 1) if array_shape(n) is None]
    if bad:
        full = min((n for n in range(FEWEST, MOST_IN_ARRAY + 1) if array_shape(n)), key=lambda n: abs(n - bad[0]))
        rows, columns = array_shape(full)
        raise InputError(
            f"The items of an array must fill rows of equal length, fewer than twice as many as there are rows: got n_items with {bad[0]}. "
            f"Another arrangement was probably meant. Try n_items={full}, {rows} rows of {columns}."
        )


def differences_of(difference: Any, features: int | tuple[int, ...] | None) -> tuple[float, float] | None:
    """Least and most difference, from 0 to 1; None draws one that is plain to see.

    Examples
    --------
    >>> differences_of(0.5, features_of("colour"))
    (0.5, 0.5)
    """
    if difference is None:
        return None
    drawn = (features,) if isinstance(features, int) else features or tuple(range(DEFAULT))
    kinds = [FEATURES[i] for i in drawn if FEATURES[i] not in UNITS]
    if kinds:
        raise InputError(
            f"difference= is for features that differ by degrees ({', '.join(UNITS)}): {' and '.join(kinds)} may be drawn, in which items are "
            "alike or not. Name the feature, or leave difference out."
        )
    pair = tuple(difference) if isinstance(difference, Sequence) and not isinstance(difference, str) else (difference, difference)
    numbers = len(pair) == 2 and all(isinstance(x, int | float | np.number) and not isinstance(x, bool) for x in pair)
    if not numbers or not 0 <= pair[0] <= pair[1] <= 1:
        raise InputError(
            f"difference must be a number from 0 (just above the jitter) to 1 (the largest), or a least and a most: got {difference!r}. "
            f"{_of_difference(pair if numbers else None)} Try difference=0.5."
        )
    return float(pair[0]), float(pair[1])


def _of_difference(pair: tuple[float, float] | None) -> str:
    """The likely cause of a difference that cannot be."""
    if pair is None:
        return "It is probably a name, or a list of values."
    if any(np.isnan(pair)):
        return "A calculation before it has probably failed."
    if min(pair) < 0:
        return "It has no sign: the odd item turns either way, and is larger as often as smaller."
    return "It is probably meant in degrees." if max(pair) > 1 else "They are probably in the wrong order."


def ground_of(ground: Any) -> str | Photographs:
    """The kind of ground, or photographs to cut it from.

    Examples
    --------
    >>> ground_of("flat"), len(ground_of(np.zeros((2, 40, 50, 3), np.uint8)).pictures)
    ('flat', 2)
    """
    if isinstance(ground, Photographs) or (isinstance(ground, str) and ground in ("waves", "flat")):
        return ground
    if isinstance(ground, str) and ground == "photographs":
        from qkwidgets.data.photographs import photographs

        return Photographs(tuple(photographs()))
    if isinstance(ground, str) and "." not in ground and "/" not in ground:
        raise InputError(
            f'ground must be "waves", "flat", "photographs", or pictures to cut it from: got {ground!r}. It is probably misspelt. Use one of '
            "these words, or pass image files, arrays or a folder."
        )
    return Photographs(tuple(read_images(ground)))


def kind_of(option: str, name: Any, names: tuple[str, ...], features: int | tuple[int, ...] | None) -> int | None:
    """The place of a shape or a pattern that all alike items shall have; None draws one.

    Examples
    --------
    >>> kind_of("pattern", "stripes", ("plain", "stripes"), features_of("size"))
    1
    """
    if name is None:
        return None
    if name not in names:
        raise InputError(
            f"{option} must be one of {', '.join(names)}: got {name!r}. It is probably misspelt. Leave it out to draw one for each scene."
        )
    if FEATURES.index("configuration") in ((features,) if isinstance(features, int) else features or ()):
        raise InputError(
            f"{option}= is for items of one part: got {option}={name!r}, and configuration may be the odd feature, where items are two bars in "
            f"two tones. Leave {option} out, or name other features."
        )
    return names.index(name)


def contrast_of(contrast: Any) -> float:
    """The factor of the ground's texture.

    Examples
    --------
    >>> contrast_of(2)
    2.0
    """
    if isinstance(contrast, bool) or not isinstance(contrast, int | float | np.number) or not 0 <= contrast <= 4:
        raise InputError(
            f"ground_contrast must be a number from 0 (flat) to 4, 1 for the texture as it is: got {contrast!r}. It is probably meant in per "
            "cent. Try ground_contrast=1."
        )
    return float(contrast)

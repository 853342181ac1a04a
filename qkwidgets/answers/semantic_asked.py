"""Which modes are the strongest of a semantic map, and which of its images is meant? What its users ask by type and by name."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64, Int8

from qkwidgets.answers.semantic_tables import ImageTables
from qkwidgets.answers.semantic_words import ModeType
from qkwidgets.core.errors import InputError
from qkwidgets.core.index import ModeIndex


def check_asked(n: Any, kind: Any, types: Sequence[ModeType]) -> None:
    """Refuse a number of modes that is none, and a type that is none.

    Examples
    --------
    >>> check_asked(3, None, ())
    """
    keys = ", ".join(repr(each.key) for each in types)
    if not isinstance(n, Integral) or n < 0:
        raise InputError(
            f"n is the number of modes, 0 or more: got {n!r}. A type was probably meant. Write top(10, kind=…), with one of {keys}."
        )
    if kind is not None and kind not in [each.key for each in types]:
        raise InputError(f"A type is one of {keys}: got {kind!r}. It is probably misspelt. Use one of these.")


def strongest(
    wanted: Bool[np.ndarray, "layer head mode"],
    type_: Int8[np.ndarray, "layer head mode"],
    excess: Float64[np.ndarray, "layer head mode relation"],
    types: Sequence[ModeType],
) -> list[tuple[ModeIndex, ModeType, float]]:
    """The modes wanted, those of largest excess in their own type first.

    Examples
    --------
    >>> kind = np.zeros((1, 1, 2), np.int8)
    >>> found = strongest(kind == 0, kind, np.array([[[[0.1], [0.2]]]]), [ModeType("ground", "", "")])
    >>> [(str(index), value) for index, _, value in found]
    [('L0 H0 M1', 0.2), ('L0 H0 M0', 0.1)]
    """
    places = [tuple(map(int, spot)) for spot in np.argwhere(wanted)]
    found = [(ModeIndex(*spot), types[type_[spot]], float(excess[spot][type_[spot]])) for spot in places]
    return sorted(found, key=lambda each: -each[2])


def named_image(images: Sequence[ImageTables], name: Any) -> ImageTables:
    """The one of these images that has a name.

    Raises
    ------
    InputError
        If none has it, or several.
    """
    found = [each for each in images if each.name == name]
    if len(found) == 1:
        return found[0]
    kept = ", ".join(f"{each.index} ({each.name})" for each in images) or "none"
    raise InputError(
        f"An image is told by its number in the set, or by its name if one of those kept has it: got {name!r}. It is probably misspelt, not "
        f"kept, or the name of several. Give a number; kept are {kept}."
    )

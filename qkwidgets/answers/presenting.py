"""How does an answer become a figure or a widget? The function that draws it is asked for, and what is handed to it is checked.

That function says in its annotations what it takes, so a value of another kind is refused here, once for all figures, and in words.
"""

from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from numbers import Integral, Real
from reprlib import repr as brief
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np

from qkwidgets.answers import registry
from qkwidgets.core.errors import InputError, check_keywords

WORDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    NoneType: "None",
    tuple: "a tuple",
    Sequence: "a list",
    Callable: "a function",
}
"""What an annotation means, in words; of other classes, their name."""


def presented(table: dict[str, str], what: str, answer: object, choices: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The figure or the widget of an answer, by the function that `table` names for its kind.

    Raises
    ------
    InputError
        If there is no such option, or its value is of another kind than the function takes. A widget's class refuses unknown keywords itself.
    """
    return drawn(registry.presenter(table, what, answer), f"{type(answer).__name__}.{what}", answer, choices, options)


def drawn(draw: Callable, door: str, subject: object, choices: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a function makes of its subject, once all that is handed to it is checked; `door` is what it is called in messages."""
    accepted = signature(draw).parameters.values()
    if not any(each.kind is each.VAR_KEYWORD for each in accepted):
        known = [each.name for each in accepted if each.kind is each.KEYWORD_ONLY or each.default is not each.empty]
        check_keywords(door, options, known)
    _check_all(door, draw, choices, options)
    return draw(subject, *choices, **options)


def fits(annotation: Any, value: Any) -> bool:
    """Whether a value is of the kind that an annotation names; one of any length or content where it names a list.

    Examples
    --------
    >>> fits(str, ["a"]), fits(int | None, None), fits(int, True), fits(tuple[int, int], [1, 2])
    (False, True, False, True)
    """
    if annotation in (Any, Parameter.empty):
        return True
    if get_origin(annotation) in (Union, UnionType):
        return any(fits(each, value) for each in get_args(annotation))
    kind = get_origin(annotation) or annotation
    kind = {int: Integral, float: Real, bool: (bool, np.bool_), tuple: (tuple, list)}.get(kind, kind)
    return isinstance(value, kind) and not (isinstance(value, bool) and kind in (Integral, Real))


def _check_all(door: str, draw: Callable, choices: tuple[Any, ...], options: dict[str, Any]) -> None:
    known = signature(draw).parameters
    several = [each for each in known.values() if each.kind is Parameter.VAR_POSITIONAL]
    free = [each for each in list(known.values())[1:] if each.kind is Parameter.POSITIONAL_OR_KEYWORD]
    for number, value in enumerate(choices):
        if not several and number >= len(free):
            raise InputError(
                f"What {door} is told without a name is {' and '.join(each.name for each in free) or 'nothing'}: got {_told(value)} as well. It is "
                f"probably an option, which has a name. Name it, such as theme='dark'; help({_named(draw)}) lists them."
            )
        _check(door, draw, several[0] if several else free[number], value)
    for name, value in options.items():
        if name in known and known[name].kind is not Parameter.VAR_KEYWORD:
            _check(door, draw, known[name], value)


def _check(door: str, draw: Callable, taken: Parameter, value: Any) -> None:
    if fits(taken.annotation, value):
        return
    if taken.kind is Parameter.VAR_POSITIONAL:
        raise InputError(
            f"{door} draws further answers beside its own: got {_told(value)}, which is not {_words(taken.annotation)}. It is probably an "
            f"option, which has a name, or another kind of answer. help({_named(draw)}) lists what it takes."
        )
    raise InputError(
        f"{taken.name} of {door} is {_words(taken.annotation)}: got {_told(value)}. Another option was probably meant, or one value instead of "
        f"several. help({_named(draw)}) lists what it takes."
    )


def _told(value: Any) -> str:
    """What came, in a few words: a plain value as it is, but not too much of it; of all else the kind, and the name that it goes by."""
    if isinstance(value, (str, int, float, list, tuple, dict, set, NoneType)):
        return brief(value)
    name = getattr(value, "model", getattr(value, "name", None))
    return f"{_words(type(value))} ({name})" if isinstance(name, str) else f"one of type {type(value).__name__}"


def _words(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        each = list(dict.fromkeys(map(_words, get_args(annotation))))
        return " or ".join(filter(None, [", ".join(each[:-1]), each[-1]]))
    kind = get_origin(annotation) or annotation
    article = "an" if kind.__name__[0] in "AEIOU" else "a"
    return WORDS.get(kind, f"{article} {kind.__name__}")


def _named(draw: Callable) -> str:
    return f"{draw.__module__}.{draw.__name__}"

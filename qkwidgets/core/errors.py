"""What went wrong, in words: the exceptions that a user of qkwidgets can meet.

Every message has four parts: what must hold : what came. likely cause. what to do. The command line prints the message of
an `InputError` and exits with code 2; anything else is a defect of ours and keeps its traceback.
"""

import math
from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Real
from operator import index
from typing import Any


class InputError(ValueError):
    """Something handed in cannot be used; the message says what must hold and what to do."""


class OutOfRangeError(InputError, IndexError):
    """A layer, head, mode, image, token or patch that does not exist."""


class MissingNameError(InputError, KeyError, AttributeError):
    """A name that is not among those there are; `in`, `get` and `hasattr` say so without it."""

    __str__ = Exception.__str__  # a KeyError shows what was asked for, in quotation marks, and nothing else


class UnsupportedModelError(InputError):
    """A model whose attention scores are not of a form that has query-key modes, or not yet one we read."""


class UnreachableError(InputError):
    """A model hub did not answer in time."""


class FileFormatError(InputError):
    """A saved file that is truncated, changed, newer than this version, or not ours."""


def check_range(kind: str, value: Any, count: int, where: str) -> int:
    """`value`, if it is one of `0 … count - 1`.

    Parameters
    ----------
    kind
        The noun for the message, such as "layer".
    value, count
        The index asked for and how many there are.
    where
        Whose they are, such as "'deit_tiny'" or "layer 3".

    Raises
    ------
    OutOfRangeError
        If there is no such index. Negative numbers do not count from the end.
    InputError
        If it is no whole number.

    Examples
    --------
    >>> check_range("layer", 3, 12, "'deit_tiny'")
    3
    >>> check_range("layer", 12, 12, "'deit_tiny'")
    Traceback (most recent call last):
    qkwidgets.core.errors.OutOfRangeError: Layer 12 of 'deit_tiny' does not exist: it has layers 0 to 11. Layers count from zero here.
    """
    try:
        if 0 <= index(value) < count:
            return index(value)
    except TypeError:  # of a text, a fraction, or several numbers at once
        raise InputError(
            f"{kind.capitalize()}s of {where} are told by whole number: got one of type {type(value).__name__}. It is probably a name, a "
            "fraction, or several at once. Give one number."
        ) from None
    have = f"it has {kind}s 0 to {count - 1}" if count > 1 else f"it has {kind} 0 only" if count else f"it has no {kind}s"
    raise OutOfRangeError(
        f"{kind.capitalize()} {value} of {where} does not exist: {have}. {kind.capitalize()}s count from zero here."
    )


def check_keywords(door: str, given: Iterable[str], known: Iterable[str], noun: str = "keyword") -> None:
    """Refuse keywords, or other named things, that a door does not have.

    Raises
    ------
    InputError
        If there is one; the message names the nearest that exists.

    Examples
    --------
    >>> check_keywords("sweep", ["workers"], ["workers", "batch_size"])
    >>> check_keywords("sweep", ["batchsize"], ["workers", "batch_size"])
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: A keyword of sweep is one of workers, batch_size: got 'batchsize'. It is probably misspelt.
    Nearest: 'batch_size'.
    """
    known = list(known)
    for name in given:
        if name not in known:
            near = get_close_matches(str(name), known, n=1, cutoff=0.4)
            remedy = f"It is probably misspelt. Nearest: {near[0]!r}." if near else "Use one of these."
            article = "An" if noun[0] in "aeiou" else "A"
            raise InputError(f"{article} {noun} of {door} is one of {', '.join(known)}: got {name!r}. {remedy}")


def check_flags(**flags: Any) -> None:
    """Refuse what is neither true nor false: a text such as "no" would count as true.

    Raises
    ------
    InputError
        If one is not; 0 and 1 are.

    Examples
    --------
    >>> check_flags(items=False)
    >>> check_flags(items="no")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: items is True or False: got 'no'. Any text would count as true. Write items=True or items=False.
    """
    for name, value in flags.items():
        if not (getattr(value, "ndim", 0) == 0 and value in (0, 1)):
            raise InputError(
                f"{name} is True or False: got {value!r}. Any text would count as true. Write {name}=True or {name}=False."
            )


def check_megabytes(value: Any) -> float:
    """`value`, if a file can be that large.

    Raises
    ------
    InputError
        If it is not a number above zero, or has no end.

    Examples
    --------
    >>> check_megabytes(15)
    15.0
    >>> check_megabytes(-3)
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: The largest size of a page is a number of megabytes above 0: got -3. Its sign or its unit
    is probably wrong. Give a number such as 15, or leave it out.
    """
    if isinstance(value, Real) and 0 < value < math.inf:
        return float(value)
    raise InputError(
        f"The largest size of a page is a number of megabytes above 0: got {value!r}. Its sign or its unit is probably wrong. Give a number "
        "such as 15, or leave it out."
    )

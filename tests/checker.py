"""Shapes and types in annotations are checked under pytest: beartype, as jaxtyping's import hook calls it."""

from collections.abc import Callable
from typing import Self

from beartype import BeartypeConf, beartype

_CHECK = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is a float, as type checkers have it


def checked(function: Callable) -> Callable:
    """`beartype` of a function; one that mentions `Self` stays unchecked, since the hook hands methods over without their class."""
    return function if Self in getattr(function, "__annotations__", {}).values() else _CHECK(function)

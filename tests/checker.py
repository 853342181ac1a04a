"""Shapes and types in annotations are checked under pytest: beartype, as jaxtyping's import hook calls it."""

from collections.abc import Callable
from typing import Self

from beartype import beartype


def checked(function: Callable) -> Callable:
    """`beartype` of a function; one that mentions `Self` stays unchecked, since the hook hands methods over without their class."""
    return function if Self in getattr(function, "__annotations__", {}).values() else beartype(function)

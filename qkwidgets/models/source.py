"""What came from where? A module with its weights, and what is known of them."""

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

from torch import nn

from qkwidgets.models.preprocess import Preprocess


class Loaded(NamedTuple):
    """A module with weights, how to give it images, what is known of the weights, and what a reader should know."""

    module: nn.Module
    preprocess: Preprocess
    provenance: dict[str, Any]
    notes: tuple[str, ...] = ()


def versions() -> dict[str, str]:
    """Versions of the libraries that took part, by name.

    Examples
    --------
    >>> sorted(set(versions()) - {"timm"})
    ['qkwidgets', 'torch']
    """
    took_part = ["qkwidgets", "torch", *(["timm"] if "timm" in sys.modules else [])]
    return {name: _version(name) for name in took_part}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # a clone that was never installed
        return "not installed"

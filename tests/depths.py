"""A small model, pictures of noise, and a small answer about position through depth."""

from functools import cache

import numpy as np

import qkwidgets as qk
from qkwidgets.answers.depth_profile import DepthProfile
from tests.models.families import randomised, read, vit

QUIET = {"workers": 0, "progress": False}


def model():
    """Two layers of three heads, random."""
    return read(randomised(vit()), "small")


def noise(n: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 255, (n, 64, 64, 3), dtype=np.uint8))


@cache
def profile(n: int = 9, **options) -> DepthProfile:
    """Of the small model over noise."""
    return qk.depth_profile(model(), noise(n), **options, **QUIET)


@cache
def totals(n: int):
    """The sums behind it."""
    from qkwidgets.sweeps.depth_moments import DepthSums

    return qk.sweep(model(), noise(n), DepthSums(), **QUIET)["depth"]

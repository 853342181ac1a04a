"""A small answer about factors, and images that are not the same twice."""

from functools import cache

import numpy as np
from torch.utils.data import Dataset

import qkwidgets as qk
from qkwidgets.answers.factors import Factors
from tests.models.families import randomised, read, vit

QUIET = {"workers": 0, "progress": False}


def model():
    """Two layers of three heads, random."""
    return read(randomised(vit()), "small")


def noise(n: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 255, (n, 64, 64, 3), dtype=np.uint8))


@cache
def factors(n: int = 6, **options) -> Factors:
    """Of the small model over noise."""
    return qk.factors(model(), noise(n), **({"draws": 20} | options), **QUIET)


@cache
def totals(n: int):
    """The sums behind them."""
    from qkwidgets.sweeps.factor_moments import FactorMoments

    return qk.sweep(model(), noise(n), FactorMoments(), **QUIET)["factors"]


class Vanishing(Dataset):
    """Images of which one can be read a single time."""

    def __init__(self, n: int) -> None:
        self.images, self.read = noise(n), 0

    def __repr__(self) -> str:
        return "Vanishing()"

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> np.ndarray:
        self.read += index == 1
        if index == 1 and self.read > 1:
            raise OSError("gone")
        return self.images[index]

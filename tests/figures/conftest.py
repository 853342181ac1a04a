"""Answers with one of everything that a figure must mark, under a name full of markup."""

import dataclasses

import numpy as np
import pytest

from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.modes import SingularModes
from qkwidgets.answers.preference import Preference
from tests.figures.texts import NASTY
from tests.preferences import preference as some_preference
from tests.views import view


@pytest.fixture
def exploration() -> Exploration:
    """A view of two layers, three heads, five modes and two images."""
    return view(name=NASTY, model=NASTY)


@pytest.fixture
def modes() -> SingularModes:
    """Head L1 H0 has a block (M1, M2) and two null modes (M4, M5)."""
    rng = np.random.default_rng(0)
    values = np.tile([4.0, 2.0, 2.0, 1.0, 1e-9, 0.0], (2, 2, 1))
    degenerate = np.tile(np.array([-1, 0, 0, -1, 1, 1], dtype=np.int16), (2, 2, 1))
    cosine = rng.uniform(-1, 1, values.shape)
    cosine[..., 4:] = np.nan
    left, right = rng.standard_normal((2, 2, 2, 8, 6))
    return SingularModes(
        left=left,
        singular_values=values,
        right=right,
        cosine=cosine,
        degenerate=degenerate,
        null=np.isnan(cosine),
        stability=np.zeros(values.shape),
        head_cosine=rng.uniform(-1, 1, (2, 2)),
        head_band=np.full((2, 2), 0.2),
        layer_cosine=rng.uniform(-1, 1, 2),
        layer_band=np.full(2, 0.1),
        mode_band=0.4,
        provenance={"model": NASTY, "circuit": "qk", "tolerance": 1e-3},
    )


@pytest.fixture
def alignment() -> Alignment:
    """Three layers of two heads."""
    head = np.array([[0.9, 0.7], [0.1, -0.5], [0.2, 0.4]])
    record = {"model": NASTY, "weights": "singular values", "null": "isotropic"}
    return Alignment(head.mean(1), head, np.array([0.1, 0.2, 0.15]), np.full((3, 2), 0.25), 0.3, record)


@pytest.fixture
def other(alignment) -> Alignment:
    """Another model, of two layers."""
    head = alignment.head[:2] / 2
    record = {**alignment.provenance, "model": "other"}
    return dataclasses.replace(
        alignment, head=head, layer=head.mean(1), layer_band=np.full(2, 0.1), head_band=np.full((2, 2), 0.2), provenance=record
    )


@pytest.fixture
def preference() -> Preference:
    """Two layers of three heads, seven images, two permutations."""
    return some_preference(model=NASTY)

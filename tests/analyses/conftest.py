"""The models that the analyses are tried on: a small random one with registers and LayerScale, and the trained DeiT-Ti."""

import numpy as np
import pytest

from qkwidgets.analyses.exploration import LiveSource
from tests.models.families import randomised, read, vit


@pytest.fixture(scope="session")
def small_model():
    """Two layers of three heads, CLS and four registers before a 4 x 4 grid, LayerScale; every weight random."""
    return read(randomised(vit(reg_tokens=4, init_values=1.0)), "small")


@pytest.fixture(scope="session")
def noise():
    """Two pictures of noise."""
    return list(np.random.default_rng(0).integers(0, 255, (2, 64, 64, 3), dtype=np.uint8))


@pytest.fixture(scope="session")
def live(small_model, noise):
    """A live source of the small model."""
    return LiveSource(small_model, noise)


@pytest.fixture(scope="session")
def deit(deit_checkpoint):
    """The trained DeiT-Ti/16."""
    import qkwidgets

    return qkwidgets.load_model("timm:deit_tiny_patch16_224", checkpoint=deit_checkpoint)


@pytest.fixture(scope="session")
def photographs(test_data):
    """Two photographs of the test data."""
    return sorted((test_data / "imagenet-sample").glob("*.JPEG"))[:2]

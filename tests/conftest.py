"""What tests share: the built-in model, the test data, a browser, each skipping its tests where it is missing."""

import os
from pathlib import Path

import pytest

from tests.missing import missing
from tools.setup.browser import chromium_path

DEIT_TINY = Path("weights") / "deit_tiny_patch16_224.safetensors"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Obey the two markers."""
    if item.get_closest_marker("needs_data"):
        data_folder()
    if item.get_closest_marker("needs_browser"):
        browser()


def data_folder() -> Path:
    """Where the test data are."""
    named = os.environ.get("QKWIDGETS_TEST_DATA")
    if not named:
        missing("QKWIDGETS_TEST_DATA is not set (`make test` sets it)")
    if not (Path(named) / DEIT_TINY).is_file():
        missing("no test data at QKWIDGETS_TEST_DATA")
    return Path(named)


def browser() -> str:
    """The executable of a Chromium."""
    return chromium_path() or missing("no Chromium on this machine")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of the test data: photographs, masks, the DeiT-Ti checkpoint."""
    return data_folder()


@pytest.fixture(scope="session")
def deit_checkpoint(test_data) -> Path:
    """The trained DeiT-Ti/16, as a safetensors file."""
    return test_data / DEIT_TINY


@pytest.fixture(scope="session")
def chromium() -> str:
    """The executable of a Chromium, for playwright's `executable_path`."""
    return browser()


@pytest.fixture(scope="session")
def builtin_model():
    """The built-in trained model."""
    import qkwidgets

    return qkwidgets.load_model()

"""What holds for every test and every doctest: a cache folder of its own, fixed seeds, no writing outside its folder."""

import random
import sys

import hypothesis
import pytest

import tests.checker  # noqa: F401  (named in pyproject.toml: jaxtyping's hook asks for it when the package is imported)

# The first torch call can take half a second, which is no reason to fail; and a failure must come again when looked for.
hypothesis.settings.register_profile("qkwidgets", max_examples=50, deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("qkwidgets")


@pytest.fixture(scope="session", autouse=True)
def _session_cache(tmp_path_factory):
    """For fixtures that live as long as the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QKWIDGETS_CACHE_DIR", str(tmp_path_factory.mktemp("session-cache")))
        yield


@pytest.fixture(autouse=True)
def cache_dir(_session_cache, tmp_path, monkeypatch):
    """The cache folder of this test alone; it does not exist yet."""
    folder = tmp_path / "qkwidgets-cache"
    monkeypatch.setenv("QKWIDGETS_CACHE_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _fixed_seeds():
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)

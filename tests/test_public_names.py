"""The first page of the API, spelled out, and what it must not cost to open it."""

import subprocess
import sys

import pytest

import qkwidgets

NAMES = [
    "ModeIndex",
    "alignment",
    "anisotropy_baseline",
    "attention_cut",
    "attention_distance",
    "attention_preference",
    "depth_profile",
    "examples",
    "explore",
    "factors",
    "labelled_set",
    "link",
    "load_model",
    "modes",
    "odd_one_out",
    "odd_one_out_grid",
    "optimal_images",
    "p3_arrays",
    "position_probe",
    "rank_modes",
    "same_object_probability",
    "sample_images",
    "semantic_map",
    "sweep",
]
HEAVY = {"torch", "torchvision", "timm", "plotly", "numpy", "PIL", "anywidget", "ipywidgets", "safetensors", "jaxtyping"}


def loaded_by(*arguments: str) -> set[str]:
    """The heavy packages that are loaded when Python, started anew with these arguments, ends."""
    watch = f"import atexit, sys; atexit.register(lambda: print('\\nloaded:', *{HEAVY!r} & set(sys.modules)))"
    start = [sys.executable, "-c", f"{watch}; sys.argv[1:] = {list(arguments[1:])!r}; {arguments[0]}"]
    ended = subprocess.run(start, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return set(ended.stdout.rpartition("loaded:")[2].split())


def test_the_public_list_is_this_one():
    assert qkwidgets.__all__ == NAMES


def test_dir_offers_every_name_and_open_and_the_version():
    assert {*NAMES, "open", "__version__"} <= set(dir(qkwidgets))


def test_dir_offers_nothing_else():
    assert {name for name in dir(qkwidgets) if not name.startswith("__")} == {*NAMES, "open"}


@pytest.mark.parametrize("name", [*NAMES, "open"])
def test_every_name_leads_somewhere_and_has_an_example(name):
    assert "Examples\n" in getattr(qkwidgets, name).__doc__


def test_import_star_leaves_open_alone():
    names = {}
    exec("from qkwidgets import *", names)
    assert "open" not in names
    assert set(NAMES) <= set(names)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'qkwidgets' has no attribute 'mode'"):
        _ = qkwidgets.mode


def test_the_version_is_that_of_the_installed_package():
    from importlib.metadata import version

    assert qkwidgets.__version__ == version("qkwidgets")


def test_importing_qkwidgets_loads_nothing_heavy():
    assert loaded_by("import qkwidgets") == set()


def test_asking_for_help_loads_nothing_heavy():
    assert loaded_by("from qkwidgets.cli import main; main()", "--help") == set()


def test_the_watch_sees_what_is_loaded():
    assert loaded_by("import qkwidgets, numpy") == {"numpy"}
    assert "torch" in loaded_by("import qkwidgets; qkwidgets.load_model")


def test_the_names_of_the_core_come_without_torch():
    assert "torch" not in loaded_by("import qkwidgets; qkwidgets.ModeIndex; qkwidgets.open")

"""Do saved answers open where there is no torch, no timm and no plotly?"""

import subprocess
import sys

import pytest

import qkwidgets
from tests.optimal import optimal
from tests.views import view

BARE = "import sys\nfor name in ('torch', 'torchvision', 'timm', 'plotly'): sys.modules[name] = None\nimport qkwidgets as qk\n"


def bare(script: str, *arguments: str) -> str:
    """What a script prints in a Python in which importing torch fails."""
    # ipywidgets 7, which Colab has, makes warnings of its own with later traitlets and ipykernel.
    its_own = ["Deprecated in traitlets", "The `ipykernel.comm.Comm` class"]
    strict = ["-Werror", *(f"-Wignore:{text}:DeprecationWarning" for text in its_own)]
    command = [sys.executable, *strict, "-c", BARE + script, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_a_saved_view_opens_and_becomes_a_widget_and_a_page(tmp_path):
    view().save(tmp_path / "view.qk")
    script = (
        "view = qk.open(sys.argv[1])\nprint(view.tile(0, 1).scores(0).shape, view.rank(0).top(1)[0][0])\n"
        "widget = view.widget()\nwidget.selection = 'L1 H2 M3'\nwidget.save(sys.argv[2])\nprint(widget.selection)"
    )
    shape, best = "(14, 14)", view().rank(0).top(1)[0][0]
    assert bare(script, str(tmp_path / "view.qk"), str(tmp_path / "again.qk")) == f"{shape} {best}\nL1 H2 M3"
    again = qkwidgets.open(tmp_path / "again.qk")
    assert again.start["mode"] == 3  # where the widget stood is saved with it
    again.starting_at().save(tmp_path / "again.qk")
    view().starting_at().save(tmp_path / "view.qk")
    assert (tmp_path / "again.qk").read_bytes() == (tmp_path / "view.qk").read_bytes()


def test_saved_lists_open_and_say_which_classes_they_suggest(tmp_path):
    optimal().save(tmp_path / "lists.qk")
    found = bare(
        "lists = qk.open(sys.argv[1])\nprint(lists.suggestions(), lists.top('L0 H0 M0')[0].name)", str(tmp_path / "lists.qk")
    )
    assert found == f"[] {optimal().top('L0 H0 M0')[0].name}"


def test_the_shipped_example_opens():
    assert bare("print(qk.examples('deit-tiny').model)") == "timm:deit_tiny_patch16_224"


def test_computing_is_what_needs_torch():
    with pytest.raises(AssertionError, match="import of torch halted"):
        bare("qk.load_model()")

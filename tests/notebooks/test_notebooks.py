"""Every notebook runs, opens in Colab, and lies in the repository without outputs."""

import functools
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest

FACTORS = ("content", "position")
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@functools.cache
def run(path):
    """The notebook with its outputs, and without a trace of the files that it writes."""
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAST", "1")
        NotebookClient(notebook, timeout=240, resources={"metadata": {"path": folder}}).execute()
    return notebook


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == [
        "01-first-look",
        "02-optimal-images",
        "03-odd-one-out",
        "04-grouping-or-context",
        "05-position-and-content",
    ]


def test_a_notebook_begins_with_a_title_and_with_what_colab_needs(path):
    first, second = nbformat.read(path, as_version=4).cells[:2]
    assert first.source.startswith("# ")
    assert 'if "google.colab" in sys.modules:\n    %pip install -q qkwidgets' in second.source


def test_a_notebook_holds_no_outputs(path):
    for cell in code_cells(nbformat.read(path, as_version=4)):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.source


def test_a_notebook_runs_and_has_nothing_to_complain_about(path):
    said = [output for cell in code_cells(run(path)) for output in cell.outputs]
    assert [output for output in said if output.output_type == "error" or output.get("name") == "stderr"] == []


def test_the_first_notebook_finds_a_mode_that_one_can_name():
    cells = code_cells(run(NOTEBOOKS[0]))
    said = "".join(output.text for cell in cells for output in cell.outputs if output.get("name") == "stdout")
    luck, truth = map(float, re.search(r"best by luck: (\S+)   best in truth: (\S+)", said).groups())
    checked = float(re.search(r'map: "the odd one". AUC (\S+) on scenes that did not choose it', said)[1])
    assert luck < 0.75
    assert min(truth, checked) > 0.9


def test_the_second_notebook_finds_modes_whose_best_images_show_what_ordinary_ones_do_not():
    said = "".join(
        output.text for cell in code_cells(run(NOTEBOOKS[1])) for output in cell.outputs if output.get("name") == "stdout"
    )
    assert re.search(r"L[45] H\d M\d +[+-] +100%", said)
    assert re.search(r"of 20 best images, \d+% of all, p = \d\.\de-\d\d", said)
    assert "Top 3 of 400 images" in said


def test_the_notebook_on_position_finds_what_was_planted_and_says_what_is_settled_by_theorem():
    (path,) = (path for path in NOTEBOOKS if path.stem.startswith("05"))
    said = "".join(output.text for cell in code_cells(run(path)) for output in cell.outputs if output.get("name") == "stdout")
    planted = dict(re.findall(r"^(\w+ reads \w+) {2,}([\d. ]+)$", said, re.MULTILINE))
    shares = [list(map(float, planted[f"{one} reads {other}"].split())) for one in FACTORS for other in FACTORS]
    assert min(shares[cell][cell] for cell in range(4)) > 0.97
    with_gain = map(
        float, re.search(r"gain 0.6: R² of the row, in-sample content (\S+), held out (\S+), squares (\S+)", said).groups()
    )
    inside, held_out, squares = with_gain
    assert max(abs(inside), held_out) < 0.03
    assert squares > 0.5
    assert "at chance by theorem" in said
    assert re.search(r"\d+ of 24 heads are more specialised than random read-outs", said)

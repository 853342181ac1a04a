"""Every notebook runs, opens in Colab, and lies in the repository without outputs."""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == ["01-first-look"]


def test_a_notebook_begins_with_a_title_and_with_what_colab_needs(path):
    first, second = nbformat.read(path, as_version=4).cells[:2]
    assert first.source.startswith("# ")
    assert 'if "google.colab" in sys.modules:\n    %pip install -q qkwidgets' in second.source


def test_a_notebook_holds_no_outputs(path):
    for cell in code_cells(nbformat.read(path, as_version=4)):
        assert (cell.outputs, cell.execution_count) == ([], None), cell.source


def test_a_notebook_runs(path, tmp_path):
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()

    said = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert [output for output in said if output.output_type == "error" or output.get("name") == "stderr"] == []

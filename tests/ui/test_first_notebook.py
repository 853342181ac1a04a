"""The first notebook as people meet it: opened in JupyterLab, all cells run, its views seen."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.lab import Notebook, jupyterlab

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-first-look.ipynb"
ERRORS = """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(
  (cell) => (cell.model.sharedModel.outputs ?? []).filter((output) => output.output_type === "error").map((output) => output.evalue)
)"""

pytestmark = pytest.mark.needs_browser


def test_the_first_notebook_runs_in_jupyterlab_and_its_view_obeys_a_click(chrome, tmp_path):
    (tmp_path / "work").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "work")
    with jupyterlab(tmp_path) as address:
        notebook = Notebook(chrome, address, NOTEBOOK.name)
        notebook.command("notebook:run-all-cells")
        view = notebook.page.locator(".qk[data-ready='1']").first
        expect(view).to_be_visible()
        assert notebook.ask("print(1)") == "1", "the cells are done when the kernel answers"
        mode = notebook.ask("print(view.mode)")  # that the notebook has found
        view.locator("[data-layer='3'][data-head='2'][role=gridcell]").click()
        expect(view.get_by_test_id("qk-selection")).to_have_text(f"L3 H2 M{mode}")
        assert notebook.page.evaluate(ERRORS) == []
        assert notebook.errors == []
        notebook.page.close()

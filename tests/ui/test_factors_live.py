"""The factor map in a real JupyterLab: it moves with the explorer, exact maps come from the kernel, and what is clicked is known to Python."""

import pytest
from playwright.sync_api import expect

from qkwidgets.core.layout import TokenLayout
from tests.factor_answers import factors
from tests.ui.lab import Notebook, jupyterlab, write_notebook

pytestmark = pytest.mark.needs_browser

CODE = """import qkwidgets as qk
view = qk.open("factors.qk").widget()
explorer = qk.examples("deit-tiny").widget(panels=["grid", "spectrum"])
together = qk.link(view, explorer)
from IPython.display import display
display(view, explorer)"""


@pytest.fixture(scope="module")
def answer():
    return factors((12, 3, 64), TokenLayout(n_cls=1, grid=(14, 14)))


@pytest.fixture
def notebook(chrome, tmp_path, answer):
    """A notebook that shows a saved answer beside the shipped explorer, run in JupyterLab."""
    (tmp_path / "work").mkdir()
    answer.save(tmp_path / "work" / "factors.qk")
    write_notebook(tmp_path / "work" / "factors.ipynb", CODE)
    with jupyterlab(tmp_path) as address:
        notebook = Notebook(chrome, address, "factors.ipynb")
        notebook.command("notebook:run-all-cells")
        yield notebook
        notebook.page.close()
    assert notebook.errors == []


def test_a_head_and_a_mode_are_chosen_in_both_views_and_maps_become_exact(notebook, answer):
    view = notebook.page.locator(".qk[data-ready='1']", has=notebook.page.get_by_test_id("qk-ternary"))
    expect(view.get_by_test_id("qk-selection")).to_have_text("L0 H0 M0")
    view.locator("[role=gridcell][data-layer='7'][data-head='1']").click()
    view.get_by_test_id("qk-slider-mode").fill("3")
    expect(view.get_by_test_id("qk-selection")).to_have_text("L7 H1 M3")
    assert notebook.ask_until("print(explorer.selection)", "L7 H1 M3") == "L7 H1 M3"

    pane = view.locator("[data-side=query] [data-shows=position] .pane")
    pane.hover(position={"x": 3, "y": 3})
    value = answer.query_position[7, 1, 3, 0]
    digits = max(0, 3 - int(f"{abs(value):e}".split("e")[1]))
    words = f"position {value:.{digits}f}".replace("-", "−")
    expect(view.get_by_test_id("qk-patch")).to_contain_text(words)
    expect(view.get_by_test_id("qk-patch")).not_to_contain_text("±")

    notebook.ask('explorer.selection = "L2 H0 M5"')
    expect(view.get_by_test_id("qk-selection")).to_have_text("L2 H0 M5")
    expect(view.get_by_test_id("qk-error")).to_be_empty()

"""The gallery in a real JupyterLab: lists and pictures are asked of the kernel, and what is clicked is known to Python."""

import pytest
from playwright.sync_api import expect

from qkwidgets.answers.class_suggestions import class_word
from tests.galleries import UNPICTURED, optimal
from tests.ui.lab import Notebook, jupyterlab, write_notebook

pytestmark = pytest.mark.needs_browser

LOADED = "(images) => images.every((image) => image.complete && image.naturalWidth === 12)"


@pytest.fixture
def notebook(chrome, tmp_path):
    """A notebook that shows a saved answer, run in JupyterLab."""
    (tmp_path / "work").mkdir()
    optimal().save(tmp_path / "work" / "optimal.qk")
    write_notebook(tmp_path / "work" / "gallery.ipynb", 'import qkwidgets as qk\nview = qk.open("optimal.qk").widget()\nview')
    with jupyterlab(tmp_path) as address:
        notebook = Notebook(chrome, address, "gallery.ipynb")
        notebook.command("notebook:run-all-cells")
        yield notebook
        notebook.page.close()
    assert notebook.errors == []


def captioned(hit):
    """What stands under a picture: class and name."""
    return hit.name if hit.label is None else f"{class_word(hit.label)} · {hit.name}"


def test_what_is_not_embedded_comes_from_the_kernel(notebook):
    answer = optimal()
    view = notebook.page.locator(".qk[data-ready='1']")
    expect(view.get_by_test_id("qk-selection")).to_have_text("L0 H0 M0")

    view.locator("[role=gridcell][data-layer='2'][data-head='1']").click()
    view.get_by_test_id("qk-slider-mode").fill("3")
    expect(view.get_by_test_id("qk-selection")).to_have_text("L2 H1 M3")
    row = view.get_by_test_id("qk-row-plus")
    hits = answer.top("L2 H1 M3", "+")
    expect(row.locator("figcaption span")).to_have_text([captioned(hit) for hit in hits])
    pictures = row.locator("img:not([hidden])")
    expect(pictures).to_have_count(sum(hit.image != UNPICTURED for hit in hits))
    assert pictures.evaluate_all(
        f"async (images) => {{ await Promise.all(images.map((i) => i.decode())); return ({LOADED})(images); }}"
    )
    assert notebook.ask_until("print(view.selection)", "L2 H1 M3") == "L2 H1 M3"

    notebook.ask('view.selection = "L1 H0 M5"; view.sign = "-"')
    expect(view.get_by_test_id("qk-selection")).to_have_text("L1 H0 M5")
    expect(row).to_be_hidden()
    names = [captioned(hit) for hit in answer.top("L1 H0 M5", "-")]
    expect(view.get_by_test_id("qk-row-minus").locator("figcaption span")).to_have_text(names)
    expect(view.get_by_test_id("qk-error")).to_be_empty()

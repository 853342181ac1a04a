"""Saved answers in a real JupyterLab: lists, pictures and exact maps come from the kernel, and what is clicked is known to Python."""

import pytest
from playwright.sync_api import expect

from qkwidgets.answers.class_suggestions import class_word
from qkwidgets.core.layout import TokenLayout
from tests.factor_answers import factors
from tests.galleries import UNPICTURED, optimal
from tests.ui.lab import Notebook, jupyterlab, write_notebook

pytestmark = pytest.mark.needs_browser

LOADED = "(images) => images.every((image) => image.complete && image.naturalWidth === 12)"

CELLS = (
    'import qkwidgets as qk\ngallery = qk.open("optimal.qk").widget()\ngallery',
    """view = qk.open("factors.qk").widget()
explorer = qk.examples("deit-tiny").widget(panels=["grid", "spectrum"])
together = qk.link(view, explorer)
from IPython.display import display
display(view, explorer)""",
)


@pytest.fixture(scope="module")
def answer():
    return factors((12, 3, 64), TokenLayout(n_cls=1, grid=(14, 14)))


@pytest.fixture(scope="module")
def notebook(chrome, tmp_path_factory, answer):
    """A notebook that shows saved answers, one of them beside the shipped explorer, run in JupyterLab."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "work").mkdir()
    optimal().save(folder / "work" / "optimal.qk")
    answer.save(folder / "work" / "factors.qk")
    write_notebook(folder / "work" / "saved.ipynb", *CELLS)
    with jupyterlab(folder) as address:
        notebook = Notebook(chrome, address, "saved.ipynb")
        notebook.command("notebook:run-all-cells")
        yield notebook
        notebook.page.close()


@pytest.fixture(autouse=True)
def _without_errors(notebook):
    yield
    assert notebook.errors == []


def shown(notebook, panel):
    """The view that has this panel."""
    return notebook.page.locator(".qk[data-ready='1']", has=notebook.page.get_by_test_id(panel))


def captioned(hit):
    """What stands under a picture: class and name."""
    return hit.name if hit.label is None else f"{class_word(hit.label)} · {hit.name}"


def test_what_is_not_embedded_comes_from_the_kernel(notebook):
    answer = optimal()
    view = shown(notebook, "qk-row-plus")
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
    assert notebook.ask_until("print(gallery.selection)", "L2 H1 M3") == "L2 H1 M3"

    notebook.ask('gallery.selection = "L1 H0 M5"; gallery.sign = "-"')
    expect(view.get_by_test_id("qk-selection")).to_have_text("L1 H0 M5")
    expect(row).to_be_hidden()
    names = [captioned(hit) for hit in answer.top("L1 H0 M5", "-")]
    expect(view.get_by_test_id("qk-row-minus").locator("figcaption span")).to_have_text(names)
    expect(view.get_by_test_id("qk-error")).to_be_empty()


def test_a_head_and_a_mode_are_chosen_in_both_views_and_maps_become_exact(notebook, answer):
    view = shown(notebook, "qk-ternary")
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

"""The explorer in a real JupyterLab: what is clicked is known to Python, and what Python sets is seen."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.ui.lab import Notebook, jupyterlab, write_notebook
from tests.ui.seeing import expect_colours

pytestmark = pytest.mark.needs_browser

CELLS = (
    "import qkwidgets as qk\nview = qk.explore(qk.load_model(), qk.odd_one_out(2, seed=5))",
    "view",
    "view",
)

# What the overlay of the first image must show, from the numbers of the kernel.
COLOURS = """
from qkwidgets.figures.raster import overlay_colours, strengths
maps = strengths(view.source.frozen(), *view.selection, 0)
print(overlay_colours(maps.query, maps.key).tolist())
"""


@pytest.fixture(scope="module")
def notebook(chrome, tmp_path_factory):
    """A notebook that shows one view twice, run in JupyterLab."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "work").mkdir()
    write_notebook(folder / "work" / "views.ipynb", *CELLS)
    with jupyterlab(folder) as address:
        notebook = Notebook(chrome, address, "views.ipynb")
        notebook.command("notebook:run-all-cells")
        expect(views(notebook)).to_have_count(2)
        yield notebook
        notebook.page.close()


@pytest.fixture(autouse=True)
def _from_the_start(notebook):
    """Every test begins at the same mode, seen on the page and known to Python."""
    notebook.ask('view.selection = "L0 H0 M0"; view.token = -1')
    for view in views(notebook).all():
        expect(selection(view)).to_have_text("L0 H0 M0")
    views(notebook).first.scroll_into_view_if_needed()
    yield
    assert notebook.errors == []


def views(notebook):
    return notebook.page.locator(".qk[data-ready='1']")


def selection(view):
    return view.get_by_test_id("qk-selection")


def test_a_click_on_a_head_changes_spectrum_overlay_and_the_selection_in_python(notebook):
    view = views(notebook).first
    spectrum = view.get_by_test_id("qk-spectrum").locator("output.readout")
    words = spectrum.text_content()

    view.locator("[data-layer='3'][data-head='2'][role=gridcell]").click()

    expect(selection(view)).to_have_text("L3 H2 M0")
    expect(spectrum).not_to_have_text(words)
    assert notebook.ask_until("print(view.selection)", "L3 H2 M0") == "L3 H2 M0"
    # Embedded maps and those of the kernel differ by their rounding.
    expect_colours(view.locator("[data-image='0'] canvas").first, np.array(json.loads(notebook.ask(COLOURS))), within=5)


def test_a_selection_set_in_python_is_seen_on_the_page(notebook):
    view = views(notebook).first

    assert notebook.ask('view.selection = "L4 H1 M5"') == ""

    expect(selection(view)).to_have_text("L4 H1 M5")
    expect(view.get_by_test_id("qk-slider-layer")).to_have_value("4")
    expect(view.locator("[role=gridcell][aria-selected=true]")).to_have_attribute("aria-label", re.compile("layer 4, head 1"))
    sigma = notebook.ask("print(f'{view.source.modes.singular_values[4, 1, 5]:.3g}')")
    expect(view.get_by_test_id("qk-spectrum").locator("output.readout")).to_contain_text(f"M5  σ {sigma}")


def test_keys_on_a_slider_stay_in_the_widget(notebook):
    view = views(notebook).first
    slider = view.get_by_test_id("qk-slider-layer")
    slider.focus()
    cells, active = notebook.n_cells, notebook.active_cell

    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "b", "a", "ArrowRight"):
        notebook.page.keyboard.press(key)

    expect(selection(view)).to_have_text("L2 H0 M0")
    expect(slider).to_be_focused()
    assert (notebook.n_cells, notebook.active_cell) == (cells, active)
    assert notebook.ask_until("print(view.layer)", "2") == "2"


def test_a_second_output_of_the_same_view_stays_in_step(notebook):
    first, second = views(notebook).all()

    first.get_by_test_id("qk-slider-mode").fill("7")
    expect(selection(second)).to_have_text("L0 H0 M7")

    second.get_by_test_id("qk-slider-head").fill("3")
    expect(selection(first)).to_have_text("L0 H3 M7")
    assert notebook.ask_until("print(view.selection)", "L0 H3 M7") == "L0 H3 M7"


def test_a_linked_view_follows_a_click_and_leads_in_turn(notebook):
    view = views(notebook).first
    notebook.ask("other = qk.modes(view.source.model).widget(); joined = qk.link(view, other)")

    view.locator("[data-layer='2'][data-head='1'][role=gridcell]").click()
    assert notebook.ask_until("print(other.selection)", "L2 H1 M0") == "L2 H1 M0"
    assert notebook.ask('other.selection = "L5 H0 M3"') == ""
    expect(selection(view)).to_have_text("L5 H0 M3")
    assert notebook.ask("joined.unlink(); other.layer = 1; print(view.layer); other.close()") == "5"


def test_a_query_patch_chosen_on_a_picture_is_known_to_python_and_its_score_is_exact(notebook):
    view = views(notebook).first
    view.locator("[data-image='1'] .pane[data-side=picture]").click(position={"x": 2, "y": 2})

    assert notebook.ask_until("print(view.image, view.token)", "1 1") == "1 1"
    # Numbers of the kernel's tile carry no rounding bound; until it arrives those of the embedded one do.
    total = view.get_by_test_id("qk-attention").locator(".total").first
    expect(total).to_have_text(re.compile(r"^sum = score [^±]*$"))
    shown, key = total.text_content(), view.get_by_test_id("qk-attention").locator(".subtitle", has_text="score of query")
    row, column = map(int, re.search(r"with key r(\d) c(\d)", key.text_content()).groups())
    score = notebook.ask(f"print(view.source.tile(0, 0).scores(1)[1, {1 + 8 * row + column}])")
    assert float(re.search(r"score (\S+?),", shown)[1].replace("−", "-")) == pytest.approx(float(score), rel=1e-3)


def test_a_kernel_that_was_busy_is_heard_when_it_is_free(notebook):
    view = views(notebook).first
    note = view.get_by_test_id("qk-note")
    from_note = "view => view.querySelector('.panels').getBoundingClientRect().top - view.getBoundingClientRect().top"
    below = view.evaluate(from_note)
    notebook.start("import threading\nfree = threading.Event()\nfree.wait(60)")
    view.locator("[data-layer='5'][data-head='3'][role=gridcell]").click()
    expect(note).to_contain_text("The kernel does not answer")
    assert view.evaluate(from_note) == below, "nothing moves when the note comes"
    rounded = view.get_by_test_id("qk-overlay").locator("output.readout")
    view.locator("[data-image='0'] .pane[data-side=picture]").hover(position={"x": 9, "y": 9})
    expect(rounded).to_contain_text("±")

    notebook.command("notebook:interrupt-kernel")
    expect(note).to_be_empty()
    expect(rounded).not_to_contain_text("±")
    assert notebook.ask_until("print(view.selection)", "L5 H3 M0") == "L5 H3 M0"


def test_the_sliders_stay_in_sight_while_the_notebook_scrolls(notebook):
    """The cell's output is a scroller of its own that never scrolls, so that `position: sticky` alone does nothing here."""
    view = views(notebook).first
    slider = view.get_by_test_id("qk-slider-layer")
    notebook.page.set_viewport_size({"width": 1400, "height": 700})
    scroller = notebook.page.locator(".jp-WindowedPanel-outer").first
    scroller.evaluate("e => { e.scrollTop = 0; }")
    scroller.evaluate(
        "(e, view) => { e.scrollTop += view.getBoundingClientRect().top - e.getBoundingClientRect().top + 400; }",
        view.element_handle(),
    )
    expect(view.locator(".controls")).to_have_attribute("style", re.compile("translateY"))
    expect(slider).to_be_in_viewport()
    slider.fill("3")
    expect(selection(view)).to_have_text("L3 H0 M0")
    expect(view.get_by_test_id("qk-overlay")).to_be_in_viewport()

    scroller.evaluate("e => { e.scrollTop = 0; }")
    expect(view.locator(".controls")).not_to_have_attribute("style", re.compile("translateY"))
    notebook.page.set_viewport_size({"width": 1400, "height": 1400})


def test_a_view_that_is_closed_listens_to_nothing_any_more(notebook):
    living, closed = (view.element_handle() for view in views(notebook).all())
    with_both = notebook.listeners("view")
    notebook.clear_output(2)
    expect(views(notebook)).to_have_count(1)
    assert notebook.listeners("view") < with_both

    for view in (living, closed):
        view.evaluate("view => { view.dataset.qkTheme = 'as it was'; }")
    notebook.page.evaluate("document.body.dataset.theme = 'touched'")  # every view that lives looks at its surroundings again
    expect(views(notebook).first).to_have_attribute("data-qk-theme", "light")
    assert closed.get_attribute("data-qk-theme") == "as it was"

    notebook.run_cell(2)
    expect(views(notebook)).to_have_count(2)
    assert notebook.listeners("view") == with_both

"""Pages of the preference and the semantic view, from their files and without a network: what is turned or chosen is shown."""

import re

import pytest
from playwright.sync_api import expect

import qkwidgets as qk
from qkwidgets.widgets.preference import preference_view
from tests.ui.seeing import expect_colours

pytestmark = pytest.mark.needs_browser


@pytest.fixture(scope="module")
def view(small_model):
    return preference_view(small_model, vary={"feature": ["colour", "shape"], "seed": range(8)}, layer=1)


@pytest.fixture(scope="module")
def found():
    return qk.semantic_map(qk.load_model(), qk.odd_one_out(4, seed=1), draws=19, controls=4, tables=2, workers=0, progress=False)


def test_a_turned_scene_changes_masks_attention_and_curves(open_page, view, tmp_path):
    view.to_html(tmp_path / "preference.html")
    page = open_page(tmp_path / "preference.html")
    expect(page.selection).to_have_text("L1")
    page.panel("knob-seed").locator("input").fill("5")
    page.panel("knob-feature").get_by_text("shape").click()
    page.panel("head").select_option("1")
    expect(page.selection).to_have_text("L1 H1")

    scene = view.source.attention((1, 5))
    cells = page.panel("groups").locator("tbody tr td:nth-child(2)")
    expect(cells).to_have_text([f"{mass:.2f}" for mass in scene.groups()[1, 1]])
    page.view.locator("[data-option='query itself']").get_by_text("left out").click()
    expect(cells).to_have_text([f"{mass:.2f}" for mass in scene.groups(itself=False)[1, 1]])

    attention = scene.attention[1, 1, 0].reshape(8, 8)
    light = (attention / attention.max())[..., None] * [0, 255, 255]
    expect_colours(page.panel("attention-target").locator("canvas"), light.round(), within=2)
    expect(page.panel("masks")).to_have_attribute("aria-label", re.compile(f"target and {scene.regions.max() - 1} distractors"))


def test_arrows_and_table_show_what_the_mode_carries(open_page, found, tmp_path):
    found.widget(layer=2).to_html(tmp_path / "semantic.html")
    page = open_page(tmp_path / "semantic.html")
    page.panel("slider-mode").fill("3")
    expect(page.selection).to_have_text("L2 H0 M3")
    table = found.table("L2 H0 M3", found.images[0].index)
    cells = page.panel("table").locator("td")
    expect(cells).to_have_count(table.size)
    assert page.panel("segments").locator(".arrow").count() > 0
    query, key = divmod(abs(table).argmax(), len(table))
    cells.nth(query * len(table) + key).hover()
    does = "raises" if table[query, key] > 0 else "lowers"
    expect(page.panel("pair")).to_contain_text(f"{does} the score by {abs(table[query, key]):.3g}"[:26])
    expect(page.panel("segments").locator(".arrow[data-on]")).to_have_attribute("data-query", str(query))

    page.panel("shares").locator(".hit").nth(4).click()
    expect(page.selection).to_have_text("L4 H0 M3")
    share = found.share[4, 0]
    expect(page.panel("shares").locator(".types td").first).to_have_text(
        re.compile(rf"^{100 * share:.{1 if 0 < share < 0.0995 else 0}f} %")
    )


def test_the_page_names_the_mode_on_which_it_opens_and_leads_back_to_it(open_page, found, tmp_path):
    found.widget().to_html(tmp_path / "semantic.html")
    page = open_page(tmp_path / "semantic.html")
    strongest = str(found.top(1)[0][0])
    expect(page.selection).to_have_text(strongest)
    page.view.locator("[role=gridcell][data-layer='0'][data-head='0']").click()
    expect(page.selection).not_to_have_text(strongest)
    page.panel("strongest").get_by_role("button").click()
    expect(page.selection).to_have_text(strongest)

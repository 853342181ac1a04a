"""An exported page, from its file and without a network: what is clicked is shown, and what is shown is what Python computes."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import qkwidgets as qk
from qkwidgets.figures.raster import overlay_colours, strengths
from tests.ui.seeing import colours, expect_colours, number

pytestmark = pytest.mark.needs_browser

QUERY, KEY = 1 + 8 * 3 + 2, 1 + 8 * 6 + 5
"""The patch r3 c2, which is not among those whose whole rows every page carries, and r6 c5."""

BOUNDED = r"(\S+)\s±\s(\S+)"
"""A number and its rounding bound, as the page writes them."""


def lit(view, index: str, image: int, palette: str = "red-cyan", **options):
    """The colours that Python's own figure gives a mode's overlay."""
    maps = strengths(view.source.frozen(), *qk.ModeIndex.parse(index), image, **options)
    return overlay_colours(maps.query, maps.key, palette)


def scores(model, view, layer: int, head: int, image: int) -> np.ndarray:
    """Scores before softmax as the model computes them, from queries and keys with their biases."""
    x = model.attn_inputs(view.source._pixels)[layer][image]
    w = model.layers[layer]
    queries, keys = x @ w.W_Q[head] + w.b_Q[head], x @ w.W_K[head] + w.b_K[head]
    return (w.scale * queries @ keys.T).numpy()


def test_sliders_show_the_same_mode_everywhere(open_page, small_page, small_view):
    page = open_page(small_page)

    for name, value in {"layer": 2, "head": 1, "mode": 4}.items():
        page.panel(f"slider-{name}").fill(str(value))

    expect(page.selection).to_have_text("L2 H1 M4")
    expect(page.view.locator("[role=gridcell][aria-selected=true]")).to_have_attribute(
        "aria-label", re.compile("layer 2, head 1")
    )
    modes = small_view.source.modes
    spectrum = page.panel("spectrum").locator("output.readout")
    expect(spectrum).to_have_text(re.compile(r"^M4  σ \S+  cosine \S+$"))
    sigma, cosine = map(number, spectrum.text_content().removeprefix("M4").split("cosine"))
    assert sigma == pytest.approx(modes.singular_values[2, 1, 4], rel=0.005)
    assert cosine == pytest.approx(modes.cosine[2, 1, 4], abs=0.0051)
    for image in (0, 1):
        expect_colours(page.canvas(image), lit(small_view, "L2 H1 M4", image))
    expect(page.panel("trend").locator("output.readout")).to_have_text(re.compile("^L2 .* H1 "))


def test_a_head_is_chosen_in_the_grid_by_mouse_and_by_arrow_keys(open_page, small_page, small_view):
    page = open_page(small_page)

    page.view.locator("[role=gridcell][data-layer='1'][data-head='1']").click()
    expect(page.selection).to_have_text("L1 H1 M0")
    expect_colours(page.canvas(0), lit(small_view, "L1 H1 M0", 0))

    page.page.keyboard.press("ArrowRight")
    expect(page.selection).to_have_text("L2 H1 M0")
    page.page.keyboard.press("ArrowUp")
    expect(page.selection).to_have_text("L2 H0 M0")
    expect(page.view.locator("[role=gridcell][data-layer='2'][data-head='0']")).to_be_focused()


def test_every_number_of_the_grid_can_be_its_colour(open_page, small_page, small_view):
    page = open_page(small_page)
    grid = page.panel("grid")
    for number_shown, values in zip(
        small_view.meta["head_numbers"], small_view.source.frozen().spectra.head_numbers, strict=True
    ):
        grid.get_by_label("colour").select_option(number_shown["key"])
        cell = grid.locator("[data-layer='2'][data-head='1']")
        expect(cell).to_have_attribute("aria-label", re.compile(re.escape(number_shown["label"])))
        assert number(cell.get_attribute("aria-label").split(number_shown["label"])[1]) == pytest.approx(values[2, 1], rel=0.006)


def test_a_mode_is_chosen_in_the_spectrum_by_mouse_and_by_keys(open_page, small_page, small_view):
    page = open_page(small_page)
    chart = page.panel("spectrum").get_by_role("slider")

    page.panel("spectrum").locator("[data-mode='6']").click()
    expect(page.selection).to_have_text("L0 H0 M6")
    expect_colours(page.canvas(1), lit(small_view, "L0 H0 M6", 1))

    chart.focus()
    for key, mode in (("ArrowRight", 7), ("ArrowLeft", 6), ("End", 31), ("Home", 0)):
        page.page.keyboard.press(key)
        expect(page.selection).to_have_text(f"L0 H0 M{mode}")
        expect(chart).to_have_attribute("aria-valuenow", str(mode))


def test_modes_that_are_not_unique_are_marked(open_page, small_page):
    page = open_page(small_page)
    page.view.locator("[role=gridcell][data-layer='1'][data-head='1']").click()
    page.panel("slider-mode").fill("2")

    spectrum = page.panel("spectrum")
    expect(spectrum.locator("output.readout")).to_contain_text("defined only together with M3")
    expect(spectrum.locator(".bracket")).to_have_count(3)
    page.panel("slider-mode").fill("5")
    expect(spectrum.locator("output.readout")).not_to_contain_text("defined only together")


def test_layers_are_chosen_in_the_trend(open_page, small_page, small_view):
    page = open_page(small_page)
    trend = page.panel("trend")
    trend.locator("rect.hit[data-layer='1']").click(position={"x": 3, "y": 3})
    expect(page.selection).to_have_text("L1 H0 M0")
    mean = small_view.source.frozen().spectra.layer_cosine[1]
    assert number(trend.locator("output.readout").text_content().split("mean")[1]) == pytest.approx(mean, abs=0.0051)

    trend.locator("circle.dot[data-layer='2'][data-head='1']").click(force=True)
    expect(page.selection).to_have_text("L2 H1 M0")


def test_hovering_a_patch_shows_its_projections_and_what_the_pair_adds(open_page, small_page, small_view):
    page = open_page(small_page)
    page.choose_query(1, (3, 2))
    page.hover_patch(1, (6, 5))

    readout = page.panel("overlay").locator("output.readout")
    expect(readout).to_contain_text("r6 c5")
    expect(readout).to_contain_text("to the score of query r3 c2")
    found = re.search(rf"query {BOUNDED}\s+key {BOUNDED}\s+· L0 H0 M0 adds {BOUNDED} to", readout.text_content())
    shown = [float(word.replace("−", "-")) for word in found.groups()]
    tile = small_view.source.tile(0, 0)
    sign = float(tile.arrays["sign"][0])
    adds = tile.scale * tile.singular_values[0] * tile.query[1, 0, QUERY] * tile.key[1, 0, KEY]
    exact = (sign * tile.query[1, 0, KEY], sign * tile.key[1, 0, KEY], adds)
    for value, bound, true in zip(shown[::2], shown[1::2], exact, strict=True):
        assert abs(value - true) <= bound + 1e-9  # the rounding of the written value is in its bound
        assert bound < 0.05 * max(1, abs(true))


def test_the_parts_of_a_score_add_up_to_the_score_that_the_model_computes(open_page, small_page, small_view, small_model):
    page = open_page(small_page)
    page.view.locator("[role=gridcell][data-layer='2'][data-head='1']").click()
    page.choose_query(0, (3, 2))
    page.choose_key((6, 5))

    attention = page.panel("attention")
    terms = [float(cell.get_attribute("data-value")) for cell in attention.locator("table.parts td.number:visible").all()]
    total = attention.locator(".total").first.text_content()
    score, bound, weight, weight_bound = (
        float(word.replace("−", "-"))
        for word in re.fullmatch(rf"sum = score {BOUNDED}, attention weight {BOUNDED}", total).groups()
    )
    true = scores(small_model, small_view, 2, 1, 0)[QUERY]
    assert sum(terms) == pytest.approx(score, abs=bound)
    assert abs(sum(terms) - true[KEY]) <= bound
    assert bound < 0.05 * np.abs(true).max()
    assert abs(weight - np.exp(true[KEY]) / np.exp(true).sum()) <= weight_bound + 1e-9


def test_the_attention_row_is_the_softmax_of_the_models_scores(open_page, small_page, small_view, small_model):
    page = open_page(small_page)
    page.choose_query(0, (3, 2))

    true = scores(small_model, small_view, 0, 0, 0)[QUERY]
    weights = (np.exp(true) / np.exp(true).sum())[1:].reshape(8, 8)
    shown = colours(page.panel("attention").locator(".stage canvas"))[..., 1] / 255  # the light of keys is blue and green
    np.testing.assert_allclose(shown, weights / weights.max(), atol=0.05)


def test_a_mode_of_the_ranking_is_chosen_by_a_click_and_the_ranking_is_pythons(open_page, small_page, small_view):
    page = open_page(small_page)
    by_rank = small_view.rank(0).top(2, layer=0, head=0)
    rows = page.panel("attention").locator("button.rank")
    for row, (index, share) in zip(rows.all(), by_rank, strict=False):
        expect(row.locator(".name")).to_have_text(f"M{index.mode}")
        assert number(row.locator(".number").text_content()) == pytest.approx(100 * share, abs=0.51)
    rows.nth(1).click()
    expect(page.selection).to_have_text(str(by_rank[1][0]))


def test_the_papers_scale_is_a_button(open_page, small_page, small_view):
    page = open_page(small_page)
    button = page.view.get_by_role("button", name="as in the paper")
    expect(button).to_have_attribute("aria-pressed", "false")

    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect_colours(page.canvas(0), lit(small_view, "L0 H0 M0", 0, scale="percentile"), within=2)
    expect(page.panel("overlay")).to_contain_text("30th to the 95th percentile")

    button.click()
    expect_colours(page.canvas(0), lit(small_view, "L0 H0 M0", 0))


def test_sign_palette_and_threshold_change_the_overlay(open_page, small_page, small_view):
    page = open_page(small_page)
    overlay = page.panel("overlay")
    for sign, name in (("+", "+"), ("-", "−")):
        overlay.get_by_role("button", name=name, exact=True).click()
        expect_colours(page.canvas(0), lit(small_view, "L0 H0 M0", 0, sign=sign))

    overlay.get_by_label("palette").select_option("orange-blue")
    expect_colours(page.canvas(0), lit(small_view, "L0 H0 M0", 0, "orange-blue", sign="-"))

    maps = strengths(small_view.source.frozen(), 0, 0, 0, 0, sign="-")
    strong = [np.where(side < 0.5, 0, side) for side in maps[:2]]
    overlay.get_by_label("threshold").fill("0.5")
    expect_colours(page.canvas(0), overlay_colours(*strong, "orange-blue"))


def test_maps_stand_side_by_side_on_request(open_page, small_page):
    page = open_page(small_page)
    query_map = page.view.locator("[data-image='0'] .pane[data-side=query]")
    expect(query_map).to_be_hidden()
    page.panel("overlay").get_by_role("button", name="side by side").click()
    expect(query_map).to_be_visible()
    expect(page.view.locator("[data-image='0'] .pane[data-side=key]")).to_be_visible()
    assert colours(page.canvas(0, "picture")).max() == 0, "the photograph stands alone"


def test_a_query_patch_is_chosen_by_keys(open_page, small_page):
    page = open_page(small_page)
    page.view.locator("[data-image='0'] .pane[data-side=picture]").focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):  # from the middle, r4 c4
        page.page.keyboard.press(key)
    expect(page.panel("attention").locator(".subtitle").first).to_have_text("from query r5 c5 to every key")


def test_the_prefix_token_can_be_the_query(open_page, small_page):
    page = open_page(small_page)
    page.panel("attention").locator("[data-token='0']").click()
    expect(page.panel("attention").locator(".subtitle").first).to_have_text("from query CLS to every key")

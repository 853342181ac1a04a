"""A page that holds some of the modes says so, and never shows a softmax of a part."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import qkwidgets as qk
from tests.ui.seeing import number

pytestmark = pytest.mark.needs_browser

HELD = 5


@pytest.fixture(scope="module")
def page(small_view, tmp_path_factory):
    """The small explorer with five modes of each head."""
    path = tmp_path_factory.mktemp("pages") / "five.html"
    small_view.source.frozen(HELD).widget().to_html(path)
    return path


def test_a_page_under_a_size_limit_says_what_it_left_out(open_page, small_model, tmp_path):
    view, whole, thin = qk.explore(small_model, qk.odd_one_out(24)), tmp_path / "whole.html", tmp_path / "thin.html"
    view.to_html(whole)
    limit = 0.7 * whole.stat().st_size / 1e6
    view.to_html(thin, max_mb=limit)

    assert thin.stat().st_size <= limit * 1e6
    note = open_page(thin).view.locator(".note", has_text="To keep this page small")
    expect(note).to_be_visible()
    held = int(re.search(r"holds maps of the (\d+) modes", note.text_content())[1])
    assert 4 <= held < 32


def test_modes_that_are_not_in_the_page_are_hollow_and_their_maps_are_not_shown(open_page, page):
    opened = open_page(page)
    spectrum = opened.panel("spectrum")
    expect(spectrum).to_contain_text("hollow: maps not in this page (it holds M0 to M4)")
    expect(spectrum.get_by_role("slider")).to_have_attribute("data-hollow", str(32 - HELD))

    opened.panel("slider-mode").fill("9")
    words = opened.panel("overlay").get_by_text("The maps of M9 are not in this page: it holds M0 to M4 of each head.")
    expect(words).to_be_visible()
    expect(spectrum.locator("output.readout")).to_have_text(re.compile(r"^M9  σ \S+  cosine"))


def test_no_attention_is_shown_for_a_patch_whose_scores_are_not_whole(open_page, page):
    opened = open_page(page)
    opened.choose_query(0, (3, 2))

    attention = opened.panel("attention")
    expect(attention).to_contain_text("The attention of this patch needs all modes, and this page holds some of them.")
    expect(attention.locator(".total").first).to_have_text("score: not known from this page")
    expect(attention).not_to_contain_text("attention weight")
    expect(attention).not_to_contain_text("Softmax over")
    assert attention.locator("[data-token] .number").all_text_contents() == [""]
    assert not attention.locator(".stage canvas").evaluate(
        "canvas => canvas.getContext('2d').getImageData(0, 0, 8, 8).data.some((value, i) => i % 4 !== 3 && value > 0)"
    )


def test_where_whole_rows_are_embedded_the_missing_modes_are_a_named_rest(open_page, page, small_view):
    opened = open_page(page)
    opened.choose_query(0, (4, 4))
    opened.choose_key((6, 5))

    query, key = 1 + 8 * 4 + 4, 1 + 8 * 6 + 5
    tile = small_view.source.tile(0, 0)
    attention = opened.panel("attention")
    rest = attention.locator("table.parts tr", has_text=f"{32 - HELD} modes not in this page").locator("td")
    parts = tile.scale * tile.singular_values * tile.query[0, :, query] * tile.key[0, :, key]
    bound = number(rest.text_content().split("±")[1])
    assert abs(float(rest.get_attribute("data-value")) - parts[HELD:].sum()) <= bound

    true = tile.scores(0)[query]
    total = attention.locator(".total").first.text_content()
    score_bound, weight_bound = map(number, total.split("±")[1:])
    assert abs(number(total) - true[key]) <= score_bound + 1e-9
    weight = number(total.split("attention weight")[1])
    assert abs(weight - np.exp(true[key]) / np.exp(true).sum()) <= weight_bound + 1e-9

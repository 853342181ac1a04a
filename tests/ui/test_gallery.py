"""A gallery's page, from its file and without a network: what is clicked is shown, and what is shown is what the answer says."""

import re
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import expect

import qkwidgets as qk
from qkwidgets.figures.raster import overlay_colours
from qkwidgets.sweeps import sweep
from qkwidgets.sweeps.top_images import TopImages
from qkwidgets.widgets.gallery import Gallery
from tests.galleries import optimal
from tests.ui.seeing import colours, expect_colours

pytestmark = pytest.mark.needs_browser

NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def found(small_model):
    """What a sweep of the small model finds in a few scenes; maps of 8 of its 32 modes."""
    options = TopImages(k=4, maps=8, sample=12)
    return sweep(small_model, qk.odd_one_out(12, seed=5), options, workers=0, progress=False)["optimal"]


@pytest.fixture(scope="module")
def gallery_page(found, tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "gallery.html"
    Gallery(found, layer=1).to_html(path)
    return path


def row(page, sign):
    return page.view.get_by_test_id("qk-row-minus" if sign == "-" else "qk-row-plus")


def card(page, sign, place):
    return row(page, sign).locator(".card").nth(place)


def lit(found, index, sign, place, palette="red-cyan"):
    """The colours of a place: positive projections from 0 to the 99th percentile over both signs' pictures."""
    both = [found.kept_maps(index, each)[: len(found.top(index, each))] for each in "+-"]
    ends = np.quantile(np.abs(np.concatenate(both)), 0.99, axis=(0, 2, 3))
    query, key = (found.kept_maps(index, sign)[place, side] / ends[side] for side in (0, 1))
    return overlay_colours(query.clip(0, 1), key.clip(0, 1), palette)


def test_the_pictures_of_a_mode_carry_its_maps_and_its_best_pair(open_page, gallery_page, found):
    page = open_page(gallery_page)
    expect(page.selection).to_have_text("L1 H0 M0")
    for sign in "+-":
        hits = found.top("L1 H0 M0", sign)
        expect(row(page, sign).locator("figcaption")).to_have_text([re.compile(f" {re.escape(hit.name)}$") for hit in hits])
        for place, hit in enumerate(hits):
            shown = card(page, sign, place)
            expect_colours(shown.locator("[data-side=picture] canvas"), lit(found, "L1 H0 M0", sign, place))
            query = shown.locator("[data-side=picture] .outline.query")
            expect(query).to_have_attribute("transform", "translate({1} {0})".format(*hit.query_patch))
            assert shown.locator("img").evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == 64


def test_sliders_grid_and_arrow_keys_choose_the_same_mode(open_page, gallery_page, found):
    page = open_page(gallery_page)
    page.panel("slider-mode").fill("1")
    page.view.locator("[role=gridcell][data-layer='2'][data-head='1']").click()
    expect(page.selection).to_have_text("L2 H1 M1")
    card(page, "+", 0).focus()
    page.page.keyboard.press("ArrowDown")
    expect(page.selection).to_have_text("L2 H1 M2")
    expect(card(page, "+", 0)).to_be_focused()
    best = found.top("L2 H1 M2", "+")[0]
    expect(row(page, "+").locator("output")).to_contain_text(best.name)
    page.page.keyboard.press("ArrowRight")
    expect(card(page, "+", 1)).to_be_focused()
    expect(row(page, "+").locator("output")).to_contain_text("2. " + found.top("L2 H1 M2", "+")[1].name)


def test_under_the_pointer_stand_name_score_and_patches(open_page, gallery_page, found):
    page = open_page(gallery_page)
    hit = found.top("L1 H0 M0", "-")[1]
    card(page, "-", 1).hover()
    words = row(page, "-").locator("output")
    expect(words).to_contain_text(f"2. {hit.name} · score {hit.score:.3g}")
    expect(words).to_contain_text("query r{} c{}".format(*hit.query_patch))
    expect(words).to_contain_text("key r{} c{}".format(*hit.key_patch))


def test_palette_sign_and_maps_beside_or_none(open_page, gallery_page, found):
    page = open_page(gallery_page)
    page.view.get_by_role("button", name="orange / blue").click()
    expect_colours(card(page, "+", 0).locator("[data-side=picture] canvas"), lit(found, "L1 H0 M0", "+", 0, "orange-blue"))
    page.view.get_by_role("button", name="−", exact=True).click()
    expect(row(page, "+")).to_be_hidden()
    page.view.get_by_role("button", name="side by side").click()
    expect(card(page, "-", 0).locator(".pane[data-side=key]")).to_be_visible()
    page.view.get_by_role("button", name="off", exact=True).click()
    expect(card(page, "-", 0).locator(".pane[data-side=key]")).to_be_hidden()
    expect(card(page, "-", 0).locator("canvas").first).to_be_hidden()


def test_deciles_are_those_of_the_answer_and_modes_without_maps_keep_their_pictures(open_page, gallery_page, found):
    page = open_page(gallery_page)
    page.view.get_by_role("button", name="deciles").click()
    names = [hit.name for hit in found.ordinary("L1 H0 M0", "+")]
    expect(row(page, "+").locator("figcaption span")).to_have_text(names)
    expect(row(page, "+").locator("figcaption b").nth(5)).to_have_text(re.compile(r"^50 %: "))
    page.view.get_by_role("button", name="top").click()
    page.panel("slider-mode").fill("20")
    expect(page.view).to_contain_text("Maps are kept of the 8 strongest of the 32 modes")
    expect(card(page, "+", 0).locator("img")).to_be_visible()


@pytest.mark.parametrize("width", [360, 420, 800, 1400, 1680])
def test_nothing_is_wider_than_the_page_and_no_two_pictures_overlap(open_page, gallery_page, width):
    page = open_page(gallery_page, viewport={"width": width, "height": 900})
    for name in ("overlay", "side by side"):
        page.view.get_by_role("button", name=name).click()
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width
        boxes = [each.bounding_box() for each in row(page, "+").locator(".card").all()]
        for one, other in pairwise(boxes):
            assert one["x"] + one["width"] <= other["x"] or one["y"] + one["height"] <= other["y"]
        assert boxes[0]["width"] > 140


def test_names_and_classes_are_text_and_missing_pictures_are_said_to_be(open_page, tmp_path):
    Gallery(optimal(name=NASTY)).to_html(tmp_path / "nasty.html", title=NASTY)
    page = open_page(tmp_path / "nasty.html")
    expect(page.view.locator("h2")).to_have_text(NASTY)
    expect(row(page, "+").locator(".suggestion")).to_contain_text(f"suggestion{NASTY} class (p = ")
    expect(row(page, "-").locator(".card[data-empty]")).to_have_count(2)
    expect(card(page, "-", 3)).to_have_text(re.compile("no further image has a positive score"))
    assert page.view.locator("img[onerror]").count() == 0
    page.panel("slider-mode").fill("1")
    expect(row(page, "-").locator(".none")).to_have_text("No image has a positive score for this sign of the mode.")


def test_a_page_that_had_to_be_small_says_what_it_left_out(open_page, found, tmp_path):
    Gallery(found).to_html(tmp_path / "whole.html")
    most = (tmp_path / "whole.html").stat().st_size
    Gallery(found, mode=31).to_html(tmp_path / "small.html", max_mb=0.9 * most / 1e6)
    page = open_page(tmp_path / "small.html")
    expect(page.view.locator(".note", has_text="To keep this page small")).to_have_count(1)
    page.panel("slider-mode").fill("31")
    expect(row(page, "+").locator(".none")).to_have_text(
        re.compile(r"^The images of M31 are not in this page: it holds M0 to M\d+ ")
    )


def test_dark_surroundings_give_a_dark_gallery(open_page, gallery_page):
    page = open_page(gallery_page, color_scheme="dark")
    expect(page.view).to_have_attribute("data-qk-theme", "dark")
    assert colours(card(page, "+", 0).locator("[data-side=picture] canvas")).max() > 100

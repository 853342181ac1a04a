"""An exported page for everyone: in the dark, on a narrow screen, without scripts, with labels that hold markup."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import qkwidgets as qk
from qkwidgets.data.images import Picture
from tests.ui.seeing import OpenPage

pytestmark = pytest.mark.needs_browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_colour_scheme(open_page, small_page, scheme):
    page = open_page(small_page, color_scheme=scheme)
    expect(page.view).to_have_attribute("data-qk-theme", scheme)
    ink = page.view.evaluate("view => getComputedStyle(view).color")
    brightness = np.mean([float(channel) for channel in re.findall(r"[\d.]+", ink)[:3]])
    assert (brightness > 128) == (scheme == "dark")


def test_a_narrow_window_needs_no_sideways_scrolling(open_page, small_page):
    page = open_page(small_page, viewport={"width": 380, "height": 800})
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 380


def test_labels_with_markup_are_text(open_page, small_model, tmp_path):
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    picture = Picture(qk.odd_one_out(1).images[0], evil, f"{evil} source", f"{evil} licence")
    path = tmp_path / "evil.html"
    qk.explore(small_model, [picture]).to_html(path, title=f"{evil} title")

    page = open_page(path)
    assert page.page.title() == f"{evil} title"
    expect(page.view.get_by_role("heading", name=f"{evil} title")).to_be_visible()
    expect(page.view.locator("figcaption", has_text=evil)).to_be_visible()
    page.view.get_by_text("About this view").click()
    expect(page.view.locator(".about")).to_contain_text(f"{evil} source · {evil} licence")
    assert page.page.locator("img[src=x], [onerror]").count() == 0

    without_scripts = open_page(path, java_script_enabled=False).page
    expect(without_scripts.get_by_role("heading", name=f"{evil} title")).to_be_visible()
    assert without_scripts.locator("img[src=x], [onerror]").count() == 0


def test_without_scripts_a_page_shows_a_picture_and_a_table(open_page, small_page, small_view):
    page = open_page(small_page, java_script_enabled=False).page
    picture = page.locator("noscript img")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["width"] == 384, "64 pixels would be a stamp"
    cells = page.locator("noscript table tr").nth(3).locator("td").all_text_contents()
    spectra = small_view.source.frozen().spectra
    np.testing.assert_allclose([float(cell) for cell in cells], [spectra.layer_cosine[2], *spectra.head_cosine[2]], atol=0.00051)


def test_a_page_that_asks_for_something_would_be_noticed(chrome, tmp_path, small_page):
    """The other tests prove nothing if their ears are shut."""
    path = tmp_path / "asking.html"
    asking = '<img src="http://127.0.0.1:9/x.png"><p style="color: red">'
    path.write_text(small_page.read_text(encoding="utf-8").replace("<noscript>", f"{asking}<noscript>", 1), encoding="utf-8")
    page = OpenPage(chrome, path)
    complaints = " ".join(page.complaints())
    page.context.close()
    assert "violation: img-src" in complaints
    assert "violation: style-src" in complaints

"""Is a figure's file whole, offline and what its name says, or not there at all?"""

import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from playwright.sync_api import sync_playwright

from qkwidgets.core.errors import InputError
from qkwidgets.figures import files
from qkwidgets.figures.colours import colours
from qkwidgets.figures.files import write_figure
from tests.figures.texts import NASTY
from tests.galleries import optimal

WIDE = 680
"""Pixels of an overlay of two pictures."""

START = {".svg": b"<svg", ".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n"}


@pytest.fixture
def browser_path(chromium, monkeypatch):
    """Kaleido uses the browser that the other tests use."""
    monkeypatch.setenv("BROWSER_PATH", chromium)


@pytest.mark.needs_browser
@pytest.mark.usefixtures("browser_path")
@pytest.mark.parametrize("suffix", START)
def test_a_picture_is_what_its_name_says(alignment, tmp_path, suffix):
    path = tmp_path / f"trend{suffix}"
    write_figure(alignment.figure(), path)
    assert path.read_bytes().startswith(START[suffix])
    assert list(tmp_path.iterdir()) == [path]
    if suffix == ".svg":
        assert NASTY in {element.text for element in ElementTree.parse(path).iter()}


def test_a_page_is_the_same_bytes_each_time_and_names_are_text(alignment, tmp_path):
    for name in ("a.html", "b.html"):
        write_figure(alignment.figure(theme="dark"), tmp_path / name)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page == (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "background: #14171a" in page
    assert NASTY not in page
    write_figure(alignment.figure().update_layout(title={"text": "<i>l</i> &lt;/title&gt; &#36;"}), tmp_path / "c.html")
    assert re.search("<title>(.*)</title>", (tmp_path / "c.html").read_text())[1] == "l &lt;/title&gt; $"


@pytest.mark.needs_browser
def test_a_page_makes_no_request_and_shows_names_letter_by_letter(alignment, chromium, tmp_path):
    write_figure(alignment.figure(), tmp_path / "trend.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        requests, errors = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto((tmp_path / "trend.html").as_uri())
        page.wait_for_selector("svg .legendtext")
        assert page.text_content("svg .legendtext") == NASTY
        assert page.locator("svg a").count() == 0
        browser.close()
    assert requests == [(tmp_path / "trend.html").as_uri()]
    assert errors == []


@pytest.mark.needs_browser
@pytest.mark.parametrize(
    ("name", "widths"), [("trend", [468, 960, 328, 268]), ("overlay", [468, WIDE, 328, 268]), ("optimal", [468, WIDE, 328, 268])]
)
def test_a_page_is_as_wide_as_the_window_lets_it_be_and_pictures_keep_their_shape(
    alignment, exploration, chromium, tmp_path, name, widths
):
    figure = {"trend": alignment, "overlay": exploration, "optimal": optimal()}[name].figure()
    write_figure(figure, tmp_path / "x.html")
    drawn = "width => Math.abs(document.querySelector('svg.main-svg').getBoundingClientRect().width - width) < 0.01"
    high = "document.querySelector('svg.main-svg').getBoundingClientRect().height"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 500, "height": 400})
        page.goto((tmp_path / "x.html").as_uri())
        for window, width in zip((500, 1400, 360, 300), widths, strict=True):  # of the window 32 pixels are margin
            page.set_viewport_size({"width": window, "height": 400})
            page.wait_for_function(drawn, arg=width)
            assert page.evaluate("document.documentElement.scrollWidth") <= window
            if name != "trend":
                assert page.evaluate(high) == pytest.approx(figure.layout.height * width / WIDE, abs=0.01)
            assert page.evaluate("document.body.scrollHeight") <= page.evaluate(high) + 33
        browser.close()


@pytest.mark.needs_browser
def test_a_page_that_is_made_smaller_tells_what_is_pointed_at(alignment, chromium, tmp_path):
    write_figure(alignment.figure(), tmp_path / "x.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 220, "height": 400})
        page.goto((tmp_path / "x.html").as_uri())
        page.wait_for_selector("svg .scatterlayer .point")
        layers = page.locator("svg .scatterlayer .trace").last.locator(".point")
        assert layers.count() == len(alignment.layer)
        for layer, cosine in enumerate(alignment.layer):
            box = layers.nth(layer).bounding_box()
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_function(
                "told => document.querySelector('svg .hoverlayer')?.textContent.includes(told)",
                arg=f"mean: {cosine:.3f}",
                timeout=5000,
            )
        browser.close()


@pytest.mark.needs_browser
def test_a_page_that_was_given_no_theme_is_as_its_reader_has_it(alignment, chromium, tmp_path):
    write_figure(lambda theme: alignment.figure(theme=theme), tmp_path / "both.html")
    write_figure(alignment.figure(theme="light"), tmp_path / "light.html")
    line = "document.querySelector('svg .legend .legendlines path').style.stroke"
    paper = "getComputedStyle(document.body).backgroundColor"
    light, dark = ("rgb(255, 255, 255)", rgb("light")), ("rgb(20, 23, 26)", rgb("dark"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(color_scheme="dark")
        for name, seen in (("light", light), ("both", dark)):
            page.goto((tmp_path / f"{name}.html").as_uri())
            page.wait_for_function(f"() => {line} === '{seen[1]}'")
            assert page.evaluate(paper) == seen[0]
        page.emulate_media(color_scheme="light")
        page.wait_for_function(f"() => {line} === '{light[1]}'")
        assert page.evaluate(paper) == light[0]
        browser.close()


def test_a_picture_of_no_theme_is_light(alignment, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(files, "_picture", lambda figure, form: drawn.append(figure) or b"")
    write_figure(lambda theme: alignment.figure(theme=theme), tmp_path / "x.svg")
    assert drawn[0].layout.template.layout.paper_bgcolor == colours("light").paper


def rgb(theme):
    """The colour of the first line, as a browser says it."""
    return "rgb({}, {}, {})".format(*bytes.fromhex(colours(theme).series[0][1:]))


def test_another_ending_is_refused(alignment, tmp_path):
    with pytest.raises(InputError) as caught:
        write_figure(alignment.figure(), tmp_path / "trend.gif")
    assert str(caught.value) == (
        "The ending of a figure's file is one of .html, .svg, .pdf, .png: got 'trend.gif'. It is probably misspelt, or a form that plotly does not "
        "write. "
        "Choose one of them."
    )
    assert list(tmp_path.iterdir()) == []


def test_without_a_browser_it_says_how_to_get_one(alignment, tmp_path, monkeypatch):
    from choreographer.browsers.chromium import Chromium

    monkeypatch.setattr(Chromium, "find_browser", classmethod(lambda cls, **_: None))
    with pytest.raises(InputError) as caught:
        write_figure(alignment.figure(), tmp_path / "trend.svg")
    assert str(caught.value) == (
        "A .svg file is drawn in a Chromium: none was found. Its folder may be missing from PATH. Install one (Debian and "
        "Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), set BROWSER_PATH to the one you have, or "
        "write .html."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_does_not_start_is_said_to(alignment, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", shutil.which("false"))
    with pytest.raises(InputError) as caught:
        write_figure(alignment.figure(), tmp_path / "trend.png")
    assert str(caught.value) == (
        "A .png file is drawn in a Chromium that stays open: the one found closed at once. It may be broken, or lack a library. "
        "Start it by hand to see why, set BROWSER_PATH to another, or write .html."
    )
    assert list(tmp_path.iterdir()) == []


def test_without_kaleido_it_says_how_to_get_it(alignment, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(InputError) as caught:
        write_figure(alignment.figure(), tmp_path / "trend.pdf")
    assert str(caught.value) == (
        "A .pdf file is drawn by kaleido 1.0 or newer: it is not installed here. It comes with an extra. Run "
        "`pip install 'qkwidgets[export]'`, or write .html."
    )


def test_a_file_that_was_there_stays_when_writing_fails(alignment, tmp_path, monkeypatch):
    path = tmp_path / "trend.html"
    path.write_text("mine")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        write_figure(alignment.figure(), path)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_figure_needs_no_torch():
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "import qkwidgets\n"
        "view = qkwidgets.examples('deit-tiny')\n"
        "view.figure(index='L4 H2 M1'); view.rank(0).figure()"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)

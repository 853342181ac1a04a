"""A factor map's page, from its file and without a network: what is clicked is shown, and what is shown is what the answer says."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from qkwidgets.answers.factor_shares import shares
from qkwidgets.core.layout import TokenLayout
from qkwidgets.widgets.factors import FactorMap
from tests.factor_answers import Images, factors
from tests.ui.seeing import colours

pytestmark = pytest.mark.needs_browser

LAYOUT = TokenLayout(n_cls=1, grid=(8, 8))
RISE = 360 * np.sqrt(3) / 2


@pytest.fixture(scope="module")
def answer():
    return factors((3, 2, 8), LAYOUT, bias="From 50 images: up to 2 %.")


@pytest.fixture(scope="module")
def factor_page(answer, tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "factors.html"
    FactorMap(answer, Images(answer, size=64)).to_html(path)
    return path


def cell(page, layer, head):
    return page.panel("grid").locator(f"[role=gridcell][data-layer='{layer}'][data-head='{head}']")


def share(page, name, column):
    return page.view.locator(f"[data-testid=qk-cells] tr[data-cell='{name}'] td").nth(column)


def point(answer, layer, head, mode):
    """Where a mode lies in the drawing of the triangle, from its upper left corner in the drawing's units."""
    mean, _, content = (answer.query_share[layer, head, mode] + answer.key_share[layer, head, mode]) / 2
    return 44 + 360 * (content + mean / 2), 32 + RISE * (1 - mean)


def test_a_click_on_a_head_shows_its_cells_and_modes(open_page, factor_page, answer):
    page = open_page(factor_page)
    expect(page.panel("bias")).to_have_text(answer.bias)
    cell(page, 2, 1).click()
    expect(page.selection).to_have_text("L2 H1 M0")
    found = shares(answer.energy[2, 1], "drop_mean")
    for name, spot in (("CC", (2, 2)), ("CP", (2, 1)), ("PP", (1, 1))):
        shown = float(share(page, name, 1).get_attribute("data-value"))
        assert shown == pytest.approx(found[spot], abs=1e-6)
    names = ("content-content", "content-position", "position-position", "mixed")
    expect(page.panel("label")).to_have_text(re.compile(names[answer.head_label[2, 1]] + "$"))


def test_a_click_on_a_point_of_the_triangle_chooses_its_mode_and_its_maps(open_page, factor_page, answer):
    page = open_page(factor_page)
    cell(page, 1, 0).click()
    plot = page.panel("ternary").locator(".triangle")
    box = plot.bounding_box()
    x, y = point(answer, 1, 0, 3)
    unit = box["width"] / (360 + 88)
    plot.click(position={"x": x * unit, "y": y * unit})
    expect(page.selection).to_have_text(re.compile("L1 H0 M[0-7]"))
    mode = int(page.selection.text_content().split("M")[1])
    chosen = np.hypot(*np.subtract(point(answer, 1, 0, mode), (x, y)))
    assert chosen < 10
    query = answer.query_share[1, 0, mode]
    words = page.panel("ternary").locator("output").inner_text().replace("\u00a0", " ")
    assert f"content {_percent(query[2])}" in words
    plot.focus()
    page.page.keyboard.press("Home")
    expect(page.selection).to_have_text("L1 H0 M0")


def test_the_letters_of_a_chip_stand_above_its_pattern(open_page, factor_page):
    chip = open_page(factor_page).view.locator("tr[data-cell=PC] .mark")
    room, pattern = chip.evaluate(
        """e => { const { paddingBottom, backgroundSize } = getComputedStyle(e); return [paddingBottom, backgroundSize.split(" ")[1]]; }"""
    )
    assert float(room.removesuffix("px")) >= float(pattern.removesuffix("px")) > 0


def _percent(value: float) -> str:
    text = f"{100 * value:.1f}" if value < 0.0995 else f"{100 * value:.0f}"
    return f"{text if float(text) else '0'} %"


def test_maps_over_images_and_on_one_are_painted_on_one_scale(open_page, factor_page, answer):
    page = open_page(factor_page)
    cell(page, 1, 1).click()
    maps = page.panel("maps")
    expect(maps.locator("figure:visible")).to_have_count(4)
    shown = maps.locator("[data-side=query] [data-shows=position] canvas")
    painted = colours(shown)
    assert painted.shape == (8, 8, 3)
    position = answer.query_position[1, 1, 0].reshape(8, 8)
    # Green is above zero and purple below.
    strong = np.abs(position) > 0.3 * np.abs(position).max()
    assert (((painted[..., 1] > painted[..., 0]) == (position > 0)) | ~strong).all()
    page.view.get_by_role("button", name="on one image").click()
    expect(maps.locator("figure:visible")).to_have_count(7)
    maps.locator("[data-side=key] [data-shows=whole] .pane").hover(position={"x": 5, "y": 5})
    words = page.panel("patch").inner_text()
    assert words.startswith("r0 c0\nquery: mean ")
    numbers = re.findall(r"(?:mean|position|content|sum) (−?[\d.]+)", words.splitlines()[2])
    mean, position, content, total = (float(each.replace("−", "-")) for each in numbers)
    assert mean + position + content == pytest.approx(total, abs=0.03)


def test_shares_of_other_cells_are_named_where_they_are_shown(open_page, factor_page, answer):
    page = open_page(factor_page)
    page.view.get_by_role("button", name="seen by softmax").click()
    page.panel("number").select_option("cell:MC")
    expect(page.panel("grid").locator(".caption")).to_contain_text("what softmax can see: the key’s mean factor removed")
    seen = shares(answer.energy, "visible")[..., 0, 2]
    expect(cell(page, 0, 1)).to_have_text(f"{seen[0, 1]:.2f}".lstrip("0"))
    expect(page.panel("number").locator("option[value='cell:unseen']")).to_be_disabled()


@pytest.mark.parametrize("width", [360, 420, 800, 1200, 1680])
def test_nothing_is_wider_than_the_page(open_page, factor_page, width):
    page = open_page(factor_page, viewport={"width": width, "height": 900})
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    page.view.get_by_role("button", name="on one image").click()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [each.bounding_box() for each in page.panel("maps").locator(".pane:visible").all()]
    assert min(box["width"] for box in boxes) > 80


def test_a_dark_page_has_a_dark_theme(open_page, factor_page):
    page = open_page(factor_page, color_scheme="dark")
    expect(page.view).to_have_attribute("data-qk-theme", "dark")

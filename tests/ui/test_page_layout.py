"""Where things stand on a page, from a phone to a lecture hall: nothing cut off, nothing left blank, nothing too small or too pale."""

import pytest
from playwright.sync_api import expect

import qkwidgets as qk

pytestmark = pytest.mark.needs_browser

WIDTHS = (360, 420, 560, 640, 800, 920, 1000, 1200, 1400, 1680)

LARGEST_BLANK = 0.11
"""Of the area of the panels, in one rectangle. Under the shorter of two neighbours there is always some."""

# What is seen, as boxes: every line of text, every picture, every control; and the box of all panels.
SEEN = """view => {
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const panels = view.querySelector(".panels");
  const boxes = [];
  for (const element of panels.querySelectorAll("*")) {
    if (!seen(element) || element.closest(".unseen-table")) continue;
    if (element.matches("canvas, img, svg, button, input, select, .cell")) boxes.push(element.getBoundingClientRect());
    for (const node of element.childNodes) {
      if (!(node instanceof Text) || !node.data.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const cut = getComputedStyle(element).textOverflow === "ellipsis" ? element.getBoundingClientRect().right : Infinity;
      for (const { left, top, right, bottom, width } of range.getClientRects())
        boxes.push({ left, top, right: Math.min(right, cut), bottom, width, height: bottom - top });
    }
  }
  const plain = ({ left, top, right, bottom }) => [left, top, right, bottom];
  return [plain(panels.getBoundingClientRect()), boxes.filter((box) => box.width && box.height).map(plain)];
}"""

# Texts with too little contrast to what is behind them, by the formula of WCAG 2; text on pictures is not looked at.
PALE = """view => {
  const rgb = (css) => css.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const over = ([r, g, b, a = 1], under) => (a === 1 || !under ? [r, g, b] : [r, g, b].map((c, i) => c * a + under[i] * (1 - a)));
  const behind = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement ?? node.getRootNode().host) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) layers.push(colour);
      if (colour.length === 3) break;
    }
    const canvas = view.dataset.qkTheme === "dark" ? [18, 18, 18] : [255, 255, 255];
    return layers.reduceRight((under, colour) => over(colour, under), canvas);
  };
  const pale = [];
  for (const element of view.querySelectorAll("*")) {
    if (element.closest(".pane, .unseen-table, svg, option") || !element.checkVisibility()) continue;
    if (![...element.childNodes].some((node) => node instanceof Text && node.data.trim())) continue;
    const style = getComputedStyle(element);
    if (parseFloat(style.fontSize) === 0) continue;
    const [a, b] = [light(rgb(style.color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) pale.push(`${element.textContent} (${element.className}): ${contrast.toFixed(2)}`);
  }
  return pale;
}"""

# Controls with less than 24 pixels of height or width; links in a line of text have their line.
SMALL = """view => [...view.querySelectorAll("button, select, input, summary, [role=gridcell]")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([element, { width, height }]) => height < 23.9 || (width < 23.9 && !element.matches("[role=gridcell]")))
  .map(([element, { width, height }]) => `${element.textContent || element.ariaLabel}: ${width} x ${height}`)"""


def largest_blank(box, seen, step: int = 8) -> float:
    """The area of the largest rectangle inside `box` without anything seen, as a share of the area of `box`."""
    left, top, right, bottom = box
    columns, rows = int((right - left) // step), int((bottom - top) // step)
    free = [[True] * columns for _ in range(rows)]
    for x0, y0, x1, y1 in seen:
        for row in range(max(0, int((y0 - top) // step)), min(rows, int((y1 - top) // step) + 1)):
            for column in range(max(0, int((x0 - left) // step)), min(columns, int((x1 - left) // step) + 1)):
                free[row][column] = False
    best, heights = 0, [0] * columns
    for row in free:
        heights = [height + 1 if cell else 0 for height, cell in zip(heights, row, strict=True)]
        for first in range(columns):  # small enough for the plain way
            low = rows
            for last in range(first, columns):
                low = min(low, heights[last])
                if not low:
                    break
                best = max(best, low * (last - first + 1))
    return best / (columns * rows)


@pytest.fixture(scope="module")
def pages(small_model, small_view, tmp_path_factory):
    """The small explorer with so many scenes, as pages."""
    folder = tmp_path_factory.mktemp("layout")
    for count in (1, 2, 4, 8):
        view = small_view if count == 2 else qk.explore(small_model, qk.odd_one_out(count, seed=5))
        view.to_html(folder / f"{count}.html")
    return {count: folder / f"{count}.html" for count in (1, 2, 4, 8)}


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_no_large_blank_area_and_nothing_cut_off_at_any_width(open_page, pages, count):
    page = open_page(pages[count])
    blanks = {}
    for width in WIDTHS:
        page.page.set_viewport_size({"width": width, "height": 900})
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width
        box, seen = page.view.evaluate(SEEN)
        assert max(x1 for _, _, x1, _ in seen) <= box[2] + 4, f"cut off on the right at {width} pixels"
        assert min(x0 for x0, _, _, _ in seen) >= box[0] - 8, f"cut off on the left at {width} pixels"
        blanks[width] = round(largest_blank(box, seen), 3)
    assert {width: blank for width, blank in blanks.items() if blank > LARGEST_BLANK} == {}


def test_panels_are_read_in_one_order_at_every_width(open_page, pages):
    page = open_page(pages[4])
    for width in WIDTHS:
        page.page.set_viewport_size({"width": width, "height": 900})
        boxes = [page.panel(name).bounding_box() for name in ("grid", "spectrum", "trend", "overlay", "attention")]
        places = [(round(box["y"]), round(box["x"])) for box in boxes]
        assert places == sorted(places)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(open_page, pages, scheme):
    page = open_page(pages[4], color_scheme=scheme)
    page.view.get_by_text("About this view").click()
    for number in ("cosine", "effective_modes"):
        page.panel("grid").get_by_label("colour").select_option(number)
        assert page.view.evaluate(PALE) == []


@pytest.mark.parametrize("width", [360, 1400])
def test_whatever_can_be_hit_is_large_enough_for_a_finger(open_page, pages, width):
    page = open_page(pages[4], viewport={"width": width, "height": 900})
    page.choose_query(0, (3, 2))
    page.view.get_by_text("About this view").click()
    assert page.view.evaluate(SMALL) == []


def test_the_bar_of_sliders_stays_in_sight_while_a_page_scrolls(open_page, pages):
    page = open_page(pages[8])
    page.page.evaluate("scrollTo(0, 600)")
    expect(page.panel("slider-layer")).to_be_in_viewport()
    page.page.wait_for_timeout(300)
    assert page.panel("slider-layer").bounding_box()["y"] < 60
    assert page.view.locator(".controls").evaluate("bar => bar.style.transform") == "", "a page needs no help"


def test_long_names_are_cut_and_told_whole(open_page, small_model, tmp_path):
    name = "a_photograph_with_a_name_that_is_much_longer_than_any_column_of_this_view_is_wide"
    pictures = [qk.data.images.Picture(image, f"{name} {i}", None, None) for i, image in enumerate(qk.odd_one_out(2).images)]
    path = tmp_path / "long.html"
    qk.explore(small_model, pictures).to_html(path)
    page = open_page(path)
    for width in (360, 1000):
        page.page.set_viewport_size({"width": width, "height": 900})
        title = page.panel("attention").locator(".line .subtitle")
        assert title.bounding_box()["height"] < 26, "one line"
        expect(title).to_have_attribute("title", f"modes of {name} 0")
        caption = page.view.locator("figcaption").first
        assert caption.bounding_box()["height"] < 26
        expect(caption).to_have_attribute("title", f"{name} 0")
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width

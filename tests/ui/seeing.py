"""What a page shows, as numbers, and what it did that it should not: for tests that look at exported pages and at notebooks."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

# Read from a copy: a canvas that is read again and again is moved to slower memory, with a warning.
READ_CANVAS = """canvas => {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  return Array.from(copy.getImageData(0, 0, width, height).data);
}"""
SAME_COLOURS = f"""([canvas, expected, within]) => {{
  const shown = ({READ_CANVAS})(canvas).filter((_, i) => i % 4 !== 3);
  return shown.length === expected.length && shown.every((value, i) => Math.abs(value - expected[i]) <= within);
}}"""
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def colours(canvas: Locator) -> np.ndarray:
    """The pixels of a canvas, [row, column, 3]."""
    size = canvas.evaluate("canvas => [canvas.height, canvas.width]")
    return np.array(canvas.evaluate(READ_CANVAS), dtype=int).reshape(*size, 4)[..., :3]


def expect_colours(canvas: Locator, expected: np.ndarray, within: int = 1) -> None:
    """Wait until a canvas shows these colours, up to a rounding of so many steps of 255."""
    asked = [canvas.element_handle(), expected.ravel().tolist(), within]
    try:
        canvas.page.wait_for_function(SAME_COLOURS, arg=asked)
    except TimeoutError:
        np.testing.assert_allclose(colours(canvas), expected, atol=within)
        raise


def number(words: str) -> float:
    """The first number of a text, as the page writes numbers."""
    return float(re.search(r"[-−]?\d+(\.\d+)?(e[-−+]?\d+)?", words)[0].replace("−", "-"))


def _middle(pane: Locator, patch: tuple[int, int]) -> dict[str, float]:
    """Where on a pane of an 8 x 8 grid the middle of a patch is."""
    box = pane.bounding_box()
    return {"x": (patch[1] + 0.5) * box["width"] / 8, "y": (patch[0] + 0.5) * box["height"] / 8}


class OpenPage:
    """An exported page opened from its file, without a network, and what it did that it should not."""

    def __init__(self, browser: Browser, path: Path, **context: Any) -> None:
        self.context = browser.new_context(**{"offline": True, "viewport": {"width": 1400, "height": 1000}} | context)
        self.context.add_init_script(LISTEN)
        self.page: Page = self.context.new_page()
        self._scripts = context.get("java_script_enabled", True)
        self._requests: list[str] = []
        self._said: list[str] = []
        self.page.on("request", lambda request: self._requests.append(request.url))
        self.page.on("console", lambda message: self._said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self._said.append(f"error: {error}"))
        self._address = path.as_uri()
        self.page.goto(self._address)
        self.view = self.page.locator(".qk[data-ready='1']")
        if self._scripts:
            expect(self.view).to_have_count(1)

    def panel(self, name: str) -> Locator:
        return self.view.get_by_test_id(f"qk-{name}")

    @property
    def selection(self) -> Locator:
        return self.panel("selection")

    def canvas(self, image: int, side: str = "picture") -> Locator:
        """The map on an image."""
        return self._pane(image, side).locator("canvas")

    def hover_patch(self, image: int, patch: tuple[int, int]) -> None:
        self._pane(image).hover(position=_middle(self._pane(image), patch))

    def choose_query(self, image: int, patch: tuple[int, int]) -> None:
        """Click a patch on an image, at (row, column), which makes it the query; return when the page shows it."""
        self._pane(image).click(position=_middle(self._pane(image), patch))
        row, column = patch
        expect(self.panel("attention").locator(".subtitle").first).to_have_text(f"from query r{row} c{column} to every key")

    def choose_key(self, patch: tuple[int, int]) -> None:
        """Click a patch on the attention panel's picture, which makes it the key whose score is taken apart."""
        pane = self.panel("attention").locator(".stage .pane")
        pane.click(position=_middle(pane, patch))
        title = "with key r{} c{}".format(*patch)
        expect(self.panel("attention").locator(".subtitle", has_text=title)).to_have_count(1)

    def _pane(self, image: int, side: str = "picture") -> Locator:
        return self.view.locator(f"[data-image='{image}'] .pane[data-side={side}]")

    def complaints(self) -> list[str]:
        """Requests for anything but the page itself and what it made, broken rules of its policy, words on the console."""
        foreign = [url for url in self._requests if url != self._address and not url.startswith(("blob:", "data:"))]
        violations = self.page.evaluate("window.violations") if self._scripts else []
        return [*(f"request: {url}" for url in foreign), *(f"violation: {each}" for each in violations), *self._said]

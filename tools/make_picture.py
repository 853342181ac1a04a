"""Make the README's picture: the explorer on the shipped example, as a browser shows it.

    python tools/make_picture.py

writes `docs/explorer.png`. Needs playwright and a Chromium.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import qkwidgets as qk
from tools.setup.browser import chromium_path

SHOWN = "L7 H1 M0"
QUERY_PATCH = (8, 7)
WIDTH, HEIGHT = 1360, 940


def main() -> None:
    """Write the page, photograph it."""
    output = Path(__file__).parents[1] / "docs" / "explorer.png"
    output.parent.mkdir(exist_ok=True)
    example = qk.examples("deit-tiny")
    view = example.widget(token=example.layout.token(QUERY_PATCH))
    view.selection = SHOWN
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "explorer.html"
        view.to_html(page_file, title="Query-key modes of DeiT-Ti/16")
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5, color_scheme="light")
        page.goto(page_file.as_uri())
        page.wait_for_selector("[data-ready='1']")
        page.screenshot(path=output)
        browser.close()
    print(f"{output}: {output.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()

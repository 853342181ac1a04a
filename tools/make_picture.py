"""Make the README's pictures: explorer and gallery, as a browser shows them.

    python tools/make_picture.py                 both
    python tools/make_picture.py gallery         one of them

writes `docs/explorer.png` (the shipped example) and `docs/gallery.png` (the built-in model on generated scenes). Needs
playwright and a Chromium.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

import qkwidgets as qk
from tools.setup.browser import chromium_path

DOCS = Path(__file__).parents[1] / "docs"
EXPLORED, QUERY_PATCH = "L7 H1 M0", (8, 7)
SCENES, IN_GALLERY = 1000, "L4 H0 M0"


def main(names: list[str]) -> None:
    """Make the named pictures; all if none is named."""
    for name in names or PICTURES:
        view, title, size = PICTURES[name]()
        photograph(view, title, size, DOCS / f"{name}.png")


def explorer() -> tuple[Any, str, tuple[int, int]]:
    """The explorer on the shipped example, at a mode whose two maps are easily told apart."""
    example = qk.examples("deit-tiny")
    view = example.widget(token=example.layout.token(QUERY_PATCH))
    view.selection = EXPLORED
    return view, "Query-key modes of DeiT-Ti/16", (1360, 940)


def gallery() -> tuple[Any, str, tuple[int, int]]:
    """The gallery of the built-in model on generated scenes, which are free of rights."""
    found = qk.optimal_images(qk.load_model(), qk.odd_one_out(SCENES, seed=11), k=8, maps=4, workers=0)
    view = found.widget()
    view.selection = IN_GALLERY
    return view, "Optimal images of the built-in model", (1180, 665)


PICTURES = {"explorer": explorer, "gallery": gallery}


def photograph(view: Any, title: str, size: tuple[int, int], output: Path) -> None:
    """Write the view's page, and what a browser shows of it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "page.html"
        view.to_html(page_file, title=title)
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        shape = {"width": size[0], "height": size[1]}
        page = browser.new_page(viewport=shape, device_scale_factor=1.5, color_scheme="light")
        page.goto(page_file.as_uri())
        page.wait_for_selector("[data-ready='1']")
        page.screenshot(path=output)
        browser.close()
    with Image.open(output) as picture:
        picture.convert("RGB").quantize(256).save(output, optimize=True)  # a third of the size
    print(f"{output}: {output.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])

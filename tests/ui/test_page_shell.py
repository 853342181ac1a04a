"""The page that somebody gets who types one command and opens what it wrote."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.needs_browser


def test_the_page_of_the_command_opens_and_its_grid_can_be_clicked(open_page, tmp_path):
    command = Path(sys.executable).with_name("qkwidgets")
    subprocess.run([command, "explore", "-o", "page.html"], cwd=tmp_path, check=True, capture_output=True)

    page = open_page(tmp_path / "page.html")
    expect(page.selection).to_have_text("L0 H0 M0")
    maps = page.canvas(0).evaluate("canvas => canvas.toDataURL()")
    page.view.locator("[role=gridcell][data-layer='4'][data-head='2']").click()
    expect(page.selection).to_have_text("L4 H2 M0")
    expect(page.panel("slider-layer")).to_have_value("4")
    page.page.wait_for_function("([canvas, maps]) => canvas.toDataURL() !== maps", arg=[page.canvas(0).element_handle(), maps])

"""The page of a cosine trend, from its file and without a network: stepping changes every number, clicks choose."""

import pytest
from playwright.sync_api import expect

from qkwidgets.widgets.cosine_trend import CosineTrend
from tests.trainings import training

pytestmark = pytest.mark.needs_browser


@pytest.fixture
def page(open_page, tmp_path):
    CosineTrend(training(), training("builtin:o3-mim"), layer=1).to_html(tmp_path / "trend.html")
    return open_page(tmp_path / "trend.html")


def test_a_step_changes_trend_score_heads_and_spectrum(page):
    shown = training()
    for snapshot in (2, 0):
        page.panel("slider-snapshot").fill(str(snapshot))
        expect(page.panel("trend").first).to_contain_text(f"step {shown.step[snapshot]}")
        mean = f"{shown.layer_cosine[snapshot, 1]:.2f}".replace("-", "−")
        expect(page.panel("trend").first.locator(".readout")).to_contain_text(f"L1  mean {mean}")
        expect(page.panel("scores").first.locator(".readout")).to_have_text(
            f"step {shown.step[snapshot]}  score {shown.score[snapshot]:#.3g}"
        )
        cosine = f"{shown.cosine[snapshot, 1, 0, 0]:.2f}".replace("-", "−")
        expect(page.panel("spectrum").locator(".readout")).to_contain_text(f"cosine {cosine}")
        expect(page.panel("spectrum").locator(".readout")).to_contain_text("M0  σ")


def test_scales_stay_while_one_steps(page):
    strongest = training().singular_values[:, 1, 0, 0].max()
    upper = page.panel("spectrum").locator(".ylabels .tick").first
    limits = page.panel("grid").locator(".legend")
    page.panel("slider-snapshot").fill("0")
    first = limits.text_content()
    for snapshot in "12":
        page.panel("slider-snapshot").fill(snapshot)
        expect(upper).to_have_text(f"{strongest:#.3g}")
        expect(limits).to_have_text(first)


def test_a_dot_of_a_column_chooses_its_snapshot_and_training(page):
    expect(page.view.locator(".chosen > h3")).to_have_text("builtin:o3 at step 900")
    page.panel("scores").nth(1).locator(".hit").nth(1).click()
    expect(page.view.locator(".chosen > h3")).to_have_text("builtin:o3-mim at step 10")
    expect(page.view.locator(".column[data-chosen]")).to_have_attribute("data-training", "1")
    page.panel("trend").first.locator(".dot[data-layer='0'][data-head='1']").click()
    expect(page.selection).to_have_text("L0 H1 M0")
    expect(page.view.locator(".chosen > h3")).to_have_text("builtin:o3 at step 10")


def test_heads_and_modes_are_chosen_below(page):
    page.panel("grid").get_by_role("gridcell").nth(1).click()  # L1 H0: layers run across
    page.panel("spectrum").locator(".hit").nth(2).click()
    expect(page.selection).to_have_text("L1 H0 M2")
    expect(page.panel("spectrum").locator(".readout")).to_contain_text("M2  σ")
    expect(page.panel("spectrum").locator(".readout")).to_contain_text("defined only together with M1")

"""The page of a trained vision transformer on photographs: early layers look for their like, middle ones hardly do."""

import numpy as np
import pytest
from playwright.sync_api import expect

import qkwidgets as qk
from tests.ui.seeing import number

pytestmark = [pytest.mark.needs_browser, pytest.mark.needs_data]


def test_the_trend_of_deit_tiny_falls_from_high_to_almost_nothing(open_page, deit_checkpoint, test_data, tmp_path):
    photographs = sorted((test_data / "imagenet-sample").glob("*.JPEG"))[:2]
    model = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=deit_checkpoint)
    path = tmp_path / "deit.html"
    qk.explore(model, photographs).to_html(path)

    page = open_page(path)
    trend = page.panel("trend").locator("output.readout")
    shown = []
    for layer in range(12):
        page.panel("slider-layer").fill(str(layer))
        expect(page.selection).to_have_text(f"L{layer} H0 M0")
        shown.append(number(trend.text_content().split("mean")[1]))
    assert shown == pytest.approx(list(qk.alignment(model).layer), abs=0.0051)
    assert min(shown[:2]) > 0.5
    assert np.abs(shown[3:9]).mean() < 0.15
    assert shown[5] == pytest.approx(0, abs=0.02)

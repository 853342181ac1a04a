"""The page of a cosine trend: whole or not at all, and readable without scripts."""

import re

import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.export.cosine_trend import write_page
from qkwidgets.widgets.cosine_trend import CosineTrend
from tests.trainings import training


def test_a_page_has_a_table_for_readers_without_scripts(tmp_path):
    view = CosineTrend(training(), training("<b>other</b>"), snapshot=1)
    assert write_page(view, tmp_path / "a.html", title="Cosines & steps") == []
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><th>([^<]+)</th><td>(.*?)</td><td>(.*?)</td></tr>", text)
    assert rows == [("builtin:o3, step 10", "0.300", "0.100"), ("&lt;b&gt;other&lt;/b&gt;, step 10", "0.300", "0.100")]
    assert "<title>Cosines &amp; steps</title>" in text


def test_a_page_that_cannot_hold_all_snapshots_is_not_written(tmp_path):
    with pytest.raises(
        InputError, match=r"^A page holds all snapshots: that takes 0\.\d\d MB here, and the limit is 0\.01 MB\. Raise max_mb\.$"
    ):
        CosineTrend(training()).to_html(tmp_path / "a.html", max_mb=0.01)
    assert not list(tmp_path.iterdir())

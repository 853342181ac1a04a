"""Conditions are kept apart: each is what it would be alone, and all are one table."""

import numpy as np
import pytest

import qkwidgets as qk
from qkwidgets.analyses.preference_conditions import preference_by_condition

QUIET = {"null": 0, "items": False, "workers": 0, "progress": False}


@pytest.fixture(scope="module")
def grid():
    return qk.odd_one_out_grid(5, vary={"feature": ["colour", "size"], "n_items": [4, 9]}, seed=3)


@pytest.fixture(scope="module")
def found(grid, tmp_path_factory):
    return preference_by_condition(qk.load_model(), grid, resume=tmp_path_factory.mktemp("grid"), **QUIET)


def test_each_condition_is_what_it_is_alone(grid, found):
    alone = qk.attention_preference(qk.load_model(), grid.of(2), **QUIET)
    for name in ("curves", "curves_interval", "enrichment_curves", "enrichment_curves_interval"):
        assert np.array_equal(getattr(found, name)[2], getattr(alone, name), equal_nan=True)
    assert not np.allclose(found.curves[0], found.curves[2], equal_nan=True)
    assert found.n_images.tolist() == [5, 5, 5, 5]
    assert found.choices == alone.choices


def test_the_table_names_every_condition_by_its_options(found, grid, tmp_path):
    frame = found.to_pandas()
    assert len(frame) == 4 * 2 * 6 * 3
    assert frame.groupby("condition").first()[["asked_feature", "asked_n_items"]].to_dict("records") == [
        {f"asked_{name}": value for name, value in row.items()} for row in grid.table
    ]
    row = frame.query("condition == 3 and variant == 'nonself' and layer == 5 and pair == 'different'").iloc[0]
    assert (row.mass, row.mass_high) == (found.curves[3, 1, 1, 5], found.curves_interval[3, 1, 1, 5, 1])
    assert row.enrichment == pytest.approx(row.mass / row.area)
    assert str(found).startswith(
        "Attention preference of builtin:o3 in 4 conditions of 5 images: without the query itself, the same object "
    )
    found.save(tmp_path / "c.qk")
    again = qk.open(tmp_path / "c.qk")
    assert str(again) == str(found)
    assert np.array_equal(again.curves, found.curves, equal_nan=True)
    assert again.conditions == found.conditions

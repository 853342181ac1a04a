"""Does the answer about a training hand out its snapshots, and say what it is?"""

import numpy as np
import pytest

import qkwidgets
from qkwidgets.core.errors import OutOfRangeError
from tests.trainings import training


def test_a_training_says_what_it_is_of():
    assert str(training()) == (
        "Training of builtin:o3 (supervised), 3 snapshots of steps 0 to 900: weighted mean cosine 0.50 before and -0.10 after"
    )


def test_a_snapshot_is_an_alignment():
    found = training()
    np.testing.assert_array_equal(found.alignment(1).head, found.head_cosine[1].astype(np.float64))
    np.testing.assert_array_equal(found.alignment().layer, found.layer_cosine[2].astype(np.float64))
    assert found.alignment(1).model == "builtin:o3 at step 10"
    with pytest.raises(OutOfRangeError, match="snapshots 0 to 2"):
        found.alignment(3)


def test_the_table_has_a_row_a_head_and_snapshot():
    rows = training().rows()
    assert len(rows) == 3 * 2 * 2
    assert rows[4] | {"step": 10, "layer": 0, "head": 0, "model": "builtin:o3", "score": 0.5} == rows[4]


def test_a_training_comes_back_from_its_file(tmp_path):
    found = training()
    found.save(tmp_path / "training.qk")
    again = qkwidgets.open(tmp_path / "training.qk")
    assert str(again) == str(found)
    np.testing.assert_array_equal(again.cosine, found.cosine)
    assert again.provenance == found.provenance

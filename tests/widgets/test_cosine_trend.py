"""Do snapshots of trainings travel whole, and is what cannot be compared refused?"""

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load

from qkwidgets.core.errors import InputError
from qkwidgets.widgets.cosine_trend import CosineTrend
from tests.answers.test_tables import alignment
from tests.trainings import training


@pytest.fixture
def view():
    return CosineTrend(training(), training("builtin:o3-mim"))


def test_it_starts_at_the_last_snapshot_and_steps_through_all(view):
    assert (view.snapshot, view.training) == (2, 0)
    view.snapshot, view.training = 0, 1
    assert view.state == {"layer": 0, "head": 0, "mode": 0, "training": 1, "snapshot": 0}
    with pytest.raises(InputError, match=r"^Snapshot 3 of 'builtin:o3, builtin:o3-mim' does not exist: it has snapshots 0 to 2"):
        view.snapshot = 3
    with pytest.raises(InputError, match=r"^Training 2 of 'builtin:o3, builtin:o3-mim' does not exist: it has trainings 0 to 1"):
        view.training = 2


def test_numbers_of_all_snapshots_travel_as_they_are(view):
    sent = load(view.trends)
    for number, each in enumerate(view.trainings):
        for name in ("singular_values", "cosine", "degenerate", "null", "head_cosine", "layer_band"):
            np.testing.assert_array_equal(sent[f"{name}.{number}"], getattr(each, name))


def test_the_record_is_json_and_tells_steps_and_scores(view):
    meta = json.loads(json.dumps(view.meta, allow_nan=False))
    assert [each["model"] for each in meta["trainings"]] == ["builtin:o3", "builtin:o3-mim"]
    assert meta["trainings"][0]["steps"] == [0, 10, 900]
    assert meta["trainings"][0]["scores"] == [0.1, 0.5, 0.9]
    assert meta["trainings"][0]["measures"] == "share of scenes <found>"
    assert meta["provenance"]["builtin:o3-mim: objective"] == "supervised"


def test_two_trainings_of_one_name_are_told_apart():
    other = training()
    other.provenance["batch"] = 32
    told = CosineTrend(training(), other).meta["provenance"]
    assert "1. builtin:o3: batch" not in told
    assert (told["2. builtin:o3: batch"], told["1. builtin:o3: objective"]) == (32, "supervised")


def test_an_answer_gives_its_view_and_a_view_its_answer(tmp_path, view):
    import qkwidgets as qk

    with pytest.raises(
        InputError, match=r"^A file holds one training: this view shows 2\..* Save each, such as view\.trainings\[1\]"
    ):
        view.save(tmp_path / "x.qk")
    CosineTrend(view.trainings[1]).save(tmp_path / "x.qk")
    found = qk.open(tmp_path / "x.qk")
    assert found.model == "builtin:o3-mim"
    assert found.degenerate.dtype == np.int16
    several = found.widget(training(), snapshot=1)
    assert (len(several.trainings), several.snapshot) == (2, 1)


def test_what_cannot_be_stepped_through_together_is_refused():
    with pytest.raises(InputError, match=r"^A cosine trend steps through trainings: got Alignment\. .* the trend of one model "):
        CosineTrend(alignment())
    with pytest.raises(InputError, match=r"^A cosine trend compares trainings of one architecture: got none\."):
        CosineTrend()
    one = training()
    other = replace(one, **{name: getattr(one, name)[..., :2] for name in ("singular_values", "cosine", "degenerate", "null")})
    with pytest.raises(InputError, match=r"got 2 layers x 2 heads x 3 modes \(.*\) and 2 layers x 2 heads x 2 modes"):
        CosineTrend(one, other)
    with pytest.raises(
        InputError, match=r"x 3 modes \(chance of a cosine ±0\.300\) and .* x 3 modes \(chance of a cosine ±0\.200\)\."
    ):
        CosineTrend(one, replace(one, mode_band=0.2))
    with pytest.raises(InputError, match=r"^A keyword of CosineTrend is one of .*snapshot.*: got 'step'"):
        CosineTrend(one, step=3)

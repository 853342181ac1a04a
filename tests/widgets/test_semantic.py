import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load

import qkwidgets as qk
from qkwidgets.core.errors import InputError


@pytest.fixture(scope="module")
def found():
    return qk.semantic_map(qk.load_model(), qk.odd_one_out(6, seed=1), draws=19, controls=4, tables=2, workers=0, progress=False)


@pytest.fixture
def view(found):
    return found.widget(layer=2)


def test_tables_are_rebuilt_from_what_travels(found, view):
    arrays = load(view.heads["L2H1"])
    table = arrays["query.1"][3][:, None] * arrays["key.1"][3][None]
    assert np.allclose(table, found.table("L2 H1 M3", found.images[1].index), atol=1e-6)
    assert np.array_equal(arrays["p"], found.p[2, 1].astype(np.float32), equal_nan=True)


def test_segments_types_and_shares_travel_whole(found, view):
    segments = load(view.segments)
    assert np.array_equal(segments["objects.0"], found.images[0].object_map)
    summary = load(view.summary)
    assert np.array_equal(summary["type"], found.type)
    assert np.allclose(summary["share"], found.share)
    assert np.allclose(summary["chance_above_random"], found.chance_above_random)
    spectra = load(view.spectra)
    typed = (found.type >= 0) & ~found.null
    assert np.allclose(spectra["head_numbers"][0], typed.sum(-1) / (~found.null).sum(-1))


def test_a_view_opens_on_the_strongest_mode_unless_one_is_asked_for(found):
    strongest = found.top(1)[0][0]
    assert found.widget().selection == strongest
    assert found.widget().meta["semantic"]["strongest"] == list(strongest)
    assert str(found.widget(layer=2).selection) == "L2 H0 M0"
    none = replace(found, above_random=np.zeros_like(found.above_random))
    assert str(none.widget().selection) == "L0 H0 M0"
    assert none.widget().meta["semantic"]["strongest"] is None


def test_the_record_is_json_and_names_segments_in_the_order_of_rows(found, view):
    meta = json.loads(json.dumps(view.meta, allow_nan=False))
    assert meta["images"][0]["objects"] == list(found.images[0].names)
    assert [kind["label"] for kind in meta["semantic"]["types"]] == [kind.label for kind in found.types]


def test_a_head_is_answered_and_what_does_not_exist_refused(view):
    fields, (data,) = view._answer({"kind": "need", "layer": 1, "head": 3})
    assert fields == {"kind": "tile", "layer": 1, "head": 3}
    assert data == view.heads["L1H3"]
    view.selection = "L4 H2 M1"
    assert str(view.selection) == "L4 H2 M1"
    with pytest.raises(InputError, match=r"Image 2 of this view does not exist: it has images 0 to 1"):
        view.image = 2
    with pytest.raises(
        InputError,
        match=r"settings of a semantic view are level, number, counted, and level is one of objects, parts: got level='object'",
    ):
        view.view = {"level": "object"}


def test_a_map_without_tables_says_how_to_get_them(found):
    with pytest.raises(InputError, match=r"this one keeps none. .* Make it again with tables=8"):
        replace(found, images=()).widget()

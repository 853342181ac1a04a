"""Is what travels to the browser the source, in the words of the contract?"""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load

from qkwidgets.answers.choices import MODE_CHOICES
from qkwidgets.widgets.wire import wire_meta, wire_pictures, wire_spectra, wire_tiles
from tests.views import D_HEAD, N_HEADS, N_IMAGES, N_LAYERS, view

BY_HEAD = ("query", "key", "bias_key", "bias_query", "rows")
RANKS = ("share", "peak", "energy")


@pytest.fixture
def whole():
    return view()


def test_meta_has_a_format_a_title_and_no_nan(whole):
    meta = wire_meta(whole)
    assert (meta["format"], meta["title"], meta["embedded_modes"]) == (1, "test:model", D_HEAD)
    assert wire_meta(whole, "A title")["title"] == "A title"
    json.dumps(meta, allow_nan=False)


def test_choices_travel_with_the_panels_that_they_concern_and_unknown_ones_without(whole):
    known = next(choice for choice in MODE_CHOICES if "coloured" in choice.question)._asdict()
    foreign = {**known, "question": "What did an older version ask?"}
    about = dataclasses.replace(whole, meta={**whole.meta, "about": [known, foreign]})
    assert wire_meta(about)["about"] == [{**known, "panels": ["overlay"]}, foreign]
    assert "panels" not in known, "records stay as they are"


def test_spectra_travel_in_narrow_types(whole):
    tensors, arrays = load(wire_spectra(whole.spectra)), whole.spectra.arrays()
    assert set(tensors) == set(arrays)
    for name, array in arrays.items():
        kind = {"degenerate": np.int16, "null": np.uint8}.get(name, np.float32)
        assert tensors[name].dtype == kind
        if name in RANKS:
            continue
        assert np.array_equal(tensors[name], array.astype(kind), equal_nan=kind == np.float32)
    assert np.isnan(tensors["cosine"][0, 0, -1])


@given(hnp.arrays(np.float32, (N_IMAGES, N_LAYERS, N_HEADS, D_HEAD), elements=st.floats(-(2.0**126), 2.0**126, width=32)))
def test_numbers_that_rank_modes_travel_in_13_bits_and_nothing_else_is_rounded(values):
    spectra = dataclasses.replace(view().spectra, **dict.fromkeys(RANKS, values))
    tensors = load(wire_spectra(spectra))
    for name in RANKS:
        sent = tensors[name]
        assert (np.abs(sent.astype(float) - values) <= 2.0**-13 * np.abs(values.astype(float))).all()
        significand, _ = np.frexp(sent.astype(float))
        assert (significand * 2**13 % 1 == 0).all()
    assert np.array_equal(tensors["share_bias"], spectra.share_bias)


def test_ties_go_to_the_even_number_and_what_is_no_number_stays():
    odd = [1 + 2**-13, 1 + 3 * 2**-13, np.nan, np.inf, -np.inf]
    values = np.zeros((N_IMAGES, N_LAYERS, N_HEADS, D_HEAD), np.float32)
    values[1, 1, 1] = odd
    sent = load(wire_spectra(dataclasses.replace(view().spectra, share=values)))["share"]
    assert np.array_equal(sent[1, 1, 1], [1, 1 + 2**-11, np.nan, np.inf, -np.inf], equal_nan=True)
    assert not sent[0].any()


def test_pictures_travel_as_their_files(whole):
    tensors = load(wire_pictures(whole.pictures))
    assert [tensors[f"image.{i}"].tobytes() for i in range(N_IMAGES)] == list(whole.pictures)
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.uint8)}


@pytest.mark.parametrize("n_modes", [D_HEAD, 2])
def test_every_head_has_its_tile(whole, n_modes):
    tiles = wire_tiles(whole.frozen(n_modes))
    assert set(tiles) == {f"L{layer}H{head}" for layer in range(N_LAYERS) for head in range(N_HEADS)}
    for name, data in tiles.items():
        layer, head = int(name[1]), int(name[3])
        tensors, expected = load(data), whole.frozen(n_modes).tile(layer, head).arrays
        assert set(tensors) == set(expected)
        for tensor in tensors:
            assert np.array_equal(tensors[tensor], expected[tensor])
        assert tensors["query"].shape[1] == tensors["key"].shape[1] == n_modes


def test_a_quantised_tensor_comes_with_its_range(whole):
    tensors = load(wire_tiles(whole)["L1H2"])
    for name in BY_HEAD:
        assert tensors[name].dtype == (np.uint8 if name in ("query", "key") else np.uint16)
        assert tensors[f"{name}.lo"].shape == tensors[f"{name}.step"].shape == tensors[name].shape[:-1]
        assert tensors[f"{name}.lo"].dtype == tensors[f"{name}.step"].dtype == np.float32
    assert tensors["sign"].dtype == np.int8
    assert set(np.unique(tensors["sign"])) <= {-1, 1}
    assert tensors["range"].shape == (2, D_HEAD)
    assert tensors["constant"].shape == (1,)

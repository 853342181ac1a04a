"""Do the answers about weights alone have a widget, without an image and without a computation?"""

import numpy as np
from safetensors.numpy import load

import qkwidgets
from tests.answers.test_tables import alignment, modes


def test_modes_are_shown_as_grid_spectrum_and_trend(shown):
    answer = modes()
    widget = shown(answer, layer=1)
    assert widget.panels == ["grid", "spectrum", "trend"]
    assert widget.meta["images"] == []
    assert widget.meta["embedded_modes"] == widget.meta["n_modes"] == 4  # no bar is hollow: no map is missing
    sent = load(widget.spectra)
    for name in ("singular_values", "cosine", "head_cosine", "layer_band"):
        np.testing.assert_array_equal(sent[name], getattr(answer, name).astype(np.float32))
    np.testing.assert_array_equal(sent["head_numbers"][0], answer.head_cosine.astype(np.float32))
    assert widget.meta["mode_band"] == answer.mode_band
    widget.selection = "L1 H0 M2"
    assert str(widget.selection) == "L1 H0 M2"


def test_an_alignment_is_shown_as_trend_and_grid(shown):
    answer = alignment()
    widget = shown(answer)
    assert widget.panels == ["trend", "grid"]
    sent = load(widget.spectra)
    np.testing.assert_array_equal(sent["head_cosine"], answer.head.astype(np.float32))
    assert np.isnan(sent["cosine"]).all()
    assert {array.shape[:2] for name, array in sent.items() if name in ("singular_values", "null", "stability")} == {(2, 2)}


def test_the_view_says_what_kind_of_mean_and_of_chance_it_shows(shown):
    answer = alignment()
    answer.provenance.update(weights="equal", null="subspace")
    notes = shown(answer).meta["notes"]
    answer.provenance.pop("weights")
    answer.provenance.pop("null")
    assert notes == [
        "Mean cosines are weighted equally; a layer's value is the mean of its heads.",
        "Chance: directions are paired at random inside the head's own column spaces; two-sided 95 %.",
    ]


def test_a_view_without_images_is_saved_and_written(shown, tmp_path):
    widget = shown(modes())
    widget.save(tmp_path / "x.qk")
    assert "0 images" in str(qkwidgets.open(tmp_path / "x.qk"))
    widget.to_html(tmp_path / "x.html")
    assert 'data-qk-bytes="spectra"' in (tmp_path / "x.html").read_text()

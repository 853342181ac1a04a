"""Does the gallery keep a state that exists, answer every request, and hand over what the answer says?"""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import traitlets as t
from anywidget import AnyWidget
from safetensors.numpy import load

from qkwidgets.answers.quantise import restored
from qkwidgets.core.errors import InputError
from qkwidgets.widgets.gallery import DEFAULT_VIEW, Gallery
from qkwidgets.widgets.gallery_wire import GalleryParts
from tests.galleries import HEADS, INDICES, LAYERS, MAPPED, MODES, PLACES, UNPICTURED, optimal

INDEX = Path(__file__).parents[2] / "js" / "src" / "gallery" / "index.ts"


@pytest.fixture
def answer():
    return optimal()


@pytest.fixture
def widget(answer):
    made = Gallery(answer)
    yield made
    made.close()


def test_it_starts_at_the_first_mode_with_both_signs(widget):
    assert str(widget.selection) == "L0 H0 M0"
    assert (widget.sign, widget.view, widget.live) == ("both", DEFAULT_VIEW, True)
    assert widget.counts == {"layer": LAYERS, "head": HEADS, "mode": MODES}


@pytest.mark.parametrize("setting", [{"scale": "log"}, {"palette": "jet"}, {"layout": "below"}, {"sample": "worst"}, {"zoom": 1}])
def test_a_setting_that_does_not_exist_leaves_the_old_view(widget, setting):
    with pytest.raises(InputError, match=r"^The settings of a gallery's view are "):
        widget.view = setting
    assert widget.view == DEFAULT_VIEW


def test_deciles_are_shown_only_where_there_are_some(widget):
    widget.view = {"sample": "deciles"}
    assert widget.view["sample"] == "deciles"
    with pytest.raises(InputError, match="this one has none"):
        Gallery(optimal(deciles=False), view={"sample": "deciles"})


@pytest.mark.parametrize("trait", ["meta", "spectra", "images", "heads", "thumbnails"])
def test_data_are_not_set_from_outside(widget, trait):
    with pytest.raises(t.TraitError):
        setattr(widget, trait, getattr(widget, trait))


def test_a_live_view_carries_the_first_head_and_the_pictures_of_its_first_mode(widget, answer):
    assert list(widget.heads) == ["L0H0"]
    shown = set(answer.image[0, 0, 0].ravel().tolist()) - {-1, UNPICTURED}
    places = [GalleryParts.whole(answer).referred.tolist().index(index) for index in sorted(shown)]
    assert widget.thumbnails == {str(place): answer.thumbnails[index] for place, index in zip(places, sorted(shown), strict=True)}


def test_what_is_embedded_is_byte_for_byte_what_is_answered(answer, sent, ask):
    embedded = Gallery(answer, embed=True)
    assert len(embedded.heads) == LAYERS * HEADS
    for layer, head in np.ndindex(LAYERS, HEADS):
        ask({"kind": "need", "id": 1, "layer": layer, "head": head})
        assert sent[-1] == ({"kind": "tile", "id": 1, "layer": layer, "head": head}, [embedded.heads[f"L{layer}H{head}"]])
    places = [int(place) for place in embedded.thumbnails]
    ask({"kind": "need", "id": 2, "images": places})
    assert sent[-2:] == [
        ({"kind": "ack", "id": 2}, None),
        ({"kind": "tile", "id": 2, "images": places}, list(embedded.thumbnails.values())),
    ]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"kind": "need", "layer": 3, "head": 0}, "Layer 3 of 'test:model' does not exist"),
        ({"kind": "need", "images": [99]}, "Image 99 of this gallery does not exist"),
        ({"kind": "need"}, "KeyError: 'layer'"),
        ({"kind": "want"}, "Gallery answers no request of kind 'want'"),
    ],
)
def test_no_request_stays_without_a_reply(sent, ask, request_, words):
    ask({"id": 5, **request_})
    (ack, _), (reply, _) = sent
    assert ack == {"kind": "ack", "id": 5}
    assert reply["kind"] == "error"
    assert reply["message"].startswith(words)


def test_a_picture_that_was_not_kept_comes_as_no_bytes(widget, answer, sent, ask):
    place = GalleryParts.whole(answer).referred.tolist().index(UNPICTURED)
    ask({"kind": "need", "id": 1, "images": [place]})
    assert sent[-1][1] == [b""]
    images = load(widget.images)
    assert images["pictured"].tolist() == [int(index != UNPICTURED) for index in GalleryParts.whole(answer).referred]


def test_lists_of_a_head_are_those_of_the_answer(answer):
    parts = GalleryParts.whole(answer)
    for layer, head in np.ndindex(LAYERS, HEADS):
        arrays = load(parts.head(layer, head))
        places = arrays["image"]
        assert places.shape == (MODES, 2, PLACES)
        np.testing.assert_array_equal(np.where(places < 0, -1, parts.referred[places.clip(0)]), answer.image[layer, head])
        for name in ("score", "query_patch", "key_patch"):
            np.testing.assert_array_equal(arrays[name], getattr(answer, name)[layer, head])
        assert arrays["maps"].shape[0] == MAPPED
        np.testing.assert_array_equal(restored(arrays, "maps"), restored(answer.maps, "maps")[layer, head])
        np.testing.assert_array_equal(parts.referred[arrays["decile_image"]], answer.deciles["image"][layer, head])
        assert {array.dtype.name for array in arrays.values()} <= {"int32", "float32", "uint8"}  # what the browser reads


def test_names_are_those_of_the_images_referred_to(answer):
    parts = GalleryParts.whole(answer)
    images, indices = load(parts.images()), parts.referred.tolist()
    assert json.loads(bytes(images["names"])) == [f"scene {index}" for index in indices]
    labels = json.loads(bytes(images["labels"]))
    assert [labels[indices.index(index)] for index in (2, 9, 16)] == ["scene class", "class 3", None]
    assert set(indices) <= set(INDICES)


def test_a_suggestion_goes_with_its_head(answer):
    parts = GalleryParts.whole(answer)
    suggestions = json.loads(bytes(load(parts.head(0, 0))["suggestions"]))
    (row,) = answer.suggestions()
    assert suggestions == [
        {"mode": 0, "sign": "+", "label": "scene class", "hits": 10, "of": 10, "p_adjusted": row["p_adjusted"]}
    ]
    assert "suggestions" not in load(parts.head(0, 1))
    unasked = replace(answer, halves=None)
    assert "suggestions" not in load(GalleryParts.whole(unasked).head(0, 0))


def test_the_number_of_a_head_is_its_mean_cosine_by_singular_value(answer):
    answer.cosine[2, 1, -1] = np.nan  # as in a null block
    spectra = load(GalleryParts.whole(answer).spectra())
    expected = [
        [np.average(cosine[~np.isnan(cosine)], weights=sigma[~np.isnan(cosine)]) for cosine, sigma in zip(*layer, strict=True)]
        for layer in zip(answer.cosine, answer.singular_values, strict=True)
    ]
    np.testing.assert_allclose(spectra["head_numbers"], [expected], rtol=1e-6)


def test_fewer_modes_and_places_are_a_cut_of_all(answer):
    whole, cut = (load(parts.head(1, 1)) for parts in (GalleryParts.whole(answer), GalleryParts(answer, 2, 3)))
    np.testing.assert_array_equal(cut["score"], whole["score"][:2, :, :3])
    np.testing.assert_array_equal(cut["maps"], whole["maps"][:2, :, :3])
    np.testing.assert_array_equal(cut["decile_score"], whole["decile_score"][:2])
    parts = GalleryParts(answer, 2, 1)
    lists = [answer.image[:, :, :2, :, :1], answer.deciles["image"][:, :, :2]]
    assert set(parts.referred) == {index for each in lists for index in each.ravel().tolist()} - {-1}


def test_the_meta_record_is_json_and_says_what_lists_hold(widget):
    assert json.loads(json.dumps(widget.meta, allow_nan=False)) == widget.meta
    assert widget.meta["gallery"] == {
        "k": PLACES,
        "n_images": 1000,
        "n_skipped": 0,
        "n_sampled": 200,
        "finished": True,
        "by": "score",
        "score": "largest query times largest key projection",
        "deciles": [0.0, 0.5, 1.0],
    }


def test_the_two_halves_spell_the_traits_alike(widget):
    body = re.search(r"export type State = \{(.*?)\n\};", INDEX.read_text(encoding="utf-8"), re.DOTALL)[1]
    spelled = set(re.findall(r"^  (\w+):", body, re.MULTILINE))
    assert spelled == {name for name in widget.traits(sync=True) if name[0] != "_"} - set(AnyWidget.class_trait_names())
    assert set(Gallery.STATE) <= spelled

"""Is a gallery's page what an explorer's is: one file, closed to the network, labels as text, and no larger than asked?"""

import base64
import gzip
import json

import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.export.gallery import FEWEST_MODES, _content, gallery_content, write_page
from qkwidgets.export.page import page
from qkwidgets.widgets.gallery import Gallery
from qkwidgets.widgets.gallery_wire import GalleryParts
from tests.export.parsed import Parsed
from tests.export.test_page import NASTY, TAGS, embedded, sha256
from tests.galleries import HEADS, LAYERS, MODES, PLACES, UNPICTURED, optimal


@pytest.fixture(scope="module")
def gallery():
    return Gallery(optimal(), layer=1, head=1, mode=5, sign="-", view={"layout": "side"})


def paged(gallery, limit=10_000_000, title=None) -> Parsed:
    return Parsed(page(gallery_content(gallery, limit, title)))


def traits(parsed) -> dict:
    (model,) = json.loads(parsed.text("script", id="qk-state"))["models"]
    assert (model["id"], model["esm"]) == ("gallery", "gallery")
    return model["traits"]


def size(gallery, limit) -> int:
    return len(page(gallery_content(gallery, limit)).encode())


def test_a_page_starts_where_the_view_stands_and_has_no_kernel(gallery):
    state = traits(paged(gallery))
    assert {name: state[name] for name in Gallery.STATE} == gallery.state
    assert state["live"] is False
    assert state["meta"]["left_out"] == []


def test_it_holds_byte_for_byte_what_a_kernel_answers(gallery):
    parsed, parts = paged(gallery), GalleryParts.whole(gallery.answer)
    state = traits(parsed)
    assert len(state["heads"]) == LAYERS * HEADS
    for layer, head in parts.heads:
        assert embedded(parsed, state["heads"][f"L{layer}H{head}"]) == parts.head(layer, head)
    assert {int(place): embedded(parsed, each) for place, each in state["thumbnails"].items()} == parts.thumbnails()
    assert embedded(parsed, state["spectra"]) == parts.spectra()
    assert embedded(parsed, state["images"]) == parts.images()


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(gallery):
    parsed = paged(gallery)
    policy = parsed.policy()
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == [sha256(parsed.text("script", type="module")), "blob:"]
    assert policy["style-src"] == [sha256(parsed.text("style"))]
    assert not any({"style", "onerror"} & set(attributes) for _, attributes in parsed.elements)


def test_names_and_labels_are_text_whatever_they_hold():
    nasty = Gallery(optimal(name=NASTY))
    parsed = paged(nasty, title=NASTY)
    assert set(parsed.tags()) <= TAGS
    assert parsed.text("title") == NASTY
    answer = nasty.answer
    shown = answer.image[0, 0, 0][answer.image[0, 0, 0] >= 0].tolist()
    assert parsed.tags().count("img") == len(shown) - shown.count(UNPICTURED)
    assert all(answer.name(index) in parsed.words for index in shown)
    assert traits(parsed)["meta"]["title"] == NASTY


def test_the_same_gallery_gives_the_same_bytes(gallery, tmp_path):
    for name in ("a.html", "b.html"):
        gallery.to_html(tmp_path / name)
    again = Gallery(optimal(), **gallery.state)
    again.to_html(tmp_path / "c.html")
    assert len({(tmp_path / name).read_bytes() for name in ("a.html", "b.html", "c.html")}) == 1


def test_modes_go_first_then_the_last_places(gallery):
    everything = size(gallery, 10_000_000)
    assert size(gallery, everything) == everything
    assert size(gallery, everything - 1) < everything
    seen = set()
    for limit in range(everything, 0, -700):
        try:
            content = gallery_content(gallery, limit)
        except InputError:
            break
        assert len(page(content).encode()) <= limit
        meta = content.traits["meta"]
        seen.add((meta["embedded_modes"], meta["gallery"]["k"]))
    assert (FEWEST_MODES, PLACES) in seen
    assert {modes for modes, places in seen if places < PLACES} == {FEWEST_MODES}
    assert any(places < PLACES for _, places in seen)
    assert {places for modes, places in seen if modes > FEWEST_MODES} <= {PLACES}


@pytest.mark.parametrize(("modes", "places"), [(6, 4), (5, 4), (4, 4), (4, 3), (4, 2), (4, 1)])
def test_a_page_holds_all_that_just_fits(gallery, modes, places):
    parts = GalleryParts(gallery.answer, modes, places)
    limit = len(page(_content(gallery, parts, parts.meta()["title"])).encode())
    assert size(gallery, limit) == limit


def test_what_was_left_out_is_said_and_its_pictures_go_with_it(gallery):
    whole = GalleryParts.whole(gallery.answer)
    few = GalleryParts(gallery.answer, FEWEST_MODES, 1)
    everything = size(gallery, 10_000_000)
    content = next(
        content
        for limit in range(everything, 0, -700)
        if (content := gallery_content(gallery, limit)).traits["meta"]["gallery"]["k"] < PLACES
    )
    first, second = content.traits["meta"]["left_out"]
    assert first.startswith("To keep this page small it holds the images of the 4 modes with the largest singular values")
    assert f"those of modes 4 to {MODES - 1} are not in this page" in first
    assert f"of {PLACES} images of each list are not in this page" in second
    assert content.traits["mode"] == FEWEST_MODES - 1  # the view stood on a mode that is not there
    assert len(few.referred) <= len(whole.referred)


def test_a_limit_that_nothing_meets_is_refused_and_writes_nothing(gallery, tmp_path):
    with pytest.raises(InputError, match=r"at least one image for each sign of 4 modes of every head: .* Raise max_mb\.$"):
        gallery.to_html(tmp_path / "x.html", max_mb=0.01)
    with pytest.raises(InputError, match="there is no 'none'"):
        write_page(gallery, "none/x.html")
    assert list(tmp_path.iterdir()) == []


def test_without_scripts_there_are_pictures_with_names_and_scores(gallery):
    parsed = paged(gallery)
    rows = [tag for tag in parsed.tags() if tag == "tr"]
    pictures = [attributes["src"] for tag, attributes in parsed.elements if tag == "img"]
    image = gallery.answer.image[1, 1, 5, 1]  # sign − alone
    assert len(rows) == 1 + PLACES
    assert pictures == [
        "data:image/png;base64," + base64.b64encode(gallery.answer.thumbnails[index]).decode()
        for index in image.tolist()
        if index != UNPICTURED
    ]
    assert "Images of L1 H1 M5" in parsed.words
    assert all(gallery.answer.names[index] in parsed.words for index in image.tolist())


def test_parts_are_packed_where_that_makes_them_smaller(gallery):
    content = gallery_content(gallery, 10_000_000)
    zipped = [base64.b64decode(text) for text, is_zipped in content.parts.values() if is_zipped]
    assert zipped
    assert all(len(data) < len(gzip.decompress(data)) for data in zipped)

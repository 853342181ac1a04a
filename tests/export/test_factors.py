"""Is a factor map's page one file, closed to the network, with labels as text, and no larger than asked?"""

import base64
import json

import pytest
from safetensors.numpy import load

from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.export.factors import FEWEST_MODES, _content, factor_content, write_page
from qkwidgets.export.page import page
from qkwidgets.widgets.factors import FactorMap
from qkwidgets.widgets.factors_wire import FactorParts
from tests.export.parsed import Parsed
from tests.export.test_page import NASTY, TAGS, embedded, sha256
from tests.factor_answers import HEADS, IMAGES, LAYERS, Images, factors

SHAPE = (LAYERS, HEADS, 32)


@pytest.fixture(scope="module")
def answer():
    return factors(SHAPE, TokenLayout(n_cls=1, grid=(8, 8)), bias="From 50 images: <few>.")


@pytest.fixture(scope="module")
def view(answer):
    return FactorMap(answer, Images(answer), layer=1, head=1, mode=9, image=1, view={"maps": "image"})


def paged(view, limit=10_000_000, title=None) -> Parsed:
    return Parsed(page(factor_content(view, limit, title)))


def traits(parsed) -> dict:
    (model,) = json.loads(parsed.text("script", id="qk-state"))["models"]
    assert (model["id"], model["esm"]) == ("factors", "factors")
    return model["traits"]


def size(view, limit) -> int:
    return len(page(factor_content(view, limit)).encode())


def test_a_page_starts_where_the_view_stands_and_has_no_kernel(view):
    state = traits(paged(view))
    assert {name: state[name] for name in FactorMap.STATE} == view.state
    assert state["live"] is False
    assert state["meta"]["left_out"] == []


def test_it_holds_all_heads_with_maps_on_its_images(view, answer):
    parsed = paged(view)
    state = traits(parsed)
    assert len(state["maps"]) == LAYERS * HEADS
    assert embedded(parsed, state["energies"]) == view.energies
    assert embedded(parsed, state["spectra"]) == view.spectra
    maps = load(embedded(parsed, state["maps"]["L2H1"]))
    assert maps["query_content"].shape == (IMAGES, SHAPE[2], 64)
    assert maps["key_spread"].dtype == "uint8"


def test_its_policy_names_its_only_script_and_style(view):
    parsed = paged(view)
    (policy,) = [attributes["content"] for tag, attributes in parsed.elements if attributes.get("http-equiv")]
    assert policy.startswith("default-src 'none'")
    assert sha256(parsed.text("script", type="module")) in policy
    assert sha256(parsed.text("style")) in policy


def test_names_and_sentences_are_text_whatever_they_hold(answer):
    nasty = factors(SHAPE, TokenLayout(n_cls=1, grid=(8, 8)), model=NASTY, bias=NASTY)
    parsed = paged(FactorMap(nasty, Images(nasty, name=NASTY)), title=NASTY)
    assert set(parsed.tags()) <= TAGS
    assert parsed.text("title") == NASTY
    assert NASTY in parsed.words


def test_the_same_view_gives_the_same_bytes(view, answer, tmp_path):
    for name in ("a.html", "b.html"):
        view.to_html(tmp_path / name)
    FactorMap(answer, Images(answer), **view.state).to_html(tmp_path / "c.html")
    assert len({(tmp_path / name).read_bytes() for name in ("a.html", "b.html", "c.html")}) == 1


def test_images_go_first_then_maps_of_weak_modes(view):
    everything = size(view, 10_000_000)
    assert size(view, everything) == everything
    seen = []
    for limit in range(everything - 1, 0, -9000):
        try:
            content = factor_content(view, limit)
        except InputError:
            break
        assert len(page(content).encode()) <= limit
        meta = content.traits["meta"]
        seen.append((meta["factors"]["mapped_modes"], len(meta["images"])))
    assert seen == sorted(seen, reverse=True)
    assert (SHAPE[2], 1) in seen
    assert {images for modes, images in seen if modes < SHAPE[2]} == {0}
    assert min(seen)[0] < 10


def test_what_was_left_out_is_said_and_the_view_stands_on_what_is_there(view):
    one = _content(view, FactorParts(view.answer, view.images, SHAPE[2], 1), "x")
    assert one.traits["image"] == 0
    assert one.traits["meta"]["left_out"][0].startswith("The last 1 of 2 images with maps of their own are not in this page")
    limit = len(page(_content(view, FactorParts(view.answer, None, 10, 0), view.meta["title"])).encode())
    traits = factor_content(view, limit).traits
    assert traits["view"]["maps"] == "images"
    assert len(traits["meta"]["left_out"]) == 2
    assert "maps of the 10 strongest modes" in traits["meta"]["left_out"][1]


def test_a_limit_that_nothing_meets_is_refused_and_writes_nothing(view, tmp_path):
    with pytest.raises(InputError, match=rf"at least the maps of {FEWEST_MODES} modes of every head: .* Raise max_mb\.$"):
        view.to_html(tmp_path / "x.html", max_mb=0.01)
    with pytest.raises(InputError, match="there is no 'none'"):
        write_page(view, "none/x.html")
    assert list(tmp_path.iterdir()) == []


def test_without_scripts_there_are_shares_by_layer_and_labels(view, answer):
    parsed = paged(view)
    assert answer.bias in parsed.words
    assert parsed.tags().count("tr") == 1 + LAYERS
    shares = answer.shares("drop_mean", by="layer")
    assert f"{shares[1, 2, 2]:.3f}" in parsed.words
    assert any("content-content" in words for words in parsed.words)


def test_a_page_of_the_size_of_deit_tiny_stays_below_eight_megabytes(tmp_path):
    answer = factors((12, 3, 64), TokenLayout(n_cls=1, grid=(14, 14)))
    assert write_page(FactorMap(answer, Images(answer, 2, size=224)), tmp_path / "deit.html") == []
    assert (tmp_path / "deit.html").stat().st_size < 8e6
    assert base64.b64decode(Parsed((tmp_path / "deit.html").read_text()).text("script", data_qk_esm="factors"))

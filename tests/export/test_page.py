"""Is an exported page what it promises: one file, closed to the network, the same bytes each time, labels as text?"""

import base64
import gzip
import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.export.explorer import page
from qkwidgets.widgets.base import STATIC
from qkwidgets.widgets.explorer import Explorer
from qkwidgets.widgets.wire import wire_pictures, wire_spectra, wire_tiles
from tests.export.parsed import Parsed
from tests.faults import FULL, READ_ONLY, python_in
from tests.views import D_HEAD, N_HEADS, N_LAYERS, view

NASTY = """<img src=x onerror="alert(1)">'&</script><!--<script>$policy &amp; 𝕏\u2028"""
TAGS = {"html", "head", "meta", "title", "style", "body", "noscript", "div", "script", "h1", "p", "figure", "img", "figcaption"}
TAGS |= {"table", "caption", "tr", "th", "td"}


@pytest.fixture(scope="module")
def text():
    return page(Explorer(view(), layer=1, head=2, mode=3, image=1, sign="-", view={"scale": "percentile"}))


@pytest.fixture(scope="module")
def parsed(text):
    return Parsed(text)


@pytest.fixture(scope="module")
def state(parsed):
    (model,) = json.loads(parsed.text("script", id="qk-state"))["models"]
    return model


def embedded(parsed, reference) -> bytes:
    """The bytes that a reference in the state stands for."""
    data = base64.b64decode(parsed.text("script", data_qk_bytes=reference["bytes"]), validate=True)
    return gzip.decompress(data) if reference["gzip"] else data


def sha256(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(parsed):
    policy = parsed.policy()
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == [sha256(parsed.text("script", type="module")), "blob:"]
    assert policy["style-src"] == [sha256(parsed.text("style"))]
    assert policy["worker-src"] == ["blob:"]
    assert policy["img-src"] == ["data:", "blob:"]
    assert set(policy) == {"default-src", "script-src", "style-src", "worker-src", "img-src", "base-uri", "form-action"}


def test_hashed_texts_are_bytes_that_no_parser_changes(parsed):
    for text in (parsed.text("script", type="module"), parsed.text("style")):
        assert "\r" not in text
        assert "\0" not in text
        assert "</script" not in text.lower()
        assert "<!--" not in text


def test_the_policy_comes_before_whatever_it_governs(parsed):
    tags = [tag for tag, attributes in parsed.elements if "http-equiv" in attributes or tag in ("script", "style", "img")]
    assert tags[0] == "meta"


def test_nothing_is_asked_of_the_network_and_nothing_is_styled_or_scripted_inline(parsed):
    for tag, attributes in parsed.elements:
        assert not {"href", "srcset", "action", "background", "poster", "style"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert attributes.get("src", "data:image/png;base64,").startswith("data:image/png;base64,")
    assert set(parsed.tags()) == TAGS


def test_the_page_holds_the_widgets_own_module_and_host(parsed):
    module = base64.b64decode(parsed.text("script", data_qk_esm="explorer"), validate=True)
    assert module == (STATIC / "explorer.js").read_bytes()
    assert parsed.text("script", type="module").encode() == (STATIC / "host.js").read_bytes()
    assert [a["data-qk-view"] for _, a in parsed.elements if "data-qk-view" in a] == ["explorer"]


def test_the_page_starts_where_the_view_stood(state):
    traits = state["traits"]
    assert (state["id"], state["esm"]) == ("explorer", "explorer")
    assert [traits[name] for name in ("layer", "head", "mode", "image", "sign")] == [1, 2, 3, 1, "-"]
    assert traits["view"]["scale"] == "percentile"
    assert traits["live"] is False
    assert set(traits) == {*Explorer.STATE, "live", "meta", "spectra", "pictures", "tiles"}


def test_every_number_of_the_view_is_in_the_page(parsed, state):
    traits, source = state["traits"], view()
    assert embedded(parsed, traits["spectra"]) == wire_spectra(source.spectra)
    assert embedded(parsed, traits["pictures"]) == wire_pictures(source.pictures)
    tiles = wire_tiles(source)
    assert set(traits["tiles"]) == set(tiles)
    assert {name: embedded(parsed, reference) for name, reference in traits["tiles"].items()} == tiles
    assert traits["meta"]["embedded_modes"] == D_HEAD
    assert traits["meta"]["left_out"] == []


def test_without_scripts_there_is_a_picture_and_a_table(parsed):
    words = " ".join(parsed.words)
    assert "L1 H2 M3 on scene 1" in words
    spectra = view().spectra
    for layer in range(N_LAYERS):
        assert f"{spectra.layer_cosine[layer]:.3f}" in words
        for head in range(N_HEADS):
            assert f"{spectra.head_cosine[layer, head]:.3f}" in words
    (picture,) = (attributes for tag, attributes in parsed.elements if tag == "img")
    assert base64.b64decode(picture["src"].partition(",")[2]).startswith(b"\x89PNG")


def test_labels_are_text_wherever_they_stand():
    parsed = Parsed(page(Explorer(view(name=NASTY, model=NASTY)), title=NASTY))
    assert set(parsed.tags()) == TAGS
    assert parsed.tags().count("img") == 1
    (model,) = json.loads(parsed.text("script", id="qk-state"))["models"]
    assert model["traits"]["meta"]["images"][0]["name"] == f"{NASTY} 0"
    assert model["traits"]["meta"]["model"] == model["traits"]["meta"]["title"] == NASTY
    assert parsed.text("title") == NASTY
    (picture,) = (attributes for tag, attributes in parsed.elements if tag == "img")
    assert NASTY in picture["alt"]
    assert NASTY in "".join(parsed.words)
    policy = parsed.policy()
    assert policy["script-src"] == [sha256(parsed.text("script", type="module")), "blob:"]


def test_the_same_view_is_the_same_bytes(text, tmp_path):
    view().save(tmp_path / "view.qk")
    script = (
        "import qkwidgets as qk, sys\n"
        "view = qk.open(sys.argv[1]).widget(layer=1, head=2, mode=3, image=1, sign='-', view={'scale': 'percentile'})\n"
        "view.to_html(sys.argv[2])"
    )
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.html"
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": "UTC" if seed == "1" else "Asia/Tokyo"}
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "view.qk"), str(out)], check=True, env=environment, timeout=120
        )
        assert out.read_text(encoding="utf-8") == text


def test_a_view_of_no_image_has_a_page_without_maps():
    empty = view().first_images(0)
    text = page(Explorer(empty))
    assert "<img" not in text
    assert "<table>" in text


def test_a_page_goes_through_the_view(tmp_path, text):
    widget = Explorer(view(), layer=1, head=2, mode=3, image=1, sign="-", view={"scale": "percentile"})
    widget.to_html(tmp_path / "x.html")
    assert (tmp_path / "x.html").read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [tmp_path / "x.html"]


def test_a_page_that_cannot_be_small_enough_leaves_the_old_file_alone(tmp_path):
    path = tmp_path / "x.html"
    path.write_text("old")
    with pytest.raises(InputError, match=r"^A page holds at least one image with 4 modes of every head: .* Raise max_mb\.$"):
        Explorer(view()).to_html(path, max_mb=0.01)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(
        InputError, match=r"^A page is written into a folder that exists: there is no '.*none'\. Make it first\.$"
    ):
        Explorer(view()).to_html(tmp_path / "none" / "x.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("fault", "reason"), [(FULL, "No space left on device"), (READ_ONLY, "Read-only file system")])
def test_a_disk_that_does_not_take_the_page_is_said_and_nothing_is_left(tmp_path, fault, reason):
    view().save(tmp_path / "view.qk")
    folder = tmp_path / "out"
    script = (
        "import os, sys, qkwidgets as qk\nfrom qkwidgets.core.errors import InputError\n"
        "before = os.listdir(sys.argv[2])\n"
        "try: qk.open(sys.argv[1]).widget().to_html(sys.argv[2] + '/x.html')\n"
        "except InputError as error: print(error)\n"
        "assert os.listdir(sys.argv[2]) == before"
    )
    ended = python_in(fault, folder, script, str(tmp_path / "view.qk"), str(folder))
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("A page is written where files may be written: ")
    assert f"could not be ({reason}). Nothing was left there." in ended.stdout


def test_the_shipped_example_makes_a_small_page_of_every_mode():
    widget = qkwidgets.examples("deit-tiny").widget()
    text = page(widget, max_mb=15)
    (model,) = json.loads(Parsed(text).text("script", id="qk-state"))["models"]
    assert model["traits"]["meta"]["embedded_modes"] == 64
    tile = load(embedded(Parsed(text), model["traits"]["tiles"]["L4H2"]))
    assert np.array_equal(tile["query"], widget.source.tile(4, 2).arrays["query"])

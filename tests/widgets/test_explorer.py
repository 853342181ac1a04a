"""Does the widget keep a state that exists, and answer every request?"""

import re
from pathlib import Path

import numpy as np
import pytest
import traitlets as t
from anywidget import AnyWidget
from safetensors.numpy import load

import qkwidgets
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.widgets import explorer as module
from qkwidgets.widgets.explorer import DEFAULT_VIEW, Explorer, _modes_within, explore
from tests.views import D_HEAD, LAYOUT, N_HEADS, N_IMAGES, N_LAYERS, view

STATE = Path(__file__).parents[2] / "js" / "src" / "explorer" / "index.ts"


@pytest.fixture
def widget():
    made = Explorer(view())
    yield made
    made.close()


def test_it_starts_at_the_first_mode_on_the_middle_patch(widget):
    assert str(widget.selection) == "L0 H0 M0"
    assert widget.token == LAYOUT.token((1, 2))
    assert widget.view == DEFAULT_VIEW
    assert widget.panels == ["grid", "spectrum", "overlay", "trend", "attention"]
    assert widget.live is True


def test_no_token_is_a_choice_too(widget):
    widget.token = -1
    assert widget.token == -1


def test_a_view_is_completed_from_the_default(widget):
    widget.view = {"scale": "percentile", "threshold": 0.25}
    assert widget.view == {**DEFAULT_VIEW, "scale": "percentile", "threshold": 0.25}


@pytest.mark.parametrize(
    "setting",
    [{"scale": "log"}, {"palette": "jet"}, {"layout": "below"}, {"rank": "size"}, {"number": "none"}, {"colour": 1}]
    + [{"threshold": value} for value in (-0.1, 1.5, "much", None)],
)
def test_a_setting_that_does_not_exist_leaves_the_old_view(widget, setting):
    with pytest.raises(InputError, match=r"^The settings of a view are "):
        widget.view = setting
    assert widget.view == DEFAULT_VIEW


@pytest.mark.parametrize("trait", ["meta", "spectra", "pictures", "tiles"])
def test_data_are_not_set_from_outside(widget, trait):
    with pytest.raises(t.TraitError):
        setattr(widget, trait, getattr(widget, trait))


@pytest.mark.parametrize(
    ("keywords", "error"), [({"layer": 9}, OutOfRangeError), ({"sign": "*"}, t.TraitError), ({"panels": ["x"]}, t.TraitError)]
)
def test_a_keyword_must_have_a_value_that_exists(keywords, error):
    with pytest.raises(error):
        Explorer(view(), **keywords)


def test_keywords_say_where_to_start():
    widget = Explorer(view(), layer=1, head=2, mode=3, image=1, token=-1, sign="-", panels=["overlay"], view={"rank": "peak"})
    assert (str(widget.selection), widget.image, widget.token, widget.sign) == ("L1 H2 M3", 1, -1, "-")
    assert (widget.panels, widget.view["rank"]) == (["overlay"], "peak")


def test_a_request_is_acknowledged_and_then_answered(widget, sent, ask):
    ask({"kind": "need", "id": 7, "layer": 1, "head": 2})
    (ack, _), (tile, buffers) = sent
    assert ack == {"kind": "ack", "id": 7}
    assert tile == {"kind": "tile", "id": 7, "layer": 1, "head": 2}
    (data,) = buffers
    expected = widget.source.tile(1, 2).arrays
    assert all(np.array_equal(load(data)[name], array) for name, array in expected.items())


def test_a_request_is_acknowledged_before_the_work_begins(widget, sent, ask, monkeypatch):
    monkeypatch.setattr(Explorer, "_answer", lambda *_: sent.append(("work", None)) or ({"kind": "tile"}, []))
    ask({"kind": "need", "id": 1, "layer": 0, "head": 0})
    assert [content if isinstance(content, str) else content["kind"] for content, _ in sent] == ["ack", "work", "tile"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            {"kind": "need", "layer": 9, "head": 0},
            "Layer 9 of 'test:model' does not exist: it has layers 0 to 1. Layers count from zero here.",
        ),
        ({"kind": "need", "layer": 0, "head": -1}, "Head -1 of 'test:model' does not exist"),
        ({"kind": "want"}, "Explorer answers no request of kind 'want'."),
        ({}, "Explorer answers no request of kind None."),
        ({"kind": "need", "layer": 0}, "KeyError: 'head'"),
        ({"kind": "need", "layer": "a", "head": 0}, "Type"),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(widget, sent, ask, request_, words):
    ask({**request_, "id": "x"})
    (ack, _), (error, _) = sent
    assert ack == {"kind": "ack", "id": "x"}
    assert (error["kind"], error["id"]) == ("error", "x")
    assert error["message"].startswith(words)


@pytest.mark.parametrize("content", [None, "need", 3, {}, {"kind": "need", "layer": 0, "head": 0}])
def test_what_is_no_request_has_no_reply(widget, sent, ask, content):
    ask(content)
    assert sent == []


def test_a_failure_of_the_source_is_shown_in_the_widget(widget, sent, ask):
    class Broken:
        def tile(self, layer, head):
            raise MemoryError("no room")

    widget.source = Broken()
    ask({"kind": "need", "id": 1, "layer": 0, "head": 0})
    assert sent[-1][0] == {"kind": "error", "id": 1, "message": "MemoryError: no room"}


@pytest.mark.parametrize(
    ("name", "near"), [("layre", "layer"), ("selecton", "selection"), ("Image", "image"), ("to_htlm", "to_html"), ("zoom", None)]
)
def test_what_is_not_there_cannot_be_set(widget, name, near):
    words = f"^What is set on Explorer must exist: there is no '{name}'. It is probably misspelt. Nearest: '{near or ''}"
    with pytest.raises(InputError, match=words):
        setattr(widget, name, 3)
    assert not hasattr(widget, name)


def test_a_keyword_that_does_not_exist_is_refused_with_all_there_are():
    with pytest.raises(InputError, match=r"^A keyword of Explorer is one of head, image, layer, .* got 'layre'"):
        Explorer(view(), layre=3)


def test_what_the_libraries_set_can_be_set(widget):
    widget.layout = {"width": "50%"}
    widget.tooltip, widget.tabbable, widget._anything = "words", True, 1
    assert (widget.layout.width, widget.tooltip) == ("50%", "words")


def test_ranks_are_those_of_the_image_shown(widget):
    widget.image = 1
    assert widget.rank().image == "scene 1"
    assert widget.rank("scene 0").image == "scene 0"
    assert widget.rank(0, by="peak").by == "peak"
    with pytest.raises(OutOfRangeError, match=r"^Image 2 of this view"):
        widget.rank(2)
    with pytest.raises(InputError, match=r"^Modes are ranked by"):
        widget.rank(0, by="size")


def test_a_saved_view_is_the_source_with_all_its_modes(widget, tmp_path):
    widget.save(tmp_path / "view.qk")
    again = qkwidgets.open(tmp_path / "view.qk")
    assert again.meta == {**widget.source.meta, "start": widget.state}
    assert again.meta["embedded_modes"] == D_HEAD


@pytest.mark.parametrize(("door", "name", "form"), [("save", "x.foo", "qk"), ("save", "x", "qk"), ("to_html", "x.pdf", "html")])
def test_a_file_of_another_ending_is_refused_before_any_work(widget, tmp_path, door, name, form):
    widget.source = None  # nobody asks it
    with pytest.raises(InputError, match=rf"ends in \.{form}: got '.*{name}'\. .* Name it 'x\.{form}'\.$"):
        getattr(widget, door)(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_saved_view_opens_where_it_stood(widget, tmp_path):
    widget.selection = "L1 H1 M2"
    widget.token, widget.sign, widget.view = 3, "-", {"palette": "orange-blue"}
    widget.save(tmp_path / "view.qk")
    again = qkwidgets.open(tmp_path / "view.qk").widget(sign="+")
    assert again.state == {**widget.state, "sign": "+"}
    assert "start" not in again.meta


def test_a_live_view_embeds_as_many_modes_as_there_is_room_for(monkeypatch):
    per_mode = 2 * N_LAYERS * N_HEADS * N_IMAGES * LAYOUT.n_tokens
    assert _modes_within(view(), D_HEAD * per_mode) is None
    assert _modes_within(view(), D_HEAD * per_mode - 1) == D_HEAD - 1
    assert _modes_within(view(), 1) == 1
    monkeypatch.setattr(module, "LIVE_BYTES", 2 * per_mode)
    widget = Explorer(view())
    assert widget.meta["embedded_modes"] == 2
    assert widget.meta["n_modes"] == D_HEAD
    widget.mode = D_HEAD - 1  # its maps come by request


def test_exploring_a_saved_view_is_refused_in_words():
    with pytest.raises(InputError, match=r"Call its \.widget\(\)"):
        explore(view())


def test_a_view_makes_its_widget():
    widget = view().widget(layer=1)
    assert isinstance(widget, Explorer)
    assert widget.layer == 1


def test_synced_traits_are_those_that_typescript_spells():
    text = STATE.read_text(encoding="utf-8")
    body = text.partition("export type State = {")[2].partition("\n};")[0]
    named = re.findall(r"^  (\w+):", body, re.MULTILINE)
    synced = {name for name in Explorer.class_trait_names(sync=True) if name[0] != "_"} - set(AnyWidget.class_trait_names())
    assert set(named) == synced
    assert re.findall(r"^    (\w+):", body, re.MULTILINE) == list(DEFAULT_VIEW)


def test_the_view_of_typescript_offers_the_same_choices():
    body = STATE.read_text(encoding="utf-8").partition("view: {")[2].partition("};")[0]
    for name in ("scale", "layout"):
        told = re.search(rf"{name}: ([^;]+);", body)[1]
        assert tuple(re.findall(r'"([^"]+)"', told)) == module.VIEW_CHOICES[name]

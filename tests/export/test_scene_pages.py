"""Pages of the preference and the semantic view: what they hold, and what they leave out to fit."""

import json
import re

import pytest

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.export import preference, semantic
from qkwidgets.widgets.preference import preference_view


@pytest.fixture(scope="module")
def view():
    return preference_view(qk.load_model(), vary={"feature": ["colour", "shape"], "difference": [None, 0.2], "seed": range(3)})


def state(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="qk-state">(.*?)</script>', text, re.DOTALL)[1])["models"][0]["traits"], text


def test_a_page_holds_every_combination_and_equal_scenes_once(view, tmp_path):
    view.turn(seed=1)
    assert preference.write_page(view, tmp_path / "a.html") == []
    traits, text = state(tmp_path / "a.html")
    assert len(traits["tiles"]) == 2 * 2 * 3
    assert text.count('data-qk-bytes="tiles/') == 3 * 3, "of shapes, a difference is no other scene"
    assert traits["tiles"]["1.1.2"] == traits["tiles"]["1.0.2"]
    assert traits["scene"]["seed"] == 1
    preference.write_page(view, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_page_is_thinned_to_its_size_and_says_so(view, tmp_path):
    smaller = tmp_path / "small.html"
    limit = 0.135
    (sentence,) = preference.write_page(view, smaller, max_mb=limit)
    assert smaller.stat().st_size <= limit * 1e6
    assert "fewer values of" in sentence
    assert "seed (" in sentence
    assert sentence in state(smaller)[0]["meta"]["left_out"]
    with pytest.raises(InputError, match=r"at least one scene: that takes .* MB here, and the limit is 0.01 MB. Raise max_mb."):
        preference.write_page(view, tmp_path / "none.html", max_mb=0.01)
    assert not (tmp_path / "none.html").exists()


def test_values_of_a_page_are_chosen_from_those_of_the_view(view, tmp_path):
    view.to_html(tmp_path / "c.html", vary={"feature": ["shape"], "seed": [0, 2]})
    traits, _ = state(tmp_path / "c.html")
    assert [axis["words"] for axis in traits["meta"]["axes"]] == [["shape"], ["plain"], ["0", "2"]]
    with pytest.raises(InputError, match=r"A page has values that its view has: got seed=7"):
        view.to_html(tmp_path / "d.html", vary={"seed": [7]})
    with pytest.raises(InputError, match=r"vary= names parameters of the view, feature, difference, seed: got 'ground'"):
        view.to_html(tmp_path / "d.html", vary={"ground": ["flat"]})


def test_a_semantic_page_leaves_images_out_from_the_end(tmp_path):
    found = qk.semantic_map(qk.load_model(), qk.odd_one_out(4, seed=1), draws=19, controls=4, tables=3, workers=0, progress=False)
    view = found.widget(image=2)
    assert semantic.write_page(view, tmp_path / "whole.html") == []
    whole = (tmp_path / "whole.html").stat().st_size / 1e6
    (sentence,) = semantic.write_page(view, tmp_path / "less.html", max_mb=whole - 0.001)
    traits, _ = state(tmp_path / "less.html")
    assert sentence.startswith("The last 1 of 3 images")
    assert len(traits["meta"]["images"]) == 2
    assert traits["image"] == 1


def test_how_many_images_fit_is_found_by_halving(tmp_path, monkeypatch):
    found = qk.semantic_map(qk.load_model(), qk.odd_one_out(9, seed=1), draws=19, controls=4, tables=9, workers=0, progress=False)
    view, made = found.widget(), []
    content = semantic._content
    monkeypatch.setattr(semantic, "_content", lambda *inputs: made.append(inputs[1].n_images) or content(*inputs))
    with pytest.raises(InputError, match=r"A page holds at least one image with the tables of all modes"):
        semantic.write_page(view, tmp_path / "none.html", max_mb=0.01)
    assert made[0] == 9
    assert len(made) <= 5
    assert list(tmp_path.iterdir()) == []

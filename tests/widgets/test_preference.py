import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load

import qkwidgets as qk
from qkwidgets.analyses.scene_source import SceneSource
from qkwidgets.answers.scene_attention import NOTHING
from qkwidgets.core.errors import InputError
from qkwidgets.data.images import read_images
from qkwidgets.data.labelled import labelled_picture, labelled_set
from qkwidgets.widgets.preference import PreferenceView, preference_view, preference_widget
from qkwidgets.widgets.preference_wire import scene_bytes
from tests.models.families import randomised, read, vit
from tests.scenes import ConstantScenes

VARY = {"feature": ["colour", "shape"], "difference": [None, 0.2], "seed": range(3)}


@pytest.fixture(scope="module")
def model():
    return qk.load_model()


@pytest.fixture
def view(model):
    return preference_view(model, vary=VARY, same={"n_items": 6})


def test_the_scene_on_show_is_embedded_and_its_groups_sum_to_one(view):
    ((name, data),) = view.tiles.items()
    arrays = load(data)
    assert name == "0.0.0"
    assert arrays["attention"].shape == (6, 4, 2, 64)
    for groups in ("groups", "groups_nonself", "chance", "chance_nonself"):
        assert np.abs(arrays[groups].sum(axis=-1) - 1).max() < 1e-5
    assert sorted(np.unique(arrays["regions"])) == list(range(7)), "ground, target, five distractors"


def test_masses_are_those_of_the_attention_that_travels(view):
    arrays = load(view.tiles["0.0.0"])
    scene = view.source.attention((0, 0, 0))
    grid = scene.regions.reshape(8, 8, 8, 8).transpose(0, 2, 1, 3).reshape(64, 64)
    target = (grid == 1).mean(axis=1)
    assert arrays["query"][0] == target.argmax()
    assert np.allclose(arrays["attention"][:, :, 0] @ target, scene.masses[..., 0], atol=1e-5)


def test_a_request_is_answered_with_the_scene_asked_for(view):
    sent = []
    view.send = lambda content, buffers=None: sent.append((content, buffers))
    view._reply(view, {"kind": "need", "id": "a", "scene": {"feature": 1, "difference": 0, "seed": 2}}, [])
    (ack, _), (reply, (data,)) = sent
    assert ack == {"kind": "ack", "id": "a"}
    assert reply["scene"]["seed"] == 2
    assert data == scene_bytes(view.source.attention((1, 0, 2)), exact=True)
    view._reply(view, {"kind": "need", "id": "b", "scene": {"feature": 7, "difference": 0, "seed": 0}}, [])
    assert sent[-1][0]["kind"] == "error"
    assert "Odd in 7 of this view does not exist" in sent[-1][0]["message"]


def test_a_difference_means_nothing_where_features_differ_in_kind(view):
    assert view.source.attention((1, 1, 0)) is view.source.attention((1, 0, 0))
    assert view.source.attention((0, 1, 0)) is not view.source.attention((0, 0, 0))


def test_parameters_are_turned_by_their_values(view):
    view.turn(feature="shape", seed=2)
    assert view.scene == {"feature": 1, "difference": 0, "seed": 2}
    assert view.parameters["feature"] == "shape"
    with pytest.raises(InputError, match=r"seed is one of 0, 1, 2: got 9. .* List it in vary=."):
        view.turn(seed=9)
    with pytest.raises(
        InputError, match=r"What is turned is one of feature, difference, seed: got 'n_items'. .* Pass it in vary=."
    ):
        view.turn(n_items=4)


def test_state_out_of_range_is_refused(view):
    with pytest.raises(InputError, match=r"Layer 6 of 'builtin:o3' does not exist"):
        view.layer = 6
    view.head = -1
    with pytest.raises(InputError, match=r"Head 4 of 'builtin:o3' does not exist"):
        view.head = 4
    with pytest.raises(InputError, match=r"curves is one of mass, enrichment: got curves='mas'"):
        view.view = {"curves": "mas"}


def test_a_scene_is_set_by_names_and_whole_numbers_and_the_rest_stays(view):
    view.scene = {"feature": 1, "seed": 2}
    view.scene = {"difference": 1}
    assert view.scene == {"feature": 1, "difference": 1, "seed": 2}
    with view.hold_trait_notifications():
        view.scene = {"seed": 0}
    assert view.scene == {"feature": 1, "difference": 1, "seed": 0}
    with pytest.raises(InputError, match=r"A parameter of this view is one of feature, .* got 'sed'.* Nearest: 'seed'"):
        view.scene = {"sed": 2}
    for wrong in (0.5, True, "1", None):
        with pytest.raises(
            InputError, match=r"The place of feature is a whole number, 0 to 1: got .* Use turn\(feature=\.\.\.\)"
        ):
            view.scene = {"feature": wrong}
    with pytest.raises(InputError, match="Seed 3 of this view does not exist"):
        view.scene = {"seed": 3}
    assert view.scene == {"feature": 1, "difference": 1, "seed": 0}


def test_options_that_do_not_exist_or_have_no_values_are_refused(model):
    with pytest.raises(InputError, match=r"A keyword of odd_one_out is one of .* got 'colour'"):
        SceneSource(model, vary={"colour": [1]})
    with pytest.raises(InputError, match=r"vary= lists the values that each option can take: got feature='size'"):
        SceneSource(model, vary={"feature": "size"})


def test_a_difference_that_no_scene_shows_is_refused_when_the_view_is_made(model):
    degrees = r"difference= is for features that differ by degrees .* Name the feature, or leave difference out\."
    with pytest.raises(InputError, match=degrees):
        SceneSource(model, vary={"difference": [0.0, 1.0]})
    with pytest.raises(InputError, match=degrees):
        SceneSource(model, vary={"difference": [None, 1.0], "feature": ["colour", ["shape", "size"]]})
    with pytest.raises(InputError, match=degrees):
        SceneSource(model, vary={"difference": [None, 1.0]}, feature="shape")
    with pytest.raises(InputError, match=r"difference must be a number from 0"):
        SceneSource(model, vary={"feature": ["shape", "colour"], "difference": [0.5, 30]})
    with pytest.raises(InputError, match=r"The items of an array must fill rows"):
        SceneSource(model, vary={"n_items": [4, 7], "arrangement": ["grid", "array"]})


def test_features_to_draw_from_are_one_value(model):
    drawn = SceneSource(model, vary={"difference": [None, 0.0, 1.0]}, feature=["colour", "size"])
    assert (drawn.attention((1,)).regions.shape, drawn.settled((2,))) == ((64, 64), (2,))
    several = SceneSource(model, vary={"feature": [["colour", "size"], "shape"], "difference": [0.0, 1.0]})
    assert (several.settled((0, 1)), several.settled((1, 1))) == ((0, 1), (1, 0))


def test_what_is_turned_by_default_goes_with_what_is_the_same(model):
    def values(**same):
        return {axis.name: axis.values for axis in SceneSource(model, **same).axes}

    assert "difference" not in values(feature="shape")
    assert "array" in values()["arrangement"]
    assert "array" not in values(n_items=5)["arrangement"]
    assert "configuration" not in values(shape="square")["feature"]
    with pytest.raises(InputError, match="n_items must be a number"):
        values(n_items=99)


def test_labelled_pictures_are_stepped_through(model):
    scenes = qk.odd_one_out(3, seed=5)
    view = preference_view(model, scenes)
    assert [axis["label"] for axis in view.meta["axes"]] == ["image"]
    assert (view.source.attention((2,)).regions == 1).sum() == scenes.target[2].sum()


def test_pixels_that_are_neither_item_nor_ground_travel_as_nothing(model):
    array, mask, ignored = np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), int), np.zeros((64, 64), bool)
    mask[:16, :16], mask[32:48, 32:48], ignored[40:, :8] = 1, 2, True
    picture = labelled_picture(read_images(array)[0], mask, target=1, ignored=ignored)
    view = preference_view(model, picture)
    scene = view.source.attention((0,))
    assert (scene.regions[ignored] == NOTHING).all()
    assert set(np.unique(scene.regions[~ignored])) == {0, 1, 2}
    assert "2 items" in repr(scene)
    travelled = load(view.tiles["0"])["regions"]
    assert travelled.dtype == np.uint8
    assert set(np.unique(travelled[ignored])) == {255}
    many = dataclasses.replace(scene, regions=np.where(scene.regions == 2, 255, scene.regions).astype(np.uint16))
    assert set(np.unique(load(scene_bytes(many, exact=True))["regions"])) == {0, 1, 255, NOTHING}


def test_a_view_shows_whatever_answers_for_scenes_without_model_or_torch(tmp_path):
    view = PreferenceView(ConstantScenes(), layer=1)
    assert (view.counts, view.owner) == ({"layer": 2, "head": 3, "mode": 1}, "'test:model'")
    assert load(view.tiles["0"])["groups"].shape == (2, 3, 3)
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from qkwidgets.widgets.preference import PreferenceView; from tests.scenes import ConstantScenes\n"
        f"PreferenceView(ConstantScenes()).to_html({str(tmp_path / 'page.html')!r})"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert "seed" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_means_over_many_scenes_travel_as_json_without_nan(model):
    found = qk.attention_preference(model, qk.odd_one_out(4), null=0, items=False, workers=0, progress=False)
    view = found.widget(layer=2)
    assert isinstance(view, PreferenceView)
    assert view.layer == 2
    curves = json.loads(json.dumps(view.meta, allow_nan=False))["curves"]
    assert np.allclose(curves["mass"][0][0], found.same, atol=1e-4)
    assert len(curves["mass"]) == 2
    assert np.allclose(curves["enrichment_interval"][1], found.enrichment_curves_interval[1], atol=1e-4)


OTHERS = "The means behind are of {}; what is shown are scenes that are turned here. Pass scenes= to see those."


def test_means_behind_are_named_for_what_they_are_of(model):
    found = qk.attention_preference(model, qk.odd_one_out(4), null=0, items=False, workers=0, progress=False)
    meta = found.widget().meta
    assert (meta["curves"]["of"], meta["notes"], meta["merged"]) == (
        "4 odd-one-out scenes",
        [OTHERS.format("4 odd-one-out scenes")],
        False,
    )
    found.provenance["images"] = {"kind": "photographs with target and distractor masks"}
    meta = found.widget().meta
    assert meta["curves"]["of"] == "4 photographs with target and distractor masks"
    assert meta["notes"] == [OTHERS.format("4 photographs with target and distractor masks")]
    del found.provenance["images"]
    assert found.widget().meta["curves"]["of"] == "4 images"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tokens": "all"}, 'what falls on prefix tokens is kept in them (tokens="all"), and left out here'),
        (
            {"preprocessing": {"crop": "crop_middle"}},
            'they are of the model\'s own crop (resize="model"), and whole pictures are squeezed here',
        ),
    ],
)
def test_means_of_other_options_are_not_drawn_behind(model, options, words):
    found = qk.attention_preference(model, qk.odd_one_out(4), null=0, items=False, workers=0, progress=False)
    found.provenance.update(options)
    meta = found.widget().meta
    assert meta["curves"] is None
    assert meta["notes"] == [f"The means of the answer are not drawn: {words}."]


def test_an_answer_of_another_model_needs_it(model):
    found = qk.attention_preference(model, qk.odd_one_out(4), null=0, items=False, workers=0, progress=False)
    found = dataclasses.replace(found, provenance={**found.provenance, "model": "timm:vit_tiny"}, live=None)
    with pytest.raises(
        InputError, match=r"Scenes are shown before the model of the answer, 'timm:vit_tiny': .* Pass it: .widget"
    ):
        preference_widget(found)
    assert preference_widget(found, model).source.model == "builtin:o3"


def pictures(scenes):
    """Photographs of one's own, so to speak: the first has no target."""
    items = [labelled_set(scenes).labelled(i) for i in range(len(scenes))]
    return [dataclasses.replace(items[0], target=None), *items[1:]]


def test_an_answer_shows_its_own_pictures_while_they_are_at_hand(model, tmp_path):
    found = qk.attention_preference(model, pictures(qk.odd_one_out(4, seed=3)), null=0, items=False, workers=0, progress=False)
    assert (found.n_images, found.n_skipped) == (3, 1)
    view = found.widget()
    assert [axis["name"] for axis in view.meta["axes"]] == ["image"]
    assert (view.scene, view.meta["notes"], view.meta["curves"]["of"]) == ({"image": 1}, [], "3 labelled pictures")
    means = np.mean([view.source.attention((place,)).masses for place in (1, 2, 3)], axis=0)
    assert np.allclose(means, found.masses, atol=1e-6)
    view.save(tmp_path / "p.qk")
    opened = qk.open(tmp_path / "p.qk")
    assert opened.live is None
    assert opened.widget().meta["notes"][0] == OTHERS.format("3 labelled pictures")
    again = opened.widget(scenes=pictures(qk.odd_one_out(4, seed=3)))
    assert (again.scene, again.meta["notes"], again.tiles) == (view.scene, [], view.tiles)
    with pytest.raises(InputError, match="'small' has other weights than the model of the answer, 'builtin:o3'"):
        found.widget(read(randomised(vit()), "small"))


def test_a_view_says_in_a_line_what_it_shows(model, view):
    assert repr(view) == "<PreferenceView of 'builtin:o3': 6 layers x 4 heads>"
    shown = qk.explore(model, qk.odd_one_out(2))
    assert repr(shown) == "<Explorer of 'builtin:o3': 6 layers x 4 heads x 32 modes, 2 images>"
    assert repr(qk.alignment(model).widget()) == "<Explorer of 'builtin:o3': 6 layers x 4 heads>"


def test_an_answer_of_other_weights_is_refused_even_under_the_same_name(model):
    found = qk.attention_preference(model, qk.odd_one_out(4), null=0, items=False, workers=0, progress=False)
    found.provenance["fingerprint"] = "0" * 64
    with pytest.raises(InputError, match="'builtin:o3' has other weights than the model of the answer, 'builtin:o3'"):
        found.widget()


def test_the_wire_says_at_which_features_a_difference_means_nothing(model):
    axes = {axis["name"]: axis for axis in preference_view(model, vary=VARY, same={"n_items": 6}).meta["axes"]}
    assert axes["difference"]["idle"] == {"feature": ["shape"]}
    assert (axes["feature"]["idle"], axes["seed"]["idle"]) == ({}, {})

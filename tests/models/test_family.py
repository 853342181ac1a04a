"""The family of built-in models: each loads, does what its card says, and its training ends where the weights are."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.scene_plan import DEFAULT, FEATURES
from qkwidgets.models.builtin import NAMES, load_builtin
from tools.builtin_release import MEASURED_SEED
from tools.builtin_results import held_out
from tools.mode_separation import CONTRASTS, contrast_aucs, patch_classes
from tools.reconstruction import reconstruction_errors
from tools.training_recipes import RECIPES
from tools.training_scenes import normalised

WEIGHTS = Path(__file__).parents[2] / "qkwidgets" / "models" / "weights"
UNSEEN_SEED = 11


def card(name: str) -> dict:
    return json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_family_is_what_the_folder_holds():
    assert set(NAMES) == set(RECIPES) == {path.stem for path in WEIGHTS.glob("*.safetensors")}


@pytest.mark.parametrize("name", NAMES)
def test_each_model_is_read_like_any_other(name):
    model = qk.load_model(f"builtin:{name}")
    assert (model.n_layers, model.n_heads, model.d_model, model.d_head) == (6, 4, 128, 32)
    assert model.layout.n_tokens == 65
    assert model.provenance["card"]["name"] == name


@pytest.mark.parametrize("name", NAMES)
def test_the_card_tells_what_is_measured(name):
    told, model = card(name), load_builtin(name).module
    assert told["bytes"] == (WEIGHTS / f"{name}.safetensors").stat().st_size <= 3e6
    found = held_out(model, odd_one_out(300, seed=UNSEEN_SEED))
    configural = held_out(model, odd_one_out(300, seed=UNSEEN_SEED, feature="configuration"))
    assert abs(found["position"] - told["held_out"]["position"]) < 0.07
    assert abs(configural["position"] - told["configural"]["position"]) < 0.1
    text = (WEIGHTS / f"{name}.md").read_text(encoding="utf-8")
    assert f"| configuration | 1,000 | {told['configural']['position']:.1%} | {told['configural']['feature']:.1%} |" in text


def test_supervised_models_find_what_is_odd_in_an_old_feature():
    assert card("o3")["held_out"]["position"] >= 0.97
    rows = card("o3")["held_out"]["by_feature"]
    assert min(rows[name]["position"] for name in FEATURES[:DEFAULT]) >= 0.9


def test_the_masked_model_fills_in_better_than_what_needs_no_model():
    told = card("o3-mim")["reconstruction"]["errors"]
    scenes = odd_one_out(60, seed=UNSEEN_SEED, feature=FEATURES)
    found = reconstruction_errors(load_builtin("o3-mim").module, scenes, RECIPES["o3-mim"].mask_ratio)["errors"]
    for errors in (told, found):
        simple = min(errors[name]["all"] for name in errors if name != "model")
        assert errors["model"]["all"] < 0.9 * simple


@pytest.mark.parametrize("name", NAMES)
def test_the_training_of_each_model_ends_where_its_weights_are(name):
    training, modes = qk.examples(f"training-{name}"), qk.modes(qk.load_model(f"builtin:{name}"))
    assert 10 <= len(training) <= 14
    assert (training.step[0], training.step[-1]) == (0, card(name)["run"]["steps"])
    assert training.model == f"builtin:{name}"
    largest = modes.singular_values[..., :1]  # the file is rounded to half precision
    np.testing.assert_allclose(training.singular_values[-1] / largest, modes.singular_values / largest, atol=2e-3)
    np.testing.assert_allclose(training.layer_cosine[-1], modes.layer_cosine, atol=5e-3)


def test_the_masked_model_has_fewer_modes_that_separate_and_its_card_says_so():
    assert 0 < len({mode["mode"] for mode in card("o3-mim")["modes"]}) < 8
    text = " ".join((WEIGHTS / "o3-mim.md").read_text(encoding="utf-8").split())
    assert "That is fewer than the 8 modes that were looked for." in text


@pytest.mark.parametrize("name", NAMES)
def test_the_card_lists_modes_that_separate_on_unseen_scenes(name):
    told = card(name)["modes"]
    assert name == "o3-mim" or len({mode["mode"] for mode in told}) >= 8
    model = qk.load_model(f"builtin:{name}")
    scenes = odd_one_out(100, seed=MEASURED_SEED, feature=FEATURES)
    inputs, modes, classes = model.attn_inputs(normalised(scenes.images)), qk.modes(model), patch_classes(scenes)
    for mode in told[:8]:
        assert mode["auc"] >= 0.9
        assert mode["auc"] > mode["null_quantile"]
        index = qk.ModeIndex.parse(mode["mode"])
        vectors = modes.left if mode["side"] == "query" else modes.right
        direction = vectors[index.layer, index.head, :, index.mode] * (1 if mode["sign"] == "+" else -1)
        maps = inputs[index.layer][:, model.layout.patches].flatten(0, 1) @ torch.from_numpy(direction[:, None]).float()
        assert contrast_aucs(maps, classes)[CONTRASTS.index(mode["contrast"])].item() == pytest.approx(mode["auc"], abs=0.03)

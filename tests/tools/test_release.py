"""What a release says of a model is measured, and measured rightly."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import qkwidgets as qk
from qkwidgets.data.odd_one_out import Scenes, odd_one_out
from tools import builtin_release, builtin_results, linear_probe, mode_separation
from tools.mode_separation import CONTRASTS, auc, contrast_aucs, patch_classes
from tools.reconstruction import inpainted, reconstruction_errors, visible_mean
from tools.training_recipes import RECIPES
from tools.training_run import Run


def test_an_auc_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(0)
    maps, yes = rng.standard_normal((3, 40)), rng.random(40) < 0.3
    no = ~yes & (rng.random(40) < 0.8)
    order = torch.from_numpy(maps.argsort(1))
    found = auc(torch.from_numpy(yes)[order], torch.from_numpy(no)[order])
    wanted = [(row[yes][:, None] > row[no]).mean() for row in maps]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_the_map_of_a_class_separates_it_perfectly_and_others_by_chance():
    scenes = odd_one_out(30, seed=4)
    classes = patch_classes(scenes)
    noise = torch.rand(30 * 64, generator=torch.Generator().manual_seed(0))
    maps = torch.stack([classes["target"] + noise, classes["ground"] + noise, noise], 1)
    found = dict(zip(CONTRASTS, contrast_aucs(maps, classes), strict=True))
    assert found["target from distractors"][0] == found["target from all else"][0] == 1
    assert found["items from ground"][1] == 0
    assert all(abs(row[2] - 0.5) < 0.1 for row in found.values())


def test_a_patch_belongs_to_what_covers_more_than_half_of_it():
    items = np.zeros((1, 64, 64), np.uint8)
    items[0, :8, :8] = 1
    items[0, 8:12, :8] = 2  # exactly half
    classes = patch_classes(Scenes(np.zeros((1, 64, 64, 3), np.uint8), items, np.array([1]), np.array([0])))
    assert classes["target"].nonzero().flatten().tolist() == [0]
    assert not classes["distractors"].any()
    assert classes["ground"].sum() == 62


def test_linear_inpainting_restores_a_ramp_and_the_mean_paints_one_colour():
    ramp = np.tile(np.linspace(0, 1, 64)[None, :, None], (64, 1, 3))[None]
    hole = np.zeros((1, 64, 64), bool)
    hole[0, 16:32, 24:40] = True
    np.testing.assert_allclose(inpainted(ramp, hole), ramp, atol=1e-9)
    painted = visible_mean(ramp, hole)
    assert painted.shape == ramp.shape
    np.testing.assert_allclose(painted[0, 0, 0], ramp[~hole].mean(0))


def test_pixels_of_items_and_of_the_ground_are_told_apart(tmp_path):
    scenes = odd_one_out(4, seed=5)
    model = Run(RECIPES["o3-mim"], tmp_path / "a.pt", bf16=False).model.eval()
    found = reconstruction_errors(model, scenes, 0.5)
    assert (found["scenes"], found["masked"]) == (4, 32)
    for error in found["errors"].values():
        assert min(error["items"], error["ground"]) < error["all"] < max(error["items"], error["ground"])


@pytest.mark.parametrize("name", ["o3", "o3-mim"])
def test_a_release_is_complete(tmp_path, monkeypatch, name):
    for module, values in (
        (builtin_results, {"HELD_OUT_SCENES": 60, "CONFIGURAL_SCENES": 10, "RECONSTRUCTED_SCENES": 4}),
        (linear_probe, {"PROBE_SCENES": 20, "PROBE_STEPS": 2}),
        (mode_separation, {"N_RANDOM": 3, "LEVEL": 0.5}),
        (builtin_release, {"SEPARATED_SCENES": 6}),
    ):
        for constant, value in values.items():
            monkeypatch.setattr(module, constant, value)
    run = Run(RECIPES[name], tmp_path / "state.pt", bf16=False)
    run.train(stop=0)
    numbers = builtin_release.write_release(name, run, tmp_path, "Stopped at once.")
    weights = load_file(tmp_path / f"{name}.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert ("mask_token" in weights) == ("reconstruction" in numbers) == (name == "o3-mim")
    text = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}: ")
    assert "Stopped at once." in text
    assert "{" not in text
    assert f"| configuration | 10 | {numbers['configural']['position']:.1%} |" in text
    assert numbers["modes"]
    assert f"| {numbers['modes'][0]['mode']} |" in text
    assert qk.open(tmp_path / f"training-{name}.qk").step.tolist() == [0]

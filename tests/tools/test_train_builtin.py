"""The training of the built-in models: one function of recipe and step, whether or not it was interrupted."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.models.builtin_vit import BuiltinViT, patch_pixels
from tools import training_objectives, training_run, training_scenes
from tools.training_objectives import objective
from tools.training_recipes import RECIPES, Recipe, learning_rate
from tools.training_run import Run
from tools.training_scenes import batches, masks, view
from tools.training_snapshots import snapshot_steps, training

TINY = {name: replace(recipe, steps=6, batch=4, warmup=2, views=2) for name, recipe in RECIPES.items()}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(training_scenes, "BLOCK", 8)  # so that six steps cross a border between blocks
    monkeypatch.setattr(training_objectives, "PROBED_SCENES", 10)


def trained(run: Run) -> dict:
    run.train(stop=time.monotonic() + 60)
    return run.model.state_dict()


@pytest.mark.parametrize("name", ["o3", "o3-mim"])
def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path, monkeypatch, name):
    recipe = TINY[name]
    whole = Run(recipe, tmp_path / "a.pt", bf16=False)
    unbroken = trained(whole)
    broken = Run(recipe, tmp_path / "b.pt", bf16=False)
    with monkeypatch.context() as patch:
        patch.setattr(training_run, "learning_rate", stop_before(3, broken))
        with pytest.raises(KeyboardInterrupt):
            trained(broken)
    broken.save()
    resumed = Run(recipe, tmp_path / "b.pt", bf16=False)
    resumed.restore()
    assert resumed.record()["steps"] == 3
    again = trained(resumed)
    assert all(torch.equal(unbroken[key], again[key]) for key in unbroken)
    assert [kept["step"] for kept in whole.snapshots] == [kept["step"] for kept in resumed.snapshots] == [0, 6]
    assert all(torch.equal(one["cosine"], two["cosine"]) for one, two in zip(whole.snapshots, resumed.snapshots, strict=True))
    assert not (tmp_path / "b.part").exists()


def stop_before(step: int, run: Run):
    """The learning rate, until someone presses the keys that end a run."""

    def rate(recipe: Recipe, at: int) -> float:
        if run.step == step:
            raise KeyboardInterrupt
        return learning_rate(recipe, at)

    return rate


def test_batches_are_whole_views_of_training_scenes_of_every_kind():
    recipe = TINY["o3"]
    seen = list(batches(recipe, 0))
    assert seen[0].images.shape == (4, 3, 64, 64)
    assert seen[0].patch.shape == seen[0].feature.shape == (4,)
    scenes = odd_one_out(8, seed=recipe.seed, feature=FEATURES)
    features = np.concatenate([batch.feature.numpy() for batch in seen[:4]])  # the first block: eight scenes, two views
    assert np.array_equal(np.sort(features), np.sort(np.repeat(scenes.feature, 2)))
    later = next(batches(recipe, 3))
    assert all(torch.equal(one, two) for one, two in zip(later, seen[3], strict=True))


def test_one_scene_in_six_is_configural():
    found = np.bincount(training_scenes.mixture(600, seed=3).feature, minlength=6)
    assert len(found) == len(FEATURES) == 6
    assert found.min() > 70


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirror", [False, True])
def test_the_answer_turns_with_the_picture(turns, mirror):
    scenes = odd_one_out(5, seed=2)
    images, patch = view(scenes.images, scenes.patch(), turns, mirror)
    where = np.zeros((5, 64))
    where[np.arange(5), scenes.patch()] = 1
    where = np.rot90(where.reshape(5, 8, 8), turns, (1, 2))
    where = where[:, :, ::-1] if mirror else where
    assert patch.tolist() == where.reshape(5, 64).argmax(1).tolist()
    straight, _ = view(scenes.images, scenes.patch(), 0, False)
    wanted = torch.rot90(straight, turns, (2, 3))
    assert torch.equal(images, wanted.flip(3) if mirror else wanted)


def test_masks_hide_the_same_number_of_patches_in_every_picture_and_not_the_same_ones():
    masked = masks(np.random.default_rng(0), 50, 0.5)
    assert masked.shape == (50, 64)
    assert masked.sum(1).tolist() == [32] * 50
    assert masked.float().mean(0).min() > 0.2


def test_the_masked_loss_is_the_mean_absolute_error_of_masked_patches_alone():
    torch.manual_seed(0)
    recipe, model = TINY["o3-mim"], BuiltinViT(reconstructs=True)
    batch = next(batches(recipe, 0))
    with torch.no_grad():
        loss, score = objective(model, batch, recipe)
        error = (model.reconstruction(batch.images, batch.masked) - patch_pixels(batch.images)).abs()
    torch.testing.assert_close(loss, error[batch.masked].mean())
    torch.testing.assert_close(score.mean(), loss / 4)  # a pixel's range is four of the units that the model takes


def test_the_tip_of_the_masked_loss_is_rounded_at_first_and_sharp_at_the_end():
    torch.manual_seed(0)
    recipe, model = TINY["o3-mim"], BuiltinViT(reconstructs=True)
    batch = next(batches(recipe, 0))
    with torch.no_grad():
        error = (model.reconstruction(batch.images, batch.masked) - patch_pixels(batch.images)).abs()[batch.masked]
        for done, width in ((0.0, 1.0), (0.75, 0.25)):
            rounded = torch.where(error < width, error**2 / (2 * width), error - width / 2)
            torch.testing.assert_close(objective(model, batch, recipe, done)[0], rounded.mean())


def test_the_learning_rate_warms_up_and_ends_at_nothing():
    recipe = Recipe(steps=100, warmup=10)
    rates = [learning_rate(recipe, step) for step in range(101)]
    assert rates[9] == max(rates) == recipe.learning_rate
    assert rates[100] == pytest.approx(0, abs=1e-12)
    assert rates[:9] == sorted(rates[:9])
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_all_models_begin_alike_and_fine_tuning_with_what_was_learned(tmp_path):
    o3, mim = (Run(TINY[name], tmp_path / "a.pt", bf16=False).model.state_dict() for name in ("o3", "o3-mim"))
    assert all(torch.equal(o3[name], mim[name]) for name in o3 if name != "pos_embed")
    learned = {name: torch.randn_like(tensor) for name, tensor in mim.items()}
    tuned = Run(TINY["o3-mim-ft"], tmp_path / "a.pt", bf16=False, start=learned).model.state_dict()
    assert set(tuned) == set(o3)
    heads = {name for name in tuned if name.startswith(("position.", "feature."))}
    assert all(torch.equal(tuned[name], o3[name]) for name in heads)
    assert all(torch.equal(tuned[name], learned[name]) for name in set(tuned) - heads)


def test_snapshots_are_twelve_in_equal_ratios_from_before_the_first_step_to_the_last():
    steps = snapshot_steps(9000)
    assert len(steps) == 12
    assert (steps[0], steps[1], steps[-1]) == (0, 10, 9000)
    ratios = np.divide(steps[2:], steps[1:-1])
    assert ratios.max() / ratios.min() < 1.05


def test_snapshots_become_one_answer(tmp_path):
    run = Run(TINY["o3"], tmp_path / "a.pt", bf16=False)
    trained(run)
    found = training("o3", run.recipe, run.record(), run.snapshots, 128)
    assert found.step.tolist() == [0, 6]
    assert found.singular_values.shape == (2, 6, 4, 32)
    assert "builtin:o3" in str(found)
    assert not np.array_equal(found.cosine[0], found.cosine[1])

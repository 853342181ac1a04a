"""The training of the built-in model: one function of seed and step, whether or not it was interrupted."""

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from qkwidgets.data.odd_one_out import odd_one_out
from tools import train_builtin
from tools.train_builtin import Recipe, Run

TINY = Recipe(steps=6, batch=4, warmup=2, views=2)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(train_builtin, "BLOCK", 8)  # so that six steps cross a border between blocks


def trained(run: Run) -> dict:
    run.train(stop=time.monotonic() + 60)
    return run.model.state_dict()


def test_a_resumed_run_ends_where_an_unbroken_one_does(tmp_path):
    unbroken = trained(Run(TINY, tmp_path / "a.pt", bf16=False))
    broken = Run(TINY, tmp_path / "b.pt", bf16=False)
    broken.recipe = replace(TINY, steps=3)
    rate = train_builtin._learning_rate
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train_builtin, "_learning_rate", lambda _, step: rate(TINY, step))
        trained(broken)
    resumed = Run(TINY, tmp_path / "b.pt", bf16=False)
    resumed.restore()
    assert resumed.record()["steps"] == 3
    again = trained(resumed)
    assert all(torch.equal(unbroken[name], again[name]) for name in unbroken)
    assert not (tmp_path / "b.part").exists()


def test_batches_are_whole_views_of_training_scenes():
    batches = list(train_builtin._batches(TINY, 0))
    images, patch, feature = batches[0]
    assert images.shape == (4, 3, 64, 64)
    assert patch.shape == feature.shape == (4,)
    scenes = odd_one_out(8, seed=TINY.seed)
    seen = np.concatenate([batch[2].numpy() for batch in batches[:4]])  # the first block: eight scenes, two views
    assert np.array_equal(np.sort(seen), np.sort(np.repeat(scenes.feature, 2)))


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirror", [False, True])
def test_the_answer_turns_with_the_picture(turns, mirror):
    scenes = odd_one_out(5, seed=2)
    images, patch, _ = train_builtin._view(scenes, turns, mirror)
    where = np.zeros((5, 64))
    where[np.arange(5), scenes.patch()] = 1
    where = np.rot90(where.reshape(5, 8, 8), turns, (1, 2))
    where = where[:, :, ::-1] if mirror else where
    assert patch.tolist() == where.reshape(5, 64).argmax(1).tolist()
    straight, _, _ = train_builtin._view(scenes, 0, False)
    wanted = torch.rot90(straight, turns, (2, 3))
    assert torch.equal(images, wanted.flip(3) if mirror else wanted)


def test_the_learning_rate_warms_up_and_ends_at_nothing():
    recipe = Recipe(steps=100, warmup=10)
    rates = [train_builtin._learning_rate(recipe, step) for step in range(101)]
    assert rates[9] == max(rates) == recipe.learning_rate
    assert rates[100] == pytest.approx(0, abs=1e-12)
    assert rates[:9] == sorted(rates[:9])
    assert rates[10:] == sorted(rates[10:], reverse=True)

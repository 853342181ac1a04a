"""Does a cut take away what it says and nothing else, and is it compared with random cuts of the same size?"""

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.analyses.attention_cut import cut_keys, random_cut
from qkwidgets.core.attention_distance import within
from qkwidgets.core.errors import UnsupportedModelError
from qkwidgets.models.cut import attention_cut, cut_output, last_norm
from tests.depths import model, noise
from tests.models.families import CASES, randomised, read

CUTTABLE = {name: case for name, case in CASES.items() if name not in ("norm before W_O",)}


@pytest.mark.parametrize("case", CUTTABLE.values(), ids=CUTTABLE)
def test_nothing_cut_is_the_models_own_output(case):
    here = read(randomised(case.build()))
    pixels = torch.randn(2, 3, *here.preprocessing.size)
    everything = torch.ones(here.layout.n_tokens, here.layout.n_tokens, dtype=torch.bool)
    module, kept = here._runner.module, []
    for allowed in (None, everything):
        with torch.inference_mode(), last_norm(here) as seen:
            if allowed is None:
                module(pixels)
            else:
                with attention_cut(here, allowed) as cut:
                    cut(pixels)
            kept.append(seen[-1])
    torch.testing.assert_close(kept[0], kept[1], rtol=1e-3, atol=1e-3)
    assert not any(part._forward_hooks for part in module.modules())


def test_a_key_that_is_cut_is_not_seen():
    here = model()
    layer, x = here.layers[0], torch.randn(1, 17, here.d_model)
    allowed = torch.ones(17, 17, dtype=torch.bool)
    allowed[3, 5] = False
    other = x.clone()
    other[:, 5] += 1
    one, two = (cut_output(each, layer, allowed) for each in (x, other))
    torch.testing.assert_close(one[:, 3], two[:, 3])
    assert (one[:, 4] - two[:, 4]).abs().max() > 1e-3


def test_cuts_and_random_cuts_are_of_equal_size_and_leave_a_patch_itself():
    for near in within((4, 5)).bool():
        inside, outside = cut_keys(near, "inside"), cut_keys(near, "outside")
        assert not (inside & outside).any()
        assert ((inside | outside).sum(dim=1) == 19).all()
        for cut in (inside, outside):
            drawn = random_cut(cut, torch.Generator().manual_seed(0))
            assert torch.equal(drawn.sum(dim=1), cut.sum(dim=1))
            assert not drawn.diagonal().any()
            assert not torch.equal(drawn, cut)


def test_effects_are_measured_saved_and_repeatable(builtin_model, tmp_path):
    images = qk.odd_one_out(20, seed=5)
    found = qk.attention_cut(builtin_model, images, draws=2, batch_size=7)
    again = qk.attention_cut(builtin_model, images, draws=2)
    np.testing.assert_allclose(found.cls_change_random, again.cls_change_random, atol=1e-5)
    assert found.whole >= 0.9
    assert (found.n_removed.sum(axis=1) == 63).all()
    assert ((found.cls_change > 0) & (found.cls_change < 2)).all()
    found.save(tmp_path / "cut.qk")
    assert qk.open(tmp_path / "cut.qk").rows() == found.rows()
    assert [(row["radius"], row["cut"]) for row in found.rows()] == [(1, "inside"), (1, "outside"), (2, "inside"), (2, "outside")]


def test_the_configural_task_can_be_asked_for_and_is_named():
    scenes = qk.odd_one_out(20, seed=5, feature="configuration", n_items=(4, 5))
    found = qk.attention_cut(qk.load_model(), scenes, draws=1)
    assert found.features == ["configuration"]
    assert 1 / 5 <= found.chance <= 1 / 4
    assert found.whole > found.chance
    assert "(odd in configuration)" in str(found)
    assert f"odd patches found: {found.whole:.0%} uncut" in str(found)
    assert found.rows()[0]["accuracy_chance"] == found.chance
    mixed = qk.attention_cut(qk.load_model(), qk.odd_one_out(20, seed=5, feature=["size", "colour"]), draws=1)
    assert mixed.features == ["colour", "size"]


def test_models_without_an_odd_one_out_answer_have_no_accuracy(tmp_path):
    found = qk.attention_cut(model(), noise(2), draws=1)
    found.save(tmp_path / "cut.qk")
    found = qk.open(tmp_path / "cut.qk")
    assert found.whole is found.chance is None
    assert found.features == []
    assert np.isnan(found.accuracy).all()
    assert "odd" not in str(found)


def test_heads_that_do_not_add_up_are_refused():
    here = read(randomised(CASES["norm before W_O"].build()))
    with (
        pytest.raises(UnsupportedModelError, match=r"^Attention is made anew where heads add up "),
        attention_cut(here, torch.ones(1, 1).bool()),
    ):
        pass

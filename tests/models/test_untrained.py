"""Is a model without training the same architecture with nothing learned, from its name alone?"""

import socket

import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import InputError, UnsupportedModelError

TINY = "untrained:timm:vit_tiny_patch16_224"


def refused(name, **options) -> str:
    with pytest.raises(InputError) as refusal:
        qk.load_model(name, **options)
    return str(refusal.value)


@pytest.mark.parametrize("name", ["builtin:o3", "builtin:o3-mim"])
def test_it_has_the_shapes_of_the_trained_one_and_other_weights(name):
    trained, untrained = qk.load_model(name), qk.load_model(f"untrained:{name}")
    mine, theirs = untrained.layers[3].W_Q, trained.layers[3].W_Q
    assert mine.shape == theirs.shape
    assert untrained.layout == trained.layout
    assert untrained.preprocessing.size == trained.preprocessing.size
    assert untrained.fingerprint != trained.fingerprint
    assert abs(torch.corrcoef(torch.stack([mine.flatten(), theirs.flatten()]))[0, 1]) < 0.02


def test_its_modes_have_no_preference_for_similar_tokens():
    mean = qk.alignment(qk.load_model("untrained:builtin:o3")).head
    assert abs(mean).max() < 0.1  # chance has a standard deviation of about 1 / 128 ** 0.5 a mode
    assert abs(qk.alignment(qk.load_model()).head).max() > 0.2


def test_the_seed_in_the_name_decides_and_torch_goes_on_as_if_nothing_was_drawn():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    names = ("untrained:builtin:o3", "untrained:builtin:o3#0", "untrained:builtin:o3#1")
    first, same, other = (qk.load_model(name).layers[0].W_K for name in names)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
    assert torch.equal(torch.rand(3), expected)


def test_records_say_that_weights_are_random():
    model = qk.load_model("untrained:builtin:o3#3")
    assert model.name == "untrained:builtin:o3#3"
    assert model.provenance["source"] == "random weights, seed 3"
    assert model.provenance["architecture"] == "builtin:o3"
    assert model.notes[0].startswith("The weights are random")
    assert qk.modes(model).provenance["model"] == model.name


def test_a_name_of_timm_needs_no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("the network was asked"))
    model = qk.load_model(TINY)
    assert (model.n_layers, model.n_heads, model.layout.grid) == (12, 3, (14, 14))
    with pytest.raises(UnsupportedModelError, match="windows"):
        qk.load_model("untrained:timm:swin_tiny_patch4_window7_224")


def test_built_in_ones_are_shown_scenes_and_others_photographs():
    assert qk.sample_images("untrained:builtin:o3", n=2).target.shape[0] == 2


def test_an_answer_that_is_opened_finds_its_untrained_model_by_name(tmp_path):
    scenes, quiet = qk.odd_one_out(4), {"workers": 0, "progress": False}
    model = qk.load_model("untrained:builtin:o3#2")
    factors = qk.factors(model, scenes, draws=0, **quiet)
    factors.save(tmp_path / "factors.qk")
    preference = qk.attention_preference(model, scenes, null=0, **quiet)
    preference.save(tmp_path / "preference.qk")
    shown = qk.open(tmp_path / "factors.qk").widget(images=scenes.images[:1])
    assert shown.counts["image"] == 1
    assert qk.open(tmp_path / "preference.qk").widget(scenes=scenes) is not None


def test_what_cannot_be_is_refused():
    assert refused("untrained:builtin:o3#x") == (
        "The seed of random weights must be a whole number from 0 on: got 'untrained:builtin:o3#x'. It stands behind the sign #. "
        'Write, for example, "untrained:builtin:o3#1".'
    )
    assert refused("untrained:deit_tiny_patch16_224") == (
        'A model without training must be "untrained:builtin:o3" or "untrained:timm:NAME": got \'untrained:deit_tiny_patch16_224\'. Its '
        'source is probably missing or misspelt. If it is a name of timm, write "untrained:timm:deit_tiny_patch16_224".'
    )
    assert refused("untrained:o3").endswith('Write "untrained:builtin:o3".')
    for seed in ("", "07", "-1", "٣"):
        assert "whole number from 0 on" in refused(f"untrained:builtin:o3#{seed}")
    assert refused("untrained:builtin:o3", checkpoint="w.safetensors") == (
        "A model without training must come without a checkpoint: got checkpoint='w.safetensors' for 'untrained:builtin:o3'. Leave out one of "
        "them: 'builtin:o3' with a checkpoint has its weights."
    )
    assert "Nearest: timm:deit_tiny_patch16_224" in refused("untrained:timm:deit_tinny_patch16_224")
    assert 'Write "untrained:builtin:o3"' in refused("untraind:builtin:o3")

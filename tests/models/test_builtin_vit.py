"""The built-in model: its geometry, what its attention is, and that the shipped weights do what their card says."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.scene_plan import DEFAULT, FEATURES
from qkwidgets.models.builtin import built
from qkwidgets.models.builtin_vit import Attention, BuiltinViT, patch_pixels
from qkwidgets.models.checkpoint import read_shapes
from tools.builtin_results import held_out
from tools.training_objectives import HELD_OUT_SEED
from tools.training_recipes import TRAINING_SEED
from tools.training_scenes import normalised

WEIGHTS = Path(__file__).parents[2] / "qkwidgets" / "models" / "weights"
UNSEEN_SEED = 11


@pytest.fixture(scope="module")
def trained() -> BuiltinViT:
    model = built(read_shapes(WEIGHTS / "o3.safetensors"))
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(WEIGHTS / "o3.safetensors").items()})
    return model.eval()


@pytest.fixture(scope="module")
def card() -> dict:
    return json.loads((WEIGHTS / "o3.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(trained) -> dict:
    return held_out(trained, odd_one_out(500, seed=UNSEEN_SEED))


def test_the_model_is_of_the_promised_size():
    model = BuiltinViT()
    assert 1.0e6 <= sum(p.numel() for p in model.parameters()) <= 1.4e6
    assert len(model.blocks) == 6
    assert model.pos_embed.shape == (1, 65, 128)
    for block in model.blocks:
        assert (block.attn.num_heads, block.attn.head_dim, block.attn.scale) == (4, 32, 32**-0.5)
        assert block.attn.qkv.weight.shape == (384, 128)
        assert block.attn.qkv.bias is not None
        assert not hasattr(block.attn, "q_norm")


def test_patches_are_tokens_row_by_row():
    model, images = BuiltinViT(), torch.zeros(2, 3, 64, 64)
    images[1, :, 8 * 2 : 8 * 3, 8 * 5 : 8 * 6] = 1.0
    with torch.no_grad():
        before, after = model.patch_embed(images)
    assert (before != after).any(1).nonzero().flatten().tolist() == [2 * 8 + 5]


def test_attention_is_the_softmax_of_scaled_scores_with_queries_keys_and_values_in_this_order():
    torch.manual_seed(0)
    attn, x = Attention(12, 3).double(), torch.randn(2, 5, 12, dtype=torch.float64)
    W, b = attn.qkv.weight.reshape(3, 3, 4, 12), attn.qkv.bias.reshape(3, 3, 4)
    q, k, v = torch.einsum("btd,shed->sbhte", x, W) + b[:, None, :, None]
    mixed = (q @ k.transpose(2, 3) / 2).softmax(-1) @ v
    wanted = attn.proj(torch.cat(list(mixed.unbind(1)), -1))
    torch.testing.assert_close(attn(x), wanted, rtol=0, atol=1e-12)


def test_a_patch_answers_for_itself_and_the_class_token_for_the_feature():
    model = BuiltinViT().eval()
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        tokens, logits = model.tokens(images), model(images)
    torch.testing.assert_close(logits.position[:, 9], model.position(tokens[:, 10])[:, 0])
    torch.testing.assert_close(logits.feature, model.feature(tokens[:, 0]))
    assert logits.position.shape == (2, 64)
    assert logits.feature.shape == (2, len(FEATURES))


def test_the_file_is_small_half_precise_and_says_what_it_is(card):
    path = WEIGHTS / "o3.safetensors"
    assert path.stat().st_size == card["bytes"] <= 3e6
    assert {tensor.dtype for tensor in load_file(path).values()} == {torch.float16}
    with safe_open(path, "pt") as file:
        assert file.metadata() == {"format": "pt", "model": "o3", "licence": "MIT", "task": "odd one out"}


def test_the_scenes_of_the_results_are_not_those_of_training(card):
    assert card["recipe"]["seed"] == TRAINING_SEED
    assert card["held_out"]["seed"] == HELD_OUT_SEED
    assert len({TRAINING_SEED, HELD_OUT_SEED, UNSEEN_SEED}) == 3


def test_the_shipped_weights_find_the_odd_item_in_unseen_scenes(found):
    assert found["position"] >= 0.95
    assert found["feature"] >= 0.9
    for name in FEATURES[:DEFAULT]:
        assert found["by_feature"][name]["position"] >= 0.88, name


def test_the_card_tells_what_is_measured(found, card):
    told = card["held_out"]
    assert told["scenes"] == 2000
    assert told["position"] >= 0.97
    assert min(told["by_feature"][name]["position"] for name in FEATURES[:DEFAULT]) >= 0.90
    assert abs(told["position"] - found["position"]) < 0.02
    text = (WEIGHTS / "o3.md").read_text(encoding="utf-8")
    assert f" | 2,000 | {told['position']:.1%} | {told['feature']:.1%} |" in text
    for name, row in told["by_feature"].items():
        assert f"| {name} | {row['scenes']:,} | {row['position']:.1%} | {row['feature']:.1%} |" in text


def test_a_picture_upside_down_has_its_answer_upside_down(trained):
    scenes = odd_one_out(100, seed=UNSEEN_SEED)
    with torch.inference_mode():
        upside_down = trained(normalised(scenes.images[:, ::-1])).position.argmax(1).numpy()
    rows, columns = np.divmod(scenes.patch(), 8)
    assert np.mean(upside_down == scenes.patch()) < 0.3
    assert np.mean(upside_down == (7 - rows) * 8 + columns) > 0.9


def test_a_model_that_fills_in_has_two_parts_more_and_its_blocks_know_nothing_of_them():
    torch.manual_seed(0)
    plain = BuiltinViT()
    torch.manual_seed(0)
    masked = BuiltinViT(reconstructs=True)
    assert set(masked.state_dict()) - set(plain.state_dict()) == {"mask_token", "reconstruct.weight", "reconstruct.bias"}
    for one, two in zip(plain.blocks.parameters(), masked.blocks.parameters(), strict=True):
        assert torch.equal(one, two)
    rebuilt = built({name: tuple(tensor.shape) for name, tensor in masked.state_dict().items()})
    assert {name: tensor.shape for name, tensor in rebuilt.state_dict().items()} == {
        name: tensor.shape for name, tensor in masked.state_dict().items()
    }


def test_what_is_in_a_masked_patch_is_not_seen():
    torch.manual_seed(0)
    model, images = BuiltinViT(reconstructs=True), torch.randn(1, 3, 64, 64)
    masked = torch.zeros(1, 64, dtype=torch.bool)
    masked[0, 2 * 8 + 5] = True
    hidden, seen = images.clone(), images.clone()
    hidden[:, :, 16:24, 40:48] += 1.0
    seen[:, :, 16:24, 32:40] += 1.0
    with torch.no_grad():
        before, after, other = (model.reconstruction(each, masked) for each in (images, hidden, seen))
        assert not torch.equal(model.tokens(images), model.tokens(hidden))
    assert torch.equal(before, after)
    assert not torch.equal(before, other)
    assert before.shape == patch_pixels(images).shape == (1, 64, 192)


def test_pixels_of_a_patch_come_channel_by_channel_and_row_by_row():
    images = torch.arange(3 * 64 * 64, dtype=torch.float32).reshape(1, 3, 64, 64)
    wanted = images[0, :, 8:16, 24:32].flatten()
    assert torch.equal(patch_pixels(images)[0, 1 * 8 + 3], wanted)

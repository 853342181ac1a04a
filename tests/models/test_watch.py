"""Queries and keys taken from a running model are those of its weights."""

import pickle
from copy import deepcopy

import pytest
import torch
from torch import nn

from qkwidgets.models.builtin_vit import BuiltinViT
from qkwidgets.models.watch import Projection, Tap, watch
from tests.models.families import CASES, randomised, read, vit


class UncalledAttention(nn.Module):
    """Attention that multiplies with the weights of its projection itself, as some libraries do to insert a bias."""

    def __init__(self, attention: nn.Module):
        super().__init__()
        self.qkv, self.proj, self.num_heads, self.scale = attention.qkv, attention.proj, attention.num_heads, attention.scale

    def forward(self, x, attn_mask=None, is_causal=False):
        q, k, v = nn.functional.linear(x, self.qkv.weight, self.qkv.bias).unflatten(-1, (3, self.num_heads, -1)).unbind(2)
        q, k, v = (each.transpose(1, 2) for each in (q, k, v))
        return self.proj((self.scale * q @ k.mT).softmax(-1).matmul(v).transpose(1, 2).flatten(2))


def pixels(model, n=3):
    return torch.randn(n, 3, *model.preprocessing.size, generator=torch.Generator().manual_seed(1))


def seen(model, images):
    found = []
    model.watch(
        images, lambda layer, tokens: found.append([layer, *(each.clone() for each in (tokens.x, tokens.q, tokens.k, tokens.qk))])
    )
    return found


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_queries_and_keys_are_the_weights_times_the_attention_input(case):
    model = read(randomised(case.build()))
    images = pixels(model)
    found = seen(model, images)
    assert [layer for layer, *_ in found] == list(range(model.n_layers))
    for (_, x, q, k, qk), expected, w in zip(found, model.attn_inputs(images), model.layers, strict=True):
        assert torch.equal(x, expected)
        assert torch.equal(qk, torch.cat([q, k], dim=1))
        for side, W, b in ((q, w.W_Q, w.b_Q), (k, w.W_K, w.b_K)):
            made = torch.einsum("itd,hde->ihte", x.double(), W.double())
            made = made if b is None else made + b.double()[:, None]
            assert (side - made).abs().max() <= 1e-5 * made.abs().max()


def test_both_sides_in_one_are_copied_only_where_a_model_makes_each_by_itself():
    def views(module):
        model, found = read(randomised(module)), []
        model.watch(pixels(model), lambda _layer, tokens: found.append(tokens.qk.data_ptr() == tokens.q.data_ptr()))
        return set(found)

    assert views(vit()) == {True}
    alone = vit()
    for block in alone.blocks:
        block.attn = UncalledAttention(block.attn)
    assert views(alone) == {False}


def test_a_projection_that_is_never_called_is_computed_from_the_attention_input():
    module = randomised(vit())
    called = seen(read(module), pixels(read(module)))
    for block in module.blocks:
        block.attn = UncalledAttention(block.attn)
    for one, other in zip(called, seen(read(module), pixels(read(module))), strict=True):
        for a, b in zip(one[1:], other[1:], strict=True):
            assert torch.allclose(a, b, atol=1e-4)


def test_the_pass_ends_with_the_last_layer_and_leaves_no_hook():
    module = randomised(vit())
    model, run = read(module), []
    handles = [module.blocks[-1].mlp.register_forward_hook(lambda *_: run.append("mlp"))]
    seen(model, pixels(model))
    handles[0].remove()
    assert not run
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())


def test_an_error_in_a_visit_reaches_the_caller_and_leaves_no_hook():
    model = read(randomised(vit()))

    def fails(layer, tokens):
        raise KeyError(layer)

    with pytest.raises(KeyError):
        model.watch(pixels(model), fails)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in model._runner.module.modules())


def test_products_in_another_precision_are_near():
    model = read(randomised(vit()))
    images, kinds = pixels(model), []
    model.watch(images, lambda layer, tokens: kinds.append(tokens.q.dtype), dtype=torch.bfloat16)
    assert set(kinds) == {torch.bfloat16}


def test_a_model_is_the_same_after_pickling():
    model = read(randomised(BuiltinViT()))
    images = pixels(model)
    for one, other in zip(seen(model, images), seen(pickle.loads(pickle.dumps(model)), images), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one[1:], other[1:], strict=True))


def test_separate_projections_are_seen_when_both_have_come_out():
    class Separate(nn.Module):
        """The keys come out beside the values, in columns that begin where those of the queries end elsewhere."""

        def __init__(self):
            super().__init__()
            self.q_proj, self.vk_proj = nn.Linear(4, 4), nn.Linear(4, 8)

        def forward(self, pixels):
            tokens = pixels.flatten(1, 2)
            return self.q_proj(tokens) + self.vk_proj(tokens)[..., :4]

    part, found = Separate(), []
    sides = [
        Projection(
            child.weight[start:].unflatten(0, (2, 2)).mT, child.bias[start:].unflatten(0, (2, 2)), Tap(child, start, start + 4)
        )
        for child, start in ((part.q_proj, 0), (part.vk_proj, 4))
    ]
    x = torch.randn(2, 3, 3, 4)
    watch(part, [(part, *sides)], x, lambda layer, tokens: found.extend([tokens.q, tokens.k, tokens.qk]), None)
    q, k = part.q_proj(x.flatten(1, 2)), part.vk_proj(x.flatten(1, 2))[..., 4:]
    expected = [side.unflatten(-1, (2, 2)).transpose(-2, -3) for side in (q, k)]
    for side, made in zip(found, [*expected, torch.cat(expected, dim=1)], strict=True):
        assert torch.allclose(side, made)


@pytest.mark.parametrize("copy", [deepcopy, lambda model: pickle.loads(pickle.dumps(model))], ids=["deepcopy", "pickle"])
def test_a_model_that_is_copied_during_a_pass_carries_no_hook_of_ours(copy):
    module = randomised(vit())
    module.blocks[0].mlp.register_forward_hook(users_own)
    model, copies = read(module), []
    model.watch(pixels(model), lambda layer, tokens: copies.append(copy(model)))
    for each in copies:
        hooks = [
            hook
            for part in each._runner.module.modules()
            for hook in (*part._forward_hooks.values(), *part._forward_pre_hooks.values())
        ]
        assert hooks == [users_own]
        assert len(seen(each, pixels(each))) == each.n_layers


def users_own(*_call):
    """A hook that is not ours."""

"""One contract for every model: scores rebuilt from what was read are those that reach the softmax.

The model's own scores are recorded inside the forward pass. Comparing attention weights or outputs would not do: softmax
cancels the key bias, so that they agree even when it is read wrongly.
"""

from dataclasses import replace
from functools import partial

import pytest
import torch
from timm.layers.hybrid_embed import HybridEmbed
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

import qkwidgets
from qkwidgets.core.errors import InputError, UnsupportedModelError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.builtin_vit import BuiltinViT
from qkwidgets.models.capture import attention_calls
from qkwidgets.models.check import confirm, output_error
from qkwidgets.models.contract import AttentionModel, LayerWeights
from qkwidgets.models.reader import _read_layer
from qkwidgets.models.structure import attention_parts, read_parts
from tests.models.families import CASES, randomised, read, vit

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-10}
SCALED_DOT_PRODUCT = torch.nn.functional.scaled_dot_product_attention
SOFTMAX = {torch.softmax, torch.nn.functional.softmax, Tensor.softmax}


class RecordedScores(TorchFunctionMode):
    """Collects what reaches every softmax of a forward pass, fused or not; pooling heads are left out."""

    def __init__(self):
        self.scores: list[Tensor] = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is SCALED_DOT_PRODUCT:
            q, k = args[:2]
            self._keep((kwargs.get("scale") or q.shape[-1] ** -0.5) * (q @ k.mT))
        elif function in SOFTMAX:
            self._keep(args[0])
        return function(*args, **kwargs)

    def _keep(self, scores: Tensor) -> None:
        if scores.shape[-1] == scores.shape[-2]:
            self.scores.append(scores)


def images(model: AttentionModel, n: int = 2, dtype: torch.dtype = torch.float32) -> Tensor:
    draw = torch.Generator().manual_seed(1)
    return torch.randn(n, 3, *model.preprocessing.size, generator=draw).to(dtype)


def own_scores(module: nn.Module, pixels: Tensor) -> list[Tensor]:
    with RecordedScores() as recorded, torch.no_grad():
        module(pixels)
    return recorded.scores


def rebuilt_scores(x: Tensor, layer: LayerWeights) -> Tensor:
    def projected(weight: Tensor, bias: Tensor | None) -> Tensor:
        return torch.stack([x @ weight[head] + (0 if bias is None else bias[head]) for head in range(len(weight))], 1)

    return layer.scale * projected(layer.W_Q, layer.b_Q) @ projected(layer.W_K, layer.b_K).mT


def score_error(model: AttentionModel, module: nn.Module, pixels: Tensor, x: list[Tensor] | None = None) -> float:
    """Largest error of any layer, relative to its largest score."""
    own = own_scores(module, pixels)
    assert len(own) == model.n_layers
    errors = []
    for theirs, x_layer, layer in zip(own, x or model.attn_inputs(pixels), model.layers, strict=True):
        ours = rebuilt_scores(x_layer, layer)
        assert ours.isfinite().all()
        assert theirs.isfinite().all()
        errors.append(float((ours - theirs).abs().max() / theirs.abs().max()))
    return max(errors)


@pytest.fixture(params=CASES, ids=str)
def case(request):
    """A small random model of one family: as a module, as read, and the layout that it has."""
    module = randomised(CASES[request.param].build())
    return module, read(module), CASES[request.param].layout


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
def test_scores_rebuilt_from_the_parts_are_those_that_reach_the_softmax(case, dtype):
    module, _, _ = case
    model = read(module.to(dtype))
    pixels = images(model, dtype=dtype)
    assert all(x.dtype == dtype for x in model.attn_inputs(pixels))
    assert score_error(model, module, pixels) <= TOLERANCE[dtype]


def test_every_layer_was_checked_by_its_output(case):
    _, model, _ = case
    assert 0 < model.provenance["output_error"] < 1e-5


def test_layout_is_found(case):
    _, model, layout = case
    assert model.layout == layout


def test_each_prefix_token_is_where_the_layout_has_it(case):
    module, model, layout = case
    pixels = images(model, 1)
    plain = model.residuals(pixels)[0][0]
    found = []
    for parameter in ("cls_token", "dist_token", "reg_token"):
        tokens = getattr(module, parameter, None)
        for i in range(0 if tokens is None else tokens.shape[1]):
            with torch.no_grad():
                tokens[:, i] += 1
                marked = model.residuals(pixels)[0][0]
                tokens[:, i] -= 1
            found.append(int((marked - plain).norm(dim=-1).argmax()))
    assert found == list(range(layout.n_prefix))


def test_each_patch_is_where_the_layout_has_it(case):
    _, model, layout = case
    pixels = images(model, 1)
    height, width = pixels.shape[-2] // layout.grid[0], pixels.shape[-1] // layout.grid[1]
    plain = model.residuals(pixels)[0][0]
    for row, column in ((0, 0), (0, layout.grid[1] - 1), (layout.grid[0] - 1, 0), (1, 2)):
        marked = pixels.clone()
        marked[..., row * height : (row + 1) * height, column * width : (column + 1) * width] += 1
        changed = (model.residuals(marked)[0][0] - plain).norm(dim=-1)
        assert int(changed.argmax()) == layout.token((row, column))


def test_the_attention_input_is_the_norm_of_the_residual(case):
    _, model, _ = case
    pixels = images(model)
    for layer, site, x, residual in zip(
        model.layers, model.input_site, model.attn_inputs(pixels), model.residuals(pixels), strict=True
    ):
        if site == "residual":
            assert torch.equal(x, residual)
            assert layer.norm_gain is None
            continue
        centred = residual - residual.mean(-1, keepdim=True) if layer.norm_shift is not None else residual
        normed = centred / (centred.square().mean(-1, keepdim=True) + 1e-6).sqrt() * layer.norm_gain
        shifted = normed if layer.norm_shift is None else normed + layer.norm_shift
        torch.testing.assert_close(x, shifted, rtol=1e-4, atol=1e-4)


def test_what_the_attention_adds_to_the_residual_is_rebuilt_with_layer_scale():
    module = randomised(vit(init_values=1.0))
    model = read(module)
    (call, *_) = attention_calls(module, attention_parts(module), pixels := images(model, 1))
    added = []
    handle = module.blocks[0].ls1.register_forward_hook(lambda part, given, output: added.append(output))
    with torch.no_grad():
        module(pixels)
    handle.remove()
    torch.testing.assert_close(added[0], call.output * model.layers[0].layer_scale)


def test_post_norm_models_have_their_input_in_the_residual():
    assert set(read(randomised(CASES["post-norm"].build())).input_site) == {"residual"}
    assert set(read(randomised(vit())).input_site) == {"norm1"}


def test_heads_are_not_additive_behind_a_norm():
    assert read(randomised(CASES["norm before W_O"].build())).layers[0].W_O is None
    assert read(randomised(vit())).layers[0].W_O is not None


def test_a_pooling_head_is_left_out_with_a_note():
    assert read(randomised(CASES["pooling head"].build())).notes == (
        "The attention module that pools tokens is left out: no map from patch to patch.",
    )


def test_a_pooling_head_is_known_where_there_are_as_many_channels_as_tokens():
    module = randomised(vit(img_size=(64, 192), class_token=False, global_pool="map"))
    assert module.patch_embed.num_patches == module.embed_dim
    assert read(module).n_layers == 2


class Stem(nn.Sequential):
    """Overlapping convolutions, which smear a patch over its neighbours, with a norm over the whole picture."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 16, 7, 4, padding=3),
            nn.GroupNorm(1, 16),
            nn.GELU(),
            nn.Conv2d(16, 24, 7, 4, padding=3),
            nn.Conv2d(24, 24, 3, padding=1),
        )
        self.num_features = 24


@pytest.mark.parametrize("seed", range(5))
def test_a_stem_that_smears_patches_is_read(seed):
    module = randomised(
        vit(patch_size=1, embed_layer=partial(HybridEmbed, backbone=Stem(), feature_size=4, feature_ratio=16)), seed
    )
    model = read(module)
    assert model.layout == TokenLayout(grid=(4, 4))
    assert score_error(model, module, images(model)) <= 1e-5


MISTAKES = {
    "no query bias": lambda layer: replace(layer, b_Q=None),
    "no key bias": lambda layer: replace(layer, b_K=None),
    "no scale": lambda layer: replace(layer, scale=1.0),
    "query and key swapped": lambda layer: replace(layer, W_Q=layer.W_K, W_K=layer.W_Q),
    "biases swapped": lambda layer: replace(layer, b_Q=layer.b_K, b_K=layer.b_Q),
    "heads in another order": lambda layer: replace(layer, W_Q=layer.W_Q.roll(1, 0), W_K=layer.W_K.roll(1, 0)),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_the_contract_sees_a_mistake(mistake):
    module = randomised(vit())
    model = read(module)
    wrong = replace(model, layers=tuple(mistake(layer) for layer in model.layers))
    assert score_error(wrong, module, images(model)) > 0.01


def test_the_contract_sees_scores_made_from_the_residual():
    module = randomised(vit())
    model = read(module)
    pixels = images(model)
    assert score_error(model, module, pixels, model.residuals(pixels)) > 0.01


def _first_layer(module: nn.Module):
    pixels = torch.randn(1, 3, 64, 64)
    call = attention_calls(module, attention_parts(module), pixels)[0]
    parts = read_parts(call.module)
    return call, parts, _read_layer("my_model", module, 0, call).weights


@pytest.mark.parametrize(
    "mistake",
    [
        lambda layer: replace(layer, b_V=None),
        lambda layer: replace(layer, b_Q=None),
        lambda layer: replace(layer, W_V=layer.W_V.roll(1, 0)),
        lambda layer: replace(layer, scale=1.0),
        lambda layer: replace(layer, W_Q=layer.W_K),
    ],
    ids=["no value bias", "no query bias", "other heads' values", "no scale", "keys for queries"],
)
def test_the_output_check_sees_a_mistake(mistake):
    call, parts, layer = _first_layer(randomised(vit()))
    assert output_error(call, parts, layer) < 1e-5
    with pytest.raises(
        UnsupportedModelError, match=r"^Layer 0 of 'my_model' could not be read: rebuilt from its weights its output is off"
    ):
        confirm("my_model", 0, call, parts, mistake(layer))


def test_the_output_check_does_not_pass_what_is_not_a_number():
    call, parts, layer = _first_layer(randomised(vit()))
    with pytest.raises(UnsupportedModelError, match=r"is off by nan \(limit 0\.0001\)"):
        confirm("my_model", 0, call, parts, replace(layer, W_V=layer.W_V * float("nan")))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_models_are_read_and_give_float32_inputs(dtype):
    model = read(randomised(vit()).to(dtype))
    assert model.layers[0].W_Q.dtype == dtype
    assert model.attn_inputs(images(model))[0].dtype == torch.float32
    assert 1e-5 < model.provenance["output_error"] < 2e-2


def test_inputs_do_not_depend_on_the_batch_size():
    model = read(randomised(vit()))
    pixels = images(model, 5)
    for whole, parts in zip(model.attn_inputs(pixels), model.attn_inputs(pixels, batch_size=2), strict=True):
        assert len(parts) == 5
        torch.testing.assert_close(whole, parts, rtol=0, atol=1e-5)


def test_a_module_in_training_is_read_in_evaluation_mode_and_left_in_training():
    module = randomised(vit(pos_drop_rate=0.5, proj_drop_rate=0.5)).train()
    model = qkwidgets.load_model(module)
    pixels = images(model)
    assert torch.equal(model.attn_inputs(pixels)[1], model.attn_inputs(pixels)[1])
    assert all(part.training for part in module.modules())


def test_a_weight_that_is_not_finite_is_named():
    module = randomised(vit())
    with torch.no_grad():
        module.blocks[1].attn.qkv.weight[3, 4] = float("nan")
        module.blocks[1].attn.qkv.weight[7, 0] = float("inf")
    with pytest.raises(InputError) as refusal:
        read(module)
    assert str(refusal.value) == (
        "Weights of 'my_model' must be finite: layer 1, 'blocks.1.attn.qkv.weight' [144, 48] holds 2 values that are NaN or "
        "infinite, the first at [3, 4]. The training probably diverged, or the file is damaged. Use an earlier checkpoint."
    )


def test_the_built_in_model_keeps_the_contract(builtin_model):
    module = builtin_model._runner.module
    assert isinstance(module, BuiltinViT)
    assert score_error(builtin_model, module, images(builtin_model)) <= 1e-5


@pytest.mark.needs_data
def test_the_trained_deit_keeps_the_contract_on_a_photograph(deit_checkpoint, test_data):
    model = qkwidgets.load_model("timm:deit_tiny_patch16_224", checkpoint=deit_checkpoint)
    photograph = sorted((test_data / "imagenet-sample").glob("*.JPEG"))[:2]
    pixels, _ = model.preprocess(photograph)
    assert score_error(model, model._runner.module, pixels) <= 1e-5
    assert repr(model) == ("timm:deit_tiny_patch16_224: 12 layers x 3 heads, d_model 192, d_head 64, tokens CLS 14x14")

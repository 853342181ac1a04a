"""Small random models of every family that is read, with nothing left at the zeros and ones of its initialisation."""

from collections.abc import Callable
from typing import NamedTuple

import timm
import torch
from timm.layers import RmsNorm
from timm.models.vision_transformer import Attention as TimmAttention
from timm.models.vision_transformer import ParallelThingsBlock, ResPostBlock, VisionTransformer
from torch import nn

from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.builtin_vit import BuiltinViT
from qkwidgets.models.contract import AttentionModel
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.reader import read_model


class Case(NamedTuple):
    """How to build a model, and the layout that it must be found to have."""

    build: Callable[[], nn.Module]
    layout: TokenLayout


def vit(**options) -> VisionTransformer:
    """A ViT of timm with 64 x 64 pixels, 16 patches, 2 layers of 3 heads of 16 dimensions."""
    return VisionTransformer(
        **({"img_size": 64, "patch_size": 16, "embed_dim": 48, "depth": 2, "num_heads": 3, "num_classes": 5} | options)
    )


def named(name: str, **options) -> nn.Module:
    """A model of timm, two layers deep, at 64 pixels."""
    return timm.create_model(name, **({"depth": 2, "img_size": 64} | options))


class NormedAttention(TimmAttention):
    """Attention with a norm between its heads and the output projection, as in BEiT-3."""

    def __init__(self, *args, **options):
        super().__init__(*args, **(options | {"scale_norm": True, "norm_layer": nn.LayerNorm}))


class UnscaledAttention(TimmAttention):
    """Attention that leaves the scale to torch, and names none."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        del self.scale


CASES = {
    "cls": Case(vit, TokenLayout(grid=(4, 4))),
    "distilled": Case(lambda: named("deit_tiny_distilled_patch16_224"), TokenLayout(n_distill=1, grid=(4, 4))),
    "registers": Case(lambda: vit(reg_tokens=4), TokenLayout(n_registers=4, grid=(4, 4))),
    "dinov2": Case(lambda: named("vit_small_patch14_reg4_dinov2", img_size=56), TokenLayout(n_registers=4, grid=(4, 4))),
    "registers without CLS": Case(
        lambda: vit(class_token=False, reg_tokens=1, global_pool="avg"), TokenLayout(n_cls=0, n_registers=1, grid=(4, 4))
    ),
    "no prefix": Case(lambda: vit(class_token=False, global_pool="avg"), TokenLayout(n_cls=0, grid=(4, 4))),
    "pooling head": Case(lambda: vit(class_token=False, global_pool="map"), TokenLayout(n_cls=0, grid=(4, 4))),
    "LayerScale": Case(lambda: vit(init_values=1.0), TokenLayout(grid=(4, 4))),
    "no qkv bias": Case(lambda: vit(qkv_bias=False), TokenLayout(grid=(4, 4))),
    "RMSNorm": Case(lambda: vit(norm_layer=RmsNorm), TokenLayout(grid=(4, 4))),
    "norm before layer 0": Case(lambda: vit(pre_norm=True), TokenLayout(grid=(4, 4))),
    "not square": Case(lambda: vit(img_size=(64, 96)), TokenLayout(grid=(4, 6))),
    "post-norm": Case(lambda: vit(block_fn=ResPostBlock), TokenLayout(grid=(4, 4))),
    "norm before W_O": Case(lambda: vit(attn_layer=NormedAttention), TokenLayout(grid=(4, 4))),
    "no scale named": Case(lambda: vit(attn_layer=UnscaledAttention), TokenLayout(grid=(4, 4))),
    "two attentions a block": Case(lambda: vit(block_fn=ParallelThingsBlock, depth=1, init_values=1.0), TokenLayout(grid=(4, 4))),
    "built in": Case(BuiltinViT, TokenLayout(grid=(8, 8))),
}


def randomised(module: nn.Module, seed: int = 0) -> nn.Module:
    """The module with every weight drawn anew, so that no term hides behind a zero or a one."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            values = torch.randn(parameter.shape, generator=draw)
            if parameter.ndim > 1 and name.endswith("weight"):
                parameter.copy_(1.5 * values / parameter[0].numel() ** 0.5)
            elif name.endswith(("weight", "gamma")):
                parameter.copy_(1 + 0.3 * values)
            else:
                parameter.copy_(0.5 * values)
    return module.eval()


def read(module: nn.Module, name: str = "my_model") -> AttentionModel:
    """The module as read, without the door of `load_model`."""
    return read_model(module, name=name, preprocess=plain_preprocess(module))

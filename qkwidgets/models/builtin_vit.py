"""The vision transformers that ship with the package: what is in a scene of similar items that is not like the others?

They are plain pre-norm ViTs, small enough to train on one CPU core and to travel inside the wheel, with modules named as
`timm` names them, so that the structural reader sees nothing special about them. Two linear heads read the last layer:
`position` gives one score per patch (which patch holds the odd item), `feature` one per `FEATURES` from the CLS token.

Position is read from each patch token by the same linear map. A patch can only answer "it is me" by having looked at
the other items, so the work is left to attention.

A model that was trained to fill in masked patches has two parts more: the token that stands for a masked patch, and a
linear map from a patch's last token to its pixels. They lie before and behind the blocks, which know nothing of them.

References
----------
Dosovitskiy et al. "An image is worth 16x16 words". ICLR 2021. https://arxiv.org/abs/2010.11929
Xie et al. "SimMIM: a simple framework for masked image modeling". CVPR 2022. https://arxiv.org/abs/2111.09886
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from qkwidgets.data.scene_plan import FEATURES

IMAGE_SIZE = 64
PATCH_SIZE = 8
GRID = (8, 8)
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)


class OddOneOut(NamedTuple):
    """Logits of both heads: the patch that holds the odd item, row-major, and the feature it is odd in."""

    position: Float[Tensor, "image patch"]
    feature: Float[Tensor, "image feature"]


class BuiltinViT(nn.Module):
    """Vision transformer for 64 x 64 pixels: 8 x 8 patches, CLS, learned positions, pre-norm, two heads.

    Parameters
    ----------
    d_model, n_layers, n_heads
        Width, number of transformer blocks, attention heads per block.
    mlp_ratio
        Width of the hidden layer of the MLP in units of `d_model`.
    n_features
        How many features the `feature` head tells apart.
    reconstructs
        Whether it can fill in masked patches.

    Notes
    -----
    Images come normalised: `(image / 255 - MEAN) / STD`.

    Examples
    --------
    >>> model = BuiltinViT()
    >>> logits = model(torch.zeros(2, 3, 64, 64))
    >>> logits.position.shape, logits.feature.shape == (2, len(FEATURES))
    (torch.Size([2, 64]), True)
    """

    def __init__(
        self,
        d_model: int = 128,
        n_layers: int = 6,
        n_heads: int = 4,
        mlp_ratio: int = 4,
        n_features: int = len(FEATURES),
        reconstructs: bool = False,
    ):
        super().__init__()
        self.patch_embed = PatchEmbed(d_model)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, d_model))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID[0] * GRID[1], d_model))
        self.blocks = nn.ModuleList(Block(d_model, n_heads, mlp_ratio) for _ in range(n_layers))
        self.norm = nn.LayerNorm(d_model, eps=1e-6)
        self.position = nn.Linear(d_model, 1)
        self.feature = nn.Linear(d_model, n_features)
        self.apply(_start)
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        if reconstructs:  # last, so that everything before begins as it does without
            self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, d_model))
            self.reconstruct = nn.Linear(d_model, 3 * PATCH_SIZE**2)
            self.pos_embed.data[0, 1:] = waves(d_model)

    def tokens(
        self, images: Float[Tensor, "image 3 64 64"], masked: Bool[Tensor, "image patch"] | None = None
    ) -> Float[Tensor, "image token d_model"]:
        """Tokens after the last norm: CLS, then patches row by row; what is in masked patches is not seen."""
        patches = self.patch_embed(images)
        if masked is not None:
            patches = torch.where(masked[..., None], self.mask_token.to(patches.dtype), patches)
        x = torch.cat([self.cls_token.expand(len(images), -1, -1), patches], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def forward(self, images: Float[Tensor, "image 3 64 64"]) -> OddOneOut:
        """Logits of both heads."""
        tokens = self.tokens(images)
        return OddOneOut(self.position(tokens[:, 1:]).squeeze(-1), self.feature(tokens[:, 0]))

    def reconstruction(
        self, images: Float[Tensor, "image 3 64 64"], masked: Bool[Tensor, "image patch"]
    ) -> Float[Tensor, "image patch pixel"]:
        """Pixels of all patches, in the order of `patch_pixels`, as they are made out from those that are not masked."""
        return self.reconstruct(self.tokens(images, masked)[:, 1:])


def waves(d_model: int) -> Float[Tensor, "patch d_model"]:
    """Where a patch is, in sines and cosines of its row and column, wavelengths from a few patches to several images.

    Positions of masked models begin with these: where a patch is must be as loud as what is in it, or a masked patch takes
    thousands of steps to find its neighbours.

    Examples
    --------
    >>> waves(128).shape
    torch.Size([64, 128])
    """
    rate = torch.logspace(0.3, -1, d_model // 4)
    row, column = (torch.arange(n)[:, None] * rate for n in GRID)
    row, column = (torch.cat([angle.sin(), angle.cos()], 1) for angle in (row, column))
    both = torch.cat([row[:, None].expand(*GRID, -1), column[None].expand(*GRID, -1)], -1)
    return both.flatten(0, 1)


def patch_pixels(images: Float[Tensor, "image 3 64 64"]) -> Float[Tensor, "image patch pixel"]:
    """The pixels of each patch, row by row: first all of the red channel, then green, then blue.

    Examples
    --------
    >>> patch_pixels(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 64, 192])
    """
    return F.unfold(images, PATCH_SIZE, stride=PATCH_SIZE).transpose(1, 2)


class PatchEmbed(nn.Module):
    """Patches of pixels to tokens, row by row."""

    def __init__(self, d_model: int):
        super().__init__()
        self.proj = nn.Conv2d(3, d_model, PATCH_SIZE, PATCH_SIZE)

    def forward(self, images: Float[Tensor, "image 3 64 64"]) -> Float[Tensor, "image patch d_model"]:
        """One token a patch."""
        return self.proj(images).flatten(2).transpose(1, 2)


class Block(nn.Module):
    """Pre-norm transformer block: attention, then MLP, each added to the residual."""

    def __init__(self, d_model: int, n_heads: int, mlp_ratio: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model, eps=1e-6)
        self.attn = Attention(d_model, n_heads)
        self.norm2 = nn.LayerNorm(d_model, eps=1e-6)
        self.mlp = Mlp(d_model, mlp_ratio * d_model)

    def forward(self, x: Float[Tensor, "image token d_model"]) -> Float[Tensor, "image token d_model"]:
        """The residual after this block."""
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Attention(nn.Module):
    """Softmax attention; `qkv` holds queries, keys and values of all heads in this order."""

    def __init__(self, d_model: int, n_heads: int):
        super().__init__()
        self.num_heads = n_heads
        self.head_dim = d_model // n_heads
        self.scale = self.head_dim**-0.5
        self.qkv = nn.Linear(d_model, 3 * d_model)
        self.proj = nn.Linear(d_model, d_model)

    def forward(self, x: Float[Tensor, "image token d_model"]) -> Float[Tensor, "image token d_model"]:
        """Values mixed by attention and projected back."""
        image, token, d_model = x.shape
        q, k, v = self.qkv(x).reshape(image, token, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, scale=self.scale)
        return self.proj(mixed.transpose(1, 2).reshape(image, token, d_model))


class Mlp(nn.Module):
    """Two linear layers around a GELU."""

    def __init__(self, d_model: int, d_hidden: int):
        super().__init__()
        self.fc1 = nn.Linear(d_model, d_hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(d_hidden, d_model)

    def forward(self, x: Float[Tensor, "image token d_model"]) -> Float[Tensor, "image token d_model"]:
        """Each token on its own."""
        return self.fc2(self.act(self.fc1(x)))


def _start(module: nn.Module) -> None:
    """Weights that keep the scale of what passes through; the 0.02 of wide models would all but switch attention off here."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)

"""Which token is which patch? Read from the model's own tokens and patch embedding, then confirmed by marking a patch.

Order of the prefix, checked against timm by marking tokens: CLS, distillation, registers; then patches row by row.
"""

from math import isqrt
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.capture import Call, hooked, inputs_of

PREFIX = {"n_cls": ("cls_token",), "n_distill": ("dist_token",), "n_registers": ("reg_token", "register_tokens")}


class ImageSize(NamedTuple):
    """Height and width in pixels."""

    height: int
    width: int


class Convolution(NamedTuple):
    """A convolution, and rows and columns of what it gave."""

    part: nn.Module
    grid: tuple[int, int]


def image_size(module: nn.Module) -> ImageSize:
    """The size of image that a model takes: what it names, else what its position table is for, else 224 pixels.

    Examples
    --------
    >>> image_size(nn.Identity())
    ImageSize(height=224, width=224)
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> image_size(BuiltinViT())
    ImageSize(height=64, width=64)
    """
    embedding = getattr(module, "patch_embed", None)
    pretraining = getattr(module, "pretrained_cfg", None) or {}
    named = getattr(embedding, "img_size", None) or getattr(module, "img_size", None) or pretraining.get("input_size")
    size = named or _size_of_table(module, embedding) or 224
    return ImageSize(size, size) if isinstance(size, int) else ImageSize(*tuple(size)[-2:])


def token_layout(module: nn.Module, first: nn.Module, pixels: Float[Tensor, "image 3 height width"]) -> TokenLayout | None:
    """Prefix tokens by the parameters that hold them, and the patch grid by the last convolution of the patch embedding.

    `first` is the first attention module. None where no `patch_embed` runs a convolution before it.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> model = BuiltinViT()
    >>> token_layout(model, model.blocks[0].attn, torch.zeros(1, 3, 64, 64))
    TokenLayout(n_cls=1, n_distill=0, n_registers=0, grid=(8, 8))
    """
    convolution = _last_convolution(module, first, pixels)
    if convolution is None:
        return None
    return TokenLayout(**{kind: _count(module, names) for kind, names in PREFIX.items()}, grid=convolution.grid)


def marked_patch_lands(module: nn.Module, layout: TokenLayout, first: Call, pixels: Float[Tensor, "1 3 height width"]) -> bool:
    """Whether a mark on one patch shows up most in the token where the layout has that patch.

    The patch is the second of the first row, which tells rows from columns and a prefix at the start from one at the end. The mark
    is put on what the patch embedding's last convolution gives, since a stem of many smears a mark on pixels over its neighbours.
    It differs from channel to channel: a norm would take away what all have in common.
    """
    rows, columns = layout.grid
    patch = (0, 1) if columns > 1 else (min(1, rows - 1), 0)
    convolution = _last_convolution(module, first.module, pixels)
    assert convolution is not None  # it gave the layout its grid

    def mark(_part: nn.Module, _inputs: tuple, output: Tensor) -> Tensor:
        marked = output.clone()
        stroke = torch.linspace(-1, 1, output.shape[1], device=output.device, dtype=output.dtype)
        marked[1, :, patch[0], patch[1]] += stroke * (1 + output.abs().max())
        return marked

    with hooked([convolution.part.register_forward_hook(mark)]):
        plain, changed = inputs_of(module, [first.module], pixels.expand(2, -1, -1, -1))[0]
    return int((changed - plain).norm(dim=-1).argmax()) == layout.token(patch)


def _size_of_table(module: nn.Module, embedding: nn.Module | None) -> int | None:
    """The side of the square image whose patches fill the position table."""
    table, convolution = getattr(module, "pos_embed", None), getattr(embedding, "proj", None)
    if not (isinstance(table, Tensor) and table.ndim == 3 and isinstance(convolution, nn.Conv2d)):
        return None
    side = isqrt(table.shape[1] - sum(_count(module, names) for names in PREFIX.values()))
    return side * convolution.stride[0]


def _count(module: nn.Module, names: tuple[str, ...]) -> int:
    tokens = [token for name in names if isinstance(token := getattr(module, name, None), Tensor)]
    return sum(token.shape[-2] for token in tokens)


def _last_convolution(module: nn.Module, first: nn.Module, pixels: Tensor) -> Convolution | None:
    """The convolution of the patch embedding that runs last before the first attention."""
    embedding = getattr(module, "patch_embed", None)
    if not isinstance(embedding, nn.Module):
        return None
    ran: list[Convolution] = []

    def seen(part: nn.Module, _inputs: tuple, output: Tensor) -> None:
        ran.append(Convolution(part, (int(output.shape[-2]), int(output.shape[-1]))))

    convolutions = [part for part in embedding.modules() if isinstance(part, nn.Conv2d)]
    with hooked(part.register_forward_hook(seen) for part in convolutions):
        inputs_of(module, [first], pixels)
    return ran[-1] if ran else None

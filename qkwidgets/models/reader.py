"""What is a model's attention made of? Found by structure, confirmed by measurement.

1. Parts that look like attention are collected, and run once; the order of execution is the order of the layers.
2. What has no modes, or none that is read yet, is refused in words (`refusals`).
3. The token layout is read and a marked patch must land where the layout has it (`tokens`).
4. `attn_input` is the output of the norm that equals it bit for bit; where none does, it is the residual stream.
5. The output of every layer, rebuilt from what was read, must be the model's own (`check`).

There is no table of model names. Another family needs a reader in `structure.READERS`.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from qkwidgets.core.errors import InputError, UnsupportedModelError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.capture import AttentionRunner, Call, attention_calls
from qkwidgets.models.check import confirm
from qkwidgets.models.contract import AttentionModel, LayerWeights
from qkwidgets.models.fingerprint import fingerprint, not_finite
from qkwidgets.models.preprocess import Preprocess
from qkwidgets.models.refusals import CHOOSE, NEVER, NOT_YET, refuse_arguments, refuse_marked, refuse_unread, refuse_windows
from qkwidgets.models.structure import attention_parts, layer_scale_beside, layer_weights, read_parts
from qkwidgets.models.tokens import marked_patch_lands, token_layout
from qkwidgets.models.watch import Tap


class Read(NamedTuple):
    """One layer as read: its attention module, weights, the norm before it, its taps, and the error of its rebuilt output."""

    module: nn.Module
    weights: LayerWeights
    norm: nn.Module | None
    taps: tuple[Tap | None, Tap | None]
    error: float


def read_model(
    module: nn.Module, *, name: str, preprocess: Preprocess, provenance: dict[str, Any] | None = None, notes: tuple[str, ...] = ()
) -> AttentionModel:
    """Read the attention of a vision transformer and check it against the model's own.

    Parameters
    ----------
    module
        Takes `[image, 3, height, width]`. It is run in evaluation mode and left as it was.
    name
        For messages and results.
    preprocess
        Turns images into pixels and pictures, and knows their size.
    provenance, notes
        What is known of the weights already.

    Raises
    ------
    UnsupportedModelError
        If the attention is not of a kind that has query-key modes, is not read by this version, or was not understood.
    InputError
        If a weight is NaN or infinite.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> from qkwidgets.models.preprocess import plain_preprocess
    >>> read_model(BuiltinViT(), name="untrained", preprocess=plain_preprocess(BuiltinViT()))
    untrained: 6 layers x 4 heads, d_model 128, d_head 32, tokens CLS 8x8
    """
    if bad := not_finite(module):
        raise InputError(
            f"Weights of '{name}' must be finite: {bad}. The training probably diverged, or the file is damaged. Use an earlier "
            "checkpoint."
        )
    pixels = _noise(module, preprocess.size)
    calls, dropped = _attention_layers(name, module, pixels)
    layout = _layout(name, module, calls, pixels)
    layers = [_read_layer(name, module, number, call) for number, call in enumerate(calls)]
    _refuse_unequal(name, layers)
    return AttentionModel(
        name=name,
        layers=tuple(layer.weights for layer in layers),
        layout=layout,
        fingerprint=fingerprint(module),
        provenance={**(provenance or {}), "output_error": max(layer.error for layer in layers)},
        input_site=tuple("norm1" if layer.norm is not None else "residual" for layer in layers),
        notes=notes + dropped,
        _runner=AttentionRunner(module, *zip(*((layer.module, layer.norm, layer.taps) for layer in layers), strict=True)),
        _preprocess=preprocess,
    )


def _noise(module: nn.Module, size: tuple[int, int]) -> Tensor:
    """One image of noise, the same each time, of the module's device and precision."""
    first = next(module.parameters(), torch.empty(0))
    return torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0)).to(first.device, first.dtype)


def _attention_layers(name: str, module: nn.Module, pixels: Tensor) -> tuple[list[Call], tuple[str, ...]]:
    """Calls of the attention layers in order; pooling heads are left out, with a note."""
    parts = attention_parts(module)
    if not parts:
        kinds = sorted(
            {
                type(part).__name__
                for part in module.modules()
                if "attn" in (kind := type(part).__name__.lower()) or "attention" in kind
            }
        )
        found = f"found {', '.join(kinds)}, of an unknown structure" if kinds else "found none"
        raise UnsupportedModelError(
            f"'{name}' must hold modules of attention over tokens (known by children such as 'qkv' and 'proj'): {found}. It is "
            f"probably not a vision transformer. {CHOOSE}"
        )
    for part in parts.values():
        refuse_marked(name, part, NEVER)
    try:
        calls = attention_calls(module, parts, pixels)
    except Exception as problem:  # whatever a foreign module raises
        raise UnsupportedModelError(
            f"'{name}' must take images of shape [image, 3, height, width]: given {list(pixels.shape)}, it raised "
            f"{type(problem).__name__}: {problem}. It probably needs another size or more arguments. Wrap it in a module "
            "that takes pixels alone."
        ) from None
    layers = [call for call in calls if not _pools(call)]
    if not layers:
        raise UnsupportedModelError(
            f"'{name}' must call attention over its tokens when it is given images: of its {len(parts)} attention modules "
            f"{len(calls)} are called, none of which keeps all tokens. They probably belong to a pooling head. {CHOOSE}"
        )
    if len({call.module for call in layers}) < len(layers):
        raise UnsupportedModelError(
            f"'{name}' must call each of its attention modules once: it calls {len(layers)} times into "
            f"{len({call.module for call in layers})}. Its layers probably share weights. {CHOOSE}"
        )
    if len(layers) == len(calls):
        return layers, ()
    pooling = len(calls) - len(layers)
    which = "The attention module that pools tokens is" if pooling == 1 else f"{pooling} attention modules that pool tokens are"
    return layers, (f"{which} left out: no map from patch to patch.",)


def _pools(call: Call) -> bool:
    """Whether fewer tokens come out than went in, as in a pooling head or class attention."""
    output = call.output[0] if isinstance(call.output, tuple) else call.output
    x = call.x
    if not (isinstance(x, Tensor) and isinstance(output, Tensor) and x.ndim == 3):
        return False
    return output.ndim < 3 or output.shape[1] != x.shape[1]  # [image, d_model] may well have as many channels as there are tokens


def _layout(name: str, module: nn.Module, calls: list[Call], pixels: Tensor) -> TokenLayout:
    layout = token_layout(module, calls[0].module, pixels)
    for number, call in enumerate(calls):
        if not isinstance(call.x, Tensor) or call.x.ndim != 3 or len(call.x) > 1:
            refuse_windows(name, number, call, layout)
        refuse_arguments(name, call)
        refuse_marked(name, call.module, NOT_YET)
        refuse_windows(name, number, call, layout)
    if layout is None:
        raise UnsupportedModelError(
            f"'{name}' must have a 'patch_embed' that ends in a convolution, so that tokens have places in the picture: it "
            f"has none. Its patches are probably cut in another way. {CHOOSE}"
        )
    if not marked_patch_lands(module, layout, calls[0], pixels):
        raise UnsupportedModelError(
            f"'{name}' must order its tokens as CLS, distillation, registers, then patches row by row: a mark on the second "
            f"patch does not show in token {layout.token((0, 1))}. The tokens are probably shuffled, or the prefix comes "
            f"last. {CHOOSE}"
        )
    return layout


def _read_layer(name: str, module: nn.Module, number: int, call: Call) -> Read:
    parts = read_parts(call.module)
    if parts is None:
        refuse_unread(name, number, call.module)
    norm = next((each.module for each in reversed(call.norms) if _same(each.output, call.x)), None)
    weights = layer_weights(parts, layer_scale_beside(module, call.name), norm)
    taps = (parts.query_tap, parts.key_tap)
    return Read(call.module, weights, norm, taps, confirm(name, number, call, parts, weights))


def _same(one: Any, other: Tensor) -> bool:
    return isinstance(one, Tensor) and one.shape == other.shape and torch.equal(one, other)


def _refuse_unequal(name: str, layers: list[Read]) -> None:
    shapes = [tuple(layer.weights.W_Q.shape) for layer in layers]
    if len(set(shapes)) > 1:
        odd = next(number for number, shape in enumerate(shapes) if shape != shapes[0])
        raise UnsupportedModelError(
            f"All layers of '{name}' must have the same heads and widths: layer 0 has [head, d_model, d_head] "
            f"{list(shapes[0])}, layer {odd} has {list(shapes[odd])}. It is probably a pyramid of stages. {CHOOSE}"
        )

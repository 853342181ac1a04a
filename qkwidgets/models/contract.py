"""What is a model to qkwidgets? The parts of its attention as plain tensors, and a way to see what its attention receives.

Conventions: tokens are rows and weights act from the right, `q = x @ W_Q + b_Q`, so `W_Q` is the transpose of what
`nn.Linear` stores. `x`, the `attn_input`, is what the query and key projections receive; the `residual` is the stream
before the norm that makes `x`. Scores are `scale * q @ k.T`, before the softmax. Layers and heads count from zero.

Fields that are None are absent from the model: nothing in this project fills them with zeros.
"""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.capture import AttentionRunner
from qkwidgets.models.preprocess import Preprocess
from qkwidgets.models.watch import Projection, Visit, watch


@dataclass(frozen=True, eq=False, repr=False)
class LayerWeights:
    """The weights of one layer's attention, head by head, in the dtype of the forward pass.

    `W_O` is None where something acts between the heads and the output projection, so that heads do not simply add up;
    `layer_scale` multiplies what the attention adds to the residual. `norm_gain` and `norm_shift` are those of the norm
    that makes `attn_input`. `q_norm`, `k_norm`, `rotation` and `additive` belong to families that are not read yet.
    """

    W_Q: Float[Tensor, "head d_model d_head"]
    W_K: Float[Tensor, "head d_model d_head"]
    W_V: Float[Tensor, "head d_model d_head"]
    b_Q: Float[Tensor, "head d_head"] | None
    b_K: Float[Tensor, "head d_head"] | None
    b_V: Float[Tensor, "head d_head"] | None
    W_O: Float[Tensor, "head d_head d_model"] | None
    b_O: Float[Tensor, " d_model"] | None
    scale: float
    layer_scale: Float[Tensor, " d_model"] | None = None
    norm_gain: Float[Tensor, " d_model"] | None = None
    norm_shift: Float[Tensor, " d_model"] | None = None
    q_norm: tuple | None = None
    k_norm: tuple | None = None
    rotation: tuple | None = None
    additive: Tensor | None = None

    def __repr__(self) -> str:
        heads, d_model, d_head = self.W_Q.shape
        return f"LayerWeights({heads} heads, d_model {d_model}, d_head {d_head})"


@dataclass(frozen=True, eq=False, repr=False)
class AttentionModel:
    """A vision transformer whose attention scores were rebuilt from its weights when it was read.

    Made by `qkwidgets.load_model`. The weights are those of the moment of reading: after further training, read again.

    Attributes
    ----------
    layers
        Weights, first layer first.
    layout
        Which token is what.
    fingerprint
        SHA-256 over names, shapes, types and values of all weights, as hexadecimal digits. It does not depend on
        where the weights came from.
    provenance
        Name, source, licence if known, checkpoint file name, versions of the libraries.
    input_site
        For each layer "norm1" where `attn_input` is the output of a norm, "residual" in post-norm models.
    notes
        Sentences that a reader of results should know, such as a resampled position table.
    """

    name: str
    layers: tuple[LayerWeights, ...]
    layout: TokenLayout
    fingerprint: str
    provenance: dict[str, Any]
    input_site: tuple[str, ...]
    notes: tuple[str, ...]
    _runner: AttentionRunner = field(repr=False)
    _preprocess: Preprocess = field(repr=False)

    @property
    def n_layers(self) -> int:
        return len(self.layers)

    @property
    def n_heads(self) -> int:
        return self.layers[0].W_Q.shape[0]

    @property
    def d_model(self) -> int:
        return self.layers[0].W_Q.shape[1]

    @property
    def d_head(self) -> int:
        return self.layers[0].W_Q.shape[2]

    @property
    def device(self) -> torch.device:
        return self._runner.device

    @property
    def preprocessing(self) -> Preprocess:
        """How a picture becomes pixels here: whatever shows many images to the model sends this to the processes that read them."""
        return self._preprocess

    @property
    def structure(self) -> str:
        """SHA-256 of the module's own description: its parts, their widths, and settings such as a norm's epsilon.

        Models of equal weights whose forward passes differ are told apart by it.
        """
        return hashlib.sha256(repr(self._runner.module).encode()).hexdigest()

    def preprocess(
        self, images: Any, *, resize: str | None = None
    ) -> tuple[Float[Tensor, "image 3 height width"], list[np.ndarray]]:
        """Images as the model takes them: normalised tensors, and the uint8 pictures that they show.

        Parameters
        ----------
        images
            Whatever `qkwidgets.data.images.read_images` reads.
        resize
            None for the model's own evaluation transform, which usually crops (or what `resized` has put in its place); "square"
            to squeeze the whole picture into the model's input with Pillow's bicubic filter.

        Raises
        ------
        InputError
            If an image cannot be read, or `resize` is neither.
        """
        return self._preprocess(images, resize=resize)

    def resized(self, how: str) -> "AttentionModel":
        """The same model with another view of its images, wherever they are shown to it: a sweep, a preference, a map.

        Parameters
        ----------
        how
            "square" squeezes the whole picture into the model's input, with Pillow's bicubic filter and without a crop; "model" is
            the model's own evaluation transform.

        Raises
        ------
        InputError
            If it is neither.
        """
        return replace(self, _preprocess=self._preprocess.resized(how))

    def attn_inputs(
        self, pixels: Float[Tensor, "image 3 height width"], *, batch_size: int = 32
    ) -> list[Float[Tensor, "image token d_model"]]:
        """What the query and key projections of each layer receive, from one forward pass a batch.

        Float32, or float64 from a float64 model; on the model's device. Several hundred images are better swept than held.
        """
        return self._runner.attn_inputs(pixels, batch_size)

    def residuals(
        self, pixels: Float[Tensor, "image 3 height width"], *, batch_size: int = 32
    ) -> list[Float[Tensor, "image token d_model"]]:
        """The residual stream before the norm of each layer's attention; in post-norm layers this is `attn_inputs`."""
        return self._runner.residuals(pixels, batch_size)

    def watch(self, pixels: Float[Tensor, "image 3 height width"], visit: Visit, *, dtype: torch.dtype | None = None) -> None:
        """Show the tokens of each layer to `visit(layer, tokens)` during one forward pass of all these images.

        `tokens` is a `LayerTokens`: what the projections receive, the queries and keys that the model itself computed, and the
        residual stream before the norm.
        `dtype` runs the products in another precision (autocast).
        """
        layers = [
            (part, Projection(w.W_Q, w.b_Q, query), Projection(w.W_K, w.b_K, key), norm)
            for part, norm, w, (query, key) in zip(
                self._runner.attention, self._runner.norms, self.layers, self._runner.taps, strict=True
            )
        ]
        pixels = pixels.to(self._runner.device, self._runner.dtype, non_blocking=True)
        watch(self._runner.module, layers, pixels, visit, dtype)

    def __repr__(self) -> str:
        tokens = " ".join([*self.layout.prefix_names, "x".join(map(str, self.layout.grid))])
        return f"{self.name}: {self.n_layers} layers x {self.n_heads} heads, d_model {self.d_model}, d_head {self.d_head}, tokens {tokens}"


def loaded_model(model: Any) -> AttentionModel:
    """`model` itself, if it is one that `load_model` has given: every door that takes a model asks this first.

    Raises
    ------
    InputError
        If it is a name, a module, or anything else; the message says how to load it.

    Examples
    --------
    >>> loaded_model("builtin:o3")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: A model that load_model has given is needed: got the name 'builtin:o3'. Names are read by
    load_model and explore alone. Load it first: qk.load_model('builtin:o3').
    """
    if isinstance(model, AttentionModel):
        return model
    needed = "A model that load_model has given is needed"
    if isinstance(model, str):
        raise InputError(
            f"{needed}: got the name {model!r}. Names are read by load_model and explore alone. Load it first: "
            f"qk.load_model({model!r})."
        )
    if isinstance(model, nn.Module):
        raise InputError(
            f"{needed}: got a module ({type(model).__name__}). Its attention has not been read yet. Load it first: "
            "qk.load_model(module)."
        )
    raise InputError(
        f"{needed}: got one of type {type(model).__name__}. Another argument probably stands in the model's place. Load a model first: "
        'qk.load_model(), or qk.load_model("timm:NAME").'
    )

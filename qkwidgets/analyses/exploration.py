"""What is each head's attention on these images made of? The live source of the explorer, and its frozen form.

One forward pass gives what every layer's query and key projections receive; everything else is projections on modes.
"""

import hashlib
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.alignment import alignment
from qkwidgets.analyses.head_numbers import HEAD_NUMBERS, head_numbers
from qkwidgets.analyses.modes import modes
from qkwidgets.analyses.pictures import encoded
from qkwidgets.answers.choices import MODE_CHOICES
from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.quantise import Arrays, quantised
from qkwidgets.answers.source import Spectra
from qkwidgets.answers.tile import HeadTile
from qkwidgets.cache.store import Store
from qkwidgets.core.errors import check_range
from qkwidgets.core.maps import preferred_sign, signed_range
from qkwidgets.core.modes import ALGORITHM_VERSION
from qkwidgets.core.ranking import mode_shares
from qkwidgets.core.scores import BiasTerms, bias_terms, mode_scores, projections
from qkwidgets.data.images import Picture, read_images
from qkwidgets.models.contract import AttentionModel


class LiveSource:
    """A model on some images, computed when asked: exact tiles of any head, or everything frozen."""

    def __init__(self, model: AttentionModel, images: Any) -> None:
        self.model = model
        self.images: list[Picture] = read_images(images)
        self._pixels, self.shown = model.preprocess(self.images)
        self.pictures, self._mimes = zip(*map(encoded, self.shown), strict=True)

    @cached_property
    def modes(self):
        """The singular modes of all heads."""
        return modes(self.model)

    @cached_property
    def attn_inputs(self) -> list[Tensor]:
        """What each layer's query and key projections receive: one forward pass."""
        return self.model.attn_inputs(self._pixels)

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Names, sizes, choices and provenance, as JSON values."""
        model, layout = self.model, self.model.layout
        images = [
            {"name": p.name, "source": p.source, "licence": p.licence, "mime": mime, "width": a.shape[1], "height": a.shape[0]}
            for p, a, mime in zip(self.images, self.shown, self._mimes, strict=True)
        ]
        return {
            "model": model.name,
            "n_layers": model.n_layers,
            "n_heads": model.n_heads,
            "n_modes": self.modes.singular_values.shape[-1],
            "d_model": model.d_model,
            "d_head": model.d_head,
            "scale": model.layers[0].scale,
            "layout": {
                "n_cls": layout.n_cls,
                "n_distill": layout.n_distill,
                "n_registers": layout.n_registers,
                "grid": list(layout.grid),
            },
            "tokens": list(layout.prefix_names),
            "images": images,
            "n_images_made": len(images),
            "circuit": "qk",
            "mode_band": self._alignment.mode_band,
            "head_numbers": [number._asdict() for number in HEAD_NUMBERS],
            "row_tokens": list(layout.probe_tokens()),
            "degenerate_tolerance": self.modes.provenance["tolerance"],
            "bias": "separate",
            "site": "attn_input",
            "about": [choice._asdict() for choice in MODE_CHOICES],
            "left_out": [],
            "notes": list(model.notes),
            "provenance": {name: value for name, value in self.modes.provenance.items() if name != "choices"},
        }

    def tile(self, layer: int, head: int) -> HeadTile:
        """One head on all images, exactly as far as float32 goes."""
        check_range("layer", layer, self.model.n_layers, repr(self.model.name))
        check_range("head", head, self.model.n_heads, repr(self.model.name))
        arrays = self._tile_arrays(self._projected(layer, slice(head, head + 1)))
        values = self.modes.singular_values[layer, head].astype(np.float32)
        return HeadTile({name: array[0] for name, array in arrays.items()}, values, self.model.layers[layer].scale)

    def frozen(self, n_modes: int | None = None) -> Exploration:
        """Everything with maps of the first modes in 8 bits; kept in the cache under all that determines it."""
        count = self.meta["n_modes"] if n_modes is None else min(n_modes, self.meta["n_modes"])
        options = {
            "pixels": [_digest(pixels) for pixels in self._pixels],
            "structure": self.model.structure,
            "scale": [weights.scale for weights in self.model.layers],
            "heads": self.model.n_heads,
            "layout": self.meta["layout"],
            "modes": count,
        }
        arrays, _ = Store().remember(
            "exploration", self.model.fingerprint, options, ALGORITHM_VERSION, lambda: (self._frozen_arrays(count), {})
        )
        record = {"meta": self.meta}
        pictures = {f"pictures/{i}": np.frombuffer(data, dtype=np.uint8) for i, data in enumerate(self.pictures)}
        return Exploration.from_parts(arrays | pictures, record)

    @cached_property
    def _alignment(self):
        return alignment(self.model)

    def _frozen_arrays(self, n_modes: int) -> Arrays:
        projected = (self._projected(layer, slice(None)) for layer in range(self.model.n_layers))
        layers = [_quantised_layer(self._tile_arrays(layer, n_modes)) | self._share_arrays(layer) for layer in projected]
        stacked = {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}
        by_image = ("share", "peak", "energy", "share_bias")
        ranks = {name: np.ascontiguousarray(stacked.pop(name).swapaxes(0, 1)) for name in by_image}
        spectra = Spectra(
            **{name: getattr(self.modes, name) for name in ("singular_values", "cosine", "degenerate", "null", "stability")},
            head_cosine=self._alignment.head,
            head_band=self._alignment.head_band,
            layer_cosine=self._alignment.layer,
            layer_band=self._alignment.layer_band,
            head_numbers=head_numbers(self.modes, self._alignment, ranks["share_bias"]),
            **ranks,
        )
        arrays = {f"spectra/{name}": array for name, array in spectra.arrays().items()}
        return arrays | {f"tiles/{name}": array for name, array in stacked.items()}

    def _projected(self, layer: int, heads: slice) -> "_Projected":
        x, w = self.attn_inputs[layer].float(), self.model.layers[layer]
        sides = (self.modes.left, self.modes.right)
        left, right = (torch.from_numpy(side[layer, heads]).to(x.device) for side in sides)
        b_Q, b_K = (None if b is None else b[heads] for b in (w.b_Q, w.b_K))
        return _Projected(
            projections(x, left),
            projections(x, right),
            bias_terms(x, w.W_Q[heads], w.W_K[heads], b_Q, b_K, w.scale),
            torch.from_numpy(self.modes.singular_values[layer, heads]).to(x),
            w.scale,
        )

    def _tile_arrays(self, heads: "_Projected", n_modes: int | None = None) -> Arrays:
        """The arrays of a tile for the first modes, with the head axis in front."""
        patches, probes = self.model.layout.patches, list(self.model.layout.probe_tokens())
        terms = heads.terms
        rows = mode_scores(heads.query[..., probes], heads.key, heads.values, heads.scale)
        rows = rows + terms.key_only[..., None, :] + terms.query_only[..., probes, None] + terms.constant[:, None, None]
        query, key = (side[:, :, :n_modes] for side in (heads.query, heads.key))
        query_maps, key_maps = query[..., patches], key[..., patches]
        tensors = {
            "query": query.transpose(0, 1),
            "key": key.transpose(0, 1),
            "bias_key": terms.key_only.transpose(0, 1),
            "bias_query": terms.query_only.transpose(0, 1),
            "constant": terms.constant[:, None],
            "sign": preferred_sign(query_maps, key_maps).to(torch.int8),
            "range": torch.stack([signed_range(query_maps), signed_range(key_maps)], dim=1),
            "rows": rows.transpose(0, 1),
        }
        return {name: tensor.contiguous().cpu().numpy() for name, tensor in tensors.items()}

    def _share_arrays(self, heads: "_Projected") -> Arrays:
        patches = self.model.layout.patches
        sides = (heads.query[..., patches], heads.key[..., patches], heads.terms.key_only[..., patches])
        shares = mode_shares(*sides, heads.values, heads.scale)
        named = {"share": shares.share, "peak": shares.peak, "energy": shares.energy, "share_bias": shares.bias}
        return {name: tensor.cpu().numpy() for name, tensor in named.items()}


class _Projected(NamedTuple):
    """Some heads of one layer: projections of the tokens `[image, head, mode, token]`, bias terms, singular values, scale."""

    query: Tensor
    key: Tensor
    terms: BiasTerms
    values: Tensor
    scale: float


def _digest(pixels: Tensor) -> str:
    array = pixels.cpu().float().numpy()
    return hashlib.sha256(f"{array.shape}".encode() + array.tobytes()).hexdigest()


def _quantised_layer(tiles: Arrays) -> Arrays:
    """Maps in 8 bits, terms and rows in 16; the small arrays stay as they are."""
    small = {name: tiles[name] for name in ("constant", "sign", "range")}
    for name, dtype in (
        ("query", np.uint8),
        ("key", np.uint8),
        ("bias_key", np.uint16),
        ("bias_query", np.uint16),
        ("rows", np.uint16),
    ):
        small |= quantised(name, tiles[name], dtype)
    return small

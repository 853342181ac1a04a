"""Where on these images does a mode get its numbers from: from the place, or from what is there?

A mode reads a number off every query and key. It is a mean, plus what the place adds on every image, plus what this image's content
adds; the first two are known from `qkwidgets.factors`, so the rest takes one forward pass of these images alone.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.pictures import encoded
from qkwidgets.answers.factor_images import Content, FactorImages
from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.data.images import image_suffixes, read_images
from qkwidgets.models.contract import AttentionModel, loaded_model

MOST_IMAGES = 64
"""A head's maps on all of them travel when it is clicked: of a ViT-B 0.1 MB an image."""


class LiveFactorImages(FactorImages):
    """Images through a model; the forward pass happens when the first map is asked for."""

    def __init__(self, model: AttentionModel, answer: Factors, images: Any) -> None:
        self._model, self._answer = model, answer
        _check_few(_count(images))
        read = read_images(images)
        _check_few(len(read))
        self._pixels, shown = model.preprocess(read)
        self.pictures, kinds = zip(*map(encoded, shown), strict=True)
        self.records = tuple(
            {
                "name": picture.name,
                "source": picture.source,
                "licence": picture.licence,
                "mime": kind,
                "width": array.shape[1],
                "height": array.shape[0],
            }
            for picture, array, kind in zip(read, shown, kinds, strict=True)
        )

    @cached_property
    def _inputs(self) -> list[Tensor]:
        """What each layer's query and key projections receive: one forward pass."""
        return self._model.attn_inputs(self._pixels)

    def content(self, layer: int, head: int) -> tuple[Content, Content]:
        """What content adds to the query maps and to the key maps of a head's modes, on every image."""
        model, answer = self._model, self._answer
        check_range("layer", layer, model.n_layers, repr(model.name))
        check_range("head", head, model.n_heads, repr(model.name))
        weights, tokens = model.layers[layer], self._inputs[layer][:, answer.layout.patches].double()
        sides = []
        for name, W, b in (("query", weights.W_Q, weights.b_Q), ("key", weights.W_K, weights.b_K)):
            read = torch.from_numpy(getattr(answer, f"{name}_read")[layer, head]).to(tokens)
            read_off = tokens @ (W[head].to(tokens) @ read)  # [image patch mode]
            if b is not None and answer.reads_biases:
                read_off = read_off + b[head].to(tokens) @ read
            same = getattr(answer, f"{name}_mean")[layer, head][:, None] + getattr(answer, f"{name}_position")[layer, head]
            sides.append((read_off.mT.cpu().numpy() - same).astype(np.float32))
        return sides[0], sides[1]


def factor_maps(model: AttentionModel, answer: Factors, images: Any) -> LiveFactorImages:
    """Maps of every mode on single images, without what all images have in common.

    Parameters
    ----------
    model
        The one whose factors these are.
    answer
        From `qkwidgets.factors`, on any images.
    images
        A few, at most `MOST_IMAGES`, whatever `qkwidgets.data.images.read_images` reads; those of the answer or others.

    Returns
    -------
    LiveFactorImages
        What `FactorMap` takes as `images`. Over the images of the answer the mean of every content map is zero, at each patch.

    Raises
    ------
    InputError
        If the answer is another model's, there are too many images, or one cannot be read.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model, scenes = qk.load_model(), qk.odd_one_out(8)
    >>> found = qk.factors(model, scenes, draws=0, workers=0, progress=False)
    >>> query, key = factor_maps(model, found, scenes).content(layer=3, head=1)
    >>> query.shape, bool(abs(query.mean(axis=0)).max() < 1e-3)
    ((8, 32, 64), True)
    """
    model = loaded_model(model)
    if answer.provenance["fingerprint"] != model.fingerprint:
        raise InputError(
            f"Maps belong to the model of the factors: '{model.name}' has other weights than the model of these factors, "
            f"'{answer.model}'. They were probably exchanged. Use the factors of this model."
        )
    return LiveFactorImages(model, answer, images)


def _count(images: Any) -> int:
    """How many images there are at least, before any of them is read."""
    if isinstance(images, str | Path) and Path(images).is_dir():
        return sum(file.suffix.lower() in image_suffixes() for file in Path(images).iterdir())
    return len(images) if isinstance(images, list | tuple) else 1


def _check_few(count: int) -> None:
    if count > MOST_IMAGES:
        raise InputError(
            f"Maps are shown on single images, at most {MOST_IMAGES}: got {count}. The whole set that the factors are of was probably passed. Pass "
            "a few: images[:8]."
        )

"""How does a picture become pixels of a model, and what does the model see of it?

A timm model is given timm's own evaluation transform; any other, and the built-in one, is given Pillow's: short side to size
by bicubic filter, then the middle. `resize="square"` squeezes the whole picture instead. The picture that is shown under a
map is the one that the model sees, cropped and resized, never the original.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from PIL import Image
from torch import Tensor, nn

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import read_images
from qkwidgets.data.regions import Box
from qkwidgets.models.tokens import image_size

Colours = tuple[float, float, float]


@dataclass(frozen=True)
class Preprocess:
    """The size and normalisation of one model's input, and its own way to crop; call it on images.

    `resize` is what a call does where it is not told: None for the model's own transform, "square" to squeeze.

    Examples
    --------
    >>> preprocess = Preprocess((64, 64), (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), crop_middle)
    >>> pixels, shown = preprocess(np.zeros((80, 100, 3), np.uint8))
    >>> pixels.shape, shown[0].shape, float(pixels[0, 0, 0, 0])
    (torch.Size([1, 3, 64, 64]), (64, 64, 3), -2.0)
    """

    size: tuple[int, int]
    mean: Colours
    std: Colours
    crop: Callable[[Image.Image, tuple[int, int]], Image.Image]
    resize: str | None = None

    def __call__(
        self, images: Any, *, resize: str | None = None
    ) -> tuple[Float[Tensor, "image 3 height width"], list[np.ndarray]]:
        """Normalised pixels of all images, and the uint8 pictures that they show."""
        if resize not in (None, "square"):
            raise InputError(
                f'resize must be None (the model\'s own transform) or "square" (the whole picture, squeezed): got '
                f"{resize!r}. It is probably misspelt. Use one of these."
            )
        crop = self.resized(resize or self.resize or "model")._view
        shown = [np.asarray(crop(Image.fromarray(picture.array), self.size)) for picture in read_images(images)]
        return torch.stack([self.pixels(picture) for picture in shown]), shown

    @property
    def _view(self) -> Callable[[Image.Image, tuple[int, int]], Image.Image]:
        return squeeze if self.resize == "square" else self.crop

    def resized(self, how: str) -> "Preprocess":
        """The same for another view: "square" squeezes the whole picture, "model" is the model's own way to crop."""
        if how not in ("square", "model"):
            raise InputError(
                f'A picture is resized to a "square" (all of it, squeezed) or as the "model" does it: got {how!r}. It is probably misspelt. '
                "Use one of these."
            )
        return replace(self, resize="square" if how == "square" else None)

    def box(self, height: int, width: int) -> Box:
        """Which pixels of a picture of this size are seen: left, top, right and bottom border, to the nearest pixel."""
        return (0, 0, width, height) if self._view is squeeze else _box(self._view, tuple(self.size), height, width)

    def describe(self) -> dict[str, Any]:
        """All that decides which pixels a model is given, as JSON values."""
        crop = getattr(self._view, "__qualname__", None) or repr(self._view)
        return {"size": list(self.size), "mean": list(self.mean), "std": list(self.std), "crop": crop}

    def pixels(self, picture: UInt8[np.ndarray, "height width 3"]) -> Float[Tensor, "3 height width"]:
        """A picture of the right size, normalised: `(picture / 255 - mean) / std`."""
        mean, std = (torch.tensor(colours).view(3, 1, 1) for colours in (self.mean, self.std))
        return (torch.tensor(picture).permute(2, 0, 1).contiguous().float() / 255).sub_(mean).div_(std)


@dataclass(frozen=True)
class Steps:
    """Several ways to change a picture, one after the other; can be sent to another process, as a local function could not."""

    steps: tuple[Callable[[Image.Image], Image.Image], ...]

    def __call__(self, image: Image.Image, _size: tuple[int, int]) -> Image.Image:
        """The picture after the last step."""
        for step in self.steps:
            image = step(image)
        return image


@lru_cache(maxsize=256)  # photographs come in few sizes
def _box(view: Callable, size: tuple[int, int], height: int, width: int) -> Box:
    """What a view shows, measured on pictures whose values are the places of their pixels.

    Two values well inside tell the scale and the origin: at its border a resized ramp is bent.
    """
    edges = []
    for axis, ramp in enumerate(np.indices((height, width), np.float32) + 0.5):
        seen = np.asarray(view(Image.fromarray(ramp, "F"), size))
        line = seen[seen.shape[0] // 2] if axis else seen[:, seen.shape[1] // 2]
        one, other = len(line) // 4, max(3 * len(line) // 4, len(line) // 4 + 1)
        step = (line[other] - line[one]) / (other - one)
        first = line[one] - (one + 0.5) * step
        edges.append((round(float(first)), round(float(first + len(line) * step))))
    (top, bottom), (left, right) = edges
    return left, top, right, bottom


def crop_middle(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize by the smallest factor that covers `size` (height, width), bicubic, and cut out the middle.

    Examples
    --------
    >>> crop_middle(Image.new("RGB", (100, 80)), (64, 64)).size
    (64, 64)
    """
    height, width = size
    factor = max(height / image.height, width / image.width)
    scaled = max(width, round(image.width * factor)), max(height, round(image.height * factor))
    left, top = (scaled[0] - width) // 2, (scaled[1] - height) // 2
    resized = image if scaled == image.size else image.resize(scaled, Image.Resampling.BICUBIC)
    return resized.crop((left, top, left + width, top + height))


def squeeze(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize the whole picture to `size` (height, width), bicubic, whatever its shape.

    Examples
    --------
    >>> squeeze(Image.new("RGB", (100, 80)), (64, 32)).size
    (32, 64)
    """
    return image.resize((size[1], size[0]), Image.Resampling.BICUBIC)


def timm_preprocess(module: nn.Module) -> Preprocess:
    """The evaluation transform that timm states for a model's weights, at the size that the model really takes.

    Examples
    --------
    >>> import timm
    >>> preprocess = timm_preprocess(timm.create_model("test_vit", img_size=96))
    >>> tuple(preprocess.size), preprocess.mean
    ((96, 96), (0.5, 0.5, 0.5))
    """
    from timm.data.config import resolve_model_data_config
    from timm.data.transforms_factory import create_transform

    config = resolve_model_data_config(module) | {"input_size": (3, *image_size(module))}
    steps = create_transform(**config, is_training=False).transforms
    to_picture = [step for step in steps if "tensor" not in type(step).__name__.lower() and type(step).__name__ != "Normalize"]

    return Preprocess(image_size(module), tuple(config["mean"]), tuple(config["std"]), Steps(tuple(to_picture)))


def plain_preprocess(module: nn.Module, mean: Colours = (0.5, 0.5, 0.5), std: Colours = (0.5, 0.5, 0.5)) -> Preprocess:
    """The preprocessing of a model that states none: cut out the middle at its size, and normalise.

    Examples
    --------
    >>> from qkwidgets.models.builtin_vit import BuiltinViT
    >>> plain_preprocess(BuiltinViT()).size
    ImageSize(height=64, width=64)
    """
    return Preprocess(image_size(module), mean, std, crop_middle)

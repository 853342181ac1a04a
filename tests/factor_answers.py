"""Factors and images for them made with numpy alone: every number known, for tests of the factor map."""

import io

import numpy as np
from PIL import Image

from qkwidgets.answers.factor_images import FactorImages
from qkwidgets.answers.factor_rows import MEASURES
from qkwidgets.answers.factors import Factors
from qkwidgets.core.layout import TokenLayout

LAYERS, HEADS, MODES, IMAGES = 3, 2, 6, 2
LAYOUT = TokenLayout(n_cls=1, grid=(3, 4))


def factors(
    shape: tuple[int, int, int] = (LAYERS, HEADS, MODES),
    layout: TokenLayout = LAYOUT,
    model: str = "test:model",
    spread: bool = True,
    within: bool = True,
    bias: str = "",
    svd: str = "data",
) -> Factors:
    """Heads that go from position to content with depth; in L0 H0, M2 and M3 are equally strong, and the last mode is null."""
    rng = np.random.default_rng(0)
    n_layers, n_heads, n_modes = shape
    depth = np.linspace(0, 1, n_layers)[:, None, None]
    sigma = np.exp(-np.arange(n_modes) / (0.15 * n_modes)) * rng.uniform(0.5, 2, (n_layers, n_heads, 1))
    sigma[0, 0, 3] = sigma[0, 0, 2]
    degenerate = np.full(shape, -1, np.int16)
    degenerate[0, 0, 2:4] = 0
    null = np.zeros(shape, bool)
    null[0, 0, -1] = True
    sigma[0, 0, -1] = 0
    parts = [_parts(rng, depth, shape) for _ in range(2)]
    for each in parts:
        each[null] = np.nan
    three = [np.concatenate([each[..., :2], each[..., 2:].sum(-1, keepdims=True)], axis=-1) for each in parts]
    energy, cells = (np.einsum("lhn,lhna,lhnb->lhab", sigma**2, *np.nan_to_num(each)) for each in (three, parts))
    maps = {}
    for side, each in zip(("query", "key"), parts, strict=True):
        mean, position, content = np.sqrt(np.nan_to_num(each[..., 0])), each[..., 1], each[..., 2:].sum(-1)
        pattern = _waves(rng, shape, layout)
        maps[f"{side}_mean"] = (mean * rng.choice([-1, 1], shape)).astype(np.float32)
        maps[f"{side}_position"] = (np.sqrt(np.nan_to_num(position))[..., None] * pattern).astype(np.float32)
        size = np.sqrt(np.nan_to_num(content))[..., None] * (1 + 0.3 * _waves(rng, shape, layout)).clip(0.1)
        maps[f"{side}_spread"] = size.astype(np.float32) if spread else None
    products = np.einsum("lhab,lhcd->lhabcd", cells, cells) if within else None
    measure = (len(MEASURES), n_layers, n_heads)
    return Factors(
        energy=energy,
        cells=cells,
        halves=np.stack([energy, energy]),
        singular_values=sigma,
        query_parts=parts[0],
        key_parts=parts[1],
        query_read=np.zeros((n_layers, n_heads, n_modes, n_modes), np.float32),
        key_read=np.zeros((n_layers, n_heads, n_modes, n_modes), np.float32),
        degenerate=degenerate,
        null=null,
        head_label=_labels(energy[..., 1:, 1:]),
        mode_label=_labels(np.einsum("lhna,lhnb->lhnab", *three)[..., 1:, 1:]),
        specialisation=rng.uniform(0.5, 1, shape[:2]),
        specialisation_null=np.stack([np.full(shape[:2], 0.45), np.full(shape[:2], 0.6)], axis=-1),
        concentration=rng.uniform(0, 1, shape[:2]),
        richness=rng.uniform(1, n_modes, measure),
        content_richness=rng.uniform(1, n_modes, measure),
        weight_richness=rng.uniform(1, n_modes, measure),
        leak=np.full((*shape[:2], 2), 0.01),
        layout=layout,
        n_images=50,
        n_skipped=0,
        finished=True,
        svd=svd,
        correction="none",
        threshold=0.5,
        bias=bias,
        provenance={"model": model, "fingerprint": "0" * 64, "seed": 0},
        products=products,
        cosine=rng.uniform(-1, 1, shape) if svd == "weight" else None,
        ratio=np.ones(shape[:2]) if svd == "weight" else None,
        **maps,
    )


class Images(FactorImages):
    """Pictures of one colour, and content that is its number times a wave."""

    def __init__(self, answer: Factors, count: int = IMAGES, name: str = "scene", size: int = 32) -> None:
        self.answer = answer
        self.records = tuple(
            {"name": f"{name} {i}", "source": "made here", "licence": None, "mime": "image/png", "width": size, "height": size}
            for i in range(count)
        )
        self.pictures = tuple(_picture(i, size) for i in range(count))

    def content(self, layer: int, head: int) -> tuple[np.ndarray, np.ndarray]:
        """Content maps [image, mode, patch] of both sides."""
        shape = (len(self.pictures), self.answer.singular_values.shape[2])
        sides = []
        for side, parts in enumerate((self.answer.query_parts, self.answer.key_parts)):
            rng = np.random.default_rng([layer, head, side])
            size = np.sqrt(np.nan_to_num(parts[layer, head, :, 2:].sum(-1)))
            sides.append((size[None, :, None] * _waves(rng, shape, self.answer.layout)).astype(np.float32))
        return sides[0], sides[1]


def _parts(rng: np.random.Generator, depth: np.ndarray, shape: tuple[int, int, int]) -> np.ndarray:
    """Shares of mean, position, image and residual of one side of every mode, sharply different from mode to mode."""
    drawn = rng.gamma(0.35, size=(*shape, 4)) + 1e-3
    weights = np.stack(np.broadcast_arrays(0.3 + depth, 2.2 - 2 * depth, 0.2 + depth, 0.4 + 1.5 * depth), axis=-1)
    drawn = drawn * weights
    return drawn / drawn.sum(-1, keepdims=True)


def _waves(rng: np.random.Generator, shape: tuple[int, ...], layout: TokenLayout) -> np.ndarray:
    """Smooth maps with mean 0 and mean square 1 over the patches."""
    rows, columns = (np.linspace(0, np.pi, count) for count in layout.grid)
    turns, shifts = rng.uniform(0.5, 2.5, (2, *shape, 1, 1)), rng.uniform(0, 6, (2, *shape, 1, 1))
    waves = np.cos(turns[0] * rows[:, None] + shifts[0]) + np.cos(turns[1] * columns[None] + shifts[1])
    waves = waves.reshape(*shape, -1)
    waves = waves - waves.mean(-1, keepdims=True)
    return waves / np.sqrt((waves**2).mean(-1, keepdims=True))


def _labels(cells: np.ndarray) -> np.ndarray:
    sums = np.stack([cells[..., 1, 1], cells[..., 0, 1] + cells[..., 1, 0], cells[..., 0, 0]], axis=-1)
    with np.errstate(invalid="ignore"):
        shares = sums / sums.sum(-1, keepdims=True)
    labels = np.where(shares.max(-1) >= 0.5, shares.argmax(-1), 3)
    return np.where(np.isnan(shares).any(-1), -1, labels).astype(np.int8)


def _picture(number: int, size: int) -> bytes:
    rows, columns = np.mgrid[:size, :size]
    array = np.stack([rows * 255 // size, columns * 255 // size, np.full((size, size), 60 * number % 255)], axis=-1)
    stream = io.BytesIO()
    Image.fromarray(array.astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()

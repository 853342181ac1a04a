"""A small answer about optimal images made with numpy alone: lists, maps and pictures, every number known."""

import io

import numpy as np
from PIL import Image

from qkwidgets.answers.class_suggestions import Halves
from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.answers.quantise import quantised
from qkwidgets.core.layout import TokenLayout

LAYERS, HEADS, MODES, PLACES, MAPPED, IMAGES = 3, 2, 6, 4, 4, 20
LAYOUT = TokenLayout(n_cls=1, grid=(3, 4))
DECILES = 3
COSINE = np.random.default_rng(3).uniform(-0.9, 0.9, (LAYERS, HEADS, MODES))
INDICES = 7 * np.arange(IMAGES) + 2
"""Indices in the data set of the images that lists may show; others are in none."""
UNPICTURED = int(INDICES[5])
"""The index of an image without a thumbnail."""


def optimal(
    name: str = "scene", model: str = "test:model", places: int = PLACES, deciles: bool = True, seed: int = 0
) -> OptimalImages:
    """Random lists; in L0 H0 M0 the list of sign − has two empty places, and in L0 H0 M1 it has none that is taken."""
    rng = np.random.default_rng(seed)
    lists = (LAYERS, HEADS, MODES, 2, places)
    image = rng.choice(INDICES, lists)
    score = -np.sort(-rng.uniform(0.1, 9, lists).astype(np.float32), axis=-1)
    image[0, 0, 0, 1, -2:] = -1
    image[0, 0, 1, 1] = -1
    score[image < 0] = 0
    maps = quantised("maps", rng.normal(size=(LAYERS, HEADS, MAPPED, 2, places, 2, LAYOUT.n_patches)), np.uint8)
    patches = [np.where(image < 0, -1, rng.integers(0, LAYOUT.n_patches, lists)).astype(np.int16) for _ in range(2)]
    ordinary = (*lists[:4], DECILES)
    sampled = {
        "image": rng.choice(INDICES, ordinary),
        "score": np.sort(rng.uniform(0, 2, ordinary).astype(np.float32), axis=-1),
        **{f"{side}_patch": rng.integers(0, LAYOUT.n_patches, ordinary).astype(np.int16) for side in ("query", "key")},
    }
    return OptimalImages(
        image=image,
        score=score,
        query_patch=patches[0],
        key_patch=patches[1],
        maps=maps,
        deciles=sampled if deciles else {},
        thumbnails={index: picture(index) for index in INDICES.tolist() if index != UNPICTURED},
        names={index: f"{name} {index}" for index in INDICES.tolist()},
        labels={2: f"{name} class", 9: 3},
        paths={},
        halves=_halves(name),
        singular_values=np.broadcast_to(np.linspace(9, 1, MODES), lists[:3]).copy(),
        cosine=COSINE,
        degenerate=np.full(lists[:3], -1, np.int16),
        null=np.zeros(lists[:3], bool),
        stability=np.full(lists[:3], 1e-6),
        layout=LAYOUT,
        by="score",
        n_images=1000,
        n_skipped=0,
        n_sampled=200 if deciles else 0,
        finished=True,
        provenance={"model": model, "fingerprint": "0" * 64, "choices": {}},
    )


def _halves(name: str) -> Halves:
    """All ten best images of L0 H0 M0 +, in both halves, are of one class of 50 images in 500."""
    classes = np.full((LAYERS, HEADS, MODES, 2, 2, 10), -1, np.int32)
    classes[0, 0, 0, 0] = 1
    return Halves(classes, np.array([[450, 50], [450, 50]]), ["another", f"{name} class"])


def picture(seed: int) -> bytes:
    """A picture of noise, 12 x 9 pixels."""
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)).save(stream, "PNG")
    return stream.getvalue()

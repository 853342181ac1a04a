"""A small answer with one of everything: two layers, two heads, three modes, four places, six images."""

import io

import numpy as np
from PIL import Image

from qkwidgets.answers.class_suggestions import Halves
from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.answers.quantise import quantised
from qkwidgets.core.layout import TokenLayout

SHAPE = (2, 2, 3)
GRID = (3, 4)
N_IMAGES, K, N_MAPS = 6, 4, 2


def thumbnail(image: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (32, 24), (40 * image, 100, 200)).save(stream, "PNG")
    return stream.getvalue()


def optimal(name="photograph", model="a model", **changes) -> OptimalImages:
    """Mode L0 H0 M0 prefers the sign -, L0 H1 has a block (M0, M1), and L1 H1 M2 is null; image 5 has no thumbnail."""
    rng = np.random.default_rng(3)
    lists = (*SHAPE, 2, K)
    image = np.argsort(rng.random((*lists[:-1], N_IMAGES)), axis=-1)[..., :K].astype(np.int64)
    score = -np.sort(-rng.random(lists).astype(np.float32) - 0.5, axis=-1)
    score[0, 0, 0, 1] += 2
    image[1, 1, 2], score[1, 1, 2] = -1, 0
    image[1, 0, 0, 0, 2:], score[1, 0, 0, 0, 2:] = -1, 0
    patches = rng.integers(0, GRID[0] * GRID[1], (2, *lists)).astype(np.int16)
    patches[:, image < 0] = -1
    cosine = rng.uniform(-1, 1, SHAPE)
    cosine[1, 1, 2] = np.nan
    degenerate = np.full(SHAPE, -1, dtype=np.int16)
    degenerate[0, 1, :2], degenerate[1, 1, 2] = 0, 0
    maps = rng.standard_normal((2, 2, N_MAPS, 2, K, 2, GRID[0] * GRID[1]))
    deciles = {
        "image": rng.integers(0, N_IMAGES, (*SHAPE, 2, 11)),
        "score": np.sort(rng.random((*SHAPE, 2, 11)).astype(np.float32)),
    }
    deciles |= {side: np.zeros((*SHAPE, 2, 11), dtype=np.int16) for side in ("query_patch", "key_patch")}
    fields = {
        "image": image,
        "score": score,
        "query_patch": patches[0],
        "key_patch": patches[1],
        "singular_values": -np.sort(-rng.random(SHAPE)),
        "cosine": cosine,
        "degenerate": degenerate,
        "null": np.isnan(cosine),
        "stability": np.zeros(SHAPE),
        "maps": quantised("maps", maps, np.uint8),
        "deciles": deciles,
        "halves": Halves(np.zeros((*SHAPE, 2, 2, 3), dtype=np.int32), np.array([[3], [3]]), ["cat"]),
        "names": {i: f"{name} {i}" for i in range(N_IMAGES)},
        "labels": {0: "cat", 1: 7},
        "paths": {5: "nowhere.png"},
        "thumbnails": {i: thumbnail(i) for i in range(N_IMAGES - 1)},
        "layout": TokenLayout(1, 0, 0, GRID),
        "by": "score",
        "n_images": 1234,
        "n_skipped": 0,
        "n_sampled": 6,
        "finished": True,
        "provenance": {"model": model, "k": K},
    }
    return OptimalImages(**(fields | changes))

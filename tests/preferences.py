"""A small preference: two layers, three heads, sums of seven images in forty draws."""

from typing import Any

import numpy as np

from qkwidgets.answers.preference import Preference

N_LAYERS, N_HEADS, N_IMAGES, DRAWS, N_NULL = 2, 3, 7, 40, 2


def images(seed: int = 5, n_images: int = N_IMAGES) -> dict[str, np.ndarray]:
    """Masses `[image layer head 18]` and areas `[image 12]` of some images, each query's three summing to one."""
    rng = np.random.default_rng(seed)
    masses = rng.dirichlet([2, 1, 4], (n_images, N_LAYERS, N_HEADS, 6)).reshape(n_images, N_LAYERS, N_HEADS, 18)
    area = rng.dirichlet([1, 3, 9], (n_images, 2)).repeat(2, axis=1).reshape(n_images, 12)
    area[:, 6:] = rng.dirichlet([1, 3, 9], (n_images, 2)).reshape(n_images, 6)
    area[:, 3:6] = area[:, :3]
    return {"masses": masses, "area": area, "counts": np.vstack([np.ones(n_images), rng.poisson(1, (DRAWS, n_images))])}


def state(known: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the reducer would have kept of these images."""
    n_images = len(known["area"])
    prefix = np.full((n_images, N_LAYERS, N_HEADS, 1), 0.25)
    shares = np.array([[0.1, 0.2, 0.7], [0.3, 0.1, 0.6], [0.2, 0.6, 0.2]])
    null = np.tile(shares, (N_LAYERS, N_NULL, 1, 2)) * n_images
    return {
        "sums": np.einsum("di,ilhv->ldhv", known["counts"], np.concatenate([known["masses"], prefix], axis=-1)),
        "area": known["counts"] @ known["area"],
        "weight": known["counts"].sum(axis=1),
        "skipped": np.array([2.0]),
        "null": null,
        "cosine": np.array([[0.9, 0.5, 0.1], [0.4, -0.2, 0.3]]),
    }


def record(**changes: Any) -> dict[str, Any]:
    """What a sweep would write down."""
    options = {"tokens": "patches", "items": True, "null": N_NULL, "seed": 0, "draws": DRAWS}
    engine = {"skipped": [], "finished": True, "provenance": {"model": "a model"}, "choices": {}}
    return engine | {"options": options | changes.pop("options", {})} | changes


def preference(model: str = "a model", known: dict[str, np.ndarray] | None = None, **changes: Any) -> Preference:
    """The answer to it."""
    return Preference.from_state(state(known or images()), record(provenance={"model": model}, **changes))

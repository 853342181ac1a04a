"""A training of three snapshots, two layers, two heads and three modes."""

import numpy as np

from qkwidgets.answers.training import Training


def training(model: str = "builtin:o3") -> Training:
    rng = np.random.default_rng(0)
    shape = (3, 2, 2, 3)
    means = np.float32([[0.6, 0.4], [0.3, 0.1], [-0.3, 0.1]])
    return Training(
        step=np.array([0, 10, 900]),
        score=np.array([0.1, 0.5, 0.9]),
        singular_values=np.sort(rng.random(shape).astype(np.float32))[..., ::-1].copy(),
        cosine=rng.uniform(-1, 1, shape).astype(np.float32),
        degenerate=np.int16([[[[-1, 0, 0]] * 2] * 2] * 3),
        null=np.zeros(shape, bool),
        head_cosine=np.repeat(means[:, :, None], 2, 2),
        head_band=np.full((3, 2, 2), 0.2, np.float32),
        layer_cosine=means,
        layer_band=np.full((3, 2), 0.15, np.float32),
        mode_band=0.3,
        provenance={"model": model, "objective": "supervised", "score": "share of scenes <found>"},
    )

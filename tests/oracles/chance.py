"""What chance gives, by drawing it: random frames instead of formulas."""

import numpy as np


def frame(rng: np.random.Generator, d_model: int, count: int) -> np.ndarray:
    """`count` orthonormal columns, uniform over all such frames."""
    basis, triangle = np.linalg.qr(rng.standard_normal((d_model, count)))
    return basis * np.sign(np.diag(triangle))


def sampled_sds(rng, d_model: int, p: np.ndarray, draws: int) -> tuple[float, float, float]:
    """Standard deviation of a mode's cosine, of a head's mean, of a layer's mean; `p` holds the weights of its heads as rows."""
    cosines = np.array([[_cosines(rng, d_model, p.shape[1]) for _ in p] for _ in range(draws)])
    heads = (cosines * p).sum(axis=-1)
    return float(cosines.std()), float(heads[:, 0].std()), float(heads.mean(axis=-1).std())


def sampled_subspace_sds(rng, query_basis: np.ndarray, key_basis: np.ndarray, p: np.ndarray, draws: int) -> tuple[float, float]:
    """The same of a mode and of a head when directions are drawn inside two given spaces."""
    count = len(p)
    cosines = np.array(
        [((query_basis @ frame(rng, count, count)) * (key_basis @ frame(rng, count, count))).sum(axis=0) for _ in range(draws)]
    )
    return float(cosines.std()), float((cosines @ p).std())


def _cosines(rng, d_model: int, count: int) -> np.ndarray:
    return (frame(rng, d_model, count) * frame(rng, d_model, count)).sum(axis=0)

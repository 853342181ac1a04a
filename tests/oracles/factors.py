"""Factors the long way: projectors and score matrices written out, with numpy alone. Tokens are `[image, patch, d]`."""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=2)
def projectors(n: int, p: int) -> list[np.ndarray]:
    """Of mean, position, image and residual, over `n * p` tokens."""
    mean_n, mean_p = np.full((n, n), 1 / n), np.full((p, p), 1 / p)
    own_n, own_p = np.eye(n) - mean_n, np.eye(p) - mean_p
    return [np.kron(mean_n, mean_p), np.kron(mean_n, own_p), np.kron(own_n, mean_p), np.kron(own_n, own_p)]


def parts(tokens: np.ndarray) -> list[np.ndarray]:
    """The four parts of all tokens `[image * patch, d]`."""
    n, p, d = tokens.shape
    return [projector @ tokens.reshape(n * p, d) for projector in projectors(n, p)]


def score_matrix(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """All tokens against all, divided by their number."""
    return flat(query) @ flat(key).T / (query.shape[0] * query.shape[1])


def flat(tokens: np.ndarray) -> np.ndarray:
    return tokens.reshape(-1, tokens.shape[-1])


def cell_energies(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Of all sixteen cells, as squared norms of blocks of the whole score matrix."""
    scores, ps = score_matrix(query, key), projectors(*query.shape[:2])
    return np.array([[np.sum((left @ scores @ right) ** 2) for right in ps] for left in ps])


def rows_of(tokens: np.ndarray) -> list[np.ndarray]:
    """The distinct rows of the four parts: one, a row a patch, a row an image, a row a token."""
    mean = tokens.mean((0, 1))
    position, image = tokens.mean(0) - mean, tokens.mean(1) - mean
    residual = tokens - mean - position[None] - image[:, None]
    return [mean[None], position, image, flat(residual)]


def large_cell_energies(query: np.ndarray, key: np.ndarray, step: int = 4000) -> np.ndarray:
    """The same of many tokens: mean squares of the scores between the distinct rows of each part, some rows at a time."""
    found = np.zeros((4, 4))
    for a, left in enumerate(rows_of(query)):
        for b, right in enumerate(rows_of(key)):
            blocks = (left[first : first + step] @ right.T for first in range(0, len(left), step))
            found[a, b] = sum(np.vdot(block, block) for block in blocks) / (len(left) * len(right))
    return found


def within_scores(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Scores of each cell inside each image, `[a b image i j]`."""
    shape = query.shape
    left, right = ([part.reshape(shape) for part in parts(side)] for side in (query, key))
    return np.stack([np.stack([np.einsum("nid,njd->nij", f, g) for g in right]) for f in left])


def richness(values: np.ndarray) -> tuple[float, float, float]:
    """Participation ratio, exponential of the entropy, and stable rank of energies."""
    p = values / values.sum()
    return 1 / np.sum(p**2), float(np.exp(-sum(x * np.log(x) for x in p if x > 0))), 1 / p.max()

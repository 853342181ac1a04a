"""Attention scores and shares of one head the long way: queries times keys, terms as whole matrices, one loop a mode."""

import numpy as np


def scores(x: np.ndarray, W_Q, W_K, b_Q=None, b_K=None, scale: float = 1.0) -> np.ndarray:
    """`scale * q @ k.T` with `q = x @ W_Q + b_Q`, in float64."""
    q = np.asarray(x, dtype=np.float64) @ W_Q + (0 if b_Q is None else b_Q)
    k = np.asarray(x, dtype=np.float64) @ W_K + (0 if b_K is None else b_K)
    return scale * q @ k.T


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows that sum to one."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def mode_terms(x, left, values, right, scale: float) -> list[np.ndarray]:
    """What each mode adds to the score of every pair of tokens: `scale * s_n (x_i.u_n) (v_n.x_j)`."""
    return [scale * value * np.outer(x @ u, x @ v) for u, value, v in zip(left.T, values, right.T, strict=True)]


def visible(scores: np.ndarray) -> np.ndarray:
    """What softmax sees: each row without its mean over the keys."""
    return scores - scores.mean(axis=-1, keepdims=True)


def shares(x, W_Q, W_K, b_Q, left, values, right, scale: float) -> tuple[list[float], list[float], float]:
    """Share and energy of every mode, and the share of the key-only term, by whole matrices."""
    key_only = np.tile(scale * (x @ W_K) @ b_Q, (len(x), 1))
    total = visible(scores(x, W_Q, W_K, b_Q, None, scale))
    norm = np.sum(total * total)
    terms = [visible(term) for term in mode_terms(x, left, values, right, scale)]
    along = [float(np.sum(term * total) / norm) for term in terms]
    energies = [float(np.sum(term * term) / norm) for term in terms]
    return along, energies, float(np.sum(visible(key_only) * total) / norm)


def peak(x, u, value: float, v) -> float:
    """Singular value times the better of the two guarded products of extremes, by trying both signs."""
    best = 0.0
    for sign in (1, -1):
        query, key = max(sign * token @ u for token in x), max(sign * token @ v for token in x)
        if query > 0 and key > 0:
            best = max(best, query * key)
    return value * best

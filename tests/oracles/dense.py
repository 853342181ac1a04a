"""What the modes of a head are, computed the long way: from the whole d_model x d_model interaction, with numpy alone."""

import numpy as np


def interaction(W_Q: np.ndarray, W_K: np.ndarray) -> np.ndarray:
    """`W_Q @ W_K.T` of one head, tokens as rows, in float64."""
    return np.asarray(W_Q, dtype=np.float64) @ np.asarray(W_K, dtype=np.float64).T


def dense_modes(W_Q: np.ndarray, W_K: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Left vectors, singular values, right vectors (columns) of one head; the largest entry of each left one is positive."""
    left, values, right_rows = np.linalg.svd(interaction(W_Q, W_K))
    count = min(np.shape(W_Q))
    left, values, right = left[:, :count], values[:count], right_rows.T[:, :count]
    sign = np.array([1.0 if column[np.argmax(np.abs(column))] > 0 else -1.0 for column in left.T])
    return left * sign, values, right * sign


def dense_weighted_cosine(W_Q: np.ndarray, W_K: np.ndarray) -> float:
    """`sum_n p_n u_n.v_n` of one head, with p the normalised singular values of the whole interaction."""
    left, values, right = dense_modes(W_Q, W_K)
    return sum(value / values.sum() * (u @ v) for u, value, v in zip(left.T, values, right.T, strict=True))


def blocks(values: np.ndarray, tolerance: float = 1e-3, null: float = 1e-6) -> list[int]:
    """Number of the degenerate block of each mode of one head, -1 for a unique one, by going down the list."""
    groups: list[list[int]] = []
    for n, value in enumerate(values):
        is_null = value <= null * values[0]
        before_is_null = n > 0 and values[n - 1] <= null * values[0]
        if n and is_null == before_is_null and (is_null or values[n - 1] - value <= tolerance * values[n - 1]):
            groups[-1].append(n)
        else:
            groups.append([n])
    numbers, count = [-1] * len(values), 0
    for group in groups:
        if len(group) > 1 or values[group[0]] <= null * values[0]:
            for n in group:
                numbers[n] = count
            count += 1
    return numbers


def stability(values: np.ndarray, left_norm: float, right_norm: float, round_off: float) -> list[float]:
    """`eps |W_Q| |W_K| / gap` of each mode of one head: the gap to the nearest other singular value, or to zero."""
    turns = []
    for n, value in enumerate(values):
        others = [abs(value - other) for m, other in enumerate(values) if m != n] + [value]
        turns.append(round_off * left_norm * right_norm / min(others) if min(others) > 0 else np.inf)
    return turns

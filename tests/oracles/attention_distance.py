"""How far attention looks, patch by patch, in plain numpy."""

import numpy as np


def attention_distance(q, k, scale, n_prefix, grid):
    """Of one head of one image, `[token d_head]`: mean distance, shares within 1 and 2, share of other tokens."""
    places = [(row, column) for row in range(grid[0]) for column in range(grid[1])]
    found = []
    for i, (row, column) in enumerate(places):
        score = np.array([scale * (q[n_prefix + i] * key).sum() for key in k])
        weight = np.exp(score - score.max())
        weight /= weight.sum()
        other, weight = weight[:n_prefix].sum(), weight[n_prefix:]
        weight = weight / weight.sum()
        away = sum(w * np.hypot(row - r, column - c) for w, (r, c) in zip(weight, places, strict=True))
        near = [
            sum(w for w, (r, c) in zip(weight, places, strict=True) if max(abs(row - r), abs(column - c)) <= far)
            for far in (1, 2)
        ]
        found.append([away, *near, other])
    return np.mean(found, axis=0)

"""Attention preference the long way: masks, areas and attention of one image at a time, in float64, with numpy alone."""

import numpy as np


def area_pooled(mask: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Mean of a mask over the window of each patch, row by row; windows begin at floor(i n / p) and end at ceil((i + 1) n / p)."""
    height, width = mask.shape
    rows, columns = grid
    pooled = np.empty(grid)
    for i in range(rows):
        for j in range(columns):
            window = mask[
                i * height // rows : -(-(i + 1) * height // rows), j * width // columns : -(-(j + 1) * width // columns)
            ]
            pooled[i, j] = window.mean()
    return pooled.ravel()


def groups(target: np.ndarray, distractors: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Shares of target, distractors and background, from grey masks; pixels of both are target."""
    target = target > 127
    distractors = (distractors > 127) & ~target
    return np.stack([area_pooled(mask.astype(float), grid) for mask in (target, distractors, ~(target | distractors))])


def first_maximum(values: np.ndarray) -> int:
    """Place of the largest value, the first of equals."""
    return next(place for place, value in enumerate(values) if value == max(values))


def softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max())
    return raised / raised.sum()


def masses(
    attention: np.ndarray, shares: np.ndarray, n_prefix: int = 0, without: int | None = None, renormalised: bool = True
) -> np.ndarray:
    """Inner products of one attention map over all tokens with the three masks, once prefix and perhaps one patch are dropped."""
    kept = attention[n_prefix:].copy()
    if without is not None:
        kept[without] = 0
    return shares @ (kept / kept.sum() if renormalised else kept)


def areas(shares: np.ndarray, without: int | None = None) -> np.ndarray:
    """What uniform attention would give."""
    kept = shares if without is None else np.delete(shares, without, axis=1)
    return kept.sum(axis=1) / kept.shape[1]


def preference(
    x: np.ndarray, W_Q: np.ndarray, W_K: np.ndarray, b_Q: np.ndarray, b_K: np.ndarray, scale: float, shares: np.ndarray
) -> dict[str, np.ndarray]:
    """The six masses of each head of one layer, for one image `x [token d_model]`, with every control."""
    n_prefix = len(x) - shares.shape[1]
    asking = [first_maximum(shares[group]) for group in (0, 1)]
    found = {name: np.zeros((len(W_Q), 2, 3)) for name in ("masses", "nonself", "items", "all")}
    for head in range(len(W_Q)):
        scores = scale * (x @ W_Q[head] + b_Q[head]) @ (x @ W_K[head] + b_K[head]).T
        weights = np.stack([softmax(row) for row in scores])
        for group, patch in enumerate(asking):
            row = weights[n_prefix + patch]
            found["masses"][head, group] = masses(row, shares, n_prefix)
            found["nonself"][head, group] = masses(row, shares, n_prefix, without=patch)
            found["all"][head, group] = masses(row, shares, n_prefix, renormalised=False)
            each = np.stack([masses(row, shares, n_prefix) for row in weights[n_prefix:]])
            found["items"][head, group] = shares[group] @ each / shares[group].sum()
    return {name: values.reshape(len(W_Q), 6) for name, values in found.items()}

"""Comparisons of layers and of places, from whole arrays, in plain numpy."""

import numpy as np


def centred(x):
    return x - x.mean(axis=0)


def cka(x, y):
    """Linear CKA of two matrices of the same rows, by their rows' Gram matrices: the other way round than by columns."""
    k, m = (centred(part) @ centred(part).T for part in (x, y))
    return (k * m).sum() / np.sqrt((k * k).sum() * (m * m).sum())


def content(tokens):
    """Tokens `[image patch d]` less each place's mean."""
    return tokens - tokens.mean(axis=0)


def mean_cosine(x, y):
    """Of corresponding tokens."""
    return ((x * y).sum(-1) / np.linalg.norm(x, axis=-1) / np.linalg.norm(y, axis=-1)).mean()


def ranks(values):
    """From 1, ties sharing their mean."""
    return np.array([(values < v - 1e-9).sum() + ((np.abs(values - v) <= 1e-9).sum() + 1) / 2 for v in values])


def distance_spearman(position, grid):
    places = [(r, c) for r in range(grid[0]) for c in range(grid[1])]
    pairs = [(a, b) for a in range(len(places)) for b in range(a)]
    one = np.array([np.linalg.norm(position[a] - position[b]) for a, b in pairs])
    other = np.array([np.hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]) for a, b in pairs])
    return np.corrcoef(ranks(one), ranks(other))[0, 1]


def recall(position, grid):
    """Mean over places of the share of grid neighbours among as many nearest."""
    places = [(r, c) for r in range(grid[0]) for c in range(grid[1])]
    found = []
    for a, (row, column) in enumerate(places):
        near = {b for b, (r, c) in enumerate(places) if abs(r - row) + abs(c - column) == 1}
        order = sorted((np.linalg.norm(position[a] - position[b]), b) for b in range(len(places)) if b != a)
        found.append(len(near & {b for _, b in order[: len(near)]}) / len(near))
    return np.mean(found)


def grid_r2(position, grid, axes=3):
    """R² of row and of column on the first principal components, by least squares with a constant."""
    _, vectors = np.linalg.eigh(centred(position).T @ centred(position))
    known = centred(position) @ vectors[:, ::-1][:, :axes]
    known = np.column_stack([known, np.ones(len(known))])
    places = np.array([(r, c) for r in range(grid[0]) for c in range(grid[1])], float)
    rest = places - known @ np.linalg.lstsq(known, places, rcond=None)[0]
    return 1 - (rest**2).sum(axis=0) / (centred(places) ** 2).sum(axis=0)


def shuffled(tokens, seed):
    """Tokens `[image patch d]` with the patches of each image in an order of its own."""
    rng = np.random.default_rng(seed)
    return np.stack([image[rng.permutation(len(image))] for image in tokens])


def held_out_r2(rows: list[tuple[np.ndarray, np.ndarray]], ridges: list[float]) -> float:
    """R² on the last of three sets of features and targets: fitted on the others, with the ridge that does best from the first to the second."""

    def weights(sets: list[tuple[np.ndarray, np.ndarray]], ridge: float) -> np.ndarray:
        z, wanted = (np.concatenate(each) for each in zip(*sets, strict=True))
        size = np.sqrt(np.square(z).mean(0))
        z = z / size
        return np.linalg.solve(z.T @ z + ridge * len(z) * np.eye(z.shape[1]), z.T @ wanted) / size[:, None]

    def told(z: np.ndarray, truth: np.ndarray, w: np.ndarray) -> float:
        return 1 - np.square(truth - z @ w).sum() / np.square(truth).sum()

    best = max(ridges, key=lambda ridge: told(*rows[1], weights(rows[:1], ridge)))
    return told(*rows[2], weights(rows[:2], best))

"""What modes say about objects, the long way: pair of patches by pair of patches, image by image, with numpy alone."""

import numpy as np

RELATIONS = ("same part", "parts of one object", "two objects", "figure reads ground", "ground reads figure", "within ground")


def means(maps: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Mean of one map `[patch]` over each segment, weighted by area shares `[segment patch]`."""
    return np.array([np.average(maps, weights=row) if row.sum() > 0 else 0.0 for row in shares])


def same_object(query: np.ndarray, key: np.ndarray, shares: np.ndarray, least: float = 0.5) -> tuple[int, int]:
    """Numbers of the objects, rows of `shares` from 1 on, that the maps of one mode in one image point at; -1 for none."""
    found = []
    for maps in (query, key):
        best, largest = -1, -np.inf
        for number in range(1, len(shares)):
            if shares[number].sum() >= least and means(maps, shares)[number] > largest:
                best, largest = number, means(maps, shares)[number]
        found.append(best)
    return found[0], found[1]


def table(query: np.ndarray, key: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Mean visible contribution of key segment (column) to query segment (row), over all pairs of patches by area shares."""
    t = np.outer(query, key)
    t = t - t.mean(axis=1, keepdims=True)  # what softmax sees of each row
    found = np.zeros((len(shares), len(shares)))
    for a, row in enumerate(shares):
        for b, column in enumerate(shares):
            weights = np.outer(row, column)
            found[a, b] = (weights * t).sum() / weights.sum() if weights.sum() > 0 else 0.0
    return found


def relations(query: np.ndarray, key: np.ndarray, shares: np.ndarray, parts: list[tuple[int, np.ndarray]]) -> np.ndarray:
    """Mean contribution by relation in units of the mode's root mean square; `parts` are (row of the object, shares), complete."""
    t = np.outer(query / np.sqrt(np.mean(query**2)), (key - key.mean()) / np.std(key))
    owners = [(None, shares[0])] + [(object_, part) for object_, part in parts]
    weight, total = np.zeros(len(RELATIONS)), np.zeros(len(RELATIONS))
    for a, (owner_a, row) in enumerate(owners):
        for b, (owner_b, column) in enumerate(owners):
            if owner_a is None or owner_b is None:
                place = 5 if owner_a is owner_b else 4 if owner_a is None else 3
            else:
                place = 0 if a == b else 1 if owner_a == owner_b else 2
            pairs = np.outer(row, column)
            weight[place] += pairs.sum()
            total[place] += (pairs * t).sum()
    with np.errstate(invalid="ignore"):
        return np.where(weight >= 1, total / np.where(weight > 0, weight, 1), np.nan)


def moved(shares: np.ndarray, grid: tuple[int, int], shift: tuple[int, int], flip: tuple[int, int]) -> np.ndarray:
    """Segments mirrored, then moved over a torus."""
    pictures = shares.reshape(-1, *grid)
    for axis in (0, 1):
        if flip[axis]:
            pictures = np.flip(pictures, axis=1 + axis)
    return np.roll(pictures, shift, axis=(1, 2)).reshape(shares.shape)


def adjusted(values: np.ndarray) -> np.ndarray:
    """p-values of draw 0 against the largest of all tests in each draw, `[draw test]`: differences in standard deviations."""
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    found = []
    for test in range(values.shape[1]):
        found.append(sum(z[draw].max() >= z[0, test] - 1e-12 for draw in range(len(z))) / len(z))
    return np.array(found)


def pair_cosine(vectors: np.ndarray) -> float:
    """Mean cosine of all pairs of different rows."""
    unit = [vector / np.linalg.norm(vector) for vector in vectors]
    cosines = [unit[i] @ unit[j] for i in range(len(unit)) for j in range(len(unit)) if i != j]
    return float(np.mean(cosines))

"""Does a class of images stand out among the best images of a mode? Tails of the hypergeometric distribution, and Holm's correction.

Of `n_images` images `n_class` have a class. If labels tell nothing of scores, the number of them among the `n_top` best follows the
hypergeometric distribution. The class is chosen on one half of the images and tested on the other, so choosing costs nothing.

Holm's correction holds the chance of even one false suggestion below the level however the tests depend on each other, and they
do: modes of one model see the same images. The Benjamini-Hochberg correction would find more, but bounds only the share of false ones
among many, and a suggestion is read one mode at a time.

Source: Holm. "A simple sequentially rejective multiple test procedure". Scandinavian Journal of Statistics 1979. numpy alone.
"""

import numpy as np
from jaxtyping import Float, Int

PAIRS_AT_ONCE = 2**22
"""Pairs of places compared at once."""


def tail(
    hits: Int[np.ndarray, "*test"], n_top: Int[np.ndarray, "*#test"], n_class: Int[np.ndarray, "*#test"], n_images: int
) -> Float[np.ndarray, "*test"]:
    """Probability of at least so many hits by chance: `n_top` images drawn from `n_images`, of which `n_class` would be hits.

    Examples
    --------
    >>> tail(np.array([0, 1, 2]), np.array([2]), np.array([2]), 4).round(6).tolist()
    [1.0, 0.833333, 0.166667]
    """
    hits, n_top, n_class = np.broadcast_arrays(hits, n_top, n_class)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n_images + 1)))])  # of the factorials

    def log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
        possible = (k >= 0) & (k <= n)
        k = np.where(possible, k, 0)
        return np.where(possible, logs[n] - logs[k] - logs[n - k], -np.inf)

    total = np.zeros(hits.shape)
    for more in range(int(n_top.max(initial=0)) + 1):
        count = hits + more
        terms = log_choose(n_class, count) + log_choose(n_images - n_class, n_top - count) - log_choose(np.array(n_images), n_top)
        total += np.exp(terms)
    return np.where(hits > 0, total.clip(0, 1), 1.0)


def holm(p: Float[np.ndarray, " test"]) -> Float[np.ndarray, " test"]:
    """Adjusted p-values: those up to a level are the tests that Holm's procedure rejects at that level.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = stepped.clip(max=1.0)
    return adjusted


def chosen_class(
    classes: Int[np.ndarray, "list place"], n_class: Int[np.ndarray, " class"], n_images: int
) -> Int[np.ndarray, " list"]:
    """The class of each list that stands out most from its share of the images; -1 for a list without classes.

    Parameters
    ----------
    classes
        Class of each image of a list; -1 where there is none.
    n_class
        Images of each class in the whole half.
    n_images
        Images in the whole half.

    Examples
    --------
    >>> chosen_class(np.array([[0, 0, 1, 1], [-1, -1, -1, -1]]), np.array([50, 4]), 100).tolist()
    [1, -1]
    """
    n_lists, n_places = classes.shape
    step = max(1, PAIRS_AT_ONCE // max(1, n_places) ** 2)
    found = np.empty(n_lists, dtype=classes.dtype)
    for start in range(0, n_lists, step):
        some = slice(start, start + step)
        found[some] = _chosen(classes[some], n_class, n_images)
    return found


def _chosen(classes: np.ndarray, n_class: np.ndarray, n_images: int) -> np.ndarray:
    filled = (classes >= 0).sum(axis=1)
    hits = (classes[:, :, None] == classes[:, None, :]).sum(axis=2)
    p = tail(hits, filled[:, None], n_class[classes], n_images)
    p = np.where(classes >= 0, p, np.inf)
    first = p.argmin(axis=1)
    return np.where(filled > 0, classes[np.arange(len(classes)), first], -1)

"""Optimal images the long way: every score of every image, then a sort, one mode at a time, with numpy alone."""

import math

import numpy as np


def guarded_score(query: np.ndarray, key: np.ndarray, sign: int) -> float:
    """The product of the largest query and the largest key value of one image, each counted from zero up."""
    return max((sign * query).max(), 0.0) * max((sign * key).max(), 0.0)


def ranked(scores: np.ndarray, k: int) -> list[int]:
    """The images of the k largest scores above zero, of equal ones the first."""
    order = sorted(range(len(scores)), key=lambda image: (-scores[image], image))
    return [image for image in order[:k] if scores[image] > 0]


def splitmix(index: int) -> int:
    """splitmix64's output for a counter, as a signed number."""
    mask = 2**64 - 1
    z = (index + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    z ^= z >> 31
    return z - 2**64 if z >= 2**63 else z


def hypergeometric_tail(hits: int, n_top: int, n_class: int, n_images: int) -> float:
    """Probability of at least so many hits among `n_top` images drawn without putting back, in whole numbers."""
    ways = sum(math.comb(n_class, i) * math.comb(n_images - n_class, n_top - i) for i in range(hits, min(n_top, n_class) + 1))
    return ways / math.comb(n_images, n_top)


def holm_rejects(p: list[float], level: float) -> set[int]:
    """Which tests Holm's procedure rejects, by going down the list until one stays."""
    rejected: set[int] = set()
    for step, test in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        if p[test] > level / (len(p) - step):
            break
        rejected.add(test)
    return rejected

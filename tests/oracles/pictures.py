"""Ranges, signs and colours of maps, one map at a time."""

import numpy as np


def signed_range(maps: np.ndarray) -> float:
    """99th percentile of the magnitude of one mode's maps over all images."""
    return float(np.percentile(np.abs(maps), 99))


def percentile_picture(values: np.ndarray) -> np.ndarray:
    """A map between its own 30th and 95th percentile, as 0 to 1; empty where they are equal."""
    low, high = np.percentile(values, [30, 95])
    return np.zeros_like(values) if high == low else np.clip((values - low) / (high - low), 0, 1)


def best_pair(query: np.ndarray, key: np.ndarray) -> float:
    """The largest product of any patch's query value and any patch's key value."""
    return max(a * b for a in query for b in key)


def guarded(query: np.ndarray, key: np.ndarray) -> float:
    """Product of the two maxima, or nothing where one of them is below zero."""
    return max(query.max(), 0.0) * max(key.max(), 0.0)


def preferred_sign(query: np.ndarray, key: np.ndarray) -> int:
    """The sign whose best image scores higher, for one mode's maps [image, patch]; + on a tie."""
    plus = max(guarded(a, b) for a, b in zip(query, key, strict=True))
    minus = max(guarded(-a, -b) for a, b in zip(query, key, strict=True))
    return -1 if minus > plus else 1

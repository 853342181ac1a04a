"""Masks on a patch grid, window by window, as adaptive average pooling is defined."""

import math

import numpy as np


def pooled(mask: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """Mean of a mask [height, width] in each window of a grid [row, column], in float64."""
    height, width = mask.shape
    out = np.zeros(grid)
    for i in range(grid[0]):
        for j in range(grid[1]):
            rows = slice(math.floor(i * height / grid[0]), math.ceil((i + 1) * height / grid[0]))
            columns = slice(math.floor(j * width / grid[1]), math.ceil((j + 1) * width / grid[1]))
            out[i, j] = mask[rows, columns].astype(float).mean()
    return out


def in_outline(x: float, y: float, outline: list[tuple[float, float]]) -> bool:
    """Whether a place lies inside an outline: a ray to the right crosses it an odd number of times."""
    crossings = 0
    for (x0, y0), (x1, y1) in zip(outline, [*outline[1:], outline[0]], strict=True):
        if (y0 > y) != (y1 > y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) > x:
            crossings += 1
    return crossings % 2 == 1


def run_lengths(mask: np.ndarray) -> list[int]:
    """Lengths of the runs of no and yes in turn, column by column, the first of no."""
    lengths, now = [0], False
    for pixel in mask.T.ravel().tolist():
        if pixel != now:
            lengths.append(0)
            now = pixel
        lengths[-1] += 1
    return lengths


def compressed(lengths: list[int]) -> str:
    """Run lengths in the letters of COCO: differences to the length before the last, five bits a letter, low bits first."""
    letters = ""
    for i, length in enumerate(lengths):
        value = length - (lengths[i - 2] if i > 2 else 0)
        more = True
        while more:
            bits = value & 31
            value >>= 5
            more = value != (-1 if bits & 16 else 0)
            letters += chr(48 + bits + (32 if more else 0))
    return letters

"""How much of each patch does each object cover? The masks of a picture on the patch grid of a model, ground included.

A mask is never resized as a grey picture: every pixel belongs to one object or to the ground, pixels are counted, and a
patch is given the share that an object has of its window. Windows are those of `torch.nn.functional.interpolate(mode="area")`
(adaptive average pooling): where pixels do not divide by patches, neighbouring windows share a row or a column.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32, Int, Int16, Integer, UInt16

Box = tuple[int, int, int, int]
"""Left, top, right and bottom border in pixels; what lies outside of the picture is neither object nor ground."""


class Regions(NamedTuple):
    """The area shares of ground, objects and parts of objects in each patch, row by row.

    Attributes
    ----------
    shares
        Ground in row 0, object k in row k. The rows of one patch sum to 1 less the share of what is ignored.
    target
        The row of the odd object, -1 where there is none.
    part_shares
        Parts sorted by object, then by their own number; no rows where no parts are known.
    part_object
        The row of `shares` that a part belongs to.
    """

    shares: Float32[np.ndarray, "region patch"]
    target: int
    part_shares: Float32[np.ndarray, "part patch"]
    part_object: Int16[np.ndarray, " part"]


def regions(
    objects: UInt16[np.ndarray, "height width"],
    n_objects: int,
    grid: tuple[int, int],
    *,
    target: int | None = None,
    parts: UInt16[np.ndarray, "height width"] | None = None,
    ignored: Bool[np.ndarray, "height width"] | None = None,
    box: Box | None = None,
) -> Regions:
    """Area shares of ground, objects and parts in the patches of a grid.

    Parameters
    ----------
    objects
        0 for the ground, 1 to `n_objects` for the objects.
    grid
        Rows and columns of patches.
    target
        The number of the odd object.
    parts
        The number of the part inside its object, 0 for none.
    ignored
        Pixels that count as nothing, not even as ground.
    box
        The part of the picture that the grid covers; all of it by default.

    Examples
    --------
    >>> objects = np.zeros((8, 8), np.uint16)
    >>> objects[:4, :6] = 1
    >>> regions(objects, 1, (2, 2)).shares
    array([[0. , 0.5, 1. , 1. ],
           [1. , 0.5, 0. , 0. ]], dtype=float32)
    """
    per_object = 1 if parts is None else int(parts.max(initial=0)) + 1
    codes = objects.astype(np.intp) * per_object
    if parts is not None:
        codes += parts
    n_codes = (n_objects + 1) * per_object
    if ignored is not None:
        codes[ignored] = n_codes
    if box is not None:
        codes = _cut(codes, box, n_codes)
    counted = _window_counts(codes, n_codes + 1, grid)[:n_codes].reshape(n_objects + 1, per_object, -1)
    area = _window_sides(codes.shape[0], grid[0])[:, None], _window_sides(codes.shape[1], grid[1])[None]
    known = np.argwhere((counted.sum(2) > 0)[1:, 1:]) + 1
    return Regions(
        _shares(counted.sum(1), area, grid),
        -1 if target is None else target,
        _shares(counted[known[:, 0], known[:, 1]], area, grid),
        known[:, 0].astype(np.int16),
    )


def pixels_seen(
    labels: Integer[np.ndarray, "height width"], box: Box, size: tuple[int, int], nothing: int
) -> Integer[np.ndarray, "seen_height seen_width"]:
    """The label in the middle of each pixel of a box that is shown at another size; `nothing` outside of the picture.

    Examples
    --------
    >>> pixels_seen(np.array([[1, 2], [3, 4]]), (0, 0, 4, 2), (2, 4), 255)
    array([[  1,   2, 255, 255],
           [  3,   4, 255, 255]])
    """
    left, top, right, bottom = box
    height, width = labels.shape
    y = np.floor(top + (np.arange(size[0]) + 0.5) * (bottom - top) / size[0]).astype(int)
    x = np.floor(left + (np.arange(size[1]) + 0.5) * (right - left) / size[1]).astype(int)
    inside = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))
    return np.where(inside, labels[y.clip(0, height - 1)[:, None], x.clip(0, width - 1)[None]], nothing)


def _shares(counted: Int[np.ndarray, "region patch"], area: tuple[np.ndarray, np.ndarray], grid: tuple[int, int]) -> np.ndarray:
    """Counts over window areas; divided by one side after the other, in float32, which gives torch's own bits."""
    by_grid = counted.reshape(-1, *grid).astype(np.float32)
    return (by_grid / area[0] / area[1]).reshape(counted.shape)


def _cut(codes: np.ndarray, box: Box, nothing: int) -> np.ndarray:
    """The pixels inside the box, and `nothing` where it is larger than the picture."""
    left, top, right, bottom = box
    cut = np.full((bottom - top, right - left), nothing)
    inside = codes[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    row, column = max(-top, 0), max(-left, 0)
    cut[row : row + inside.shape[0], column : column + inside.shape[1]] = inside[: cut.shape[0] - row, : cut.shape[1] - column]
    return cut


def _windows(pixels: int, patches: int) -> tuple[np.ndarray, np.ndarray]:
    """First pixel of each patch's window and the first one after it."""
    patch = np.arange(patches)
    return patch * pixels // patches, -(-(patch + 1) * pixels // patches)


def _window_sides(pixels: int, patches: int) -> np.ndarray:
    first, after = _windows(pixels, patches)
    return (after - first).astype(np.float32)


def _window_counts(codes: np.ndarray, n_codes: int, grid: tuple[int, int]) -> Int[np.ndarray, "code patch"]:
    """How many pixels of each code lie in each window.

    Borders of all windows cut the picture into fine cells, one for each pixel, so that all codes are counted in one pass.
    """
    (rows, row_of), (columns, column_of) = (_fine_cells(n, patches) for n, patches in zip(codes.shape, grid, strict=True))
    cell = (row_of[:, None] * columns.shape[1] + column_of) * n_codes
    cell += codes
    fine = np.bincount(cell.ravel(), minlength=rows.shape[1] * columns.shape[1] * n_codes)
    fine = fine.reshape(rows.shape[1], columns.shape[1], n_codes).transpose(2, 0, 1)
    return np.matmul(np.matmul(rows, fine), columns.T).reshape(n_codes, -1)


def _fine_cells(pixels: int, patches: int) -> tuple[np.ndarray, np.ndarray]:
    """Which fine cells make up each window, as ones and zeros [window, cell], and the cell of each pixel."""
    first, after = _windows(pixels, patches)
    border = np.unique(np.concatenate([first, after]))
    start = border[:-1]
    within = (start >= first[:, None]) & (start < after[:, None])
    return within.astype(np.int64), np.searchsorted(border, np.arange(pixels), side="right") - 1

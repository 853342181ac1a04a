"""Where do the items of a scene lie? On a jittered grid, on a ring, scattered, or in a full array.

Lengths are *cells* of an 8 x 8 grid over the image, the patch grid of the built-in model. Centres stay in the middle quarter of
a cell, so that one patch clearly holds the target, and out of the rim cells, so that no item is cut. An array, as in the P3
data set, is the exception: it fills the image with as many equal rows as its items need, wherever they come to lie.
"""

import numpy as np
from jaxtyping import Float

ARRANGEMENTS = ("grid", "scatter", "ring", "array")

SIDE = 8  # cells
SLACK = 0.12  # cells between a centre and the middle of its cell, at most
NEAREST = 1.7  # cells between two centres, at least
APART = 2.3  # likewise, for items whose parts must be told apart
GAP = 0.14  # cells between two items, at least
LARGEST = 0.72  # cells: radius of the largest item
TRIES = 16
MOST_ON_A_RING = 8  # of scenes that choose their arrangement themselves
ARRAY_FILL, ARRAY_JITTER = 0.94, 0.05  # of the image's side; of the distance between neighbours


def places(
    rng: np.random.Generator, n: int, nearest: float = NEAREST, arrangement: tuple[str, ...] | None = None
) -> tuple[Float[np.ndarray, "item 2"], str]:
    """Centres of the items, and the arrangement: the first try with enough room between them, or the roomiest.

    Parameters
    ----------
    arrangement
        Of which of `ARRANGEMENTS` to draw; of all but the array by default, and no ring of more than eight.

    Examples
    --------
    >>> centre, arrangement = places(np.random.default_rng(0), 49, arrangement=("array",))
    >>> centre.shape, arrangement
    ((49, 2), 'array')
    """
    kinds = arrangement or (ARRANGEMENTS[:3] if n <= MOST_ON_A_RING else ARRANGEMENTS[:2])
    kind = kinds[rng.integers(len(kinds))]
    if kind == "array":
        return _array(rng, n), kind
    best, best_room = None, -1.0
    for _ in range(TRIES):
        centre = _inside_cells(DRAWN[kind](rng, n))
        room = distances(centre).min()
        if room > best_room:
            best, best_room = centre, room
        if room >= nearest:
            break
    return best, kind


def array_shape(n: int) -> tuple[int, int] | None:
    """Rows and columns of a full array of so many items, nearest to a square, or None if it would be twice as wide as high.

    Examples
    --------
    >>> array_shape(49), array_shape(12), array_shape(13)
    ((7, 7), (3, 4), None)
    """
    rows = next(rows for rows in range(int(np.sqrt(n)), 0, -1) if n % rows == 0)
    return (rows, n // rows) if n // rows < 2 * rows else None


def largest_radius(centre: np.ndarray, extent: np.ndarray, scale: np.ndarray) -> float:
    """Radius for scale 1 at which no two items meet and none leaves the image or grows too large.

    Examples
    --------
    >>> centre = np.array([[3.0, 4.0], [5.0, 4.0]])
    >>> largest_radius(centre, extent=np.array([1.5, 1.5]), scale=np.ones(2)).round(2)
    np.float64(0.62)
    """
    apart = (distances(centre) - GAP) / (extent[:, None] + extent[None])
    border = (np.minimum(centre, SIDE - centre).min(1) - GAP / 2) / extent
    return min(apart.min(), border.min(), LARGEST / scale.max())


def distances(points: np.ndarray) -> np.ndarray:
    """Distances between all pairs, infinite on the diagonal.

    Examples
    --------
    >>> distances(np.array([[0.0, 0.0], [3.0, 4.0]]))
    array([[inf,  5.],
           [ 5., inf]])
    """
    x, y = points.T
    apart = np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    np.fill_diagonal(apart, np.inf)
    return apart


def _inside_cells(points: np.ndarray) -> np.ndarray:
    """Push points off the borders of cells and out of the rim."""
    cell = np.clip(np.floor(points), 1, 6) + 0.5
    return cell + np.clip(points - cell, -SLACK, SLACK)


def _grid(rng: np.random.Generator, n: int) -> np.ndarray:
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    pitch = rng.uniform(0.9, 1, 2) * np.minimum(5.4 / (np.array([columns, rows]) - 1), 2.7)
    chosen = rng.permutation(columns * rows)[:n]
    steps = np.stack([chosen % columns - (columns - 1) / 2, chosen // columns - (rows - 1) / 2], 1) * pitch
    if rng.random() < 0.5:
        steps = steps[:, ::-1]
    free = 2.7 - np.abs(steps).max(0)
    return 4 + steps + rng.uniform(-1, 1, 2) * free + rng.uniform(-0.15, 0.15, (n, 2))


def _ring(rng: np.random.Generator, n: int) -> np.ndarray:
    turn = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(n) / n
    reach = rng.uniform(np.clip(0.3 * n, 1.6, 2.75), 2.75)
    return 4 + reach * np.stack([np.cos(turn), np.sin(turn)], 1) + rng.uniform(-1, 1, 2) * (2.75 - reach)


def _scatter(rng: np.random.Generator, n: int) -> np.ndarray:
    """The first points of a random sequence that keep their distance from all earlier ones."""
    points = _inside_cells(rng.uniform(1.23, 6.77, (64, 2)))
    apart = distances(points)
    wanted = min(2.5, 6 / np.sqrt(n))
    np.fill_diagonal(apart, 0)
    room, chosen = apart[0], [0]
    while len(chosen) < n:
        roomy = room >= wanted
        chosen.append(int(roomy.argmax() if roomy.any() else room.argmax()))
        room = np.minimum(room, apart[chosen[-1]])
    return points[chosen]


def _array(rng: np.random.Generator, n: int) -> np.ndarray:
    rows, columns = array_shape(n) or (1, n)
    pitch = ARRAY_FILL * SIDE / columns
    row, column = np.divmod(np.arange(n), columns)
    steps = np.stack([column - (columns - 1) / 2, row - (rows - 1) / 2], 1) * pitch
    return SIDE / 2 + steps + pitch * rng.uniform(-ARRAY_JITTER, ARRAY_JITTER, (n, 2))


DRAWN = {"grid": _grid, "ring": _ring, "scatter": _scatter}

"""Everything about one head on all images: projections of every token, bias terms, and how to draw them.

A tile goes to the browser as safetensors bytes, in the words of `qkwidgets.answers.quantise`. Its arrays, with axes:

* `query`, `key` [image, mode, token]: projections of all tokens on the first modes' left and right singular vectors;
* `bias_key`, `bias_query` [image, token] and `constant` [1]: the bias terms of the score, scale included;
* `sign` [mode]: +1 or -1, the sign of the mode that scores higher on these images;
* `range` [side, mode]: where the signed scale of its maps ends (side 0 query, 1 key);
* `rows` [image, row, token]: full scores of the query tokens of `TokenLayout.probe_tokens`.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from qkwidgets.answers.file import to_bytes
from qkwidgets.answers.quantise import Arrays, restored, rounding_bound
from qkwidgets.core.errors import InputError

MODE_AXIS = {"query": 1, "key": 1, "sign": 0, "range": 1}
"""Which axis of an array, after layer and head, counts modes."""

IMAGE_AXIS = {"query": 0, "key": 0, "bias_key": 0, "bias_query": 0, "rows": 0}
"""Which axis of an array, after layer and head, counts images."""


@dataclass(frozen=True, eq=False)
class HeadTile:
    """One head on all images, exact or quantised; `singular_values` and `scale` are those of the head, of all its modes."""

    arrays: Arrays
    singular_values: Float32[np.ndarray, " mode"]
    scale: float

    @property
    def n_modes(self) -> int:
        """How many modes the tile holds; the head may have more."""
        return self.arrays["query"].shape[1]

    @property
    def query(self) -> Float32[np.ndarray, "image mode token"]:
        return restored(self.arrays, "query")

    @property
    def key(self) -> Float32[np.ndarray, "image mode token"]:
        return restored(self.arrays, "key")

    def bound(self, name: str) -> Float32[np.ndarray, "..."]:
        """By how much the values of an array can be wrong through rounding: zeros where they are exact."""
        return rounding_bound(self.arrays, name)

    def scores(self, image: int) -> Float32[np.ndarray, "query_token key_token"]:
        """The scores of one image before softmax, from modes and bias terms.

        Raises
        ------
        InputError
            If the tile does not hold all modes of its head: a sum of some would be taken for the score.
        """
        if self.n_modes < len(self.singular_values):
            raise InputError(
                f"Scores need all {len(self.singular_values)} modes of the head: only {self.n_modes} are here. The view was "
                "thinned when it was saved. Take the scores from the model, or save all modes."
            )
        loud = self.scale * self.singular_values[:, None] * self.query[image]
        bias_key, bias_query = (restored(self.arrays, name)[image] for name in ("bias_key", "bias_query"))
        return loud.T @ self.key[image] + bias_key[None, :] + bias_query[:, None] + self.arrays["constant"][0]

    def to_bytes(self) -> bytes:
        """The arrays as safetensors bytes."""
        return to_bytes(self.arrays)


def kept(arrays: Arrays, axes: dict[str, int], count: int, leading: int = 0) -> Arrays:
    """The arrays with only the first `count` entries along the named axes, after `leading` axes of other kinds.

    Examples
    --------
    >>> import numpy as np
    >>> kept({"query": np.zeros((2, 8, 65)), "query.lo": np.zeros((2, 8))}, MODE_AXIS, 3)["query.lo"].shape
    (2, 3)
    """

    def cut(name: str, array: np.ndarray) -> np.ndarray:
        axis = axes.get(name.removesuffix(".lo").removesuffix(".step"))
        return array if axis is None else array[(slice(None),) * (axis + leading) + (slice(count),)]

    return {name: cut(name, array) for name, array in arrays.items()}

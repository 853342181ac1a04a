"""What does every mode carry between the objects of one image? Two lists of means for each mode, whose products are the table.

`table[a, b]` is the mean visible contribution, in score units, of a query patch in segment a and a key patch in segment b: key to query.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from jaxtyping import Float32, Int16, UInt8

from qkwidgets.answers.quantise import Arrays


@dataclass(frozen=True, eq=False, repr=False)
class ImageTables:
    """One image, its segments, and what all modes carry between them.

    Attributes
    ----------
    names
        Of the rows: ground first, then the objects; `part_names` of the parts.
    part_object
        Row of the object that each part belongs to.
    query, key
        Means of both maps over each row's patches: the query's in score units, the key's centred. `part_query`, `part_key` likewise.
    area, part_area
        Of each row, in patches.
    object_map, part_map
        The row of each pixel (255: nothing; 0 in `part_map`: no part, part i is i + 1), in the picture as the model sees it.
    picture, mime
        That picture, encoded.
    """

    index: int
    name: str
    source: str | None
    licence: str | None
    mime: str
    names: tuple[str, ...]
    part_names: tuple[str, ...]
    picture: UInt8[np.ndarray, " byte"]
    object_map: UInt8[np.ndarray, "height width"]
    part_map: UInt8[np.ndarray, "height width"]
    part_object: Int16[np.ndarray, " part"]
    area: Float32[np.ndarray, " row"]
    part_area: Float32[np.ndarray, " part"]
    query: Float32[np.ndarray, "layer head mode row"]
    key: Float32[np.ndarray, "layer head mode row"]
    part_query: Float32[np.ndarray, "layer head mode part"]
    part_key: Float32[np.ndarray, "layer head mode part"]

    def __repr__(self) -> str:
        return f"ImageTables({self.name!r}, {len(self.names) - 1} objects)"

    @property
    def table(self) -> Float32[np.ndarray, "layer head mode row row"]:
        """Of all modes: rows are queries, columns keys."""
        return self.query[..., :, None] * self.key[..., None, :]

    @property
    def part_table(self) -> Float32[np.ndarray, "layer head mode part part"]:
        """The same between parts; empty where none are known."""
        return self.part_query[..., :, None] * self.part_key[..., None, :]

    def relation(self, query: int, key: int) -> int:
        """Number of the type of what goes from row `key` to row `query` of the objects' table."""
        return object_relation(query, key)

    def part_relation(self, query: int, key: int) -> int:
        """The same of the parts' table."""
        if query == key:
            return 0
        return 1 if self.part_object[query] == self.part_object[key] else 2

    def to_parts(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and JSON record."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        return arrays, {name: value for name, value in values.items() if name not in arrays}

    @classmethod
    def from_parts(cls, arrays: Arrays, record: dict[str, Any]) -> Self:
        """What `to_parts` took apart."""
        return cls(
            **arrays, **{name: tuple(value) if name in ("names", "part_names") else value for name, value in record.items()}
        )


def object_relation(query: int, key: int) -> int:
    """Number of the type of what goes from one row to another of a table of objects, ground being row 0.

    Examples
    --------
    >>> [object_relation(*pair) for pair in ((1, 1), (1, 2), (1, 0), (0, 1), (0, 0))]
    [0, 2, 3, 4, 5]
    """
    if query and key:
        return 0 if query == key else 2
    return 5 if query == key else 3 if query else 4

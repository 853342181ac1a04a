"""The address of one mode: layer, head and mode, counted from zero, printed "L8 H7 M2" as in the paper."""

import re
from dataclasses import dataclass
from numbers import Integral

from qkwidgets.core.errors import InputError

_ADDRESS = re.compile(r"\s*L(\d+)[\s,]*H(\d+)[\s,]*M(\d+)\s*", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class ModeIndex:
    """Layer, head and mode, each counted from zero; modes by descending singular value.

    Examples
    --------
    >>> index = ModeIndex(8, 7, 2)
    >>> str(index)
    'L8 H7 M2'
    >>> ModeIndex.parse("l8 h7 m2") == index
    True
    >>> layer, head, mode = index
    """

    layer: int
    head: int
    mode: int

    def __str__(self) -> str:
        return f"L{self.layer} H{self.head} M{self.mode}"

    def __iter__(self):
        return iter((self.layer, self.head, self.mode))

    @classmethod
    def parse(cls, address: "ModeIndex | str | tuple[int, int, int]") -> "ModeIndex":
        """The index that a `ModeIndex`, a text such as "L8 H7 M2" or three numbers stand for.

        Raises
        ------
        InputError
            If it is none of these.

        Examples
        --------
        >>> ModeIndex.parse((1, 2, 3))
        ModeIndex(layer=1, head=2, mode=3)
        """
        if isinstance(address, cls):
            return address
        if isinstance(address, str) and (match := _ADDRESS.fullmatch(address)):
            return cls(*map(int, match.groups()))
        if isinstance(address, tuple | list) and len(address) == 3 and all(isinstance(n, Integral) for n in address):
            return cls(*map(int, address))
        raise InputError(
            f'A mode is named by its layer, head and mode, such as "L8 H7 M2" or ModeIndex(8, 7, 2): got {address!r}. '
            "All three count from zero. Write all three, in this order."
        )

"""Which token is what: CLS, distillation, registers, then patches row by row.

`TokenLayout` is the only place that knows the order, and `to_grid` the only reshape from tokens to a picture.
"""

from dataclasses import dataclass
from typing import Any

from qkwidgets.core.errors import InputError


@dataclass(frozen=True)
class TokenLayout:
    """How many prefix tokens of each kind precede the patches, and the patch grid (rows, columns).

    Examples
    --------
    >>> layout = TokenLayout(n_cls=1, n_registers=4, grid=(16, 16))
    >>> layout.n_prefix, layout.n_patches, layout.n_tokens
    (5, 256, 261)
    >>> layout.patches
    slice(5, 261, None)
    >>> layout.name(0), layout.name(5 + 17)
    ('CLS', 'patch r1 c1')
    """

    n_cls: int = 1
    n_distill: int = 0
    n_registers: int = 0
    grid: tuple[int, int] = (8, 8)

    @property
    def n_prefix(self) -> int:
        return self.n_cls + self.n_distill + self.n_registers

    @property
    def n_patches(self) -> int:
        return self.grid[0] * self.grid[1]

    @property
    def n_tokens(self) -> int:
        return self.n_prefix + self.n_patches

    @property
    def patches(self) -> slice:
        return slice(self.n_prefix, self.n_tokens)

    @property
    def prefix_names(self) -> tuple[str, ...]:
        kinds = (("CLS", self.n_cls), ("DIST", self.n_distill), ("REG", self.n_registers))
        return tuple(kind if count == 1 else f"{kind}{i}" for kind, count in kinds for i in range(count))

    def name(self, token: int) -> str:
        """The token's name: "CLS", "REG2", or a patch by its row and column."""
        if token < self.n_prefix:
            return self.prefix_names[token]
        row, column = divmod(token - self.n_prefix, self.grid[1])
        return f"patch r{row} c{column}"

    def token(self, patch: tuple[int, int]) -> int:
        """The token of the patch at (row, column)."""
        return self.n_prefix + patch[0] * self.grid[1] + patch[1]

    def to_grid(self, values: Any) -> Any:
        """Values of all tokens, or of the patches alone, as a picture: `[..., token] -> [..., grid_h, grid_w]`.

        Takes a numpy array or a tensor; prefix tokens are dropped.

        Raises
        ------
        InputError
            If the last axis holds neither all tokens nor all patches.
        """
        count = values.shape[-1]
        if count == self.n_tokens:
            values = values[..., self.patches]
        elif count != self.n_patches:
            raise InputError(
                f"The last axis must hold {self.n_tokens} tokens or {self.n_patches} patches: got {count}. "
                "The values probably belong to another model or image size. Use the layout of the model they came from."
            )
        return values.reshape(*values.shape[:-1], *self.grid)

    def probe_tokens(self) -> tuple[int, ...]:
        """The query tokens whose full score rows every page carries: CLS if there is one, and a 3 x 3 grid of patches.

        The grid's rows and columns lie at one sixth, one half and five sixths of the picture. A choice of ours.
        """
        rows, columns = (sorted({int(size * part / 6) for part in (1, 3, 5)}) for size in self.grid)
        patches = [self.token((row, column)) for row in rows for column in columns]
        return tuple([0] * bool(self.n_cls) + patches)

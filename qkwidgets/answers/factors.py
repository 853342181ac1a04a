"""How much of every head's and mode's traffic joins which factor: mean, position or content?"""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int8, Int16

from qkwidgets.answers.base import Table, write_table
from qkwidgets.answers.choices import Choice
from qkwidgets.answers.factor_choices import choices_of
from qkwidgets.answers.factor_rows import head_rows, layer_rows, mode_rows, special_rows
from qkwidgets.answers.factor_shares import Cells, layer_shares, shares
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.shares import block_shares, covariance_shares, diagonal_shares, head_points, mode_points
from qkwidgets.core.layout import TokenLayout

ROWS = {"head": head_rows, "layer": layer_rows, "mode": mode_rows, "special": special_rows}


@dataclass(frozen=True, eq=False, repr=False)
class Factors(Table):
    """Energies and modes by factor: mean, position and content, in this order on axes of three; image and residual apart on axes of four.

    Attributes
    ----------
    energy, cells
        Mean squared scores between a factor of the query and one of the key, over all pairs of patches of all images.
    halves
        `energy` from either half of the images, uncorrected; NaN for a half without two.
    singular_values, query_parts, key_parts
        Modes, loudest first, and the shares of the four factors in either side, which sum to one; NaN for modes without strength.
    query_read, key_read
        What a mode reads of a query and a key as the model has them: `q @ query_read` has a mean square of 1 over all tokens. Modes of
        the weights without biases read queries and keys less theirs, and so do their shares and maps (`reads_biases`).
    degenerate, null
        Blocks of equal singular values (-1: none), and modes without strength.
    head_label, mode_label
        Number in `core.factors.names.LABELS`, the mean left out; -1 where there is nothing else.
    specialisation, specialisation_null
        Mean share of a mode's largest cell, the mean factor dropped; mean and 95th percentile for random read-outs.
    richness, content_richness, weight_richness
        Numbers of modes that carry the energy, by the measures of `core.factors.richness.MEASURES`: of all modes without the mean, of
        what content drives of them, and of the weights alone.
    leak
        Share of the variance of position that is content, expected from so few images; by side.
    query_mean, query_position, query_spread, key_mean, …
        A mode's maps over all images: its mean, what position adds at each patch, and the root mean square of what content adds there.
    products
        Of the scores of all cells `[a, b, c, d]` inside images (`within`); None if it was not asked for.
    cosine, ratio
        Of modes of the weights: that of both vectors, and the sum of the modes' energies over the head's.
    cosine_parts
        Of modes of the weights: what mean, position and content add to a head's weighted cosine; they sum to it.
    cosine_turned, cosine_exchanged
        Two-sided 95 % of the parts of a layer's, for random read-outs with cosines of their own, and with those of the modes.
    to_special, from_special, among_special
        Energies between patches' queries and the keys of each token that is no patch, between its queries and patches' keys, and among such
        tokens, by the mean of such a token and the deviations from it; None if they were not asked for (`special`).
    bias
        What few images do to the shares; "" from 1000 images on.
    """

    energy: Float64[np.ndarray, "layer head 3 3"]
    cells: Float64[np.ndarray, "layer head 4 4"]
    halves: Float64[np.ndarray, "2 layer head 3 3"]
    singular_values: Float64[np.ndarray, "layer head mode"]
    query_parts: Float64[np.ndarray, "layer head mode 4"]
    key_parts: Float64[np.ndarray, "layer head mode 4"]
    query_read: Float32[np.ndarray, "layer head d_head mode"]
    key_read: Float32[np.ndarray, "layer head d_head mode"]
    degenerate: Int16[np.ndarray, "layer head mode"]
    null: Bool[np.ndarray, "layer head mode"]
    head_label: Int8[np.ndarray, "layer head"]
    mode_label: Int8[np.ndarray, "layer head mode"]
    specialisation: Float64[np.ndarray, "layer head"]
    specialisation_null: Float64[np.ndarray, "layer head 2"]
    concentration: Float64[np.ndarray, "layer head"]
    richness: Float64[np.ndarray, "measure layer head"]
    content_richness: Float64[np.ndarray, "measure layer head"]
    weight_richness: Float64[np.ndarray, "measure layer head"]
    leak: Float64[np.ndarray, "layer head side"]
    query_mean: Float32[np.ndarray, "layer head mode"]
    key_mean: Float32[np.ndarray, "layer head mode"]
    query_position: Float32[np.ndarray, "layer head mode patch"]
    key_position: Float32[np.ndarray, "layer head mode patch"]
    layout: TokenLayout
    n_images: int
    n_skipped: int
    finished: bool
    svd: str
    correction: str
    threshold: float
    bias: str
    provenance: dict[str, Any]
    query_spread: Float32[np.ndarray, "layer head mode patch"] | None = None
    key_spread: Float32[np.ndarray, "layer head mode patch"] | None = None
    products: Float64[np.ndarray, "layer head 4 4 4 4"] | None = None
    cosine: Float64[np.ndarray, "layer head mode"] | None = None
    ratio: Float64[np.ndarray, "layer head"] | None = None
    cosine_parts: Float64[np.ndarray, "layer head 3"] | None = None
    cosine_turned: Float64[np.ndarray, "layer 3 2"] | None = None
    cosine_exchanged: Float64[np.ndarray, "layer 3 2"] | None = None
    to_special: Float64[np.ndarray, "layer head special 3 2"] | None = None
    from_special: Float64[np.ndarray, "layer head special 2 3"] | None = None
    among_special: Float64[np.ndarray, "layer head special special 2 2"] | None = None

    def __str__(self) -> str:
        by_layer = self.shares("drop_mean", by="layer")
        words = [
            f"{name} {' '.join(f'{value:.2f}'.replace('0.', '.', 1) for value in by_layer[:, *cell])}"
            for name, cell in (("content-content", (2, 2)), ("position-position", (1, 1)))
        ]
        tested = np.isfinite(self.specialisation_null[..., 1])
        above = f" {int(self.specialised.sum())} of {int(tested.sum())} heads are more specialised than random read-outs."
        state = "" if self.finished else " so far"
        unread = f" ({self.n_skipped} more could not be read)" if self.n_skipped else ""
        few = f" {self.bias}" if self.bias else ""
        return (
            f"Factors of {self.model} over {self.n_images} images{state}{unread}, shares of layers 0 to {len(by_layer) - 1} without the mean: "
            f"{'; '.join(words)}.{above if tested.any() else ''}{few}"
        )

    @property
    def specialised(self) -> Bool[np.ndarray, "layer head"]:
        """Heads above the 95th percentile of their rotation null: one in twenty is by chance. False where no null was drawn."""
        return self.specialisation > self.specialisation_null[..., 1]

    @property
    def unspecialised(self) -> Bool[np.ndarray, "layer head"]:
        """Heads that were held against random read-outs and are not above their 95th percentile: labels of these may be sizes of factors."""
        return np.isfinite(self.specialisation_null[..., 1]) & ~self.specialised

    @property
    def query_share(self) -> Float64[np.ndarray, "layer head mode 3"]:
        """Shares of mean, position and content in the query side of each mode."""
        return _with_content(self.query_parts)

    @property
    def key_share(self) -> Float64[np.ndarray, "layer head mode 3"]:
        """Shares of mean, position and content in the key side of each mode."""
        return _with_content(self.key_parts)

    @property
    def mode_points(self) -> Float64[np.ndarray, "layer head mode 3"]:
        """Where modes lie between mean, position and content: the mean of both sides' shares."""
        return mode_points(self.query_share, self.key_share)

    @property
    def head_points(self) -> Float64[np.ndarray, "layer head 3"]:
        """Where heads lie between mean, position and content: where their modes on the data do, weighted by energy."""
        return head_points(self.energy)

    @property
    def reads_biases(self) -> bool:
        """Whether modes read queries and keys with their biases: all do but those of the weights alone."""
        return self.svd == "data" or self.provenance.get("bias") != "separate"

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What the paper leaves open, or what of it could not be read, as it was settled here."""
        bias = "absorb" if self.reads_biases else "separate"
        within, special = self.products is not None, "none" if self.to_special is None else "groups"
        return choices_of(
            svd=self.svd, bias=bias, correction=self.correction, threshold=self.threshold, within=within, special=special
        )

    @property
    def within(self) -> Float64[np.ndarray, "layer head 4 4"] | None:
        """Covariance shares of the cells inside images; they sum to one and may be negative. None if it was not asked for."""
        return None if self.products is None else covariance_shares(self.products)

    @property
    def within_visible(self) -> Float64[np.ndarray, "layer head 4 2"] | None:
        """The same of what softmax sees: keys by position and residual alone."""
        return None if self.products is None else covariance_shares(self.products[..., [1, 3], :, :][..., [1, 3]])

    @property
    def within_dropped(self) -> Float64[np.ndarray, "layer head 3 3"] | None:
        """The same of what the mean has no part in."""
        return None if self.products is None else covariance_shares(self.products[:, :, 1:, 1:, 1:, 1:])

    @property
    def within_diagonal(self) -> Float64[np.ndarray, "layer head 4 4"] | None:
        """Energies of single cells inside images in parts of the head's; they do not sum to one: `within_remainder`."""
        return None if self.products is None else diagonal_shares(self.products)

    @property
    def within_remainder(self) -> Float64[np.ndarray, "layer head"] | None:
        """What single cells leave of a head's energy inside images: the products between cells, less than none where these cancel."""
        return None if self.products is None else 1 - self.within_diagonal.sum(axis=(-2, -1))

    @property
    def within_blocks(self) -> Float64[np.ndarray, "layer head 2 2"] | None:
        """Shares of the four blocks that are orthogonal in every image, of the query's factors and the key's.

        Row and column 0 are the factors that are the same at all patches (mean, image), 1 those that vary (position, residual).
        """
        return None if self.products is None else block_shares(self.products)

    def shares(self, variant: str = "all", *, by: str = "head", aggregate: str = "energy", full: bool = False) -> Cells:
        """Shares of energy `[layer, head, query_factor, key_factor]`, or of layers.

        Parameters
        ----------
        variant
            "all", "drop_mean" or "visible": `answers.factor_shares.kept`.
        by
            "head" or "layer".
        aggregate
            How heads add up to a layer: by "energy", or one "head" as much as another.
        full
            Whether image and residual are told apart.
        """
        cells = self.cells if full else self.energy
        return layer_shares(cells, variant, aggregate) if _checked(by, ("head", "layer")) == "layer" else shares(cells, variant)

    def rows(self, by: str = "head") -> list[dict[str, Any]]:
        """A row a head, a layer or a mode, or a special token in each head."""
        return ROWS[_checked(by, tuple(ROWS))](self)

    def to_csv(self, path: str | os.PathLike, by: str = "head") -> None:
        """Write the table of heads, layers or modes as CSV."""
        write_table(self.rows(by), path)

    def to_pandas(self, by: str = "head") -> Any:
        """The table of heads, layers or modes as a pandas DataFrame (pandas must be installed)."""
        import pandas as pd

        return pd.DataFrame(self.rows(by))


def _with_content(parts: np.ndarray) -> np.ndarray:
    return np.concatenate([parts[..., :2], parts[..., 2:].sum(axis=-1, keepdims=True)], axis=-1)


def _checked(by: str, among: tuple[str, ...]) -> str:
    if by in among:
        return by
    raise InputError(f"A row is one {' or '.join(among)}: got by={by!r}. It is probably misspelt. Use one of these.")

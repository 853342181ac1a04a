"""The singular modes of a bilinear form given by two thin factors, without ever forming the big matrix.

A head scores tokens by `x_i W_Q W_K^T x_j^T`. The interaction `W_Q @ W_K.T` is d_model x d_model but has rank d_head at most,
so its singular value decomposition follows from d_head x d_head matrices: with `W = B R` (B orthonormal, R small) on both
sides, the SVD of the core `R_Q R_K^T = U' S V'^T` gives `left = B_Q U'` and `right = B_K V'`. Vectors are columns, modes
come loudest first, and the largest entry of each left vector is positive (its right vector turns with it).

Source: Pan, Philip, Xie, Schwartz. "Dissecting Query-Key Interaction in Vision Transformers". NeurIPS 2024, section 3. The
factored route is ours.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from qkwidgets.core.heads import over_heads

ALGORITHM_VERSION = 2
"""Raised when the same weights give other modes, as within blocks of equal singular values. Views that were kept are then
computed again, and a sweep that was begun with others does not go on."""

GRAM_LIMIT = 1e4
"""Condition number above which a factor is reduced by QR instead of by its Gram matrix. A choice of ours: squaring the
condition number costs about 2e-9 of accuracy there at the worst."""

CORE_LIMIT = 300
"""Condition number of the core above which it is decomposed by an SVD instead of by the eigenvectors of its square, which
take two thirds of the time. A choice of ours: the right vectors are orthogonal to about 3e-11 there."""


class Modes(NamedTuple):
    """Left singular vectors (query side), singular values, right singular vectors (key side), and each pair's cosine."""

    left: Float[Tensor, "*head d_model mode"]
    singular_values: Float[Tensor, "*head mode"]
    right: Float[Tensor, "*head d_model mode"]
    cosine: Float[Tensor, "*head mode"]


class Factor(NamedTuple):
    """One thin factor `W = basis @ triangle`, its basis `W @ inverse` kept implicit wherever the Gram route is safe."""

    weight: Float[Tensor, "head d_model d_head"]
    triangle: Float[Tensor, "head rank d_head"]
    inverse: Float[Tensor, "head d_head rank"] | None
    condition: Float[Tensor, " head"]
    by_qr: Float[Tensor, "some d_model rank"]
    uses_qr: Tensor

    def rotate(self, inner: Float[Tensor, "head rank mode"], out: Tensor | None = None) -> Float[Tensor, "head d_model mode"]:
        """`basis @ inner`, written to `out` if that is given."""
        if self.inverse is None:
            return torch.matmul(self.by_qr, inner, out=out)
        vectors = torch.matmul(self.weight, self.inverse @ inner, out=out)
        if len(self.by_qr):
            vectors[self.uses_qr] = self.by_qr @ inner[self.uses_qr]
        return vectors


def singular_modes(
    left_factor: Float[Tensor, "*head d_model d_head"],
    right_factor: Float[Tensor, "*head d_model d_head"],
    *,
    dtype: torch.dtype = torch.float64,
) -> Modes:
    """Decompose `left_factor @ right_factor.T` of every head into singular modes.

    Parameters
    ----------
    left_factor, right_factor
        `W_Q` and `W_K` for the query-key circuit, `W_V` and the transpose of `W_O` for the value-output circuit, or any
        pair of the same shape. Lifted to float64; on a device without float64 the work is done on the CPU.
    dtype
        Of the vectors returned; they are computed in float64, and values and cosines are always float64.

    Returns
    -------
    Modes
        By descending singular value, `min(d_head, d_model)` of them. Each pair of vectors is unique up to a joint sign,
        fixed so that the entry of largest magnitude of the left one is positive, except within blocks of equal singular
        values (`qkwidgets.core.degenerate`).

    Raises
    ------
    ValueError
        If the factors do not hold the same heads with the same widths.

    Notes
    -----
    Factors with a condition number below `GRAM_LIMIT` are reduced through Cholesky of the Gram matrix, the others through QR.
    A core with a condition number below `CORE_LIMIT` is decomposed by the eigenvectors of its square, any other by an SVD.

    Examples
    --------
    >>> import torch
    >>> W_Q, W_K = torch.randn(2, 12, 3, 192, 64).unbind()
    >>> modes = singular_modes(W_Q, W_K)
    >>> modes.left.shape, modes.singular_values.shape
    (torch.Size([12, 3, 192, 64]), torch.Size([12, 3, 64]))
    """
    *heads, d_model, d_head = left_factor.shape
    device = "cpu" if left_factor.device.type == "mps" else left_factor.device
    vectors, numbers = (math.prod(heads), d_model, min(d_model, d_head)), (math.prod(heads), min(d_model, d_head))
    double = torch.float64
    shapes = ((vectors, dtype), (numbers, double), (vectors, dtype), (numbers, double))
    found = Modes(*(torch.empty(shape, dtype=kind, device=device) for shape, kind in shapes))

    def decompose(part: slice, left: Tensor, right: Tensor) -> None:
        place = Modes(*(whole[part] for whole in found))
        made = _decomposed(left, right, (place.left, place.right) if dtype == double else (None, None))
        for whole, piece in zip(place, made, strict=True):
            if whole.data_ptr() != piece.data_ptr():
                whole.copy_(piece)

    over_heads(decompose, left_factor, right_factor)
    return Modes(*(whole.reshape(*heads, *whole.shape[1:]) for whole in found))


def singular_values(
    left_factor: Float[Tensor, "*head d_model d_head"], right_factor: Float[Tensor, "*head d_model d_head"]
) -> Float[Tensor, "*head mode"]:
    """Singular values of `left_factor @ right_factor.T` in float64, descending, without any vectors.

    Examples
    --------
    >>> import torch
    >>> singular_values(torch.eye(5)[:, :2], 3 * torch.eye(5)[:, :2])
    tensor([3., 3.], dtype=torch.float64)
    """
    values = over_heads(lambda _, left, right: values_of_product(left, right), left_factor, right_factor)
    return torch.cat(values).reshape(*left_factor.shape[:-2], -1)


def factor_norms(
    left_factor: Float[Tensor, "*head d_model d_head"], right_factor: Float[Tensor, "*head d_model d_head"]
) -> tuple[Float[Tensor, "*head"], Float[Tensor, "*head"]]:
    """Largest singular value of either factor of every head, in float64: how much each can stretch a token.

    To the last bit the same for any number of threads, as are the modes: a sweep that goes on elsewhere finds the same numbers.

    Examples
    --------
    >>> import torch
    >>> factor_norms(torch.eye(5)[:, :2], 3 * torch.eye(5)[:, :2])
    (tensor(1., dtype=torch.float64), tensor(3., dtype=torch.float64))
    """

    def largest(_: slice, *factors: Tensor) -> Tensor:
        return torch.stack([torch.linalg.svdvals(reduce_factor(factor).triangle)[..., 0] for factor in factors])

    left, right = torch.cat(over_heads(largest, left_factor, right_factor), dim=1).reshape(2, *left_factor.shape[:-2])
    return left, right


def values_of_product(
    left: Float[Tensor, "head d_model d_head"], right: Float[Tensor, "head d_model d_head"]
) -> Float[Tensor, "head mode"]:
    """The same of a few heads that are in float64 already.

    Examples
    --------
    >>> import torch
    >>> values_of_product(*torch.eye(3, dtype=torch.float64)[None, None, :, :1].expand(2, 1, 3, 1))
    tensor([[1.]], dtype=torch.float64)
    """
    return torch.linalg.svdvals(_core(reduce_factor(left), reduce_factor(right)))


def reduce_factor(weight: Float[Tensor, "head d_model d_head"]) -> Factor:
    """`weight` as an orthonormal basis times a small upper triangle, with an upper bound of its condition number.

    The bound is the product of the Frobenius norms of the triangle and its inverse: never below the true condition number
    and at most d_head times above it. Infinite for a rank-deficient factor.

    Examples
    --------
    >>> import torch
    >>> factor = reduce_factor(torch.eye(4, dtype=torch.float64)[None, :, :2])
    >>> factor.triangle.shape, round(factor.condition.item(), 6)
    (torch.Size([1, 2, 2]), 2.0)
    """
    n_heads, d_model, d_head = weight.shape
    if d_model < d_head:
        basis, triangle = torch.linalg.qr(weight)
        everywhere = torch.ones(n_heads, dtype=torch.bool, device=weight.device)
        return Factor(weight, triangle, None, weight.new_full((n_heads,), torch.inf), basis, everywhere)
    triangle, failed = torch.linalg.cholesky_ex(weight.mT @ weight, upper=True)
    identity = torch.eye(d_head, dtype=weight.dtype, device=weight.device).expand_as(triangle)
    inverse = torch.linalg.solve_triangular(triangle, identity, upper=True)
    condition = triangle.norm(dim=(-2, -1)) * inverse.norm(dim=(-2, -1))
    condition = torch.where((failed == 0) & condition.isfinite(), condition, torch.inf)
    uses_qr = condition > GRAM_LIMIT
    if not uses_qr.any():
        return Factor(weight, triangle, inverse, condition, weight[:0], uses_qr)
    basis, small = torch.linalg.qr(weight[uses_qr])
    kept = None if uses_qr.all() else inverse
    return Factor(weight, triangle.index_put((uses_qr,), small), kept, condition, basis, uses_qr)


def _core(query: Factor, key: Factor) -> Float[Tensor, "head rank rank"]:
    return query.triangle @ key.triangle.mT


def _decomposed(W_left: Tensor, W_right: Tensor, out: tuple[Tensor | None, Tensor | None]) -> Modes:
    """The modes of some heads in float64, vectors in `out` if that is given; the factors are overwritten.

    The largest entry of each left vector is positive; its right vector turns with it.
    """
    query, key = reduce_factor(W_left), reduce_factor(W_right)
    inner_left, values, inner_right = _svd_of_core(_core(query, key))
    left = query.rotate(inner_left)
    sign = _sign_of_largest(left)
    left, right = torch.mul(left, sign, out=out[0]), key.rotate(inner_right.mT * sign, out[1])
    products = torch.mul(left, right, out=W_left[..., : left.shape[-1]])
    return Modes(left, values, right, products.sum(dim=-2).clamp_(-1.0, 1.0))


def _svd_of_core(core: Float[Tensor, "head rank rank"]) -> tuple[Tensor, Tensor, Tensor]:
    """Left vectors, singular values and transposed right vectors of small square matrices.

    For eigenvectors u_i of `core @ core.T`, the norm of `u_i @ core` is the singular value and its direction the right vector.
    Eigenvalues give the order; where norms are in another, they are equal up to the rounding of their squares.
    """
    squares, left = torch.linalg.eigh(core @ core.mT)
    left = left.flip(-1)
    right = left.mT @ core
    values = right.norm(dim=-1)
    right, values = right / values[..., None], values.cummin(dim=-1).values
    by_svd = ~(squares[..., 0] * CORE_LIMIT**2 > squares[..., -1])
    if by_svd.any():
        left[by_svd], values[by_svd], right[by_svd] = torch.linalg.svd(core[by_svd], full_matrices=False)
    return left, values, right


def _sign_of_largest(vectors: Float[Tensor, "head d_model mode"]) -> Float[Tensor, "head 1 mode"]:
    """Of each column's entry of largest magnitude; of equals, the first."""
    high, low = vectors.amax(dim=-2, keepdim=True), vectors.amin(dim=-2, keepdim=True)
    sign = torch.where(-low > high, -1.0, 1.0).to(vectors.dtype)
    if (-low == high).any():  # seldom, and slow
        first = vectors.gather(-2, vectors.abs().argmax(dim=-2, keepdim=True))
        sign = torch.where((-low == high) & (first < 0), -1.0, sign)
    return sign

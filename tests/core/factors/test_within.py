"""Which scores are orthogonal inside an image, and which are not? Science-factors 5."""

import numpy as np
import torch
from hypothesis import given

from qkwidgets.core.factors.shares import block_shares, covariance_shares, diagonal_shares
from qkwidgets.core.factors.within import products
from tests.core.factors.data import FEW, close, sides
from tests.oracles import factors as oracle

MEAN, POSITION, IMAGE, RESIDUAL = range(4)
FLAT, VARYING = (MEAN, IMAGE), [POSITION, RESIDUAL]


def found_and_dense(pair):
    """Products by moments, and every cell's scores `[a b image i j]`."""
    return products(*pair, *(side.mean(0) for side in pair)), oracle.within_scores(*(side.numpy() for side in pair))


def with_content(found):
    """Products of the cells of mean, position and content."""
    for axis in range(4):
        mean, position, image, residual = found.unbind(axis)
        found = torch.stack([mean, position, image + residual], dim=axis)
    return found


def block(cell):
    return tuple(factor in FLAT for factor in cell)


def image_factors(cell):
    return sum(factor in (IMAGE, RESIDUAL) for factor in cell)


@FEW
@given(sides())
def test_products_are_those_of_the_written_out_scores(pair):
    found, scores = found_and_dense(pair)
    dense = np.einsum("abnij,cdnij->abcd", scores, scores, optimize=True) / scores.shape[-1] ** 2
    assert close(found, dense)


@FEW
@given(sides())
def test_cells_of_different_blocks_are_orthogonal_in_every_single_image(pair):
    scores = oracle.within_scores(*(side.numpy() for side in pair))
    inner = np.einsum("abnij,cdnij->nabcd", scores, scores, optimize=True)
    size = np.abs(inner).max()
    for one in np.ndindex(4, 4):
        for other in np.ndindex(4, 4):
            if block(one) != block(other):
                assert np.abs(inner[:, *one, *other]).max() < 1e-10 * size


@FEW
@given(sides())
def test_over_images_16_of_120_products_are_there_and_12_of_36_of_three_factors(pair):
    found, _ = found_and_dense(pair)
    least = 1e-9 * found.sum()
    pairs = [(one, other) for one in np.ndindex(4, 4) for other in np.ndindex(4, 4) if one < other]
    expected = {
        (one, other)
        for one, other in pairs
        if block(one) == block(other) and {image_factors(one), image_factors(other)} != {0, 1}
    }
    assert {each for each in pairs if found[*each[0], *each[1]].abs() > least} == expected
    assert (len(pairs), len(expected)) == (120, 16)
    three = with_content(found)
    con = (2, 2)
    pairs = [(one, other) for one in np.ndindex(3, 3) for other in np.ndindex(3, 3) if one < other]
    expected = {(one, other) for one, other in pairs if con in (one, other)}
    expected |= {((0, 2), (2, 0)), ((0, 2), (2, 1)), ((1, 2), (2, 0)), ((1, 2), (2, 1))}
    assert {each for each in pairs if three[*each[0], *each[1]].abs() > least} == expected
    assert (len(pairs), len(expected)) == (36, 12)


@FEW
@given(sides())
def test_shares_sum_to_one_and_single_energies_do_not(pair):
    found, scores = found_and_dense(pair)
    whole = scores.sum((0, 1))
    expected = np.einsum("abnij,nij->ab", scores, whole) / np.sum(whole**2)
    assert close(covariance_shares(found), expected)
    assert close(covariance_shares(found).sum(), 1)
    assert close(covariance_shares(with_content(found)).sum(), 1)
    assert close(block_shares(found).sum(), 1)
    assert (block_shares(found) >= 0).all()
    assert close(diagonal_shares(found), np.sum(scores**2, (2, 3, 4)) / np.sum(whole**2))
    assert abs(diagonal_shares(found).sum() - 1) > 1e-6


@FEW
@given(sides())
def test_what_softmax_sees_are_keys_by_position_and_residual(pair):
    found, scores = found_and_dense(pair)
    whole = scores.sum((0, 1))
    centred = whole - whole.mean(-1, keepdims=True)
    assert close(centred, scores[:, [POSITION, RESIDUAL]].sum((0, 1)), scale=np.abs(whole).max())
    seen = found[:, VARYING][..., VARYING]
    assert close(seen.sum(), np.sum(centred**2) / scores.shape[-1] ** 2)
    expected = np.einsum("abnij,nij->ab", scores[:, VARYING], centred) / np.sum(centred**2)
    assert close(covariance_shares(seen), expected, scale=1)


def test_heads_may_have_any_axes_and_images_add_up():
    q, k = torch.randn(2, 2, 3, 7, 4, 5).double()
    means = q.mean(-3), k.mean(-3)
    found = products(q, k, *means)
    assert close(found[1, 2], products(q[1, 2], k[1, 2], means[0][1, 2], means[1][1, 2]))
    assert close(found, products(q[:, :, :2], k[:, :, :2], *means) + products(q[:, :, 2:], k[:, :, 2:], *means))

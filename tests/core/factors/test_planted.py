"""Is what was planted found again? Science-factors 15, S1 to S9, with the targets of that table."""

import numpy as np
import pytest
import torch

from qkwidgets.core.factors.data_modes import data_modes
from qkwidgets.core.factors.energies import cell_energies, crossfit_energies, with_content
from qkwidgets.core.factors.labels import specialisation
from qkwidgets.core.factors.moments import grams, moments
from qkwidgets.core.factors.moments import with_content as moments_with_content
from qkwidgets.core.factors.null import rotation_null
from qkwidgets.core.factors.shares import block_shares, diagonal_shares
from qkwidgets.core.factors.split import split
from qkwidgets.core.factors.within import products
from tests.core.factors import planted

MEAN, POSITION, CONTENT = range(3)
IMAGE, RESIDUAL = 2, 3


def three(tokens):
    return moments_with_content(grams(moments(tokens)))


def shares(query, key):
    cells = cell_energies(three(query), three(key))
    return cells / cells.sum()


def trace(parts):
    return parts.diagonal(dim1=-2, dim2=-1).sum(-1)


def drawn(seed, n, **options):
    """A generator, directions, and tokens."""
    rng = np.random.default_rng(seed)
    directions = planted.basis(rng)
    return rng, directions, planted.tokens(rng, n, directions, **options)


@pytest.mark.parametrize(
    ("n", "most_content", "mixed"),
    [
        (50, (0.91, 0.98), (0.95, 0.99)),
        (500, (0.993, 1), (0.996, 1)),
        pytest.param(4000, (0.999, 1), (0.999, 1), marks=pytest.mark.long),
    ],
)
def test_s1_a_planted_head_has_its_energy_in_its_cell(n, most_content, mixed):
    found = {}
    for seed in range(3):
        rng, (position, content, _), x = drawn(seed, n)
        reads = {"P": position, "C": content}
        for name in ("CC", "CP", "PC", "PP"):
            W_Q, W_K = (torch.from_numpy(reads[side] @ rng.standard_normal((reads[side].shape[1], 4))) for side in name)
            place = tuple({"P": POSITION, "C": CONTENT}[side] for side in name)
            found.setdefault(name, []).append(shares(x @ W_Q, x @ W_K)[place].item())
    means = {name: np.mean(values) for name, values in found.items()}
    assert most_content[0] < means["CC"] <= most_content[1]
    assert mixed[0] < means["CP"] <= mixed[1]
    assert mixed[0] < means["PC"] <= mixed[1]
    assert min(found["PP"]) > 1 - 1e-4


def planted_modes(directions, pairs):
    """`W_Q` and `W_K` with a mode a pair: singular value, and the axis of each side, such as `(3, "C0", "P1")`."""
    axes = {"P": directions[0], "C": directions[1]}
    sides = [
        np.stack([axes[name[0]][:, int(name[1:])] for _, *names in pairs for name in [names[side]]], axis=1) for side in (0, 1)
    ]
    return torch.from_numpy(sides[0] * [value for value, *_ in pairs]), torch.from_numpy(sides[1])


@pytest.mark.parametrize("n", [1000, pytest.param(4000, marks=pytest.mark.long)])
def test_s2_planted_modes_are_found_with_their_strengths_and_factors(n):
    _, directions, x = drawn(0, n, image_latent=0.0)
    W_Q, W_K = planted_modes(directions, [(3, "C0", "C1"), (2.5, "P0", "P1"), (2, "C2", "C3"), (1, "C4", "P2")])
    modes = data_modes(three(x @ W_Q), three(x @ W_K))
    wide = (4000 / n) ** 0.5  # errors of moments; those of shares are squares of such
    assert torch.allclose(modes.singular_values, torch.tensor([3, 2.5, 2, 1]).double(), atol=0.05 * wide)
    expected = torch.tensor([[0, 0, 1], [0, 1, 0], [0, 0, 1], [0, 0, 1]]).double()
    assert torch.allclose(modes.query_share, expected, atol=1e-3 * wide**2)
    expected[3] = torch.tensor([0, 1, 0])
    assert torch.allclose(modes.key_share, expected, atol=1e-3 * wide**2)


@pytest.mark.parametrize("n", [1000, pytest.param(4000, marks=pytest.mark.long)])
def test_s3_overlapping_spans_are_told_apart_where_projecting_out_a_span_fails(n):
    rng = np.random.default_rng(0)
    position, content, mean = planted.basis(rng)
    position = 0.8 * position + 0.6 * content[:, :6]
    x = planted.tokens(rng, n, (position, content, mean))
    S_pos, S_con = planted.covariance_of_position(position), torch.from_numpy(content @ content.T)
    W_Q, W_K = (torch.from_numpy(content @ rng.standard_normal((16, 4))) for _ in range(2))
    M = W_Q @ W_K.T
    population = torch.stack([(0 * S_pos), S_pos, S_con])
    expected = torch.einsum("aij,jk,bkl,il->ab", population, M, population, M)
    found = shares(x @ W_Q, x @ W_K)
    wide = (4000 / n) ** 0.5  # the targets are those of 4000 images; a mean over n of them is off in proportion to n^-1/2
    assert torch.allclose(found, expected / expected.sum(), atol=0.005 * wide)
    assert found[CONTENT, CONTENT] < 0.95  # since position reaches into what it reads
    parts = three(x)

    def off(S, true):
        return ((S - true).norm() / true.norm()).item()

    assert off(parts[POSITION], S_pos) < 0.03 * wide
    assert off(parts[CONTENT], S_con) < 0.04 * wide
    rows = split(x).position
    span = torch.linalg.svd(rows, full_matrices=False)[2][:6]
    rest = x.flatten(0, 1) - x.flatten(0, 1).mean(0)
    rest = rest - rest @ span.T @ span
    assert off(rest.T @ rest / len(rest), S_con) > 0.3


@pytest.mark.parametrize(("n", "naive"), [(10, 7.00), (50, 6.20), (200, 6.05), pytest.param(1000, 6.01, marks=pytest.mark.long)])
def test_s4_correction_takes_out_what_content_leaks_into_position(n, naive):
    found = []
    for seed in range(40 if n == 10 else 10):
        sums = moments(drawn(seed, n)[2])
        found.append([trace(grams(sums, corrected=way))[POSITION].item() for way in (False, True)])
    plain, corrected = np.mean(found, axis=0)
    assert plain == pytest.approx(naive, abs=0.05)
    assert corrected == pytest.approx(6.0, abs=0.03)
    assert abs(corrected / 6.0 - 1) < 0.01


def test_products_of_moments_need_crossfit():
    """Section 10.3: corrected moments are unbiased, products of two from the same images are not."""
    true, found = None, []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        directions = planted.basis(np.random.default_rng(0))
        x = planted.tokens(rng, 20, directions)
        W = torch.from_numpy(directions[0] @ np.random.default_rng(1).standard_normal((6, 4)))
        W = W + torch.from_numpy(directions[1] @ np.random.default_rng(2).standard_normal((16, 4)))
        S = planted.covariance_of_position(directions[0])
        true = torch.trace(W.T @ S @ W @ W.T @ S @ W).item()
        halves = moments(x[:10] @ W), moments(x[10:] @ W)
        whole = moments(x @ W)
        energies = [cell_energies(*[grams(whole, corrected=way)] * 2)[POSITION, POSITION].item() for way in (False, True)]
        found.append([*energies, crossfit_energies(halves, halves)[POSITION, POSITION].item()])
    naive, corrected, crossfit = np.mean(found, axis=0) / true
    assert naive > corrected > crossfit - 0.01
    assert naive > 1.08
    assert 1.0 < corrected < naive - 0.05
    assert crossfit == pytest.approx(1, abs=0.04)  # a standard error of 0.024


def test_s5_a_gain_field_is_no_position_to_the_split_and_shows_in_squares():
    found = {}
    for gain in (0.0, 0.6):
        rng = np.random.default_rng(0)
        position, content, mean = planted.basis(rng)
        field = planted.grid_functions()[:, planted.ROW]
        con = planted.content(rng, 600) * (1 + gain * field)[None, :, None]
        x = torch.from_numpy(planted.MEAN * mean + planted.grid_functions() @ position.T + con @ content.T)
        parts = split(x[:300])
        held_out = (x[300:] - parts.mean - parts.position) @ torch.from_numpy(content)
        fits = [_r2(features, torch.from_numpy(field)) for features in (held_out, held_out.square())]
        found[gain] = [trace(grams(moments(x), corrected=True))[POSITION].item(), *fits]
    assert found[0.0][0] == pytest.approx(found[0.6][0], abs=0.05) == pytest.approx(6, abs=0.1)
    assert abs(found[0.6][1]) < 0.03
    assert found[0.6][2] == pytest.approx(0.73, abs=0.12)
    assert abs(found[0.0][1]) < 0.03
    assert abs(found[0.0][2]) < 0.03


def _r2(features, place):
    """Of a linear fit of the place's number, on images that it was not made with."""
    n, p, _ = features.shape
    X = torch.cat([features, torch.ones(n, p, 1)], dim=-1)
    half = n // 2
    weights = torch.linalg.lstsq(X[:half].flatten(0, 1), place.repeat(half)[:, None]).solution
    residual = place.repeat(n - half) - (X[half:].flatten(0, 1) @ weights)[:, 0]
    return 1 - residual.square().mean().item() / place.var(correction=0).item()


def content_with_a_row(n, seed=0):
    """S6: nothing positional but a content axis whose mean runs along the rows."""
    rng = np.random.default_rng(seed)
    _, content, mean = planted.basis(rng)
    z = planted.content(rng, n)
    z[:, :, 0] += 0.7 * planted.grid_functions()[:, planted.ROW]
    return torch.from_numpy(planted.MEAN * mean + z @ content.T), torch.from_numpy(content[:, 0])


def test_s6_content_that_varies_with_place_is_position():
    along, whole = [], []
    for seed in range(12):  # one estimate is off by 0.013, the mean of twelve by 0.004
        x, axis = content_with_a_row(1000, seed)
        position = grams(moments(x), corrected=True)[POSITION]
        along.append((axis @ position @ axis).item())
        whole.append(trace(position).item())
    assert np.mean(along) == pytest.approx(0.49, abs=0.01)
    assert np.mean(whole) == pytest.approx(np.mean(along), abs=0.001)  # nowhere else


def test_s7_inside_images_energies_overlap():
    found, cross, blocks = [], [], []
    for seed in range(4):
        _, (position, content, mean), x = drawn(seed, 300)
        rows = position[:, [planted.ROW, planted.COLUMN]]
        W = torch.from_numpy(np.concatenate([0.8 * content[:, :3], 1.5 * rows, 0.1 * mean[:, None]], axis=1))
        q = x @ W
        inner = products(q, q, q.mean(0), q.mean(0))
        found.append(diagonal_shares(inner).sum().item())
        cross.append(2 * inner[POSITION, POSITION, RESIDUAL, RESIDUAL].item() / inner.sum().item())
        blocks.append(block_shares(inner).sum().item())
    assert np.mean(found) == pytest.approx(0.88, abs=0.01)
    assert np.mean(cross) == pytest.approx(0.10, abs=0.01)
    assert blocks == pytest.approx([1] * 4)


def test_s8_planted_modes_are_more_specialised_than_random_ones():
    _, directions, x = drawn(0, 1000)
    pairs = [(3, "C0", "C1"), (2, "C2", "C3"), (1.2, "C4", "C5"), (2.5, "P0", "P1"), (1.5, "P2", "C6"), (1, "C7", "P3")]
    W_Q, W_K = planted_modes(directions, pairs)
    query, key = (three(x @ W)[1:] for W in (W_Q, W_K))
    modes = data_modes(query, key)
    null = rotation_null(modes.singular_values[None], query[None], key[None], 500)
    assert specialisation(modes.singular_values, modes.query_share, modes.key_share) > 0.99
    assert null.mean.item() == pytest.approx(0.57, abs=0.03)
    assert null.high.item() == pytest.approx(0.70, abs=0.04)


def test_s9_patches_shuffled_in_every_image_have_no_position_but_what_leaks():
    x, _ = content_with_a_row(1000)
    rng = np.random.default_rng(9)
    order = torch.from_numpy(rng.permuted(np.tile(np.arange(64), (1000, 1)), axis=1))[..., None]
    sums = moments(x.gather(1, order.expand_as(x)))
    plain, corrected = (trace(grams(sums, corrected=way)) for way in (False, True))
    assert plain[POSITION].item() == pytest.approx(plain[RESIDUAL].item() / 999, rel=0.1)
    assert plain[POSITION].item() == pytest.approx(0.011, abs=0.003)
    assert abs(corrected[POSITION].item()) < 0.003


def test_energies_of_a_blind_split_would_be_seen():
    """Content taken as the image's mean alone would leave out most of it."""
    _, (_, content, _), x = drawn(0, 200)
    W = torch.from_numpy(content[:, :4])
    cells = cell_energies(*[grams(moments(x @ W))] * 2)
    assert with_content(cells)[CONTENT, CONTENT] > 3 * cells[IMAGE, IMAGE]

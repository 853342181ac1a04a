"""Is the split an orthogonal one, and does it go along with what is affine? Science-factors 3, 6 and 12.1."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.factors.split import balanced, split
from tests.core.factors.data import FEW, N, P, close, head, small_tokens
from tests.oracles import factors as oracle

seeds = st.integers(0, 10**6)


@FEW
@given(seeds)
def test_parts_sum_to_the_tokens_and_are_those_of_the_projectors(seed):
    x = small_tokens(seed)
    parts = split(x).everywhere()
    assert close(parts.sum(0), x)
    for found, expected in zip(parts, oracle.parts(x.numpy()), strict=True):
        assert close(found.flatten(0, 1), expected, scale=x.abs().max())


@FEW
@given(seeds)
def test_every_part_has_a_zero_mean_over_each_axis_it_has(seed):
    x = small_tokens(seed)
    parts, zero = split(x), x.abs().max()
    for sums in (
        parts.position.mean(0),
        parts.content.mean(0),
        parts.image.mean(0),
        parts.residual.mean(0),
        parts.residual.mean(1),
    ):
        assert close(sums, torch.zeros_like(sums), scale=zero)


@FEW
@given(seeds)
def test_parts_are_orthogonal_as_whole_matrices_and_second_moments_add_up(seed):
    x = small_tokens(seed)
    parts = split(x).everywhere().flatten(1, 2)
    total = x.flatten(0, 1).T @ x.flatten(0, 1)
    for a in range(4):
        for b in range(4):
            if a != b:
                assert close(parts[a].T @ parts[b], torch.zeros_like(total), scale=total.abs().max())
    assert close(sum(part.T @ part for part in parts), total)


def test_single_tokens_parts_are_not_orthogonal():
    parts = split(small_tokens(0))
    inner = (parts.position * parts.content).sum(-1)
    assert inner.abs().max() > 0.1 * parts.content.square().sum(-1).mean()


@FEW
@given(seeds)
def test_the_split_of_projected_tokens_is_the_projected_split_with_the_bias_in_the_mean(seed):
    x, (W, _, b, _) = small_tokens(seed), head(seed)
    parts, projected = split(x), split(x @ W + b)
    scale = (x @ W + b).abs().max()
    assert close(projected.mean, parts.mean @ W + b, scale)
    for name in ("position", "image", "residual"):
        assert close(getattr(projected, name), getattr(parts, name) @ W, scale)


def test_a_norm_does_not_go_along_with_the_split():
    x = small_tokens(0)
    normed = torch.nn.functional.layer_norm
    parts = split(x).everywhere()
    apart = sum(normed(part, x.shape[-1:]) for part in parts) - normed(x, x.shape[-1:])
    assert apart.norm() > 0.2 * normed(x, x.shape[-1:]).norm()


@FEW
@given(seeds)
def test_constants_change_the_part_they_belong_to_and_no_other(seed):
    x, rng = small_tokens(seed), np.random.default_rng(seed)
    added = {
        "mean": rng.standard_normal((1, 1, 12)),
        "image": rng.standard_normal((N, 1, 12)),
        "position": rng.standard_normal((1, P, 12)),
    }
    added["image"] -= added["image"].mean(0)
    added["position"] -= added["position"].mean(1, keepdims=True)
    before = split(x).everywhere()
    for name, vectors in added.items():
        after = split(x + torch.from_numpy(vectors)).everywhere()
        changed = [(one - other).abs().max() > 1e-6 for one, other in zip(before, after, strict=True)]
        assert changed == [name == each for each in ("mean", "position", "image", "residual")]


@FEW
@given(seeds)
def test_a_linear_probe_of_place_on_the_contents_it_was_split_from_learns_nothing(seed):
    x = small_tokens(seed)
    content, place = split(x).content.flatten(0, 1), torch.eye(P).double().repeat(N, 1)
    weights = torch.linalg.lstsq(content, place - 1 / P).solution
    assert close(weights, torch.zeros_like(weights), scale=1)
    gradient = content.T @ (1 / P - place)  # of softmax regression, at weights of zero, where its loss is least
    assert close(gradient, torch.zeros_like(gradient), scale=content.abs().sum())
    raw = torch.linalg.lstsq(x.flatten(0, 1), place - 1 / P).solution
    assert raw.abs().max() > 1e-3


def test_content_is_more_than_the_mean_of_an_image():
    parts = split(small_tokens(0))
    assert parts.residual.square().mean() > 0.1 * parts.content.square().mean()
    assert close(parts.content, parts.image[:, None] + parts.residual)


def test_images_that_cannot_be_compared_are_refused():
    one = torch.zeros(4, 2)
    for images, mask, words in (
        ([one], None, "got 1. One image alone has no content"),
        ([one, torch.zeros(9, 2)], None, "got 4 and 9 patches"),
        ([one, one], torch.tensor([True, False, False, False]), "some patches are masked"),
        ([one, one + torch.nan], None, "no number"),
    ):
        with pytest.raises(ValueError, match=words):
            balanced(images, mask)
    assert balanced([one, one], torch.zeros(4, dtype=torch.bool)).shape == (2, 4, 2)

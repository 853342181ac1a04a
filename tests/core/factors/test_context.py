"""Does the test of context find context where it was planted, none where there is none, and agree with least squares written out?"""

import numpy as np
import pytest
import torch

from qkwidgets.core.factors.context import attended, context_features, context_r_squared, step_sums
from qkwidgets.core.factors.probe import RIDGES
from qkwidgets.core.layout import TokenLayout
from tests.oracles.depth import held_out_r2

D, P, N = 6, 16, 300


def planted(kind: str, seed: int):
    """Content of two layers, and attention: the second adds half of what attention brings, or of a turn of its own, to the first."""
    draw = torch.Generator().manual_seed(seed)
    content = torch.randn(N, P, D, generator=draw, dtype=torch.float64)
    weight = torch.rand(N, P, P, generator=draw).pow(40)  # few patches are attended to
    weight = weight - torch.diag_embed(weight.diagonal(dim1=-2, dim2=-1))
    weight = weight / weight.sum(dim=-1, keepdim=True)
    turn = torch.linalg.qr(torch.randn(D, D, generator=torch.Generator().manual_seed(9), dtype=torch.float64))[0]
    noise = 0.1 * torch.randn(N, P, D, generator=draw, dtype=torch.float64)
    mean = (content.sum(1, keepdim=True) - content) / (P - 1)
    brought = {"attended": weight.double() @ content, "uniform": mean, "own": content}[kind] @ turn
    return content, weight, content + 0.5 * brought + noise


def told(kind: str) -> list[float]:
    sums = []
    for seed in range(3):
        content, weight, following = planted(kind, seed)
        sums.append(step_sums(context_features(content, weight, torch.eye(D).double()), following))
    return context_r_squared(*sums, D).tolist()


def test_what_attention_brought_is_found_and_told_from_what_all_bring():
    alone, uniform, attended = told("attended")
    assert attended > alone + 0.01
    assert uniform - alone < 0.3 * (attended - alone)
    alone, uniform, attended = told("uniform")
    assert uniform > alone + 0.005
    assert attended < uniform


def test_a_linear_step_without_context_has_none():
    alone, uniform, attended = told("own")
    assert alone > 0.98
    assert max(uniform, attended) - alone < 1e-4


def clustered(seed: int):
    """Patches of three objects an image, each of one of eight kinds, attention within objects, and a step that bends each patch by itself."""
    draw = torch.Generator().manual_seed(seed)
    item = torch.randint(0, 3, (N, P), generator=draw)
    kinds = torch.randn(8, D, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    looks = kinds[torch.randint(0, 8, (N, 3), generator=draw)]
    content = looks.gather(1, item[..., None].expand(-1, -1, D))
    content = content + 0.7 * torch.randn(N, P, D, generator=draw, dtype=torch.float64)
    weight = (item[:, :, None] == item[:, None]).float()
    weight = weight - torch.diag_embed(weight.diagonal(dim1=-2, dim2=-1))
    weight = weight / weight.sum(dim=-1, keepdim=True).clamp(min=1)
    W = torch.randn(D, D, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    following = content + 0.5 * (content @ W).relu()
    return content - content.mean(dim=0), weight, following - following.mean(dim=0)


def test_a_nonlinear_step_of_each_patch_by_itself_can_look_like_context():
    """A limit of the test, and why nothing here may be called proof of context: what a linear map leaves is told by patches alike."""
    sums = []
    for seed in range(3):
        content, weight, following = clustered(seed)
        sums.append(step_sums(context_features(content, weight, torch.eye(D).double()), following))
    alone, uniform, attended = context_r_squared(*sums, D).tolist()
    rest = 1 - alone
    assert (attended - alone) / rest > 0.02
    assert (uniform - alone) / rest < 0.3 * (attended - alone) / rest


def test_shares_are_those_of_least_squares_written_out():
    parts = [planted("attended", seed) for seed in range(3)]
    features = [context_features(content, weight, torch.eye(D).double()) for content, weight, _ in parts]
    sums = [step_sums(each, part[2]) for each, part in zip(features, parts, strict=True)]
    found = context_r_squared(*sums, D)
    picks = [np.arange(D), np.arange(2 * D), np.r_[:D, 2 * D : 3 * D]]
    for place, pick in enumerate(picks):
        rows = [
            (z.flatten(0, 1).numpy()[:, pick], part[2].flatten(0, 1).numpy()) for z, part in zip(features, parts, strict=True)
        ]
        assert found[place].item() == pytest.approx(held_out_r2(rows, RIDGES), abs=1e-9)


def test_attention_is_that_to_other_patches_brought_to_a_sum_of_one():
    layout = TokenLayout(n_cls=1, grid=(2, 3))
    q, k = torch.randn(2, 2, 3, 7, 4)
    scores = 0.5 * q.numpy() @ k.numpy().swapaxes(-1, -2)
    weights = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    weights = weights[..., 1:, 1:].mean(1)
    weights[:, range(6), range(6)] = 0
    expected = weights / weights.sum(-1, keepdims=True)
    np.testing.assert_allclose(attended(q, k, 0.5, layout).numpy(), expected, rtol=1e-5, atol=1e-7)

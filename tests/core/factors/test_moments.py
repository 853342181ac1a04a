"""Are moments of batches those of the whole, however the images come? And are corrected ones unbiased?"""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.factors.correction import bias_words, position_leak
from qkwidgets.core.factors.moments import Moments, grams, merged, moments, shifted, with_content
from tests.core.factors.data import FEW, N, P, close, small_tokens
from tests.oracles import factors as oracle


@st.composite
def shuffled(draw):
    """Tokens, and their images in batches in any order."""
    seed = draw(st.integers(0, 10**6))
    order = torch.from_numpy(np.random.default_rng(seed).permutation(N))
    cuts = sorted(draw(st.lists(st.integers(0, N), max_size=5)))
    return small_tokens(seed), [order[a:b] for a, b in zip([0, *cuts], [*cuts, N], strict=True) if b > a]


@FEW
@given(shuffled(), st.randoms(use_true_random=False))
def test_moments_of_any_batches_merged_in_any_order_are_those_of_one_pass(case, random):
    x, batches = case
    found = [moments(x[rows]) for rows in batches]
    while len(found) > 1:
        random.shuffle(found)
        found = [merged(found[0], found[1]), *found[2:]]
    for one, other in zip(found[0], moments(x), strict=True):
        assert close(one, other, exact=1e-12)


def test_merging_is_symmetric_and_no_image_changes_nothing():
    x = small_tokens(1)
    one, other = moments(x[:13]), moments(x[13:])
    for a, b in zip(merged(one, other), merged(other, one), strict=True):
        assert close(a, b, exact=1e-13)
    none = Moments(torch.tensor(0), *(torch.zeros_like(each) for each in one[1:]))
    for both in (merged(one, none), merged(none, one)):
        assert all(torch.equal(a, b) for a, b in zip(both, one, strict=True))
    nothing = merged(none, none)
    assert all((each == 0).all() for each in nothing)


@FEW
@given(st.integers(0, 10**6))
def test_second_moments_are_those_of_the_parts(seed):
    x = small_tokens(seed)
    found = grams(moments(x))
    for gram, part in zip(found, oracle.parts(x.numpy()), strict=True):
        assert close(gram, part.T @ part / (N * P), scale=found.sum(0).abs().max())
    total = x.flatten(0, 1)
    assert close(found.sum(0), total.T @ total / (N * P))
    content = oracle.parts(x.numpy())[2] + oracle.parts(x.numpy())[3]
    assert close(with_content(found)[2], content.T @ content / (N * P), scale=found.sum(0).abs().max())


def test_a_huge_offset_costs_no_digits():
    x = small_tokens(2)
    offset = torch.zeros(x.shape[-1], dtype=torch.float64)
    offset[3] = 1e6  # a massive activation
    batches = [merged(moments(part[:10]), merged(moments(part[10:11]), moments(part[11:]))) for part in (x, x + offset)]
    for plain, large in zip(*(each[2:] for each in batches), strict=True):
        assert close(large, plain, exact=1e-8)
    naive = ((x + offset).float().flatten(0, 1).T @ (x + offset).float().flatten(0, 1))[3, 3] / (N * P) - 1e12
    true = x[..., 3].square().mean() + 2e6 * x[..., 3].mean()
    assert abs(naive - true) > 1e-4 * abs(true)  # sums around zero in float32 would lose them


def test_single_precision_is_lifted_and_nothing_handed_in_is_changed():
    x = small_tokens(3)
    before = x.clone()
    assert moments(x.float()).mean.dtype == torch.float64
    moments(x)
    assert torch.equal(x, before)


def test_a_bias_taken_away_changes_the_means_only():
    x, b = small_tokens(4), torch.linspace(-1, 1, 12).double()
    for found, expected in zip(shifted(moments(x + b), b), moments(x), strict=True):
        assert close(found, expected)
    assert shifted(moments(x), None).mean.shape == (P, 12)


def test_corrected_moments_are_unbiased_and_sum_to_the_same():
    rng = np.random.default_rng(0)
    noise = torch.from_numpy(
        rng.standard_normal((4000, 5, 4, 2)) + 2 * rng.standard_normal((4000, 5, 1, 2))
    )  # Σ_res = I, Σ_img = 4 I + I / 4
    found, plain = grams(moments(noise), corrected=True), grams(moments(noise))
    assert close(found.sum(-3), plain.sum(-3))
    mean = found.mean(0).diagonal(dim1=-2, dim2=-1).mean(-1)
    assert torch.allclose(mean, torch.tensor([0, 0, 4.25, 0.75]).double(), atol=0.06)
    naive = plain.mean(0).diagonal(dim1=-2, dim2=-1).mean(-1)
    assert torch.allclose(naive, torch.tensor([4.25 / 5, 0.75 / 5, 4.25 * 0.8, 0.75 * 0.8]).double(), atol=0.06)


def test_few_images_are_told_of_by_the_formula():
    x = small_tokens(5)
    found = moments(x)
    trace = [np.trace(part.T @ part) for part in oracle.parts(x.numpy())]
    assert close(position_leak(found), trace[3] / (N - 1) / trace[1])
    assert bias_words(1000, 0.5, 0.5) == ""
    assert "up to 50.0 %" in bias_words(999, 0.5, 0.25)
    assert "by up to 0.250. Take 1,000 images" in bias_words(999, 0.5, 0.25)
    assert 'corrected here (correction="moments")' in bias_words(999, 0.5, 0.25, "moments")


def test_a_leak_larger_than_what_is_there_is_no_share_of_it():
    said = bias_words(3, 1.11, 1.5)
    assert "about as much as all there is of the variance of position" in said
    assert "the shares say nothing yet" in said
    assert "111" not in said
    assert "a ratio of two estimates" in said
    assert "On average this is corrected here" in bias_words(3, 1.11, 1.5, "crossfit")

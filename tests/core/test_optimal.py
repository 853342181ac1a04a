"""Are projections out of queries those of the tokens, and do packed lists sort and merge as they should? Science-modes 2.3, 8, 16.5."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.modes import singular_modes
from qkwidgets.core.optimal import CONDITION_LIMIT, NO_IMAGE, best, image_scores, packed, projected, side, unpacked
from tests.core.heads import EASY, HARD, factor, head_pairs, largest_error
from tests.oracles.optimal import guarded_score, ranked

FLOAT32_LIMIT = 5e-5
"""Of the error of a projection in float32 against the largest projection of its layer, on weights with condition numbers up to
140: the model's own rounding of its queries, times that."""


def ways(W_Q, W_K, b_Q, b_K):
    modes = singular_modes(W_Q, W_K)
    return (side(W_Q, b_Q, modes.left), modes.left), (side(W_K, b_K, modes.right), modes.right)


def both_routes(x, W, b, way, vectors):
    """Projections from queries, or again where told to, and those of the tokens themselves: `[head image token mode]`."""
    heads = torch.einsum("itd,hde->ihte", x, W) + (0 if b is None else b[:, None])
    found = x.new_empty(len(W), *x.shape[:2], way.matrix.shape[-1])
    projected(found, heads, x, way)
    return found - way.offset[:, None, None], torch.einsum("itd,hdm->hitm", x, vectors)


@given(head_pairs(log_conditions=(EASY, 3.0), wide=False, deficient=False), st.booleans())
def test_projections_out_of_queries_are_those_of_the_tokens(pair, biased):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, pair[0].shape[1], generator=generator, dtype=torch.float64)
    biases = [torch.randn(len(W), W.shape[-1], generator=generator, dtype=torch.float64) if biased else None for W in pair]
    for W, b, (way, vectors) in zip(pair, biases, ways(*pair, *biases), strict=True):
        found, expected = both_routes(x, W, b, way, vectors)
        assert largest_error(found, expected) < 1e-10


def test_heads_of_a_large_condition_number_are_projected_again():
    rng = np.random.default_rng(0)
    W_Q = torch.from_numpy(np.stack([factor(rng, 16, 6, EASY), factor(rng, 16, 6, HARD), factor(rng, 16, 6, EASY, rank=3)]))
    W_K, b = torch.from_numpy(np.stack([factor(rng, 16, 6, EASY)] * 3)), torch.from_numpy(rng.standard_normal((3, 6)))
    (way, left), (other, _) = ways(W_Q, W_K, b, b)
    assert (way.again, other.again) == ((1, 2), ())
    x = torch.from_numpy(rng.standard_normal((2, 5, 16)))
    found, expected = both_routes(x, W_Q, b, way, left)
    assert largest_error(found, expected) < 1e-10


@given(head_pairs())
def test_whatever_the_heads_some_way_gives_their_projections(pair):
    for W, (way, vectors) in zip(pair, ways(*pair, None, None), strict=True):
        x = torch.randn(2, 3, W.shape[1], dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        found, expected = both_routes(x, W, None, way, vectors)
        assert largest_error(found, expected) < 1e-8


def test_the_limit_is_that_of_the_condition_number():
    W = torch.diag(torch.tensor([1.0, 1 / (CONDITION_LIMIT * 0.5)], dtype=torch.float64))[None]
    assert side(W, None, torch.eye(2)[None]).again == ()
    assert side(W, None, torch.eye(2)[None], limit=CONDITION_LIMIT / 4).again == (0,)


def test_both_routes_agree_on_trained_weights_in_float32(deit_checkpoint):
    import qkwidgets as qk

    model = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=deit_checkpoint)
    pixels = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    worst = 0.0

    def visit(layer, tokens):
        nonlocal worst
        w = model.layers[layer]
        for heads, W, (way, vectors) in zip((tokens.q, tokens.k), (w.W_Q, w.W_K), ways(w.W_Q, w.W_K, w.b_Q, w.b_K), strict=True):
            found = torch.empty(len(W), *heads.shape[::2], way.matrix.shape[-1])
            projected(found, heads, tokens.x, way.to("cpu", torch.float32))
            expected = torch.einsum("itd,hdm->hitm", tokens.x.double(), vectors)
            worst = max(worst, largest_error(found - way.offset[:, None, None].float(), expected))

    model.watch(pixels, visit)
    assert 0 < worst < FLOAT32_LIMIT


@given(st.integers(0, 10**6), st.sampled_from([0.0, 3.0, -3.0]))
def test_an_image_scores_as_its_two_guarded_maxima(seed, shift):
    rng = np.random.default_rng(seed)
    query, key = (torch.from_numpy(rng.standard_normal((4, 7)) + shift * rng.choice([-1, 1])) for _ in range(2))
    ends = (query.amax(-1), query.amin(-1), key.amax(-1), key.amin(-1))
    by = {way: image_scores(*ends, by=way) for way in ("score", "query", "key")}
    for image in range(4):
        for place, sign in enumerate((1, -1)):
            a, b = query[image].numpy(), key[image].numpy()
            assert by["score"][image, place].item() == pytest.approx(guarded_score(a, b, sign))
            assert by["query"][image, place].item() == pytest.approx(max(0, (sign * a).max()))
            assert by["key"][image, place].item() == pytest.approx(max(0, (sign * b).max()))


def test_what_is_no_number_is_no_hit():
    assert image_scores(*torch.tensor([[torch.nan], [torch.nan], [1.0], [-1.0]])).tolist() == [[0, 0]]
    assert not image_scores(torch.tensor(0.0), torch.tensor(0.0), torch.tensor(1.0), torch.tensor(-1.0)).signbit().any()


scores = st.lists(
    st.sampled_from([0.0, 1e-30, 0.5, 1.0, 1.0, 3e38, float("inf")]) | st.integers(0, 9).map(float), min_size=1, max_size=12
)


@given(scores, st.integers(0, 2**32 - 100))
def test_packed_numbers_are_ordered_by_score_and_then_by_index(values, first):
    score, image = torch.tensor(values), first + torch.arange(len(values))
    keys = packed(score, image)
    found = keys.sort(descending=True).values
    assert [n - first for n in unpacked(found)[1].tolist() if n >= 0] == ranked(score.numpy(), len(values))
    back, where = unpacked(keys)
    assert torch.equal(back, score)
    assert torch.equal(where, torch.where(score > 0, image, -1))
    assert (keys >= NO_IMAGE).all()


@given(scores, st.integers(1, 5), st.randoms(use_true_random=False))
def test_lists_merge_to_the_best_of_all_in_any_order_and_grouping(values, k, random):
    keys = packed(torch.tensor(values), torch.arange(len(values)))
    expected = ranked(np.float32(values), k)
    parts = [torch.zeros(k, dtype=torch.int64)]
    for key in keys.tolist():
        if random.random() < 0.5:
            parts.append(torch.zeros(k, dtype=torch.int64))
        parts[-1] = best(parts[-1], torch.tensor([key]))[0]
    while len(parts) > 1:
        random.shuffle(parts)
        parts = [best(parts[0], parts[1])[0], *parts[2:]]
    assert [image for image in unpacked(parts[0])[1].tolist() if image >= 0] == expected


@given(scores, scores)
def test_a_merged_list_says_where_each_place_was(one, other):
    lists = [packed(torch.tensor(values), first + torch.arange(len(values))) for first, values in ((0, one), (100, other))]
    found, place = best(*lists)
    assert torch.equal(torch.cat(lists)[place], found)
    assert len(found) == len(one)

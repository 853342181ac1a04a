"""Are the moments of a sweep those of all its tokens at once, however images are shared out? Science-factors 11."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.moments import moments
from qkwidgets.core.factors.within import products
from qkwidgets.core.layout import TokenLayout
from qkwidgets.models.watch import LayerTokens
from qkwidgets.sweeps import sweep
from qkwidgets.sweeps.factor_details import FactorDetails
from qkwidgets.sweeps.factor_moments import FactorMoments, Rooms
from qkwidgets.sweeps.image_sample import image_half
from qkwidgets.sweeps.reducer import LayerBatch

N, HEADS, D_HEAD = 23, 2, 3
LAYOUT = TokenLayout(n_cls=1, n_registers=2, grid=(2, 3))
PARTS = ("mean", "scatter", "image_scatter")


def some_tokens(seed, n_tokens=LAYOUT.n_tokens, dtype=torch.float32):
    """Queries and keys `[image head token d_head]` of one layer, with a channel far from zero and loud prefix tokens."""
    made = []
    for side in (0, 1):
        rng = np.random.default_rng([seed, side])
        x = rng.standard_normal((N, HEADS, n_tokens, D_HEAD)) + rng.standard_normal((HEADS, n_tokens, D_HEAD))
        x[..., 1] += 1000
        x[:, :, :3] *= 50
        made.append(torch.from_numpy(x).to(dtype))
    return made


def reducer():
    """As if prepared for one layer of such tokens."""
    return FactorMoments(_shape=(1, HEADS, LAYOUT.n_patches, D_HEAD), _place=torch.device("cpu"), _rooms=Rooms())


def seen(tokens, rows):
    """Some of the images, as a sweep shows them."""
    part = object.__new__(LayerTokens)
    part.qk = torch.cat([side[rows] for side in tokens], dim=1)
    return part


def state_of(ready, tokens, *batches):
    state = ready.empty()
    for rows in batches:
        ready.update(state, LayerBatch(0, torch.as_tensor(rows), seen(tokens, rows), LAYOUT))
    return state


def same(one, other, exact=1e-12):
    return torch.equal(one["count"], other["count"]) and all(
        (one[part] - other[part]).abs().max() <= exact * other[part].abs().max() for part in PARTS
    )


@settings(max_examples=6)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_any_order_any_batches_and_any_merging_give_the_same(seed, random):
    ready, tokens, order = reducer(), some_tokens(seed), list(range(N))
    whole = state_of(ready, tokens, order)
    random.shuffle(order)
    cuts = sorted(random.sample(range(1, N), 4))
    batches = [order[a:b] for a, b in zip([0, *cuts], [*cuts, N], strict=True)]
    assert same(state_of(ready, tokens, *batches), whole)
    one, other = state_of(ready, tokens, *batches[:2]), state_of(ready, tokens, *batches[2:])
    assert same(ready.merge(one, other), whole)
    assert same(ready.merge(other, one), whole)
    assert same(ready.merge(ready.empty(), whole), whole, exact=0)


def test_they_are_those_of_the_patches_of_each_half_in_memory():
    tokens = some_tokens(1)
    state, half = state_of(reducer(), tokens, list(range(N))), image_half(torch.arange(N))
    for side in (0, 1):
        for part in (0, 1):
            found = moments(tokens[side][half == part][:, :, LAYOUT.patches].transpose(0, 1))
            assert state["count"][0, part] == found.n_images == (half == part).sum()
            for name in PARTS:
                expected = getattr(found, name)
                assert (state[name][0, part, side] - expected).abs().max() <= 1e-12 * expected.abs().max()


def test_a_half_without_images_has_none_until_they_come():
    tokens, half = some_tokens(3), image_half(torch.arange(N))
    ready, (first, second) = reducer(), [(half == part).nonzero().flatten().tolist() for part in (0, 1)]
    alone = state_of(ready, tokens, first)
    assert not any(alone[part][0, 1].any() for part in PARTS)
    assert same(state_of(ready, tokens, first, second), state_of(ready, tokens, list(range(N))))


def test_one_patch_at_a_time_gives_the_same(monkeypatch):
    tokens = some_tokens(2)
    whole = state_of(reducer(), tokens, list(range(9)), list(range(9, N)))
    monkeypatch.setattr("qkwidgets.sweeps.factor_moments.CACHED", 0)
    assert same(state_of(reducer(), tokens, list(range(9)), list(range(9, N))), whole)


def test_tokens_that_cannot_be_compared_are_refused():
    ready = reducer()
    with pytest.raises(InputError, match=r"got 6 and 9 patches. The model probably has no fixed grid"):
        state_of(ready, some_tokens(0, n_tokens=12), [0, 1])
    masked = some_tokens(0)
    masked[1][[3, 7], 0, 5] = torch.nan
    with pytest.raises(InputError, match=r"those of images 3, 7 in layer 0 are not all numbers. Patches were probably masked"):
        state_of(ready, masked, list(range(N)))
    masked[1][7] = 0
    with pytest.raises(InputError, match=r"those of image 3 in layer 0"):
        state_of(ready, masked, list(range(N)))
    fine = some_tokens(0)
    fine[0][:, :, 0] = torch.nan  # the class token is none of it
    state_of(ready, fine, [0, 1])
    other = replace(ready, _shape=(1, HEADS, 9, D_HEAD))
    with pytest.raises(InputError, match="got 6 and 9 patches"):
        ready.merge(ready.empty(), other.empty())


def test_a_model_that_turns_its_queries_is_refused(builtin_model):
    turned = replace(builtin_model, layers=(replace(builtin_model.layers[0], rotation=(1,)), *builtin_model.layers[1:]))
    with pytest.raises(InputError, match="'builtin:o3' norms or turns them"):
        FactorMoments().prepare(turned)


@pytest.fixture(scope="module")
def scenes():
    return list(qk.odd_one_out(20, seed=4).images)


@pytest.fixture(scope="module")
def totals(builtin_model, scenes):
    return sweep(builtin_model, scenes, FactorMoments(), workers=0, progress=False)["factors"]


def test_a_sweep_in_other_batches_and_shards_gives_the_same(builtin_model, scenes, totals):
    options = {"workers": 0, "progress": False, "batch_size": 3, "shard_images": 6}
    again = sweep(builtin_model, scenes, FactorMoments(), **options)["factors"]
    assert again.n_images == totals.n_images == 20
    for part in PARTS:  # the forward pass itself rounds otherwise in other batches
        assert np.allclose(
            getattr(again, part), getattr(totals, part), rtol=1e-4, atol=1e-4 * np.abs(getattr(totals, part)).max()
        )


def test_it_goes_on_where_it_was_stopped(builtin_model, scenes, totals, tmp_path):
    options = {"workers": 0, "progress": False, "resume": tmp_path}
    first = sweep(builtin_model, scenes, FactorMoments(), **options)["factors"]
    opened = qk.open(tmp_path)["factors"]
    for part in PARTS:
        assert np.array_equal(getattr(opened, part), getattr(first, part))
        assert np.array_equal(getattr(totals, part), getattr(first, part))
    assert str(opened).startswith("Moments of the queries and keys of builtin:o3, 6 x 4 heads, 64 patches, over 20 images")


def all_tokens(model, images):
    """Queries and keys of all layers, `[layer side head image patch d_head]`."""
    pixels, _ = model.preprocess(images)
    found = []
    model.watch(
        pixels, lambda layer, t: found.append(torch.stack([t.q, t.k])[:, :, :, model.layout.patches].transpose(1, 2).double())
    )
    return torch.stack(found)


def test_the_second_pass_sums_products_inside_images_and_squares_of_content(builtin_model, scenes, totals):
    tokens = all_tokens(builtin_model, scenes)
    reads = torch.randn(2, 6, 4, 32, 5, dtype=torch.float64)
    details = FactorDetails(totals, reads=reads)
    options = {"workers": 0, "progress": False, "batch_size": 7, "shard_images": 7}
    found = sweep(builtin_model, scenes, details, **options)["details"]
    q, k = tokens[:, 0], tokens[:, 1]
    expected = products(q, k, q.mean(-3), k.mean(-3)).numpy()
    assert np.allclose(found.products, expected, atol=1e-4 * np.abs(expected).max())
    content = tokens - tokens.mean(-3, keepdim=True)
    spread = (content @ reads.transpose(0, 1)[..., None, :, :]).square().sum(-3).mT.transpose(0, 1).numpy()
    assert np.allclose(found.spread, spread, rtol=1e-3)
    assert found.count.tolist() == [20] * 6
    assert "products inside images and spreads of maps" in str(found)
    one = details.prepare(builtin_model)
    assert one.options()["first_pass"] != FactorDetails(totals, reads=reads + 1).options()["first_pass"]


def test_one_image_at_a_time_gives_the_same_second_pass(builtin_model, scenes, totals, monkeypatch):
    details, options = FactorDetails(totals, reads=torch.ones(2, 6, 4, 32, 1)), {"workers": 0, "progress": False}
    whole = sweep(builtin_model, scenes, details, **options)["details"]
    monkeypatch.setattr("qkwidgets.sweeps.factor_moments.CACHED", 0)
    single = sweep(builtin_model, scenes, details, **options)["details"]
    for name in ("products", "spread"):
        expected = getattr(whole, name)
        assert np.allclose(getattr(single, name), expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_a_second_pass_of_another_model_is_refused(builtin_model, totals):
    with pytest.raises(InputError, match="has other weights than the totals of 'builtin:o3'"):
        FactorDetails(replace(totals, provenance={**totals.provenance, "fingerprint": "0"})).prepare(builtin_model)

"""Does a sweep find the moments of all layers' tokens at once, whatever the batches, and the residual stream where it is asked for?"""

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.depth import depth_moments
from qkwidgets.models.contract import AttentionModel
from qkwidgets.models.positions import position_table
from qkwidgets.sweeps.context_sums import ContextSums
from qkwidgets.sweeps.depth_moments import DepthCosines, DepthSums
from qkwidgets.sweeps.reducer import ImageRows, LayerBatch
from tests.depths import QUIET, model, noise
from tests.models.families import CASES, randomised, read
from tests.oracles import depth as oracle

N = 7


@pytest.fixture(scope="module")
def small():
    return model()


def tokens(small: AttentionModel, site: str) -> torch.Tensor:
    """`[layer image patch d_model]` from the doors for a few images."""
    pixels = small.preprocess(noise(N))[0]
    layers = small.attn_inputs(pixels) if site == "attn_input" else small.residuals(pixels)
    return torch.stack(layers)[:, :, small.layout.patches].double()


@pytest.mark.parametrize("site", ["residual", "attn_input"])
@pytest.mark.parametrize(("batch_size", "pairs"), [(7, "all"), (3, "all"), (2, "neighbours")])
def test_moments_are_those_of_all_tokens(small, site, batch_size, pairs):
    reducer = DepthSums(site=site, pairs=pairs)
    found = qk.sweep(small, noise(N), reducer, batch_size=batch_size, shard_images=4, **QUIET)["depth"]
    whole = depth_moments(tokens(small, site), reducer.furthest)
    for name in ("mean", "cross", "image_scatter"):
        np.testing.assert_allclose(getattr(found, name), getattr(whole, name), rtol=1e-4, atol=1e-4)
    assert (found.n_images, found.site, found.pairs, found.layout) == (N, site, pairs, small.layout)


def test_cosines_are_those_of_all_tokens(small):
    images = noise(N)
    totals = qk.sweep(small, images, DepthSums(), **QUIET)["depth"]
    found = qk.sweep(small, images, DepthCosines(totals), batch_size=3, **QUIET)["cosines"]
    one, other = tokens(small, "residual").numpy()
    assert found.activation[0, 1] == pytest.approx(oracle.mean_cosine(one, other), abs=1e-6)
    assert found.content[0, 1] == pytest.approx(oracle.mean_cosine(oracle.content(one), oracle.content(other)), abs=1e-6)
    np.testing.assert_allclose(found.content.diagonal(), 1)


def test_a_step_is_summed_once_both_layers_of_one_batch_have_come(small):
    totals = qk.sweep(small, noise(N), DepthSums(), **QUIET)["depth"]
    reducer = ContextSums(totals).prepare(small)
    seen, state, whole = [], reducer.empty(), reducer.empty()
    small.watch(small.preprocess(noise(N))[0], lambda layer, part: seen.append((layer, part)))
    first, last = (LayerBatch(layer, torch.arange(N), part, small.layout) for layer, part in seen)
    for batch in (first, last):
        reducer.update(whole, batch)
    assert whole["count"].sum() == N * small.layout.n_patches
    for batch in (first, first, last, last):  # a pass that ended early, and a layer without the one before
        reducer.update(state, batch)
    parts = [reducer.empty() for _ in range(2)]
    for rows, part in zip((slice(0, 3), slice(3, N)), parts, strict=True):
        for batch in (first, last):
            reducer.update(
                part, batch._replace(images=torch.arange(N)[rows], tokens=ImageRows(batch.tokens, torch.arange(N)[rows]))
            )
    for name, sums in whole.items():
        torch.testing.assert_close(state[name], sums)
        torch.testing.assert_close(reducer.merge(*parts)[name], sums)


def test_what_a_broken_pass_left_behind_is_not_counted(small):
    reducer = DepthSums().prepare(small)
    state = reducer.empty()
    seen = []
    small.watch(small.preprocess(noise(3))[0], lambda layer, part: seen.append((layer, part)))
    batches = [LayerBatch(layer, torch.arange(3), part, small.layout) for layer, part in seen]
    reducer.update(state, batches[0])  # of a pass that ended here
    for batch in batches:
        reducer.update(state, batch)
    assert state["count"].tolist() == [3]
    few = reducer.empty()
    for layer, part in seen:
        reducer.update(few, LayerBatch(layer, torch.tensor([0, 2]), ImageRows(part, torch.tensor([0, 2])), small.layout))
    assert few["count"].tolist() == [2]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_residual_that_a_watch_shows_is_that_of_the_door(case):
    model = read(randomised(case.build()), "a model")
    pixels = torch.randn(2, 3, *model.preprocessing.size)
    found = []
    model.watch(pixels, lambda layer, part: found.append((part.residual.clone(), part.x.clone())))
    for one, other, x, (residual, seen) in zip(
        model.residuals(pixels), model.attn_inputs(pixels), model.input_site, found, strict=True
    ):
        torch.testing.assert_close(residual.float(), one)
        torch.testing.assert_close(seen.float(), other)
        assert torch.equal(residual, seen) == (x == "residual")


def test_bad_requests_are_refused_in_words(small):
    with pytest.raises(InputError, match=r"^site is one of 'residual', 'attn_input': got 'qk'\. It is probably misspelt\. "):
        DepthSums(site="qk")
    with pytest.raises(InputError, match=r"^pairs is one of 'all', 'neighbours': got 'near'\. "):
        DepthSums(pairs="near")
    totals = qk.sweep(small, noise(2), DepthSums(), **QUIET)["depth"]
    with pytest.raises(InputError, match=r"^A second pass belongs to the model of the first: 'builtin:o3' has other weights "):
        DepthCosines(totals).prepare(qk.load_model())
    reducer = DepthSums().prepare(small)
    seen = []
    small.watch(small.preprocess(noise(2))[0], lambda layer, part: seen.append(part))
    seen[0].residual = seen[0].residual.clone()
    seen[0].residual[1, 3] = torch.nan
    with pytest.raises(InputError, match=r"^Every patch must have a token: those of image 9 in layer 0 are not all numbers\. "):
        reducer.update(reducer.empty(), LayerBatch(0, torch.tensor([4, 9]), seen[0], small.layout))


def test_the_table_of_positions_is_that_of_the_patches(small):
    table = position_table(small)
    whole = dict(small._runner.module.named_parameters())["pos_embed"][0]
    torch.testing.assert_close(table, whole[small.layout.n_cls :])
    assert table.shape == (small.layout.n_patches, small.d_model)

"""Are the sums of a preference those of its images, in whatever order, batches and parts they come?"""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.data.labelled import labelled_set
from qkwidgets.sweeps import LayerBatch, PreferenceMasses, sweep
from qkwidgets.sweeps.bootstrap import QUANTUM, exact, image_counts
from tests.oracles.preference import preference

N_IMAGES = 11


@pytest.fixture(scope="module")
def scenes():
    return qk.odd_one_out(N_IMAGES, seed=4)


@pytest.fixture(scope="module")
def seen(builtin_model, scenes):
    """What a reducer sees of all images: queries, keys and tokens of each layer, and the regions of each image."""
    layers, images = [], labelled_set(scenes)

    def keep(layer, tokens):
        layers.append(SimpleNamespace(x=tokens.x.clone(), q=tokens.q.clone(), k=tokens.k.clone()))

    with torch.inference_mode():
        builtin_model.watch(builtin_model.preprocess(scenes)[0], keep)
    return layers, [images.regions(i, builtin_model.layout.grid) for i in range(N_IMAGES)]


@pytest.fixture(scope="module")
def reducer(builtin_model):
    return PreferenceMasses(null=2, draws=50).prepare(builtin_model)


def state_of(reducer, seen, parts, layout):
    """The state of some images, which come in these batches."""
    layers, regions = seen
    state = reducer.empty()
    for images in parts:
        where = torch.tensor(images)
        for layer, tokens in enumerate(layers):
            some = SimpleNamespace(**{name: getattr(tokens, name)[where] for name in "xqk"})
            reducer.update(state, LayerBatch(layer, where, some, layout, tuple(regions[i] for i in images)))
    return state


def same(one, other):
    """Bit for bit."""
    assert one.keys() == other.keys()
    for name in one:
        assert torch.equal(one[name], other[name]), name


@settings(max_examples=8)
@given(st.permutations(range(N_IMAGES)), st.integers(1, N_IMAGES - 1))
def test_merging_is_taking_in_one_after_the_other_in_any_order(reducer, seen, builtin_model, order, cut):
    layout = builtin_model.layout
    whole = state_of(reducer, seen, [[image] for image in range(N_IMAGES)], layout)
    one, other = (state_of(reducer, seen, [[image] for image in part], layout) for part in (order[:cut], order[cut:]))
    same(reducer.merge(one, other), whole)
    same(reducer.merge(other, one), whole)
    same(reducer.merge(one, reducer.empty()), one)


@pytest.mark.parametrize("size", [4, N_IMAGES])
def test_another_batch_size_gives_the_same_up_to_rounding(reducer, seen, builtin_model, size):
    parts = [list(range(N_IMAGES))[start : start + size] for start in range(0, N_IMAGES, size)]
    whole = state_of(reducer, seen, [[image] for image in range(N_IMAGES)], builtin_model.layout)
    found = state_of(reducer, seen, parts, builtin_model.layout)
    for name in whole:
        torch.testing.assert_close(found[name], whole[name], rtol=0, atol=1e-5 * N_IMAGES)
    assert torch.equal(found["weight"], whole["weight"])
    assert torch.equal(found["area"], whole["area"])


def test_the_state_does_not_grow(reducer, seen, builtin_model):
    few = state_of(reducer, seen, [[0]], builtin_model.layout)
    many = state_of(reducer, seen, [list(range(N_IMAGES))] * 3, builtin_model.layout)
    assert {name: tensor.shape for name, tensor in few.items()} == {name: tensor.shape for name, tensor in many.items()}


def test_sums_are_those_of_the_long_way_with_the_counts_of_each_draw(reducer, seen, builtin_model):
    state = state_of(reducer, seen, [list(range(N_IMAGES))], builtin_model.layout)
    counts = image_counts(torch.arange(N_IMAGES), reducer.draws).numpy()
    layers, regions = seen
    for layer in (0, 5):
        w = builtin_model.layers[layer]
        weights = [part.double().numpy() for part in (w.W_Q, w.W_K, w.b_Q, w.b_K)]
        each = []
        for tokens, region in zip(layers[layer].x.double().numpy(), regions, strict=True):
            others = np.delete(region.shares, [0, region.target], axis=0).sum(axis=0)
            groups = np.stack([region.shares[region.target], others, region.shares[0]])
            found = preference(tokens, *weights, w.scale, groups.astype(np.float64))
            each.append(np.concatenate([found[name] for name in ("masses", "nonself", "items")], axis=-1))
        expected = np.einsum("di,ihv->dhv", counts, np.stack(each))
        np.testing.assert_allclose(state["sums"][layer, ..., :18], expected, atol=2e-5)
    assert state["weight"][0] == N_IMAGES


def test_images_without_target_or_distractors_are_counted_and_left_out(reducer, seen, builtin_model):
    layers, regions = seen
    empty = [region._replace(target=-1) if i in (2, 7) else region for i, region in enumerate(regions)]
    empty[5] = regions[5]._replace(shares=np.delete(regions[5].shares, np.s_[2:], 0), target=1)
    left = [i for i in range(N_IMAGES) if i not in (2, 5, 7)]
    found = state_of(reducer, (layers, empty), [[i] for i in range(N_IMAGES)], builtin_model.layout)
    expected = state_of(reducer, seen, [[i] for i in left], builtin_model.layout)
    assert found.pop("skipped") == 3
    assert expected.pop("skipped") == 0
    same(found, expected)


def test_two_sets_of_scenes_give_what_both_together_give(builtin_model, scenes):
    options = {"workers": 0, "progress": False, "batch_size": 4}
    whole = sweep(builtin_model, labelled_set(scenes), PreferenceMasses(), shard_images=4, **options)["preference"]
    again = sweep(builtin_model, labelled_set(scenes), PreferenceMasses(), shard_images=256, **options)["preference"]
    for name, array in whole.to_parts()[0].items():
        assert array.tobytes() == again.to_parts()[0][name].tobytes(), name


def test_counts_are_poisson_and_independent():
    counts = image_counts(torch.arange(4000), 400)[1:]
    assert counts.mean().item() == pytest.approx(1, abs=0.004)
    for value, share in ((0, 0.3679), (1, 0.3679), (2, 0.1839), (3, 0.0613), (4, 0.0153)):
        assert (counts == value).double().mean().item() == pytest.approx(share, abs=0.002)
    for table in (counts[:, :200].T, counts[:200]):
        together = torch.corrcoef(table).fill_diagonal_(0)
        assert together.std().item() * table.shape[1] ** 0.5 == pytest.approx(1, abs=0.05)


def test_counts_depend_on_seed_and_image_alone():
    whole = image_counts(torch.arange(50), 30)
    order = torch.randperm(50)
    assert torch.equal(image_counts(order, 30), whole[:, order])
    assert torch.equal(image_counts(torch.arange(50), 10), whole[:11])
    other = image_counts(torch.arange(50), 30, seed=1)
    assert abs(torch.corrcoef(torch.stack([whole[1:].flatten(), other[1:].flatten()]))[0, 1]) < 0.1
    assert not torch.equal(other, whole)


def test_intervals_are_those_of_the_usual_bootstrap():
    """Of the mean of numbers with a long tail, against drawing n of n with putting back."""
    values = torch.from_numpy(np.random.default_rng(0).exponential(size=400))
    counts = image_counts(torch.arange(400), 4000)[1:]
    draws = (counts @ values / counts.sum(dim=1)).numpy()
    picked = np.random.default_rng(1).integers(0, 400, (4000, 400))
    usual = values.numpy()[picked].mean(axis=1)
    width = np.diff(np.percentile(usual, [2.5, 97.5]))[0]
    assert np.percentile(draws, [2.5, 97.5]) == pytest.approx(np.percentile(usual, [2.5, 97.5]), abs=0.05 * width)


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=40), st.randoms())
def test_rounded_numbers_add_up_alike_in_any_order(values, random):
    rounded = exact(torch.tensor(values))
    assert (rounded - torch.tensor(values, dtype=torch.float64)).abs().max() <= QUANTUM / 2
    mixed = rounded.tolist()
    random.shuffle(mixed)
    assert sum(mixed) == sum(rounded.tolist())


def test_pictures_without_masks_are_refused(builtin_model, scenes):
    with pytest.raises(
        InputError, match=r"^Attention preference is asked of images with masks: got a set without. It was probably read as plain"
    ):
        sweep(builtin_model, list(scenes.images), PreferenceMasses(), workers=0, progress=False)


def test_attention_that_is_no_number_is_refused(reducer, seen, builtin_model):
    layers, regions = seen
    broken = [SimpleNamespace(**{name: getattr(tokens, name).clone() for name in "xqk"}) for tokens in layers]
    broken[3].k[4] = torch.nan
    with pytest.raises(
        InputError,
        match=r"^Attention must be a number: that of image 4 in layer 3 is none. The precision is probably too narrow.",
    ):
        state_of(reducer, (broken, regions), [list(range(N_IMAGES))], builtin_model.layout)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"tokens": "cls"}, r'Attention is shared out between the "patches" or between "all" tokens: got tokens=\'cls\'.'),
        ({"null": -1}, "null must be a whole number from 0 to 100: got -1."),
        ({"seed": 2**31}, "seed must be a whole number from 0 to 2147483647: got 2147483648."),
        ({"draws": True}, "draws must be a whole number from 0 to 10000: got True."),
    ],
)
def test_an_unknown_option_is_refused(option, sentence):
    with pytest.raises(InputError, match=f"^{sentence}"):
        PreferenceMasses(**option)

"""Are the lists of every mode those of the best images, however the images come, and is what lies beside them theirs?"""

import dataclasses
import functools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import Dataset

import qkwidgets as qk
from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.answers.optimal_parts import unpacked as unpacked_in_numpy
from qkwidgets.answers.quantise import quantised, restored, rounding_bound
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.optimal import Side, packed, unpacked
from qkwidgets.models.capture import AttentionRunner
from qkwidgets.models.contract import AttentionModel, LayerWeights
from qkwidgets.models.preprocess import Preprocess, squeeze
from qkwidgets.sweeps import LayerBatch, TopImages, sweep
from qkwidgets.sweeps.image_sample import image_half, image_hash
from qkwidgets.sweeps.places import quantised as quantised_in_torch
from qkwidgets.sweeps.projecting import LayerSides
from tests.oracles.dense import dense_modes
from tests.oracles.optimal import guarded_score, ranked, splitmix

N_IMAGES, N_TOKENS, D_MODEL, D_HEAD, N_HEADS, N_LAYERS = 23, 7, 12, 4, 2, 2
LAYOUT = TokenLayout(1, 0, 0, (2, 3))


def model():
    """Weights of two layers with biases, as much of a model as a reducer asks for; the last head of layer 1 is ill-conditioned."""
    rng = torch.Generator().manual_seed(5)
    layers = []
    for layer in range(N_LAYERS):
        W_Q, W_K = torch.randn(2, N_HEADS, D_MODEL, D_HEAD, generator=rng)
        b_Q, b_K = torch.randn(2, N_HEADS, D_HEAD, generator=rng)
        if layer:
            W_Q[-1, :, -1] = W_Q[-1, :, 0] * (1 + 1e-6) + 1e-6 * W_Q[-1, :, -1]
        layers.append(LayerWeights(W_Q, W_K, W_K, b_Q, b_K, b_K, None, None, 0.5))
    nothing = nn.Linear(1, 1)
    runner = AttentionRunner(nothing, (nothing,) * N_LAYERS, (None,) * N_LAYERS, ((None, None),) * N_LAYERS)
    preprocess = Preprocess((2, 3), (0.5,) * 3, (0.5,) * 3, squeeze)
    return AttentionModel("two layers", tuple(layers), LAYOUT, "0", {}, ("norm1",) * N_LAYERS, (), runner, preprocess)


def tokens(seed=0):
    """What attention receives in every layer, with two images alike: `[layer image token d_model]`."""
    x = torch.randn(N_LAYERS, N_IMAGES, N_TOKENS, D_MODEL, generator=torch.Generator().manual_seed(seed))
    x[:, 11] = x[:, 4]
    x[:, :, 0] *= 100  # the CLS token would win everywhere
    return x


X = tokens()


@pytest.fixture(scope="module")
def reduced():
    return TopImages(k=3, sample=11, classes=4).prepare(model())


@pytest.fixture(scope="module")
def whole_numbers():
    """A reducer whose transforms are whole numbers: on tokens that are, too, nothing is rounded and many scores are equal."""
    return in_whole_numbers(TopImages(k=3, sample=11, classes=4).prepare(model()))


def in_whole_numbers(reducer):
    ready = reducer._ready
    sides = [LayerSides(*(Side(*((4 * part).round() for part in way[:3]), way.again) for way in layer)) for layer in ready.sides]
    return dataclasses.replace(reducer, _ready=dataclasses.replace(ready, sides=sides))


def state_of(reducer, images, batch=5, whole=False):
    """The state of some images, in this order, some at a time; of tokens, queries and keys in `whole` numbers."""
    state = reducer.empty()
    for part in torch.tensor(images).split(batch):
        for layer, w in enumerate(model().layers):
            x = X[layer, part]
            q, k = (torch.einsum("itd,hde->ihte", x, W) + b[:, None] for W, b in ((w.W_Q, w.b_Q), (w.W_K, w.b_K)))
            if whole:
                x, q, k = x.round(), (q / 4).round(), (k / 4).round()
            reducer.update(state, LayerBatch(layer, part, SimpleNamespace(x=x, q=q, k=k), LAYOUT))
    return state


def projections(layer, head):
    """Query and key projections of all patches in float64, the long way: `[image patch mode]` each."""
    w, x = model().layers[layer], X[layer, :, 1:].double().numpy()
    left, _, right = dense_modes(w.W_Q[head].numpy(), w.W_K[head].numpy())
    return x @ left, x @ right


def same(one, other):
    assert one.keys() == other.keys()
    return all(torch.equal(one[name].nan_to_num(7), other[name].nan_to_num(7)) for name in one)


@pytest.mark.parametrize("by", ["score", "query", "key"])
def test_the_lists_are_those_of_the_best_images(by):
    state = state_of(TopImages(k=3, by=by).prepare(model()), list(range(N_IMAGES)))
    images, scores = unpacked(state["keys"])[::-1]
    for layer, head, mode, place in np.ndindex(N_LAYERS, N_HEADS, D_HEAD, 2):
        if (layer, head) == (1, 1) and mode >= D_HEAD - 1:
            continue  # of no strength to speak of: its direction is rounding
        query, key = (side[..., mode] for side in projections(layer, head))
        sign = (1, -1)[place]
        long_way = {
            "score": [guarded_score(a, b, sign) for a, b in zip(query, key, strict=True)],
            "query": (sign * query).max(1).clip(0),
            "key": (sign * key).max(1).clip(0),
        }[by]
        expected = np.round(np.array(long_way), 4)
        spot = (layer, head, mode, place)
        assert images[spot].tolist() == ranked(expected, 3)
        assert scores[spot].numpy() == pytest.approx(expected[images[spot]], rel=1e-3)
        for name, side in (("query_patch", query), ("key_patch", key)):
            maps = sign * side[images[spot]]
            assert state[name][spot].tolist() == np.where(maps.max(1) > 0, maps.argmax(1), -1).tolist()


def test_two_equal_images_come_in_the_order_of_their_indices():
    reducer = in_whole_numbers(TopImages(k=N_IMAGES, maps=0).prepare(model()))
    state = state_of(reducer, [*range(12, 23), *range(12)], whole=True)
    images = unpacked(state["keys"])[1].flatten(0, -2).tolist()
    both = [listed for listed in images if 4 in listed]
    assert len(both) > 10
    assert all(listed.index(4) < listed.index(11) for listed in both)


def test_the_state_does_not_depend_on_order_batches_or_grouping(whole_numbers):
    def state(images, batch=5):
        return state_of(whole_numbers, images, batch, whole=True)

    whole = state(list(range(N_IMAGES)))
    shuffled = np.random.default_rng(1).permutation(N_IMAGES).tolist()
    assert same(whole, state(shuffled, batch=1))
    parts = [state(shuffled[start : start + 4]) for start in range(0, N_IMAGES, 4)]
    merge = whole_numbers.merge
    assert same(whole, functools.reduce(merge, parts))
    assert same(whole, functools.reduce(lambda one, other: merge(other, one), reversed(parts)))
    assert same(merge(parts[0], merge(parts[1], parts[2])), merge(merge(parts[0], parts[1]), parts[2]))
    assert same(merge(parts[0], parts[1]), merge(parts[1], parts[0]))
    assert same(whole, merge(whole, whole_numbers.empty()))


def test_maps_are_those_of_the_images_in_the_lists(reduced):
    state = state_of(reduced, list(range(N_IMAGES)))
    images, arrays = unpacked(state["keys"])[1], {name: state[name].numpy() for name in ("maps", "maps.lo", "maps.step")}
    for layer, head, mode, place, rank in np.ndindex(N_LAYERS, N_HEADS, D_HEAD - 1, 2, 3):
        spot = (layer, head, mode, place, rank)
        if images[spot] < 0:
            assert not arrays["maps"][spot].any()
            continue
        exact = np.stack([(1, -1)[place] * side[images[spot], :, mode] for side in projections(layer, head)])
        mine = {name: array[spot] for name, array in arrays.items()}
        assert np.abs(restored(mine, "maps") - exact).max() <= rounding_bound(mine, "maps").max() + 1e-3
        assert np.abs(restored(mine, "maps") - restored(quantised("maps", exact, np.uint8), "maps")).max() < 0.05


@pytest.mark.parametrize("maps", [0, 2])
def test_fewer_maps_change_nothing_else(whole_numbers, maps):
    few = in_whole_numbers(TopImages(k=3, maps=maps, sample=11, classes=4).prepare(model()))
    found, expected = (state_of(each, list(range(N_IMAGES)), whole=True) for each in (few, whole_numbers))
    assert found.keys() - expected.keys() == set()
    kept = {
        name: tensor[:, :, :maps] if name.startswith("maps") else tensor for name, tensor in expected.items() if name in found
    }
    assert same(found, kept)
    assert ("maps" in found) == bool(maps)
    parts = [state_of(few, list(range(first, last)), whole=True) for first, last in ((0, 11), (11, N_IMAGES))]
    assert same(found, few.merge(*parts))


def test_the_sample_holds_the_images_of_the_smallest_hashes_and_all_their_scores(reduced):
    assert image_hash(torch.arange(50)).tolist() == [splitmix(index) for index in range(50)]
    state = state_of(reduced, list(range(N_IMAGES)))
    smallest = sorted(range(N_IMAGES), key=splitmix)[:11]
    assert state["sample_image"].tolist() == smallest
    query, key = projections(0, 1)
    for place, image in enumerate(smallest):
        for mode, number in np.ndindex(D_HEAD, 2):
            sign = (1, -1)[number]
            expected = guarded_score(query[image, :, mode], key[image, :, mode], sign)
            assert state["sample_score"][place, 0, 1, mode, number].item() == pytest.approx(expected, rel=1e-3, abs=1e-4)
            if expected > 1e-3:
                patches = state["sample_patch"][place, 0, 1, mode, number].tolist()
                assert patches == [(sign * side[image, :, mode]).argmax() for side in (query, key)]


def test_a_sample_of_all_images_gives_exact_deciles():
    everything = TopImages(k=N_IMAGES, sample=50).prepare(model())
    state = state_of(everything, list(range(N_IMAGES)))
    found = answer(everything, state)
    assert found.n_sampled == N_IMAGES
    for spot in np.ndindex(N_LAYERS, N_HEADS, D_HEAD, 2):
        scores = np.zeros(N_IMAGES)
        scores[found.image[spot][found.image[spot] >= 0]] = found.score[spot][found.image[spot] >= 0]
        expected = np.sort(scores)[np.rint(np.linspace(0, N_IMAGES - 1, 11)).astype(int)]
        assert found.deciles["score"][spot] == pytest.approx(expected)
        assert scores[found.deciles["image"][spot]] == pytest.approx(expected)


def test_lists_of_the_halves_hold_the_best_of_either_half(reduced):
    state = state_of(reduced, list(range(N_IMAGES)))
    half = image_half(torch.arange(N_IMAGES)).numpy()
    images = unpacked(state["half_keys"])[1].numpy()
    everything = unpacked(state_of(TopImages(k=N_IMAGES, maps=0).prepare(model()), list(range(N_IMAGES)))["keys"])[1].numpy()
    for spot in np.ndindex(images.shape[:-2]):
        ordered = [image for image in everything[spot] if image >= 0]
        for one in (0, 1):
            assert [image for image in images[spot][one] if image >= 0] == [image for image in ordered if half[image] == one][:4]


def test_null_modes_have_no_images():
    weak = model()
    weak.layers[0].W_Q[0, :, -1] = weak.layers[0].W_Q[0, :, 0]
    reducer = TopImages(k=2, sample=11).prepare(weak)
    state = state_of(reducer, list(range(6)))
    assert state["null"][0, 0].tolist() == [False, False, False, True]
    assert not state["keys"][0, 0, 3].any()
    assert (state["query_patch"][0, 0, 3] == -1).all()
    assert not state["sample_score"][:, 0, 0, 3].any()
    assert state["keys"][0, 0, 2].any()


def test_pictured_are_all_images_of_lists_and_sample_most_wanted_first(reduced):
    state = state_of(reduced, list(range(N_IMAGES)))
    found = reduced.pictured(state).tolist()
    lists = unpacked(state["keys"])[1]
    halves = unpacked(state["half_keys"])[1]
    assert set(found) == {*lists.flatten().tolist(), *state["sample_image"].tolist(), *halves.flatten().tolist()} - {-1}
    plain = TopImages(k=1, maps=0).prepare(model())
    loud = plain.empty()
    loud["keys"][0, 0, 3, 0, 0] = (0x3F000000 << 32) + 2**32 - 1 - 8
    loud["keys"][0, 0, 0, 0, 0] = (0x3F000000 << 32) + 2**32 - 1 - 9
    assert plain.pictured(loud).tolist() == [9, 8]


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("side", ["q", "k"])
def test_projections_that_are_no_numbers_or_without_end_are_refused(reduced, value, side):
    seen = SimpleNamespace(**{name: torch.randn(9, N_HEADS, N_TOKENS, D_HEAD) for name in "qk"}, x=X[1, :9])
    getattr(seen, side)[1:8, 0, 3, 2] = value
    with pytest.raises(InputError) as refusal:
        reduced.update(reduced.empty(), LayerBatch(1, torch.arange(40, 49), seen, LAYOUT))
    assert str(refusal.value) == (
        "Projections must be finite: those of images 41, 42, 43, 44, 45 and 2 more in layer 1 are not. The precision is probably too "
        'narrow. Use dtype="bfloat16" or None.'
    )
    getattr(seen, side)[2:8] = 1
    with pytest.raises(InputError, match=r"those of image 41 in layer 1 are not"):
        reduced.update(reduced.empty(), LayerBatch(1, torch.arange(40, 49), seen, LAYOUT))


@pytest.mark.parametrize("by", ["query", "key"])
def test_a_patch_is_kept_only_where_its_projection_is_above_zero(by):
    reducer = TopImages(k=N_IMAGES, by=by, sample=N_IMAGES).prepare(model())
    state = state_of(reducer, list(range(N_IMAGES)))
    places = {image: place for place, image in enumerate(state["sample_image"].tolist())}
    images, missing = unpacked(state["keys"])[1], 0
    for layer, head, mode, number, rank in np.ndindex(1, N_HEADS, D_HEAD, 2, N_IMAGES):
        image = int(images[layer, head, mode, number, rank])
        if image < 0:
            continue
        maps = [(1, -1)[number] * side[image, :, mode] for side in projections(layer, head)]
        expected = [int(each.argmax()) if each.max() > 0 else -1 for each in maps]
        missing += -1 in expected
        assert [state[name][layer, head, mode, number, rank].item() for name in ("query_patch", "key_patch")] == expected
        assert state["sample_patch"][places[image], layer, head, mode, number].tolist() == expected
    assert missing > 3


@given(st.sampled_from([1.0, 1e-42, 1e30]), st.integers(0, 10**6), st.booleans())
def test_torch_and_numpy_round_maps_alike(scale, seed, constant):
    values = np.float32(np.random.default_rng(seed).standard_normal((6, 9)) * scale)
    values[0] = values[1, 0] if constant else values[0]
    values[2, :3] = 0
    values[3, 0], values[3, 1:] = np.finfo(np.float32).max, 0
    values[4] = np.spacing(np.float32(0)) * np.arange(9) * 37  # steps below which there are no numbers
    values[5] = np.float32(1e6) + np.float32(0.0625) * np.arange(9)
    maps = torch.from_numpy(values)
    here, there = quantised_in_torch(maps, maps.amax(-1)), quantised("maps", values, np.uint8)
    for one, name in zip(here, ("maps", "maps.lo", "maps.step"), strict=True):
        assert one.numpy().dtype == there[name].dtype
        assert one.numpy().tobytes() == there[name].tobytes(), name


@given(st.lists(st.tuples(st.floats(0, width=32, allow_nan=False), st.integers(0, 2**32 - 2)), min_size=1, max_size=9))
def test_torch_and_numpy_unpack_lists_alike(places):
    scores, images = zip(*places, (np.finfo(np.float32).max, 0), (0.0, 7), (1.0, 2**32 - 2), strict=True)
    keys = packed(torch.tensor(scores), torch.tensor(images))
    score, image = unpacked(keys)
    there = unpacked_in_numpy(keys.numpy())
    for one, other in zip((image, score), there, strict=True):
        assert one.numpy().dtype == other.dtype
        assert one.numpy().tobytes() == other.tobytes()


@pytest.mark.parametrize("option", [{"k": 0}, {"maps": -1}, {"sample": True}, {"classes": -2}])
def test_an_option_that_is_no_such_number_is_refused(option):
    with pytest.raises(
        InputError, match=f"{next(iter(option))} must be a whole number of . or more: got .*. Give one, such as 8."
    ):
        TopImages(**option)


def test_a_sample_too_small_for_deciles_is_refused():
    with pytest.raises(InputError) as refusal:
        TopImages(sample=10)
    assert str(refusal.value) == (
        "A sample from which deciles are drawn holds 11 images or more: got sample=10. The same image would stand at several deciles. Use "
        "sample=200, or 0 for none."
    )


@pytest.mark.parametrize("by", ["score", "query", "key"])
def test_what_is_chosen_fits_how_images_are_ranked(by):
    from qkwidgets.answers.optimal_choices import choices_of

    score, guard, *_ = choices_of(by)
    assert (score.source, guard.source) == ("paper" if by == "score" else "ours", "ours")
    assert ("product" if by == "score" else f"largest {by} projection") in score.choice
    assert TopImages(by=by).prepare(model()).record(model())["choices"][score.question] == score.choice


def test_an_unknown_way_is_refused():
    with pytest.raises(InputError, match=r"Images are ranked by 'score', 'query', 'key': got by='both'. Use one of these."):
        TopImages(by="both")


def answer(reducer, state, **record) -> OptimalImages:
    shown = [int(image) for image in reducer.pictured(state)]
    known = {"names": {i: f"picture {i}" for i in shown}, "labels": {}, "paths": {}, "classes": [], "n_images": N_IMAGES}
    engine = {"skipped": [], "finished": True, "provenance": {"model": "two layers"}}
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    return OptimalImages.from_state(arrays, known | engine | reducer.record(model()) | record)


def test_a_sweep_of_the_built_in_model_has_the_lists_of_its_projections(builtin_model):
    scenes = qk.odd_one_out(12)
    found = sweep(builtin_model, scenes, TopImages(k=4), batch_size=5, workers=0, progress=False)["optimal"]
    x = builtin_model.attn_inputs(builtin_model.preprocess(scenes)[0])
    modes = qk.modes(builtin_model)
    for layer, head, mode in np.ndindex(6, 4, 8):
        query, key = (
            x[layer][:, builtin_model.layout.patches].numpy() @ side[layer, head, :, mode] for side in (modes.left, modes.right)
        )
        scores = {sign: np.array([guarded_score(a, b, sign) for a, b in zip(query, key, strict=True)]) for sign in (1, -1)}
        for place, sign in enumerate((1, -1)):
            listed = found.image[layer, head, mode, place]
            expected = np.sort(scores[sign])[::-1][:4]
            assert scores[sign][listed[listed >= 0]] == pytest.approx(expected[expected > 0], rel=1e-3, abs=1e-5)
    assert found.cosine == pytest.approx(modes.cosine, nan_ok=True)
    assert len(found.thumbnails) == 12
    assert dataclasses.asdict(found.layout) == dataclasses.asdict(builtin_model.layout)


class Labelled(Dataset):
    """Noise of four classes, and a class of stripes."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.labels = ["stripes" if i % 5 == 0 else f"noise {rng.integers(4)}" for i in range(150)]
        noise = rng.integers(0, 256, (150, 64, 64, 3)).astype(np.uint8)
        stripes = np.where(np.arange(64) % 8 < 4, 255, 0).astype(np.uint8)[None, :, None] // 2 + noise // 2
        self.pictures = [stripes[i] if label == "stripes" else noise[i] for i, label in enumerate(self.labels)]

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.pictures[index], self.labels[index]


def test_a_class_that_modes_tell_from_the_rest_is_suggested_and_no_other(builtin_model):
    data = Labelled()
    found = sweep(builtin_model, data, TopImages(k=2, classes=8), workers=0, progress=False)["optimal"]
    rows = found.suggestions()
    assert {row["label"] for row in rows} == {"stripes"}
    assert all(row["hits"] >= 5 for row in rows)
    half = image_half(torch.arange(150)).numpy()
    for word, *counts in zip(found.halves.words, *found.halves.count.tolist(), strict=True):
        assert counts == [sum(np.array(data.labels)[half == one] == word) for one in (0, 1)]
    for spot in np.ndindex(6, 4, 32, 2):
        best = found.top(spot[:3], "+-"[spot[3]])
        if best:
            place = int(half[best[0].image])
            assert found.halves.words[found.halves.classes[spot][place][0]] == best[0].label == data.labels[best[0].image]

"""Same objects and anisotropy on small sets: the lists against a loop, whatever the order, and what is refused."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.core.optimal import unpacked
from qkwidgets.data.labelled import labelled_set
from qkwidgets.sweeps.anisotropy import CentreTokens
from qkwidgets.sweeps.reducer import LayerBatch
from qkwidgets.sweeps.same_object import SameObject
from tests.oracles import objects as oracle
from tests.oracles.dense import dense_modes
from tests.oracles.optimal import guarded_score, ranked
from tests.reduced import state_of

N_IMAGES = 9
QUIET = {"workers": 0, "progress": False}


@pytest.fixture(scope="module")
def pictures():
    """Pictures of noise; the last has one object only, the first a tiny third one."""
    rng, found = np.random.default_rng(3), []
    for number in range(N_IMAGES):
        mask = np.zeros((64, 64), int)
        mask[4:40, 2:30] = 1
        if number < N_IMAGES - 1:
            mask[20:64, 34 - number : 60] = 2
        if number == 0:
            mask[:4, :4] = 3
        found.append((rng.integers(0, 255, (64, 64, 3), dtype=np.uint8), mask))
    return labelled_set(found)


def same(one, other):
    assert one.keys() == other.keys()
    for name, values in one.items():
        torch.testing.assert_close(other[name], values, equal_nan=True, rtol=1e-6, atol=1e-6)


def test_lists_and_objects_are_those_of_a_loop(small_model, pictures):
    found = qk.same_object_probability(small_model, pictures, k=3, **QUIET)
    assert (found.n_told, found.n_images) == (N_IMAGES - 1, N_IMAGES)
    pixels, _ = small_model.preprocess([pictures.picture(i) for i in range(N_IMAGES)])
    rows = [pictures.regions(i, (4, 4)).shares.astype(float) for i in range(N_IMAGES)]
    x = small_model.attn_inputs(pixels)[1][:, small_model.layout.patches].double().numpy()
    w = small_model.layers[1]
    left, _, right = dense_modes(w.W_Q[2].numpy(), w.W_K[2].numpy())
    query, key = x @ left, x @ right
    state = state_of(SameObject(k=3).prepare(small_model), small_model, pictures, list(range(N_IMAGES)))
    choices = {}
    for mode, image in np.ndindex(16, N_IMAGES - 1):
        scores = [guarded_score(query[image, :, mode], key[image, :, mode], sign) for sign in (1, -1)]
        sign = (1, -1)[int(scores[1] > scores[0])]
        maps = sign * query[image, :, mode], sign * key[image, :, mode]
        choices[mode, image] = max(scores), sign, oracle.same_object(*maps, rows[image])
    for mode in range(15):
        scores = np.array([choices[mode, image][0] for image in range(N_IMAGES - 1)])
        images = ranked(scores, 3)
        spot = (1, 2, mode)
        assert found.image[spot].tolist() == images
        np.testing.assert_allclose(found.score[spot], scores[images], rtol=1e-3)
        assert found.sign[spot].tolist() == [int(choices[mode, image][1] < 0) for image in images]
        pairs = list(zip(found.query_object[spot].tolist(), found.key_object[spot].tolist(), strict=True))
        assert pairs == [choices[mode, image][2] for image in images]
        met = [
            np.mean([choices[other, image][2][0] == choices[mode, image][2][1] for other in range(16) if other != mode])
            for image in images
        ]
        np.testing.assert_allclose(state["by_others"][spot], met, atol=1e-6)
        areas = [rows[image][1:3].sum(1) for image in images]
        np.testing.assert_allclose(state["by_area"][spot], [np.sum((a / a.sum()) ** 2) for a in areas], rtol=1e-5)
        assert state["by_count"][spot].tolist() == [0.5] * 3


def test_lists_do_not_depend_on_order_batches_or_grouping(small_model, pictures):
    reducer = SameObject(k=3).prepare(small_model)
    whole = state_of(reducer, small_model, pictures, list(range(N_IMAGES)))
    parts = [state_of(reducer, small_model, pictures, part, batch=2) for part in ([8, 0], [3, 7, 5], [1], [4, 2, 6])]
    merged = functools.reduce(reducer.merge, [reducer.empty(), *parts])
    (score, image), (other_score, other_image) = (unpacked(each.pop("keys")) for each in (whole, merged))
    assert torch.equal(image, other_image)
    assert set(image[image >= 0].tolist()) == set(range(N_IMAGES - 1))
    torch.testing.assert_close(
        other_score, score, rtol=1e-5, atol=1e-6
    )  # another batch size, another rounding of the forward pass
    same(whole, merged)


def test_the_ground_is_an_object_if_asked(small_model, pictures):
    with_ground = qk.same_object_probability(small_model, pictures, ground=True, **QUIET)
    assert with_ground.n_told == N_IMAGES
    assert (with_ground.query_object[with_ground.image >= 0] == 0).any()
    without = qk.same_object_probability(small_model, pictures, **QUIET)
    assert (without.query_object[without.image >= 0] > 0).all()


def test_one_object_tells_nothing(small_model, pictures):
    alone = labelled_set([(pictures.picture(8), pictures.labelled(8).objects.astype(int))])
    found = qk.same_object_probability(small_model, alone, **QUIET)
    assert found.n_told == 0
    assert np.isnan(found.layer).all()
    assert (found.image == -1).all()


@pytest.mark.parametrize("site", ["attn_input", "residual"])
def test_the_baseline_is_the_mean_over_all_pairs_of_middle_patches(small_model, pictures, site):
    found = qk.anisotropy_baseline(small_model, pictures, site=site, **QUIET)
    pixels, _ = small_model.preprocess([pictures.picture(i) for i in range(N_IMAGES)])
    middle = small_model.layout.token((2, 2))
    for layer, x in enumerate(small_model.attn_inputs(pixels) if site == "attn_input" else small_model.residuals(pixels)):
        assert found.baseline[layer] == pytest.approx(oracle.pair_cosine(x[:, middle].double().numpy()), abs=1e-6)
    reducer = CentreTokens().prepare(small_model)
    whole = state_of(reducer, small_model, pictures, list(range(N_IMAGES)))
    parts = [state_of(reducer, small_model, pictures, part, batch=1) for part in ([8, 0, 3], [7, 5, 1, 4, 2, 6])]
    same(whole, reducer.merge(*parts))


def test_a_token_without_length_has_no_cosine():
    reducer = CentreTokens()
    state = {"total": torch.zeros(1, 20, 3, dtype=torch.double), "count": torch.zeros(1, 20, dtype=torch.int64)}
    x = torch.zeros(2, 5, 3)
    x[1] = 4.0
    reducer.update(state, LayerBatch(0, torch.tensor([0, 1]), SimpleNamespace(x=x), TokenLayout(grid=(2, 2))))
    assert state["count"].sum() == 1
    assert state["total"].sum().item() == pytest.approx(3**0.5)


def test_what_cannot_be_asked_is_refused(small_model, pictures, noise):
    for call, sentence in (
        (lambda: qk.same_object_probability(small_model, pictures, k=0), r"^k must be a whole number of 1 or more: got 0\. "),
        (
            lambda: qk.same_object_probability(small_model, pictures, grounds=True),
            r"^A keyword of same_object_probability is one of .*Nearest: 'ground'\.$",
        ),
        (
            lambda: qk.sweep(small_model, noise, SameObject(), **QUIET),
            r"^The probability of the same object needs images whose objects are known: this set has none\. ",
        ),
        (
            lambda: qk.anisotropy_baseline(small_model, noise, site="hidden"),
            r'^A site is "attn_input" or "residual": got \'hidden\'\. ',
        ),
        (lambda: qk.anisotropy_baseline(small_model, noise[:1], **QUIET), r"^Different images are compared: got 1\. "),
        (
            lambda: qk.anisotropy_baseline(small_model, noise, sites="residual"),
            r"^A keyword of anisotropy_baseline is one of .*Nearest: 'site'\.$",
        ),
    ):
        with pytest.raises(InputError, match=sentence):
            call()


def test_what_is_no_number_is_refused(small_model, pictures):
    class Broken:
        def __init__(self, tokens):
            self.x, self.q, self.k = tokens.x, tokens.q * torch.nan, tokens.k

    reducer = SameObject().prepare(small_model)
    pixels, _ = small_model.preprocess([pictures.picture(0)])
    regions = (pictures.regions(0, (4, 4)),)

    def visit(layer, tokens):
        reducer.update(reducer.empty(), LayerBatch(layer, torch.tensor([7]), Broken(tokens), small_model.layout, regions))

    with pytest.raises(InputError, match=r"^Projections must be finite: those of image 7 in layer 0 are not\. "):
        small_model.watch(pixels, visit)

"""Is a semantic map that of a dense computation, pair of patches by pair of patches, whatever way the images come?"""

import functools
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.labelled import labelled_picture, labelled_set
from qkwidgets.data.labels.listed import SceneSet
from qkwidgets.sweeps.loading import seen_regions
from qkwidgets.sweeps.reducer import LayerBatch
from qkwidgets.sweeps.segmenting import segment_rows
from qkwidgets.sweeps.semantic import Relations, _moves
from tests.oracles import objects as oracle
from tests.oracles.dense import dense_modes
from tests.reduced import state_of

N_IMAGES, GRID = 6, (4, 4)
QUIET = {"workers": 0, "progress": False}


@pytest.fixture(scope="module")
def pictures():
    """Pictures of noise with objects; the second object of every other has parts, and the last has something ignored."""
    rng, found = np.random.default_rng(0), []
    for number in range(N_IMAGES):
        mask = np.zeros((64, 64), int)
        for item in range(1, 3 + number % 3):
            y, x = rng.integers(0, 36, 2)
            mask[y : y + 28, x : x + 24] = item
        parts = np.where((mask == 2) & (np.arange(64) % 20 < 10), 1, 2 * (mask == 2)) if number % 2 else None
        ignored = mask == 1 if number == N_IMAGES - 1 else None
        noise = Picture(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8), f"noise {number}")
        found.append(labelled_picture(noise, mask, parts=parts, ignored=ignored))
    return labelled_set(found)


def maps_of(model, images, layer, head, image):
    """Query and key maps of all modes of a head in one image, in float64, the long way: `[patch mode]` each."""
    pixels, _ = model.preprocess([images.picture(image)])
    x = model.attn_inputs(pixels)[layer][0, model.layout.patches].double().numpy()
    w = model.layers[layer]
    left, values, right = dense_modes(w.W_Q[head].numpy(), w.W_K[head].numpy())
    return x @ left, x @ right, w.scale * values


def segments_of(images, model, image):
    """Shares of an image and its complete parts."""
    rows, n_objects = segment_rows(seen_regions(images.labelled(image), model.preprocessing, model.layout.grid))
    shares, parts = rows[: 1 + n_objects].numpy().astype(float), rows[1 + n_objects :].numpy().astype(float)
    if not len(parts):
        return shares, [(number, shares[number]) for number in range(1, len(shares))]
    owners = [int(np.argmax([(np.minimum(part, whole)).sum() for whole in shares[1:]])) + 1 for part in parts]
    return shares, list(zip(owners, parts, strict=True))


@pytest.mark.parametrize("lent", [False, True])
def test_sums_are_those_of_a_dense_computation_with_own_and_with_foreign_segments(small_model, pictures, lent):
    order = list(range(N_IMAGES))
    donors = tuple((i, *segment_rows(seen_regions(pictures.labelled(i), small_model.preprocessing, GRID))) for i in (4, 1, 2))
    reducer = Relations(draws=19, controls=2, donors=donors if lent else ()).prepare(small_model)
    state = state_of(reducer, small_model, pictures, order)
    for layer, head in ((0, 1), (1, 2)):
        sums, contribution = np.zeros((6, 3, 16)), np.zeros((6, 16))
        counts = np.zeros((6, 3))
        for image in order:
            query, key, loud = maps_of(small_model, pictures, layer, head, image)
            draws = [segments_of(pictures, small_model, image)]
            rng = np.random.default_rng(np.random.SeedSequence(0, spawn_key=(image,)))
            if lent:
                others = np.array([number for number in (4, 1, 2) if number != image])
                draws += [segments_of(pictures, small_model, int(number)) for number in rng.permutation(others)[:2]]
            else:
                shift, flip = (part.numpy() for part in _moves(rng, GRID, 19))
                own, parts = draws[0]
                for draw in range(2):
                    move = functools.partial(oracle.moved, grid=GRID, shift=tuple(shift[draw]), flip=tuple(flip[draw]))
                    draws.append((move(own), [(owner, move(part[None])[0]) for owner, part in parts]))
            for draw, (shares, parts) in enumerate(draws):
                for mode in range(16):
                    found = oracle.relations(query[:, mode], key[:, mode], shares, parts)
                    sums[:, draw, mode] += np.nan_to_num(found)
                    if draw == 0:
                        rms = np.sqrt(np.mean(query[:, mode] ** 2)) * np.std(key[:, mode])
                        contribution[:, mode] += np.nan_to_num(found) * rms * loud[mode]
                counts[:, draw] += np.isfinite(found)
        np.testing.assert_allclose(state["sums"][layer, :, head, :3, :16], sums, atol=1e-3)
        np.testing.assert_array_equal(state["counts"][layer, :, :3], counts)
        np.testing.assert_allclose(state["contribution"][layer, :, head], contribution, rtol=1e-3, atol=1e-3)


def test_random_pairs_are_unit_combinations_of_the_head(small_model):
    reducer = Relations(draws=19, controls=3).prepare(small_model)
    plain = Relations(draws=19, controls=3, seed=1).prepare(small_model)
    for way, other in zip(reducer._ready.sides[0], plain._ready.sides[0], strict=True):
        n_modes = reducer._ready.loudness.shape[-1]
        own, random = way.matrix[..., :n_modes].double(), way.matrix[..., n_modes:].double()
        mix = torch.linalg.solve(own, random)
        torch.testing.assert_close(mix.norm(dim=1), torch.ones(3, 3, dtype=torch.double), atol=1e-4, rtol=0)
        torch.testing.assert_close(
            way.offset[:, n_modes:].double(), (way.offset[:, None, :n_modes].double() @ mix)[:, 0], atol=1e-4, rtol=1e-4
        )
        assert not torch.allclose(way.matrix[..., n_modes:], other.matrix[..., n_modes:])
    query, key = (way.matrix[..., -3:] for way in reducer._ready.sides[0])
    assert not torch.allclose(query, key)


def test_the_state_does_not_depend_on_order_batches_or_grouping(small_model, pictures):
    reducer = Relations(draws=19, controls=2).prepare(small_model)
    whole = state_of(reducer, small_model, pictures, list(range(N_IMAGES)))
    parts = [state_of(reducer, small_model, pictures, part, batch=1) for part in ([5, 0], [3], [1, 4, 2])]
    merged = functools.reduce(reducer.merge, [*parts, reducer.empty()])
    assert merged.keys() == whole.keys()
    for name, values in whole.items():
        torch.testing.assert_close(merged[name], values, equal_nan=True, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("lent", [False, True])
def test_sums_are_the_same_in_any_order_of_images_and_parts(small_model, pictures, lent):
    """Of the same tokens: what a forward pass rounds otherwise in another batch is left out here."""
    donors = tuple((i, *segment_rows(seen_regions(pictures.labelled(i), small_model.preprocessing, GRID))) for i in (4, 1, 2))
    reducer = Relations(draws=19, controls=2, donors=donors if lent else ()).prepare(small_model)
    layers = []
    pixels, _ = small_model.preprocess([pictures.picture(i) for i in range(N_IMAGES)])
    small_model.watch(pixels, lambda _, t: layers.append(SimpleNamespace(x=t.x.clone(), q=t.q.clone(), k=t.k.clone())))

    def of(order, size):
        state = reducer.empty()
        for part in torch.tensor(order).split(size):
            regions = tuple(seen_regions(pictures.labelled(i), small_model.preprocessing, GRID) for i in part.tolist())
            for layer, tokens in enumerate(layers):
                some = SimpleNamespace(**{name: getattr(tokens, name)[part] for name in "xqk"})
                reducer.update(state, LayerBatch(layer, part, some, small_model.layout, regions))
        return state

    whole = of(list(range(N_IMAGES)), N_IMAGES)
    one, other = of([3, 0], 2), of([5, 2, 4, 1], 4)
    for found in (
        of([4, 2, 0, 5, 3, 1], N_IMAGES),
        of([4, 2, 0, 5, 3, 1], 3),
        reducer.merge(one, other),
        reducer.merge(other, one),
    ):
        for name, values in whole.items():
            torch.testing.assert_close(found[name], values, equal_nan=True, rtol=1e-10, atol=1e-10)


def test_an_image_is_never_lent_its_own_segments_and_moves_never_leave_them(small_model, pictures):
    donors = tuple((i, *segment_rows(seen_regions(pictures.labelled(i), small_model.preprocessing, GRID))) for i in range(4))
    reducer = Relations(draws=30, controls=1, donors=donors).prepare(small_model)
    regions = tuple(seen_regions(pictures.labelled(i), small_model.preprocessing, GRID) for i in (2, 5))
    taken = reducer._segments(LayerBatch(0, torch.tensor([2, 5]), None, small_model.layout, regions), torch.device("cpu")).taken
    assert taken[:, 0].tolist() == [0, 1]
    assert set(taken[0, 1:].tolist()) == {2, 3, 5}  # donors lie behind the two images
    assert set(taken[1, 1:].tolist()) == {2, 3, 4, 5}
    shift, flip = _moves(np.random.default_rng(0), GRID, 5000)
    moves = torch.cat([shift, flip], dim=1)
    assert len(moves.unique(dim=0)) == 4 * 16 - 1
    assert moves.any(dim=1).all()


def test_segments_of_other_images_make_no_mode_semantic(builtin_model):
    """The right masks on the wrong pictures: whatever is found then is found by chance."""
    scenes = qk.odd_one_out(24, seed=5)
    right = labelled_set(scenes)
    wrong = [(right.picture(i), right.labelled((i + 7) % 24).objects.astype(int)) for i in range(24)]
    found = qk.semantic_map(builtin_model, wrong, draws=39, tables=0, **QUIET)
    assert found.provenance["null"] == "other images"
    assert found.n_semantic == 0
    assert found.random_typed.max() < 0.02
    assert qk.semantic_map(builtin_model, right, draws=39, tables=0, **QUIET).n_semantic > 200


def test_tables_are_those_of_a_dense_computation_saved_and_live(small_model, pictures, tmp_path):
    found = qk.semantic_map(small_model, pictures, draws=19, controls=1, tables=[1, 5], **QUIET)
    found.save(tmp_path / "x.qk")
    saved = qk.open(tmp_path / "x.qk")
    assert found.provenance["null"] == "shifts"
    for image in (1, 5):
        shares, _ = segments_of(pictures, small_model, image)
        query, key, loud = maps_of(small_model, pictures, 1, 2, image)
        for mode in (0, 7):
            expected = loud[mode] * oracle.table(query[:, mode], key[:, mode], shares)
            np.testing.assert_allclose(found.table((1, 2, mode), image), expected, rtol=2e-3, atol=1e-3)
            np.testing.assert_array_equal(saved.table((1, 2, mode), image), found.table((1, 2, mode), image))
    assert saved.image(1).names == ("ground", "object 1", "object 2", "object 3")
    assert saved.image(1).part_names == ("object 2, part 1", "object 2, part 2")
    np.testing.assert_array_equal(saved.image(1).object_map, pictures.labelled(1).objects)
    assert (saved.image(5).object_map == 255).sum() == pictures.labelled(5).ignored.sum()
    parts = saved.image(1).part_map
    np.testing.assert_array_equal(parts, pictures.labelled(1).parts * (pictures.labelled(1).objects > 0))
    table = found.table("L1 H2 M7", 1, parts=True)
    assert table.shape == (2, 2)
    assert [saved.image(1).part_relation(*pair) for pair in ((0, 0), (0, 1))] == [0, 1]
    assert found.table("L0 H0 M0", 3).shape == (len(pictures.labelled(3).names) + 1,) * 2
    assert saved.tables[0].shape == (2, 3, 16, 4, 4)
    with pytest.raises(InputError, match=r"^A saved map holds the tables of a few images: got image 3, and it holds 1, 5\. "):
        saved.table("L0 H0 M0", 3)
    np.testing.assert_equal(saved.rows(), found.rows())
    assert str(saved) == str(found)


def test_superpixels_stand_in_and_say_so(small_model, pictures):
    pytest.importorskip("skimage")
    plain = list(qk.odd_one_out(3, seed=1).images)
    found = qk.semantic_map(small_model, plain, segments="superpixels", n_segments=5, draws=19, tables=1, **QUIET)
    assert "segments from superpixels" in str(found)
    assert found.n_with.tolist() == [3, 0, 3, 0, 0, 0]
    assert [each.label for each in found.types[::2]] == ["same segment", "two segments", "ground reads figure"]
    assert found.image(0).names[1] == "segment 1"
    assert (found.image(0).object_map > 0).all()


class Damaged(SceneSet):
    """Scenes of which some cannot be read."""

    damaged = (1,)

    def _labelled(self, index):
        if index in self.damaged:
            raise OSError("bad sector")
        return super()._labelled(index)


def test_an_unreadable_image_costs_its_own_tables_and_no_more(small_model):
    images = Damaged(qk.odd_one_out(5, seed=1))
    options = {"draws": 19, "controls": 1, **QUIET}
    found = qk.semantic_map(small_model, images, tables=3, **options)
    assert [each.index for each in found.images] == [0, 2, 3]
    assert (found.n_images, found.n_skipped) == (4, 1)
    found = qk.semantic_map(small_model, images, tables=(np.int64(index) for index in (4, 1, 0)), **options)
    assert [each.index for each in found.images] == [4, 0]
    assert len(qk.semantic_map(small_model, images, tables=99, **options).images) == 4


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        (-1, r"^tables is how many images keep theirs, 0 or more, or which: got -1\. "),
        (True, r"^tables is how many images keep theirs, 0 or more, or which: got True\. "),
        ("first", r"^tables is how many images keep theirs, 0 or more, or which: got 'first'\. "),
        ([0, 1.5], r"^tables is how many images keep theirs, 0 or more, or which: got \[0, 1\.5\]\. "),
        (None, r"^tables is how many images keep theirs, 0 or more, or which: got None\. "),
        ([0, 9], r"^Image 9 of this set does not exist: it has images 0 to 5\. "),
    ],
)
def test_tables_that_cannot_be_are_refused_before_the_pass(small_model, pictures, monkeypatch, tables, sentence):
    monkeypatch.setattr("qkwidgets.analyses.semantic_map.sweep", None)
    with pytest.raises(InputError, match=sentence):
        qk.semantic_map(small_model, pictures, tables=tables, **QUIET)


def test_a_single_readable_image_cannot_lend_to_itself(small_model):
    images = Damaged(qk.odd_one_out(2, seed=1))
    with pytest.raises(
        InputError,
        match=r'^null="other images" borrows segments from other images: only 1 of 2 can be read\. .*or use null="shifts"\.$',
    ):
        qk.semantic_map(small_model, images, null="other images", draws=19, tables=0, **QUIET)
    many = Damaged(qk.odd_one_out(20, seed=1))
    many.damaged = range(1, 20)
    found = qk.semantic_map(small_model, many, draws=19, controls=1, tables=0, **QUIET)
    assert (found.provenance["null"], found.n_images) == ("shifts", 1)


def test_what_cannot_be_asked_is_refused(small_model, pictures, noise):
    for wrong, sentence in (
        ({"segments": "boxes"}, r'^Segments come from "masks" or "superpixels": got \'boxes\'\. '),
        ({"null": "shuffled"}, r'^null is "other images" or "shifts": got \'shuffled\'\. '),
        ({"draws": 5}, r"^draws must be a whole number of 19 or more: got 5\. "),
        ({"segment": "masks"}, r"^A keyword of semantic_map is one of .*Nearest: 'segments'\.$"),
        ({"segments": "superpixels", "n_segments": 1}, r"^n_segments must be a whole number from 2 to 200: got 1\. "),
    ):
        with pytest.raises(InputError, match=sentence):
            qk.semantic_map(small_model, pictures, **wrong, **QUIET)
    with pytest.raises(InputError, match=r'^null="other images" borrows segments from other images: there is only one\. '):
        qk.semantic_map(small_model, [(noise[0], np.ones((64, 64), int))], null="other images", **QUIET)
    with pytest.raises(InputError, match=r"^A semantic map needs images whose objects are known: this set has none\. "):
        qk.sweep(small_model, noise, Relations(draws=19), **QUIET)

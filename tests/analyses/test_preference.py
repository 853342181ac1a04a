"""Is the preference of a model that which an independent dense computation finds, on real images and masks?"""

import numpy as np
import pytest
import torch
from PIL import Image

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.data.labelled import LabelledPicture
from qkwidgets.sweeps import PreferenceMasses
from tests.oracles import preference as oracle

QUIET = {"workers": 0, "progress": False}


@pytest.fixture(scope="module")
def dense(deit, test_data):
    """Masses and areas `[image …]` of the O3 photograph and the P3 pattern, from weights and attention inputs, with numpy alone."""
    root, each = test_data / "segmented" / "o3", []
    for path in sorted((root / "images").iterdir()):
        target, distractors = (
            np.asarray(Image.open(root / part / path.name).convert("L")) for part in ("targ_labels", "dist_labels")
        )
        shares = oracle.groups(target, distractors, (14, 14))
        picture = np.asarray(Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC), np.float32) / 255
        pixels = (picture - np.float32([0.485, 0.456, 0.406])) / np.float32([0.229, 0.224, 0.225])
        layers = []
        for x, w in zip(deit.attn_inputs(torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()), deit.layers, strict=True):
            weights = (part.double().numpy() for part in (w.W_Q, w.W_K, w.b_Q, w.b_K))
            layers.append(oracle.preference(x[0].double().numpy(), *weights, w.scale, shares))
        found = {name: np.stack([layer[name] for layer in layers]) for name in layers[0]}
        asking = [oracle.first_maximum(shares[group]) for group in (0, 1)]
        found["area"] = np.tile(oracle.areas(shares), 2)
        found["nonself_area"] = np.concatenate([oracle.areas(shares, without=patch) for patch in asking])
        each.append(found)
    return {name: np.stack([image[name] for image in each]) for name in each[0]}


@pytest.fixture(scope="module")
def measured(deit, test_data):
    return qk.attention_preference(deit, test_data / "segmented" / "o3", **QUIET)


@pytest.mark.needs_data
def test_all_layers_of_deit_are_those_of_the_dense_computation(dense, measured):
    assert measured.n_images == 2
    for name in ("masses", "nonself", "items", "area", "nonself_area"):
        np.testing.assert_allclose(getattr(measured, name), dense[name].mean(axis=0), rtol=0, atol=1e-5)
    mean = dense["masses"].mean(axis=(0, 2))
    for curve, pairs in ((measured.same, [0, 4]), (measured.different, [1, 3]), (measured.background, [2, 5])):
        np.testing.assert_allclose(curve, mean[:, pairs].mean(axis=1), rtol=0, atol=1e-5)
    np.testing.assert_allclose(
        measured.enrichment, dense["masses"].mean(axis=0) / dense["area"].mean(axis=0), rtol=1e-4, atol=1e-5
    )


@pytest.mark.needs_data
def test_prefix_tokens_can_stay(deit, test_data, dense):
    whole = qk.attention_preference(deit, test_data / "segmented" / "o3", tokens="all", null=0, items=False, **QUIET)
    np.testing.assert_allclose(whole.masses, dense["all"].mean(axis=0), rtol=0, atol=1e-5)
    left = whole.masses.reshape(12, 3, 2, 3).sum(axis=-1).mean(axis=-1)
    np.testing.assert_allclose(left + whole.prefix, 1, atol=1e-5)


@pytest.mark.needs_data
def test_cosines_are_those_of_the_alignment(deit, measured):
    np.testing.assert_allclose(measured.cosine, qk.alignment(deit).head, atol=1e-9)


@pytest.mark.needs_data
def test_the_models_own_crop_is_an_option(deit, test_data, measured):
    cropped = qk.attention_preference(deit, test_data / "segmented" / "o3", resize="model", null=0, items=False, **QUIET)
    assert cropped.n_images + cropped.n_skipped == 2
    assert not np.allclose(cropped.area, measured.area, atol=1e-3)


def o3_folder(folder, form, noise):
    """Three squares on grey, the middle one red, as a folder in the layout of O3; masks with so much noise."""
    rng = np.random.default_rng(0)
    picture, target, distractors = np.full((96, 96, 3), 128, np.uint8), *np.zeros((2, 96, 96), np.uint8)
    for place, mask in ((10, distractors), (40, target), (70, distractors)):
        mask[40:60, place : place + 20] = 255
        picture[40:60, place : place + 20] = (200, 30, 30) if mask is target else (30, 30, 200)
    for name, array in (("images", picture), ("targ_labels", target), ("dist_labels", distractors)):
        (folder / name).mkdir(parents=True)
        if name != "images":
            speckle = rng.integers(0, noise + 1, array.shape)
            array = np.where(array > 127, array - speckle, array + speckle).astype(np.uint8)
        Image.fromarray(array).save(folder / name / (f"a.{form}" if name != "images" else "a.png"), quality=98)
    return folder


def test_noise_of_masks_below_the_threshold_has_no_effect(builtin_model, tmp_path):
    clean, noisy, jpeg = (
        qk.attention_preference(builtin_model, o3_folder(tmp_path / name, form, noise), **QUIET)
        for name, form, noise in (("a", "png", 0), ("b", "png", 120), ("c", "jpg", 30))
    )
    for other in (noisy, jpeg):
        for name in ("masses", "nonself", "items", "area"):
            assert np.array_equal(getattr(clean, name), getattr(other, name))


def test_a_pixel_of_both_masks_is_target(builtin_model, tmp_path):
    one, other = o3_folder(tmp_path / "a", "png", 0), o3_folder(tmp_path / "b", "png", 0)
    target, distractors = (other / name / "a.png" for name in ("targ_labels", "dist_labels"))
    both = np.maximum(np.asarray(Image.open(target)), np.asarray(Image.open(distractors)))
    Image.fromarray(both).save(distractors)
    found = [qk.attention_preference(builtin_model, folder, **QUIET) for folder in (one, other)]
    assert np.array_equal(found[0].masses, found[1].masses)


def test_masks_swapped_swap_target_and_distractors(builtin_model):
    scene = qk.odd_one_out(1, seed=3)
    both = np.where(scene.target[0], 1, np.where(scene.distractors[0], 2, 0)).astype(np.uint16)
    picture = Picture(scene.images[0], "scene", "here", None)
    one, other = (
        qk.attention_preference(builtin_model, LabelledPicture(picture, both, ("odd", "others"), target), **QUIET)
        for target in (1, 2)
    )
    swapped = [4, 3, 5, 1, 0, 2]
    for name in ("masses", "nonself", "items"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name)[..., swapped], atol=1e-7)
    np.testing.assert_allclose(one.same, other.same, atol=1e-7)


def test_a_sweep_on_two_processes_goes_on_where_it_stood(builtin_model, tmp_path):
    scenes = qk.odd_one_out(20, seed=2)
    options = {"batch_size": 8, "shard_images": 8, "progress": False, "resume": tmp_path / "s"}
    one = qk.attention_preference(builtin_model, scenes, workers=2, **options)
    other = qk.attention_preference(builtin_model, scenes, workers=0, **options)
    assert np.array_equal(one.masses, other.masses)
    assert one.n_images == qk.open(tmp_path / "s")["preference"].n_images == 20


def test_a_trained_model_sees_more_of_the_same_object_than_chance_and_than_permuted_weights(builtin_model):
    found = qk.attention_preference(builtin_model, qk.odd_one_out(40, seed=8), **QUIET)
    assert (found.enrichment_curves_interval[0, 0, :, 0] > 1.5).all()
    null = found.null_curves()[:, 0] / found.group_chance()[0]
    assert null.max() < found.enrichment_curves[0, 0].min()


def test_images_that_cannot_be_asked_are_counted_and_all_of_them_refused(builtin_model):
    scene = qk.odd_one_out(1, seed=3)
    picture, items = Picture(scene.images[0], "scene", "here", None), scene.items[0].astype(np.uint16)
    names = tuple("item" for _ in range(items.max()))
    plain, odd = (LabelledPicture(picture, items, names, target) for target in (None, 1))
    found = qk.attention_preference(builtin_model, [plain, odd, plain], **QUIET)
    assert (found.n_images, found.n_skipped) == (1, 2)
    assert "on 1 images (2 without target or distractors on the grid)" in str(found)
    with pytest.raises(
        InputError,
        match=r"^Attention preference needs images with a target and distractors: none of 1 has both on the patch grid",
    ):
        qk.attention_preference(builtin_model, plain, **QUIET)


def test_a_misspelt_keyword_is_told_the_nearest_of_all(builtin_model):
    with pytest.raises(InputError, match=r"^A keyword of attention_preference is one of resize, .*Nearest: 'items'\.$"):
        qk.attention_preference(builtin_model, qk.odd_one_out(1), itmes=False)


def test_what_is_kept_for_prefix_tokens_is_said(builtin_model):
    found = qk.attention_preference(builtin_model, qk.odd_one_out(3), tokens="all", null=0, items=False, **QUIET)
    said = 'attention to prefix tokens stays (tokens="all"), so uniform attention gives each area times the patches\' share of the tokens'
    assert said in str(found)
    for figure in (found.figure(), found.figure("cosine")):
        assert said in " ".join(" ".join(note.text.split("<br>")) for note in figure.layout.annotations)
    patches = qk.attention_preference(builtin_model, qk.odd_one_out(3), null=0, items=False, **QUIET)
    assert "prefix" not in str(patches)
    assert "prefix" not in " ".join(note.text for note in patches.figure().layout.annotations)


@pytest.mark.filterwarnings("error")
def test_neither_null_nor_draws_are_needed(builtin_model):
    found = qk.sweep(builtin_model, qk.odd_one_out(3), PreferenceMasses(null=0, draws=0, items=False), **QUIET)["preference"]
    rows = found.rows()
    assert all(row["null_mass"] is None for row in rows)
    assert np.isnan([row["mass_low"] for row in rows]).all()
    assert np.isnan(found.enrichment_curves_interval).all()
    assert len(found.to_pandas()) == len(rows)
    assert np.isnan(found.cosine_relation().overall.low)
    for what in ("curves", "cosine"):
        found.figure(what)

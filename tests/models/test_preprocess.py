"""Pixels are those of the model's own transform, and the picture shown is the one that the model sees."""

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_model_data_config

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.models.preprocess import Preprocess, crop_middle, plain_preprocess, timm_preprocess
from tests.models.families import vit


@pytest.fixture
def photograph() -> Image.Image:
    """Not square, with structure at all scales."""
    rows, columns = np.mgrid[:300, :451]
    red = 127 + 120 * np.sin(rows / 7) * np.cos(columns / 31)
    picture = np.stack([red, rows * 255 / 300, np.random.default_rng(0).integers(0, 256, (300, 451))], -1)
    return Image.fromarray(picture.astype(np.uint8))


@pytest.mark.parametrize("name", ["deit_tiny_patch16_224", "test_vit", "vit_tiny_patch16_384"])
def test_pixels_are_bit_for_bit_those_of_timm(photograph, name):
    module = timm.create_model(name, depth=1)
    theirs = create_transform(**resolve_model_data_config(module), is_training=False)(photograph)
    pixels, _ = timm_preprocess(module)(photograph)
    assert torch.equal(pixels[0], theirs)


def test_the_size_is_that_of_the_model_and_not_that_of_its_pretraining(photograph):
    module = timm.create_model("deit_tiny_patch16_224", depth=1, img_size=(96, 64))
    pixels, shown = timm_preprocess(module)(photograph)
    assert pixels.shape == (1, 3, 96, 64)
    assert shown[0].shape == (96, 64, 3)
    assert qkwidgets.load_model(module).attn_inputs(pixels)[0].shape == (1, 1 + 6 * 4, 192)


@pytest.mark.parametrize("resize", [None, "square"])
@pytest.mark.parametrize("make", [timm_preprocess, plain_preprocess])
def test_the_picture_shown_is_what_the_pixels_hold(photograph, make, resize):
    preprocess = make(timm.create_model("deit_tiny_patch16_224", depth=1))
    pixels, shown = preprocess([photograph, photograph.rotate(90, expand=True)], resize=resize)
    mean, std = (torch.tensor(colours)[:, None, None] for colours in (preprocess.mean, preprocess.std))
    for image, picture in zip(pixels, shown, strict=True):
        assert picture.dtype == np.uint8
        back = ((image * std + mean) * 255).permute(1, 2, 0).numpy()
        np.testing.assert_allclose(back, picture, atol=1e-3)


def test_square_squeezes_the_whole_picture_by_pillows_bicubic_filter(photograph):
    _, shown = timm_preprocess(timm.create_model("deit_tiny_patch16_224", depth=1))(photograph, resize="square")
    np.testing.assert_array_equal(shown[0], np.asarray(photograph.resize((224, 224), Image.Resampling.BICUBIC)))


def test_another_way_to_resize_is_refused(photograph):
    with pytest.raises(InputError) as refusal:
        plain_preprocess(vit())(photograph, resize="stretch")
    assert str(refusal.value) == (
        "resize must be None (the model's own transform) or \"square\" (the whole picture, squeezed): got 'stretch'. It is "
        "probably misspelt. Use one of "
        "these."
    )


@pytest.mark.parametrize("size", [(300, 451), (451, 300), (64, 64), (63, 65), (1, 1), (1, 900)])
def test_the_middle_is_cut_out_at_any_size(size):
    picture = Image.new("RGB", size[::-1], (10, 20, 30))
    cut = np.asarray(crop_middle(picture, (64, 48)))
    assert cut.shape == (64, 48, 3)
    assert (cut == (10, 20, 30)).all()


def test_an_image_of_the_models_size_is_left_as_it_is():
    scenes = qkwidgets.odd_one_out(3)
    pixels, shown = qkwidgets.load_model().preprocess(scenes)
    np.testing.assert_array_equal(np.stack(shown), scenes.images)
    expected = (scenes.images[1, 5, 7].astype(np.float32) / 255 - 0.5) / 0.25
    np.testing.assert_allclose(pixels[1, :, 5, 7], expected, rtol=1e-6)


def test_the_middle_is_the_middle():
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 20:60] = 200
    cut = Preprocess((40, 40), (0.5,) * 3, (0.5,) * 3, crop_middle)(picture)[1][0]
    assert (cut == 200).all()


@pytest.mark.parametrize("name", ["deit_tiny_patch16_224", "test_vit", None])
@pytest.mark.parametrize("shape", [(300, 451), (451, 300), (64, 64), (200, 1000)])
def test_the_box_is_the_part_of_a_picture_that_a_crop_shows(name, shape):
    module = vit() if name is None else timm.create_model(name, depth=1)
    preprocess = plain_preprocess(module) if name is None else timm_preprocess(module)
    height, width = shape
    left, top, right, bottom = preprocess.box(height, width)
    rows, columns = np.mgrid[:height, :width]
    place = np.stack([255 * rows / height, 255 * columns / width, 0 * rows], -1).astype(np.uint8)
    shown = preprocess(place)[1][0].astype(float)
    middle = shown.shape[0] // 2, shown.shape[1] // 2
    expected = 255 * (top + bottom) / 2 / height, 255 * (left + right) / 2 / width
    assert shown[middle][:2] == pytest.approx(expected, abs=3)
    seen = np.ptp(shown[:, middle[1], 0]), np.ptp(shown[middle[0], :, 1])
    assert seen == pytest.approx((255 * (bottom - top) / height, 255 * (right - left) / width), abs=5)
    assert preprocess.resized("square").box(height, width) == (0, 0, width, height)


def test_a_resized_model_sees_the_whole_picture_squeezed_and_is_told_from_its_own(photograph):
    model = qkwidgets.load_model(vit())
    square = model.resized("square")
    pixels, shown = square.preprocess(photograph)
    theirs, _ = model.preprocess(photograph, resize="square")
    assert torch.equal(pixels, theirs)
    assert np.array_equal(shown[0], np.asarray(photograph.resize(shown[0].shape[1::-1], Image.Resampling.BICUBIC)))
    assert torch.equal(square.resized("model").preprocess(photograph)[0], model.preprocess(photograph)[0])
    described = [each._preprocess.describe()["crop"] for each in (model, square)]
    assert len(set(described)) == 2
    assert square.fingerprint == model.fingerprint


def test_another_word_for_a_view_is_refused():
    message = (
        'A picture is resized to a "square" \\(all of it, squeezed\\) or as the "model" does it: got \'crop\'. It is probably misspelt. '
        "Use one of these."
    )
    with pytest.raises(InputError, match=f"^{message}$"):
        qkwidgets.load_model(vit()).resized("crop")

"""What must be the same for a sweep to go on, and what may be asked otherwise of one that has ended."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from qkwidgets.analyses.optimal_images import optimal_images
from qkwidgets.core.errors import InputError
from qkwidgets.models.preprocess import squeeze, timm_preprocess
from qkwidgets.sweeps import TopImages, sweep
from tests.sweeps.sums import Sums
from tests.sweeps.test_run import PICTURES, refused, swept


def test_another_preprocessing_of_the_same_images_is_refused(builtin_model, tmp_path):
    swept(builtin_model, resume=tmp_path / "sweep")
    other = replace(builtin_model, _preprocess=replace(builtin_model._preprocess, crop=squeeze))
    assert "was begun with preprocessing: crop crop_middle, now squeeze." in refused(other, PICTURES, resume=tmp_path / "sweep")


def test_the_steps_of_timm_are_described_and_may_be_sent_to_another_process():
    import timm

    preprocess = timm_preprocess(timm.create_model("test_vit", img_size=96))
    again = pickle.loads(pickle.dumps(preprocess))
    picture = np.random.default_rng(0).integers(0, 255, (80, 120, 3), dtype=np.uint8)
    assert np.array_equal(preprocess(picture)[1][0], again(picture)[1][0])
    assert again.describe() == preprocess.describe()
    assert "CenterCrop" in preprocess.describe()["crop"]


@pytest.fixture
def with_a_hole(builtin_model, tmp_path):
    """The folder of a sweep that has ended, in which one file could not be read."""
    (tmp_path / "broken.png").write_bytes(b"no image")
    images = [*PICTURES, tmp_path / "broken.png"]
    swept(builtin_model, images, resume=tmp_path / "sweep", thumbnails=0)
    return images, tmp_path / "sweep"


def test_an_ended_sweep_with_holes_is_no_answer_to_a_strict_call(builtin_model, with_a_hole):
    images, folder = with_a_hole
    with pytest.raises(InputError, match=r"broken\.png"):
        swept(builtin_model, images, resume=folder, thumbnails=0, on_error="raise")


def test_pictures_that_were_not_asked_for_at_first_are_made_when_they_are(builtin_model, with_a_hole):
    images, folder = with_a_hole
    before = (folder / "state.qk").stat().st_size
    assert swept(builtin_model, images, resume=folder, thumbnails=2).finished
    assert (folder / "state.qk").stat().st_size > before + 500


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("gpu", "device is one that torch knows, such as cpu, cuda or mps: got 'gpu'"),
        ("cpu:1", "'builtin:o3' is on cpu, and device='cpu:1'"),
    ],
)
def test_a_device_that_is_none_or_another_is_refused(builtin_model, device, words):
    with pytest.raises(InputError) as problem:
        sweep(builtin_model, PICTURES, Sums(), device=device, progress=False)
    assert words in str(problem.value)


def test_pictures_made_anew_under_the_same_names_are_another_set(builtin_model, tmp_path):
    def written(seed):
        for n, array in enumerate(np.random.default_rng(seed).integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)):
            Image.fromarray(array).save(tmp_path / f"{n}.bmp")  # of the same size, whatever it shows

    for place, dataset in (("folder", tmp_path), ("list", [tmp_path / "0.bmp", tmp_path / "1.bmp"])):
        written(0)
        swept(builtin_model, dataset, resume=tmp_path / place)
        written(1)
        assert "was begun with images: other ones" in refused(builtin_model, dataset, resume=tmp_path / place)


def test_a_folder_in_which_nothing_was_kept_may_be_begun_otherwise(builtin_model, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no image")
    folder = tmp_path / "sweep"
    assert "broken.png" in refused(
        builtin_model, [*PICTURES, tmp_path / "broken.png"], resume=folder, on_error="raise", shard_images=64
    )
    assert swept(builtin_model, resume=folder).n_images == len(PICTURES)


def test_lists_that_would_fill_the_memory_are_refused_before_they_do(builtin_model):
    assert refused(builtin_model, reducers=TopImages(k=100_000)) == (
        "Lists of the best images may take 4 GB: k=100000 for 1,536 modes and signs takes 24. k is probably larger than anybody can look "
        "at. Use a smaller k, or maps=0."
    )


def test_an_answer_says_how_many_images_could_not_be_read(builtin_model, with_a_hole):
    images, _ = with_a_hole
    found = optimal_images(builtin_model, images, k=2, workers=0, progress=False)
    assert found.n_skipped == 1
    assert str(found).startswith("Top 2 of 21 images (1 more could not be read) for 6 x 4 x 32 modes")
    assert "21 images (1 more could not be read)" in found.figure("L0 H0 M0").to_json()

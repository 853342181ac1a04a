"""Images of every kind are read alike, and what is no image is refused by name. Sentences as text."""

import numpy as np
import pytest
import torch
from PIL import Image

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture, read_images
from qkwidgets.data.odd_one_out import odd_one_out


@pytest.fixture
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)


def refused(items) -> str:
    with pytest.raises(InputError) as refusal:
        read_images(items)
    return str(refusal.value)


def array(item) -> np.ndarray:
    (read,) = read_images(item)
    assert read.array.dtype == np.uint8
    assert read.array.flags.c_contiguous
    return read.array


def test_paths_folders_images_arrays_pictures_and_lists_are_read(picture, tmp_path):
    for name in ("b.png", "a.PNG", "c.bmp"):
        Image.fromarray(picture).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not an image, and not meant as one")
    (tmp_path / ".hidden.png").write_text("likewise")
    (tmp_path / "deeper").mkdir()
    assert [read.name for read in read_images(tmp_path)] == ["a.PNG", "b.png", "c.bmp"]
    assert [read.name for read in read_images([str(tmp_path / "b.png"), picture])] == ["b.png", "image 1"]
    mine = Picture(picture, "mine", "by me", "CC0")
    assert read_images(mine) == [mine]
    for item in (tmp_path / "b.png", Image.fromarray(picture), picture, picture / 255, picture / np.float32(255), mine):
        np.testing.assert_array_equal(array(item), picture)
    np.testing.assert_array_equal(
        [read.array for read in read_images(np.stack([picture, 255 - picture]))], [picture, 255 - picture]
    )


def test_no_path_of_this_machine_is_kept(picture, tmp_path):
    Image.fromarray(picture).save(tmp_path / "a.png")
    (read,) = read_images(tmp_path)
    assert (read.name, read.source, read.licence) == ("a.png", "local file", None)


def test_scenes_are_read_with_their_source():
    scenes = odd_one_out(3)
    pictures = read_images(scenes)
    np.testing.assert_array_equal([read.array for read in pictures], scenes.images)
    assert pictures[2].name == "scene 2"
    assert pictures[2].source == "qkwidgets.odd_one_out"
    assert read_images([scenes[:2], scenes[2]])[2].array.shape == (64, 64, 3)


def test_exif_rotation_is_applied(picture, tmp_path):
    for orientation, upright in {
        3: np.rot90(picture, 2),
        6: np.rot90(picture, -1),
        8: np.rot90(picture),
        2: picture[:, ::-1],
    }.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        Image.fromarray(picture).save(tmp_path / "turned.png", exif=exif)
        np.testing.assert_array_equal(array(tmp_path / "turned.png"), upright)


def test_grey_palette_and_cmyk_become_rgb(picture, tmp_path):
    grey = picture[..., 0]
    assert (array(grey) == grey[..., None]).all()
    for name, mode in {"grey.png": "L", "palette.png": "P", "cmyk.jpg": "CMYK", "bits.png": "1", "la.png": "LA"}.items():
        Image.fromarray(picture).convert(mode).save(tmp_path / name)
        assert array(tmp_path / name).shape == picture.shape
    Image.fromarray(grey).save(tmp_path / "grey.png")
    np.testing.assert_array_equal(array(tmp_path / "grey.png"), np.repeat(grey[..., None], 3, 2))


def test_transparency_is_laid_on_white(picture, tmp_path):
    clear = np.dstack([picture, np.full((6, 9), 255, np.uint8)])
    clear[2, 3, 3] = 0
    clear[4, 4] = (0, 0, 0, 128)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    for item in (clear, clear / 255, Image.fromarray(clear), tmp_path / "clear.png"):
        read = array(item)
        np.testing.assert_array_equal(read[0], picture[0])
        assert (read[2, 3] == 255).all()
        assert (abs(read[4, 4].astype(int) - 127) <= 1).all()
    palette = Image.new("P", (2, 1), 1)
    palette.putpalette([0, 0, 0, 250, 0, 0])
    palette.putpixel((0, 0), 0)
    palette.save(tmp_path / "palette.png", transparency=0)
    np.testing.assert_array_equal(array(tmp_path / "palette.png"), [[[255, 255, 255], [250, 0, 0]]])


def test_sixteen_bits_are_scaled_and_not_cut(tmp_path):
    deep = np.array([[0, 257, 128 * 257, 65535]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    Image.fromarray(deep).save(tmp_path / "deep.tiff")
    for item in (deep, np.dstack([deep] * 3), tmp_path / "deep.png", tmp_path / "deep.tiff", Image.fromarray(deep)):
        np.testing.assert_array_equal(array(item)[0, :, 0], [0, 1, 128, 255])


def test_one_pixel_is_an_image_and_the_model_takes_it(tmp_path, builtin_model):
    Image.new("RGB", (1, 1), (9, 8, 7)).save(tmp_path / "dot.png")
    np.testing.assert_array_equal(array(tmp_path / "dot.png"), [[[9, 8, 7]]])
    pixels, shown = builtin_model.preprocess(tmp_path / "dot.png")
    assert pixels.shape == (1, 3, 64, 64)
    assert (shown[0] == (9, 8, 7)).all()


def test_masks_are_black_and_white():
    assert array(np.eye(2, dtype=bool))[..., 0].tolist() == [[255, 0], [0, 255]]


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "notes.jpg").write_text("this is text")
    assert refused(tmp_path / "notes.jpg") == (
        f"An image file must be a JPEG, PNG or another format that Pillow reads: '{tmp_path}/notes.jpg' is none. It is probably another "
        "kind of file with the suffix of an image. Leave it out, or convert it."
    )
    (tmp_path / "notes.txt").write_text("this is text")
    assert refused(tmp_path / "notes.txt").endswith("is none. It is probably another kind of file. Leave it out, or convert it.")
    (tmp_path / "empty.png").touch()
    assert f"'{tmp_path}/empty.png' is none" in refused([tmp_path / "empty.png"])


def test_a_truncated_jpeg_is_named(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "half.jpg")
    whole = (tmp_path / "half.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    said = refused(tmp_path / "half.jpg")
    assert said.startswith(f"An image file must be whole: '{tmp_path}/half.jpg' could not be decoded (image file is truncated")
    assert said.endswith("It is probably truncated or damaged. Copy or download it again, or leave it out.")


@pytest.mark.parametrize("suffix", ["png", "gif", "tiff", "webp", "bmp"])
def test_other_truncated_files_are_refused_too(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    path = tmp_path / f"half.{suffix}"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    assert str(path) in refused(path)


def test_nothing_is_refused():
    assert refused([]) == (
        "At least one image is needed: got an empty list. A pattern of file names probably matched nothing. Pass image files, a folder, "
        "arrays, or qkwidgets.sample_images()."
    )


def test_folders_without_images_are_refused_by_what_they_hold(tmp_path):
    assert refused(tmp_path) == (
        f"A folder of images must hold JPEG, PNG or other image files: '{tmp_path}' holds nothing. Pass a folder of image files."
    )
    (tmp_path / "readme.txt").touch()
    assert refused(str(tmp_path)) == (
        f"A folder of images must hold JPEG, PNG or other image files: '{tmp_path}' holds 1 entry, 'readme.txt'. Pass a folder of image "
        "files."
    )
    (tmp_path / "cats").mkdir()
    assert refused(tmp_path) == (
        f"A folder of images must hold JPEG, PNG or other image files: '{tmp_path}' holds 2 entries, such as 'cats'. Its subfolders are "
        "not searched; pass one of them, such as 'cats'."
    )


def test_what_does_not_exist_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused("nowhere.jpg") == (
        "An image must be a file or a folder that exists: there is no 'nowhere.jpg'. The name is probably misspelt, or relative to "
        f"another folder than '{tmp_path.name}'. Check the path."
    )
    assert refused("https://example.org/cat.jpg") == (
        "Images must be files on this machine: got the address 'https:/example.org/cat.jpg'. Download it first and pass the file."
    )


def test_arrays_of_other_shapes_are_refused():
    assert refused(np.zeros((3, 64, 48), np.uint8)) == (
        "An image array must be [height, width] or [height, width, 3 or 4], not empty: image 0 is [3, 64, 48]. Channels probably come "
        "first; use array.transpose(1, 2, 0)."
    )
    assert refused([np.zeros((4, 4), np.uint8), np.zeros(7, np.uint8)]) == (
        "An image array must be [height, width] or [height, width, 3 or 4], not empty: image 1 is [7]. Pass one image, or several of "
        "one size stacked."
    )
    assert "image 0 is [0, 4, 3]" in refused(np.zeros((0, 4, 3), np.uint8))
    assert "image 0 is [4, 4, 2]" in refused(np.zeros((4, 4, 2)))


def test_arrays_of_other_values_are_refused():
    normalised = np.array([[-2.1, 0.3], [0.5, 2.6]])
    assert refused(normalised) == (
        "An image array of floats must lie within 0 to 1: image 0 spans -2.1 to 2.6. It is probably 0 to 255, or already normalised. "
        "Divide by 255, or pass the picture before normalisation."
    )
    assert "spans nan to nan" in refused(np.full((2, 2), np.nan))
    assert refused(np.zeros((4, 4, 3), np.int64)) == (
        "An image array must be uint8, uint16, or float within 0 to 1: image 0 is int64. If its values are 0 to 255, use "
        "array.astype(np.uint8)."
    )


def test_other_things_are_refused_by_their_type():
    assert refused([torch.zeros(3, 4, 4)]) == (
        "Images must be paths, folders, Pillow images, arrays [height, width, 3] or a list of them: image 0 is of type Tensor. Convert it "
        "first: tensor.permute(1, 2, 0).numpy() for values within 0 to 1."
    )
    assert refused(torch.zeros(3, 4, 4)).startswith("Images must be paths, folders")
    assert refused(17) == (
        "Images must be paths, folders, Pillow images, arrays [height, width, 3] or a list of them: images is of type int. Pass one of "
        "these."
    )


def test_sample_images_are_scenes_for_built_in_models(builtin_model):
    assert qkwidgets.sample_images().images.shape == (8, 64, 64, 3)
    assert qkwidgets.sample_images(builtin_model, 2).target.shape == (2, 64, 64)


def test_sample_images_are_free_photographs_for_others():
    pytest.importorskip("skimage")
    pictures = qkwidgets.sample_images("timm:deit_tiny_patch16_224", 8)
    assert len({read.name for read in pictures}) == 8
    assert {read.licence for read in pictures} == {"CC0", "public domain"}
    assert all("scikit-image" in read.source for read in pictures)
    assert min(min(read.array.shape[:2]) for read in pictures) >= 300
    with pytest.raises(
        InputError, match=r"^There are 1 to 8 sample photographs: asked for 9\. Pass a smaller n, or images of your own\.$"
    ):
        qkwidgets.sample_images("timm:deit_tiny_patch16_224", 9)


def test_photographs_are_read_without_importing_scikit_image(monkeypatch):
    pytest.importorskip("skimage")
    monkeypatch.setitem(__import__("sys").modules, "pooch", None)
    assert qkwidgets.sample_images("timm:x", 1)[0].name == "chelsea"


def test_photographs_that_are_not_installed_are_asked_for(monkeypatch):
    monkeypatch.setattr("qkwidgets.data.photographs.find_spec", lambda name: None)
    with pytest.raises(InputError) as refusal:
        qkwidgets.sample_images("timm:x")
    assert str(refusal.value) == (
        "The sample photographs come with scikit-image: it is not installed here. It comes with an extra. Install it (`pip "
        'install "qkwidgets[photos]"`), or pass '
        "images of your own."
    )


def test_all_unreadable_files_of_a_folder_are_named_at_once(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.png").write_text("no image")
    Image.new("RGB", (4, 4)).save(tmp_path / "d.png")
    assert refused(tmp_path) == (
        f"Every image file in a folder must be readable: 3 of 4 in '{tmp_path}' are not (a.png, b.png, c.png). They are probably damaged, or "
        "other files with the suffix of an image. Leave them out. The first: An image file must be a JPEG, PNG or another format that Pillow "
        f"reads: '{tmp_path}/a.png' is none. It is probably another kind of file with the suffix of an image. Leave it out, or convert it."
    )


def test_beside_masks_the_folder_of_images_is_named(tmp_path):
    for name in ("classes", "images", "instances"):
        (tmp_path / name).mkdir()
    with pytest.raises(InputError, match="pass one of them, such as 'images'"):
        read_images(tmp_path)

"""Sets of images of every kind are read alike, in a fixed order, by number; what cannot be is refused in one sentence."""

import io
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Dataset, IterableDataset, StackDataset, TensorDataset

from qkwidgets.core.errors import InputError
from qkwidgets.data.image_sets import image_set
from qkwidgets.data.images import Picture
from qkwidgets.data.odd_one_out import odd_one_out

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 6, 9, 3), dtype=np.uint8)


def png(array: np.ndarray) -> bytes:
    data = io.BytesIO()
    Image.fromarray(array).save(data, "PNG")
    return data.getvalue()


def saved(path: Path, array: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(array))
    return path


def tar(path: Path, content: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as file:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    return path


def arrays(dataset) -> list[np.ndarray]:
    """All pictures, in an order that is not theirs; from a pickled copy, as a worker process has it."""
    images = pickle.loads(pickle.dumps(image_set(dataset)))
    read = {i: images.picture(i) for i in reversed(range(len(images)))}
    assert [read[i].name for i in range(len(images))] == images.names
    assert len(set(images.names)) == len(images)
    return [read[i].array for i in range(len(images))]


def labels(dataset) -> list:
    """Labels, however they are asked for."""
    images = image_set(dataset)
    assert [images.item(i)[1] for i in range(len(images))] == [images.label(i) for i in range(len(images))]
    return [images.label(i) for i in range(len(images))]


def refused(dataset) -> str:
    with pytest.raises(InputError) as refusal:
        image_set(dataset)
    return str(refusal.value)


class Items(Dataset):
    """A map-style data set of torch, made of any items; those that are errors are raised."""

    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        if isinstance(self.items[index], Exception):
            raise self.items[index]
        return self.items[index]


class ClassLabel:
    """Stands in for the feature type of the same name in Hugging Face's `datasets`."""

    names = ("cat", "dog")


class Rows(Items):
    """Stands in for `datasets.Dataset`: rows by number, and the types of the columns."""

    def __init__(self, features, rows):
        super().__init__([dict(zip(features, row, strict=True)) for row in rows])
        self.features, self.column_names = features, list(features)


class ImageFolder(Items):
    """Stands in for torchvision's: files and classes are known."""

    classes = ("cat", "dog")

    def __init__(self, samples):
        super().__init__([(Path(path).read_bytes(), label) for path, label in samples])
        self.samples = samples


# Folders


@pytest.fixture
def folder(tmp_path):
    names = ["z.png", "dogs/old/x.png", "cats/x.PNG", "cats/a.png", "b.png"]
    for name, array in zip(names, PICTURES, strict=True):
        saved(tmp_path / "images" / name, array)
    for name in ("notes.txt", ".hidden.png", ".git/x.png", "cats/._a.png"):
        saved(tmp_path / "images" / name, PICTURES[0])
    return tmp_path / "images"


def test_a_folder_gives_all_images_below_it_by_relative_name_with_the_outermost_folder_as_class(folder):
    images = image_set(folder)
    assert images.names == ["b.png", "cats/a.png", "cats/x.PNG", "dogs/old/x.png", "z.png"]
    np.testing.assert_array_equal(arrays(str(folder)), PICTURES[[4, 3, 2, 1, 0]])
    assert labels(folder) == [None, "cats", "cats", "dogs", None]
    assert images.path(1) == str(folder / "cats/a.png")
    assert repr(images) == "FolderSet(5 images, folder)"


def test_a_folder_without_images_is_refused_and_says_what_it_holds(tmp_path):
    assert refused(tmp_path) == (
        f"A folder of images must hold JPEG, PNG or other image files: '{tmp_path}' holds no file at all. It is probably another folder "
        "that was meant. Check the path."
    )
    (tmp_path / "a.txt").touch()
    assert "holds 1 other file, 'a.txt'. Pass a folder of image files." in refused(tmp_path)
    (tmp_path / "b.csv").touch()
    assert "holds 2 other files, such as 'a.txt'. Pass a folder of image files." in refused(tmp_path)
    (tmp_path / "c.tar").touch()
    assert refused(tmp_path).endswith(
        "holds tar files, such as 'c.tar'. They are probably shards. Pass them as a list, or as a pattern like \"{000..009}.tar\"."
    )


def test_a_name_that_is_no_utf_8_can_be_told_and_read(tmp_path):
    saved(tmp_path / "caf\udce9.png", PICTURES[0])
    np.testing.assert_array_equal(arrays(tmp_path), PICTURES[:1])
    assert image_set(tmp_path).names == ["caf\ufffd.png"]
    assert image_set(tmp_path).describe()["number"] == 1


def test_folders_that_are_links_are_searched_like_others(folder, tmp_path):
    saved(tmp_path / "elsewhere/deep/y.png", PICTURES[0])
    (folder / "birds").symlink_to(tmp_path / "elsewhere")
    (folder / "fowl").symlink_to("birds")  # the same under two names is in both classes
    images = image_set(folder)
    assert images.names == [
        *("b.png", "birds/deep/y.png", "cats/a.png", "cats/x.PNG", "dogs/old/x.png", "fowl/deep/y.png", "z.png")
    ]
    assert images.label(1) == "birds"
    np.testing.assert_array_equal(images.picture(1).array, PICTURES[0])


def test_links_in_a_circle_are_gone_through_once(tmp_path):
    for name in ("one", "two"):
        saved(tmp_path / name / "x.png", PICTURES[0])
    (tmp_path / "one/again").symlink_to("../one")
    (tmp_path / "one/on").symlink_to("../two")
    (tmp_path / "two/back").symlink_to("../one")
    assert image_set(tmp_path / "one").names == ["on/x.png", "x.png"]
    assert image_set(tmp_path).names == ["one/on/x.png", "one/x.png", "two/back/x.png", "two/x.png"]


def test_a_folder_that_cannot_be_searched_is_refused(folder):
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(17):  # deeper than a path can say: a fault that also root meets
        os.mkdir("d" * 250, dir_fd=handle)
        inside = os.open("d" * 250, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = inside
    os.close(handle)
    said = refused(folder)
    assert said.startswith(f"Every folder inside a folder of images must be readable: '{folder}/ddd")
    assert said.endswith(
        "d' is not (File name too long). It probably belongs to another user, or its disk is gone. Make it readable, or move it elsewhere."
    )


def test_only_files_that_pillow_can_open_are_images(folder):
    for name in ("table.h5", "film.mpg", "paper.pdf", "a.hdf", "b.grib", "c.bufr", "d.palm"):
        saved(folder / name, PICTURES[0])
    saved(folder / "y.mpo", PICTURES[0])
    assert image_set(folder).names == ["b.png", "cats/a.png", "cats/x.PNG", "dogs/old/x.png", "y.mpo", "z.png"]


@pytest.mark.parametrize("home", [False, True], ids=["here", "home"])
def test_files_are_found_from_another_working_directory_too(folder, shards, tmp_path, monkeypatch, home):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    here = "~/" if home else ""
    listed = [f"{here}images/b.png", Path(f"{here}images/cats")]
    given = [f"{here}images", listed, listed[0], f"{here}images/../images", f"{here}009.tar", [f"{here}{{009..010}}.tar"]]
    sets = [image_set(dataset) for dataset in given]
    assert [images.names for images in sets[:4]] == [
        ["b.png", "cats/a.png", "cats/x.PNG", "dogs/old/x.png", "z.png"],
        ["b.png", "cats/a.png", "cats/x.PNG"],
        ["b.png"],
        ["b.png", "cats/a.png", "cats/x.PNG", "dogs/old/x.png", "z.png"],
    ]
    assert sets[0].path(1) == sets[1].path(1) == str(folder / "cats/a.png")
    marks = [images.describe() for images in sets]
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    for images in sets:
        assert images.picture(0).array.shape == (6, 9, 3)
    assert [images.describe() for images in sets] == marks


def test_a_file_named_like_a_home_and_an_address_are_told_as_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved(tmp_path / "~nobody-of-this-name.png", PICTURES[0])
    assert image_set(["~nobody-of-this-name.png"]).picture(0).array.shape == (6, 9, 3)
    with pytest.raises(InputError, match=r"got the address 'https:/example.org/a.png'\."):
        image_set([PICTURES[0], "~nobody-of-this-name.png", "https://example.org/a.png"]).picture(2)


def test_a_folder_and_shards_are_read_without_torch(folder, shards):
    script = (
        "import sys; sys.modules['torch'] = None; from qkwidgets.data.image_sets import image_set;"
        "print([image_set(name).picture(0).array.shape for name in sys.argv[1:]])"
    )
    command = [sys.executable, "-c", script, str(folder), str(shards[0])]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout == "[(6, 9, 3), (6, 9, 3)]\n", ended.stderr


# Lists


def test_a_list_may_mix_everything_that_is_an_image(tmp_path):
    path = saved(tmp_path / "a.png", PICTURES[0])
    mine = Picture(PICTURES[3], "mine", "by me", "CC0")
    items = [path, PICTURES[1], Image.fromarray(PICTURES[2]), mine, str(path)]
    assert image_set(items).names == ["a.png", "image 1", "image 2", "mine", "a.png (2)"]
    np.testing.assert_array_equal(arrays(items), PICTURES[[0, 1, 2, 3, 0]])
    assert [image_set(items).path(i) for i in (0, 1)] == [str(path), None]
    assert image_set(items).picture(3).licence == "CC0"
    assert labels(items) == [None] * 5


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    paths = [saved(tmp_path / name / "0.png", PICTURES[i]) for i, name in enumerate(("cat", "dog"))]
    assert image_set(paths).names == ["cat/0.png", "dog/0.png"]
    assert image_set([tmp_path / "dog", tmp_path / "cat"]).names == ["dog/0.png", "cat/0.png"]


def test_one_image_several_stacked_and_scenes_are_sets_too(tmp_path):
    assert len(image_set(PICTURES[0])) == 1
    np.testing.assert_array_equal(arrays(PICTURES), PICTURES)
    assert len(image_set(saved(tmp_path / "a.png", PICTURES[0]))) == 1
    scenes = odd_one_out(3)
    np.testing.assert_array_equal(arrays(scenes), scenes.images)
    images = image_set(PICTURES)
    assert image_set(images) is images


def test_what_is_listed_and_cannot_be_read_is_named_when_it_is_read(tmp_path):
    images = image_set([PICTURES[0], tmp_path / "gone.png", 17])
    with pytest.raises(InputError, match=r"^An image must be a file or a folder that exists: there is no '.*gone.png'"):
        images.picture(1)
    with pytest.raises(InputError, match=r"image 2 is of type int\. Pass one of these\.$"):
        images.picture(2)
    assert images.picture(0).name == "image 0"


def test_an_empty_list_and_a_missing_file_are_refused(tmp_path):
    assert refused([]) == (
        "At least one image is needed: got an empty list. A pattern of file names probably matched nothing. Pass image files, a folder, "
        "arrays, or a data set."
    )
    assert refused(tmp_path / "gone") == (
        f"A data set must be a folder, an image file or tar shards that exist: there is no '{tmp_path}/gone'. The name is probably "
        f"misspelt, or relative to another folder than '{Path.cwd().name}'. Check the path."
    )


# Data sets of torch


def test_items_of_a_torch_data_set_may_be_images_or_begin_with_image_and_label():
    first, second, third = PICTURES[:3]
    items = [
        Image.fromarray(first),
        (second, 7),
        (torch.tensor(third).permute(2, 0, 1), torch.tensor(3), "more"),
        (torch.tensor(first).permute(2, 0, 1) / 255, "cat"),
        {"img": second, "label": np.int64(2)},
        (png(third), {"boxes": []}),
    ]
    np.testing.assert_array_equal(arrays(Items(items)), [first, second, third, first, second, third])
    assert labels(Items(items)) == [None, 7, 3, "cat", 2, None]


def test_torchs_own_data_sets_are_read():
    channels_first = torch.tensor(PICTURES).permute(0, 3, 1, 2)
    np.testing.assert_array_equal(arrays(TensorDataset(channels_first, torch.arange(5))), PICTURES)
    np.testing.assert_array_equal(arrays(torch.utils.data.Subset(TensorDataset(channels_first), [3, 1])), PICTURES[[3, 1]])
    assert labels(StackDataset(image=channels_first, label=torch.arange(5))) == [0, 1, 2, 3, 4]


def test_a_data_set_that_knows_its_files_gives_their_names_paths_and_classes(tmp_path, monkeypatch):
    samples = [(str(saved(tmp_path / f"{label}/x.png", PICTURES[i])), i) for i, label in enumerate(("cat", "dog"))]
    images = image_set(ImageFolder(samples))
    assert images.names == ["cat/x.png", "dog/x.png"]
    assert labels(ImageFolder(samples)) == ["cat", "dog"]
    assert images.path(1) == samples[1][0]
    monkeypatch.chdir(tmp_path)
    images = image_set(ImageFolder([("cat/x.png", 0), ("dog/x.png", 1)]))
    assert images.names == ["cat/x.png", "dog/x.png"]
    assert images.path(1) == samples[1][0]


def test_an_item_that_raises_is_named_with_its_number_and_cause():
    images = image_set(Items([PICTURES[0], KeyError("pixels"), torch.randn(3, 4, 4)]))
    with pytest.raises(InputError) as refusal:
        images.picture(1)
    assert str(refusal.value) == (
        "Every image of a data set must be readable: image 1 ('image 1') raised KeyError ('pixels'). The data set's own code or one of its "
        "files is probably at fault. Mend it, or leave the image out."
    )
    with pytest.raises(InputError, match=r"^An image array of floats must lie within 0 to 1: image 2 spans"):
        images.picture(2)


class Stream(IterableDataset):
    def __iter__(self):
        return iter(PICTURES)

    def __len__(self):
        return len(PICTURES)


@pytest.mark.parametrize(
    "once", [Stream(), iter(PICTURES), torch.utils.data.DataLoader(Items(PICTURES)), 17], ids=lambda x: type(x).__name__
)
def test_what_can_be_read_only_once_is_refused(once):
    assert refused(once) == (
        f"A data set must have a length and give its images by number: a {type(once).__name__} does not. It can probably only be read from "
        "front to back, which cannot be resumed or shared out. Pass a map-style data set, a list, or a folder."
    )


def test_an_empty_data_set_is_refused():
    assert refused(Items([])) == ("At least one image is needed: the data set Items is empty. Pass another, or another split.")


# Tables, as Hugging Face has them


def test_columns_are_found_by_type_and_else_by_name():
    typed = {"target": ClassLabel(), "frame": type("Image", (), {})()}
    rows = [(1, Image.fromarray(PICTURES[0])), (0, Image.fromarray(PICTURES[1])), (-1, Image.fromarray(PICTURES[2]))]
    np.testing.assert_array_equal(arrays_of_rows(typed, rows), PICTURES[:3])
    assert labels(Rows(typed, rows)) == ["dog", "cat", -1]
    named = {"caption": None, "image": None, "label": None}
    assert labels(Rows(named, [("a cat", PICTURES[0], 5)])) == [5]
    assert labels(Rows({"image": None}, [(PICTURES[0],)])) == [None]


def arrays_of_rows(features, rows):
    images = image_set(Rows(features, rows))
    return [images.picture(i).array for i in range(len(images))]


def test_a_column_that_is_not_decoded_is_read(tmp_path):
    path = saved(tmp_path / "a.png", PICTURES[1])
    rows = [({"bytes": png(PICTURES[0]), "path": None},), ({"bytes": None, "path": str(path)},)]
    np.testing.assert_array_equal(arrays_of_rows({"image": None}, rows), PICTURES[:2])


def test_a_table_without_images_and_a_dictionary_of_splits_are_refused():
    assert refused(Rows({"text": None, "n": None}, [("a", 1)])) == (
        "A data set must have a column of images: it has 'text', 'n'. Their names or types are probably unusual. Rename that of the images "
        "to 'image'."
    )
    assert refused({"train": [], "test": []}) == (
        "A data set must be one set of images: got a dictionary with 'train', 'test'. These are probably splits. Pass one of them, such as "
        "dataset['train']."
    )


# Tar shards


@pytest.fixture
def shards(tmp_path):
    members = [
        {"s/0.png": png(PICTURES[0]), "s/0.cls": b"3\n", "s/0.json": b"{}", "1.PNG": png(PICTURES[1]), "1.cls": b"-4"},
        {"s/0.cls": b"dog", "s/0.png": png(PICTURES[2]), "._x.png": b"", "broken.jpg": b"not an image"},
    ]
    return [tar(tmp_path / f"{n:03}.tar", content) for n, content in enumerate(members, 9)]


def test_shards_are_read_at_any_place_with_their_classes(shards, tmp_path):
    pattern = str(tmp_path / "{009..010}.tar")
    for dataset in (shards, list(map(str, shards)), pattern, Path(pattern), [pattern]):
        images = image_set(dataset)
        assert images.names == ["009.tar/s/0.png", "009.tar/1.PNG", "010.tar/s/0.png", "010.tar/broken.jpg"]
        assert [images.label(i) for i in range(4)] == [3, -4, "dog", None]
    np.testing.assert_array_equal(arrays(shards[0]), PICTURES[:2])
    assert image_set(shards[0]).names == ["s/0.png", "1.PNG"]
    with pytest.raises(InputError, match=r"^An image file must be .*: '010.tar/broken.jpg' is none\."):
        images.picture(3)


def test_a_shard_that_is_missing_cut_short_compressed_or_without_images_is_refused(shards, tmp_path):
    assert refused(tmp_path / "{009..011}.tar") == (
        f"A tar shard must exist: there is no '{tmp_path}/011.tar'. The pattern probably counts further than the files do. Check both ends."
    )
    half = tmp_path / "half.tar"
    half.write_bytes(shards[0].read_bytes()[:600])
    assert refused(half) == (
        f"A tar shard must be a complete tar file without compression: '{half}' could not be read (unexpected end of data). It is probably "
        "damaged, cut short or compressed, so that images cannot be read at any place. Unpack it, or make it anew."
    )
    assert refused(tmp_path / "x.tar.gz") == (
        f"A tar shard must not be compressed: got '{tmp_path}/x.tar.gz'. Images are read at any place in it, and JPEG gains nothing by it. "
        "Unpack it to a .tar file."
    )
    assert refused(tar(tmp_path / "text.tar", {"a.txt": b"x"})) == (
        f"Tar shards must hold JPEG, PNG or other image files: '{tmp_path}/text.tar' holds none. They probably hold another kind of data, "
        "or names with a second dot, such as '1.seg.png', which are no images of their own. Pass shards with names such as '1.png'."
    )
    assert f"'{tmp_path}/dots.tar' holds none." in refused(tar(tmp_path / "dots.tar", {"1.seg.png": png(PICTURES[0])}))
    assert refused("{3..1}.tar") == (
        "A pattern of shards must count upwards: got '{3..1}.tar'. Both ends are probably swapped. Write the smaller first."
    )


def test_other_parts_of_a_sample_are_no_images_of_their_own(tmp_path):
    parts = {"a.b/1.jpg": png(PICTURES[0]), "a.b/1.seg.png": png(PICTURES[1]), "a.b/1.seg.cls": b"5", "2.png": png(PICTURES[2])}
    images = image_set(tar(tmp_path / "parts.tar", {**parts, "3.h5": b"", "4.pdf": b""}))
    assert images.names == ["a.b/1.jpg", "2.png"]
    assert labels(images) == [None, None]


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


THIRD = 4 * 512
"""Where the header of the third member begins, in a tar file of members of one block each."""


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: flipped(whole, THIRD + 3), id="a byte of a later header"),
        pytest.param(lambda whole: whole[: THIRD + 100], id="cut inside a header"),
        pytest.param(lambda whole: whole[:THIRD], id="cut between members"),
        pytest.param(lambda whole: whole[: THIRD + 600], id="cut inside a member"),
        pytest.param(lambda whole: whole[: THIRD + 1024 + 100], id="cut inside the mark of the end"),
        pytest.param(lambda whole: flipped(whole, THIRD + 1024 + 511), id="a byte of the mark of the end"),
    ],
)
def test_a_shard_that_is_damaged_after_its_beginning_is_refused_and_not_read_in_part(tmp_path, damage):
    shard = tar(tmp_path / "0.tar", {f"{i}.png": png(PICTURES[i]) for i in range(3)})
    whole = shard.read_bytes()
    assert len(image_set(shard)) == 3
    assert whole[THIRD : THIRD + 5] == b"2.png"
    shard.write_bytes(damage(whole))
    said = refused(shard)
    assert said.startswith(f"A tar shard must be a complete tar file without compression: '{shard}' could not be read (")
    assert said.endswith("Unpack it, or make it anew.")


def test_where_a_shard_is_damaged_is_said(tmp_path):
    shard = tar(tmp_path / "0.tar", {f"{i}.png": png(PICTURES[i]) for i in range(3)})
    shard.write_bytes(shard.read_bytes()[:THIRD])
    assert "could not be read (neither a file nor the end is at byte 2048). It is probably damaged" in refused(shard)


# Identity


def loaded(path: Path) -> Image.Image:
    image = Image.open(path)
    image.load()  # closes the file
    return image


def test_a_set_is_told_from_another_and_is_the_same_when_made_again(folder, shards, tmp_path):
    twice = [
        lambda: folder,
        lambda: [folder / "z.png", PICTURES[0].copy()],
        lambda: [folder / "b.png", PICTURES[0].copy()],
        lambda: [folder / "z.png", PICTURES[1].copy()],
        lambda: Items(list(PICTURES)),
        lambda: Items(list(PICTURES[::-1])),
        lambda: Items(list(PICTURES[:4])),
        lambda: Rows({"image": None}, [(array,) for array in PICTURES]),
        lambda: [Image.fromarray(PICTURES[0])],
        lambda: [Image.fromarray(PICTURES[1])],
        lambda: [loaded(folder / "z.png")],
        lambda: [Picture(PICTURES[0], "mine")],
        lambda: shards[0],
        lambda: shards,
    ]
    first = [image_set(make()).describe() for make in twice]
    assert [image_set(make()).describe() for make in twice] == first
    assert len({one["sha256"] for one in first}) == len(twice)
    assert first[0]["kind"] == "folder"
    assert first[0]["number"] == 5
    saved(folder / "z.png", np.zeros((90, 90, 3), np.uint8))
    assert image_set(folder).describe() != first[0]


# Shards that are more or less than they seem


def test_shards_put_together_with_cat_are_refused(shards, tmp_path):
    both = tmp_path / "both.tar"
    both.write_bytes(b"".join(shard.read_bytes() for shard in shards))
    assert refused(both) == (
        f"A tar shard must end where its archive does: more follows in '{both}'. Several archives were probably put together with `cat`, of "
        "which only the first would be read. Pass them as a list, or put them together with `tar --concatenate`."
    )


def test_images_that_belong_to_no_sample_with_an_image_are_counted_and_named(tmp_path):
    content = {f"{name}.png": png(PICTURES[0]) for name in ("1", "1.seg", "a/2.v1", "a/2.v2")}
    with pytest.warns(
        UserWarning, match=r"rule: 2 image files, such as 'a/2\.v1\.png', would be further parts of samples that have no image"
    ):
        images = image_set(tar(tmp_path / "dots.tar", content))
    assert images.names == ["1.png"]


def test_relative_paths_in_a_column_count_from_where_the_set_was_made(tmp_path, monkeypatch):
    saved(tmp_path / "pictures/a.png", PICTURES[1])
    monkeypatch.chdir(tmp_path)
    tables = [
        Rows({"image_path": None}, [("pictures/a.png",)]),
        Rows({"image": None}, [({"bytes": None, "path": "pictures/a.png"},)]),
    ]
    sets = [image_set(table) for table in tables]
    before = [images.describe() for images in sets]
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    for images, description in zip(sets, before, strict=True):
        np.testing.assert_array_equal(images.picture(0).array, PICTURES[1])
        assert images.describe() == description

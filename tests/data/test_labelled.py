"""Labelled pictures from scenes, folders, outlines and lists; and what is said of those that do not fit together."""

import csv
import json
import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from qkwidgets.core.errors import InputError
from qkwidgets.data.image_sets import image_set
from qkwidgets.data.images import Picture
from qkwidgets.data.labelled import LabelledPicture, labelled_picture, labelled_set
from qkwidgets.data.labels.polygons import inside, runs
from qkwidgets.data.odd_one_out import odd_one_out
from tests.data import folders
from tests.data.folders import DISTRACTORS, HEIGHT, TARGET, WIDTH, photograph, save, square
from tests.oracles.areas import compressed, in_outline, run_lengths


def picture(height=4, width=6):
    return Picture(np.zeros((height, width, 3), np.uint8), "night")


def test_the_objects_of_a_scene_are_its_items_and_the_odd_one_is_the_target():
    scenes = odd_one_out(3, seed=1)
    found = labelled_set(scenes)
    assert image_set(found) is found
    for i, labelled in enumerate(map(found.labelled, range(3))):
        assert np.array_equal(labelled.objects == labelled.target, scenes.target[i])
        assert np.array_equal(labelled.objects == 0, scenes.ground[i])
        assert [k + 1 for k, name in enumerate(labelled.names) if name == "target"] == [labelled.target]
        assert np.array_equal(labelled.picture.array, scenes.images[i])
        assert np.array_equal(labelled.parts > 0, labelled.objects > 0)
    assert found.describe() != labelled_set(odd_one_out(3, seed=2)).describe()
    assert labelled_set(found) is found


def test_a_mask_of_ones_own_is_numbered_without_gaps():
    mask = np.zeros((4, 6), int)
    mask[:2], mask[2:, 3:] = 5, 9
    labelled = labelled_picture(picture(), mask, target=9, names={9: "cup"})
    assert np.unique(labelled.objects).tolist() == [0, 1, 2]
    assert (labelled.names, labelled.target) == (("object 5", "cup"), 2)
    (alone,) = (labelled_set((np.zeros((4, 6), np.uint8), mask > 5)).labelled(0),)
    assert np.array_equal(alone.objects, mask > 5)
    both = labelled_set([labelled, (picture(), mask)])
    assert both.names == ["night", "night (2)"]
    assert both.labelled(0) is labelled
    assert isinstance(both.labelled(1), LabelledPicture)


def test_the_o3_layout_gives_target_distractors_and_ground(tmp_path):
    found = labelled_set(folders.o3(tmp_path))
    assert found.names == ["a.png", "b.png"]
    labelled = found.labelled(1)
    assert np.array_equal(labelled.objects, np.select([TARGET, DISTRACTORS], [1, 2]))
    assert (labelled.names, labelled.target) == (("target", "distractors"), 1)
    assert found.properties(0) == {}


def test_masks_may_be_lossy_colourful_transparent_and_called_otherwise(tmp_path):
    photograph(tmp_path / "images" / "a.jpeg")
    noisy = np.clip(TARGET * 250 + np.random.default_rng(0).integers(0, 100, TARGET.shape), 0, 255).astype(np.uint8)
    noisy[0, 0], noisy[0, 1] = 127, 128  # the last value that is ground, the first that is object
    save(tmp_path / "targ_images" / "a.png", noisy)
    both = DISTRACTORS | TARGET  # what is target as well counts as target
    rgba = np.where(both[:, :, None], np.uint8([255, 255, 255, 255]), np.uint8([255, 255, 255, 0]))
    save(tmp_path / "dist_images" / "a.webp", rgba, lossless=True)
    expected = np.select([noisy > 127, DISTRACTORS], [1, 2])
    assert expected[0, :2].tolist() == [0, 1]
    assert np.array_equal(labelled_set(tmp_path).labelled(0).objects, expected)


def test_a_mask_of_two_dark_values_is_read_too(tmp_path):
    folders.o3(tmp_path, ("a.png",))
    save(tmp_path / "targ_labels" / "a.png", TARGET.astype(np.uint8))
    assert np.array_equal(labelled_set(tmp_path).labelled(0).objects == 1, TARGET)
    save(tmp_path / "targ_labels" / "a.png", np.zeros((HEIGHT, WIDTH), np.uint8))
    empty = labelled_set(tmp_path)
    assert empty.regions(0, (4, 6)).target == 1
    assert not empty.regions(0, (4, 6)).shares[1].any()  # who asks for a target will skip it


@pytest.mark.parametrize("loud", [2, 8, 40, 100])
def test_a_dark_mask_that_was_stored_with_loss_holds_nothing(tmp_path, loud):
    """Where nothing is white there is no object, however the dark values of a JPEG come out; 0 and 1 are a mask only without loss."""
    folders.o3(tmp_path, ("a.png",))
    (tmp_path / "targ_labels" / "a.png").unlink()
    dark = TARGET * np.uint8(loud)
    save(tmp_path / "targ_labels" / "a.jpg", dark)
    assert not (labelled_set(tmp_path).labelled(0).objects == 1).any()
    for name, values in (("a.jpg", TARGET * np.uint8(1)), ("a.png", dark), ("a.webp", TARGET * np.uint8(1))):
        for file in (tmp_path / "targ_labels").iterdir():
            file.unlink()
        save(tmp_path / "targ_labels" / name, values)
        assert not (labelled_set(tmp_path).labelled(0).objects == 1).any()


def test_a_mask_of_ones_alone_is_an_object_everywhere(tmp_path):
    folders.o3(tmp_path, ("a.png",))
    save(tmp_path / "targ_labels" / "a.png", np.ones((HEIGHT, WIDTH), np.uint8))
    assert (labelled_set(tmp_path).labelled(0).objects == 1).all()


@pytest.mark.parametrize(
    ("name", "parted"), [("image_properties.csv", ","), ("image_properties.txt", "\t"), ("image_properties.csv", ";")]
)
def test_properties_are_found_by_name_whatever_parts_them(tmp_path, name, parted):
    folders.o3(tmp_path)
    (tmp_path / name).write_text(f"image_name{parted}target_size\r\nb.jpg{parted}12\r\n\r\n")
    found = labelled_set(tmp_path)
    assert found.properties(0) == {}
    assert found.properties(1) == {"image_name": "b.jpg", "target_size": "12"}


def test_instances_get_the_names_of_their_classes_and_borders_are_ignored(tmp_path):
    found = labelled_set(folders.instances(tmp_path))
    one, other = map(found.labelled, (0, 1))
    assert np.array_equal(one.objects, np.select([TARGET, DISTRACTORS], [2, 1]))
    assert one.names == ("dog", "cat")
    assert np.array_equal(one.ignored, square(4, 4, 12) & ~TARGET)
    assert other.names == ("class 9",)
    assert other.ignored is None
    assert found.regions(0, (1, 1)).shares.sum() == pytest.approx(1 - 44 / (HEIGHT * WIDTH))


def test_voc_as_it_is_distributed_leaves_photographs_without_masks_out(tmp_path):
    for name in ("a", "b"):
        photograph(tmp_path / "JPEGImages" / f"{name}.jpg")
    folders.palette(tmp_path / "SegmentationObject" / "b.png", np.where(TARGET, 1, 255 * square(4, 4, 12)))
    found = labelled_set(tmp_path)
    assert found.names == ["b.jpg"]
    assert found.labelled(0).names == ("object 1",)
    assert found.labelled(0).ignored.sum() == 44


def test_colours_and_sixteen_bits_tell_objects_apart_as_in_ade20k(tmp_path):
    photograph(tmp_path / "attic" / "x.jpg")
    colours = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    colours[TARGET], colours[DISTRACTORS] = (10, 20, 1), (10, 20, 2)
    save(tmp_path / "attic" / "x_seg.png", colours)
    labelled = labelled_set(tmp_path).labelled(0)
    assert np.array_equal(labelled.objects, np.select([TARGET, DISTRACTORS], [1, 2]))
    photograph(tmp_path / "images" / "x.jpg")
    save(tmp_path / "annotations" / "x.png", np.select([TARGET, DISTRACTORS], [300, 255]).astype(np.uint16))
    assert labelled_set(tmp_path).labelled(0).names == ("object 255", "object 300")


def test_coco_outlines_and_codes_become_objects_the_smaller_on_top(tmp_path):
    labelled = labelled_set(folders.coco(tmp_path)).labelled(0)
    sofa = np.zeros_like(TARGET)
    sofa[:30, :40] = True
    assert [labelled.names[k - 1] for k in (labelled.objects[7, 7], labelled.objects[0, 0])] == ["cat", "sofa"]
    assert np.array_equal(labelled.objects > 0, sofa)
    assert np.array_equal(labelled.objects == labelled.objects[7, 7], TARGET)
    assert np.array_equal(labelled.ignored, square(30, 45))


def test_labelme_shapes_of_a_group_are_one_object_and_one_may_be_the_target(tmp_path):
    folders.labelme(tmp_path)
    for given in (tmp_path, tmp_path / "a.json"):
        labelled = labelled_set(given).labelled(0)
        assert Counter(labelled.names) == {"distractor": 2, "target": 1}
        assert np.array_equal(labelled.objects == labelled.target, TARGET)
        assert labelled.objects[20, 50] == labelled.objects[3, 44] != labelled.objects[25, 25] == labelled.objects[21, 21]


def test_photographs_may_lie_elsewhere(tmp_path):
    file = folders.coco(tmp_path / "one")
    (tmp_path / "one" / "images").rename(tmp_path / "two")
    assert labelled_set(file, images=tmp_path / "two").names == ["a.png"]


def test_pixels_inside_an_outline_are_those_whose_centres_are():
    rng = np.random.default_rng(4)
    for _ in range(20):
        outline = rng.uniform(-3, 15, (rng.integers(3, 9), 2))
        expected = [[in_outline(x + 0.5, y + 0.5, outline.tolist()) for x in range(12)] for y in range(10)]
        assert np.array_equal(inside(outline, (10, 12)), expected)


def test_run_length_codes_are_read_plain_and_compressed():
    rng = np.random.default_rng(1)
    for shape in ((9, 13), (70, 90)):
        mask = rng.random((shape[0] // 5 + 1, shape[1] // 5 + 1)).repeat(5, 0).repeat(5, 1)[: shape[0], : shape[1]] < 0.4
        lengths = run_lengths(mask)
        assert np.array_equal(runs(lengths, shape, "cup"), mask)
        assert np.array_equal(runs(compressed(lengths), shape, "cup"), mask)


def test_a_set_changes_when_one_of_its_masks_does(tmp_path):
    folders.o3(tmp_path)
    before = labelled_set(tmp_path).describe()
    save(tmp_path / "dist_labels" / "b.png", TARGET.astype(np.uint8) * 255)
    assert labelled_set(tmp_path).describe() != before


@pytest.mark.needs_data
def test_the_real_o3_and_p3_examples_are_what_their_table_says(test_data):
    found = labelled_set(test_data / "segmented" / "o3")
    for i in range(2):
        labelled, row = found.labelled(i), found.properties(i)
        down, across = np.nonzero(labelled.objects == 1)
        assert (across.mean(), down.mean()) == pytest.approx((float(row["target_x"]), float(row["target_y"])), abs=2)
        assert max(np.ptp(across), np.ptp(down)) == pytest.approx(float(row["target_size"]), abs=4)
        distractors = np.asarray(Image.open(found._files(i)[1]).convert("L")) >= 128
        assert np.array_equal(labelled.objects == 2, distractors & (labelled.objects != 1))


@pytest.mark.needs_data
def test_the_real_voc_instances_have_the_pixels_and_classes_of_their_table(test_data):
    folder = test_data / "segmented" / "voc"
    found = labelled_set(folder)
    rows = list(csv.DictReader((folder / "objects.csv").read_text().splitlines()))
    for i, name in enumerate(found.names):
        labelled = found.labelled(i)
        wanted = sorted((int(row["instance"]), row["class_name"], int(row["pixels"])) for row in rows if row["image"] == name)
        counts = np.bincount(labelled.objects.ravel())[1:].tolist()
        assert list(zip(labelled.names, counts, strict=True)) == [(word, pixels) for _, word, pixels in wanted]
        kinds = np.asarray(Image.open(folder / "classes" / f"{name[:-4]}.png"))
        assert (labelled.ignored is None and not (kinds == 255).any()) or np.array_equal(labelled.ignored, kinds == 255)


def without(folder, *names):
    for name in names:
        (folder / name).unlink()
    return folder


def renamed(folder, one, other):
    (folder / one).rename(folder / other)
    return folder


def written(folder, name, text):
    (folder / name).write_text(text)
    return folder


def resized(folder, name):
    save(folder / name, np.zeros((20, 30), np.uint8))
    return labelled_set(folder).labelled(0)


def outlined(folder, **changed):
    return labelled_set(folders.coco(folder, **changed)).labelled(0)


def shaped(folder, **shape):
    return labelled_set(folders.labelme(folder, {"label": "cup", "points": [[0, 0], [3, 3]], **shape})).labelled(0)


def code(folder, size, counts):
    row = {"id": 1, "image_id": 5, "category_id": 1, "segmentation": {"size": size, "counts": counts}}
    return outlined(folder, annotations=[row])


COPIED = "A part of the data set was probably not copied."
MESSAGES = [
    (
        lambda path: without(folders.o3(path), "targ_labels/a.png"),
        f"Every photograph needs a mask of its own name: 'a.png' has none in 'targ_labels'. {COPIED} Add the masks, or leave these photographs out.",
    ),
    (
        lambda path: without(folders.o3(path, ("a.png", "b.png", "c.png")), "images/a.png", "images/c.png"),
        f"Every mask needs a photograph of its own name: 'a.png' and 'c.png' have none, though in 'targ_labels'. {COPIED} Add the photographs, "
        "or remove these masks.",
    ),
    (
        lambda path: renamed(folders.o3(path), "dist_labels", "distractors"),
        "A folder in the O3 layout holds 'images', 'targ_labels' and 'dist_labels': 'set' has no 'dist_labels' or 'dist_images', but "
        "'distractors', 'images', 'targ_labels'. It was probably not copied, or is called otherwise. Add it, or rename it.",
    ),
    (
        lambda path: (save(path / "images" / "a.jpg", np.zeros((4, 4), np.uint8)), folders.o3(path))[1],
        "Photographs and masks are paired by their names without suffix: 'images' holds 'a.jpg' and 'a.png'. One of them is probably a copy. "
        "Remove it.",
    ),
    (
        lambda path: resized(folders.o3(path), "targ_labels/a.png"),
        "A mask must be as large as its photograph: 'a.png' is 60 x 40 pixels, its target mask 'a.png' 30 x 20. One of them was probably "
        "resized. Resize the mask to the photograph's size, with nearest neighbours.",
    ),
    (
        lambda path: labelled_set(written(folders.o3(path), "dist_labels/a.png", "no picture")).labelled(0),
        "A mask must be a PNG, JPEG or another picture: 'a.png' could not be decoded (UnidentifiedImageError). It is probably truncated, or "
        "another kind of file. Copy it again, or leave it and its photograph out.",
    ),
    (
        lambda path: written(folders.o3(path), "image_properties.csv", "a.png,12,3\n"),
        "The table of properties must have a column 'image_name': 'image_properties.csv' has 'a.png', '12', '3'. Its first line is probably "
        "missing. Write the names of the columns there, or remove the table.",
    ),
    (
        lambda path: without(folders.instances(path), "classes/b.png"),
        f"Every photograph needs a mask of its own name: 'b.jpg' has none in 'classes'. {COPIED} Add the masks, or leave these photographs out.",
    ),
    (
        lambda path: written(folders.instances(path), "class_names.txt", "\n"),
        "'class_names.txt' must hold the name of a class in each line, class 0 first: it is empty. It was probably not copied whole. Copy it "
        "again, or remove it: objects are then called by their numbers.",
    ),
    (
        lambda path: (
            photograph(path / "images" / "a.png"),
            photograph(path / "instances" / "a.jpg"),
            labelled_set(path).labelled(0),
        ),
        "Numbers of objects must be stored without loss: the instance mask 'a.jpg' is a JPEG, which changes them. They were probably converted "
        "by hand. Save them as PNG, or pass target and distractor masks in the O3 layout, which are thresholded.",
    ),
    (
        lambda path: written(folders.coco(path).parent, "instances.json", "{") / "instances.json",
        "A file of outlines must be JSON: 'instances.json' could not be read (JSONDecodeError). It is probably truncated. Copy it again.",
    ),
    (
        lambda path: written(folders.coco(path).parent, "instances.json", json.dumps({"info": 1, "x": 2})) / "instances.json",
        "A JSON file of outlines is one of COCO ('images', 'annotations') or of labelme ('shapes'): 'instances.json' holds 'info', 'x'. It is "
        "probably another file of the data set. Pass one of these.",
    ),
    (
        lambda path: outlined(path, annotations=[]),
        "At least one photograph must have outlines: 'instances.json' has none with any. It probably holds boxes or captions alone. Pass the "
        "file of the segmentations.",
    ),
    (
        lambda path: outlined(path, images=[{"id": 5, "file_name": "train/far.png"}]),
        "The photographs of outlines must be at hand: 'instances.json' names 'train/far.png', which lies neither beside it nor in 'images'. "
        "They were probably not copied. Pass their folder: labelled_set(..., images=folder).",
    ),
    (
        lambda path: outlined(path, images=[]),
        "Every annotation of a COCO file belongs to one of its images: 'instances.json' annotates image 5, which it does not list. It was "
        "probably cut. Export it again.",
    ),
    (
        lambda path: code(path, [40, 60], [3, 4]),
        "A run-length code must fill its picture: that of 'a.png' has 7 of 2400 pixels. It probably belongs to another size. Decode it with "
        "the tools that made it, and pass masks.",
    ),
    (
        lambda path: code(path, [2, 2], [4]),
        "A run-length code must be as large as its photograph: 'a.png' is [40, 60], the code [2, 2]. The photograph was probably resized. Use "
        "the photographs that belong to the file.",
    ),
    (
        lambda path: shaped(path, shape_type="line"),
        "Outlines of objects are polygons, rectangles and circles: 'a.png' has a 'line' labelled 'cup'. It has no inside. Remove it, or draw it "
        "as a polygon.",
    ),
    (
        lambda path: written(path, "notes.txt", ""),
        "A folder of labelled pictures holds 'images' with 'targ_labels' and 'dist_labels', 'images' with 'instances', or JSON files of "
        "outlines: 'set' holds 'notes.txt'. A folder above or below it was probably meant. Pass the one that holds 'images'.",
    ),
    (
        lambda path: [3],
        "A labelled set is a list of labelled pictures or of pairs (image, mask): image 0 is of type int. Pictures without masks have no "
        "objects. Pass pairs, scenes, or a folder with masks.",
    ),
    (
        lambda path: [],
        "At least one labelled picture is needed: got an empty list. A pattern of file names probably matched nothing. Pass pairs of an image "
        "and its mask.",
    ),
    (
        lambda path: 3,
        "A labelled set is made of scenes, a folder with masks, outlines, or pairs of image and mask: got one of type int. Pictures alone have "
        "no objects. Pass one of these, or divide pictures into superpixels.",
    ),
    (
        lambda path: (picture(), np.zeros((3, 6), int)),
        "mask must have the height and width of its picture: 'night' is [4, 6], mask is [3, 6]. It probably belongs to another picture, or was "
        "resized. Pass a map of whole numbers at full size.",
    ),
    (
        lambda path: (picture(), np.zeros((4, 6))),
        "mask must hold whole numbers from 0, or true and false: that of 'night' has type float64. It is probably a grey picture of a mask. "
        "Threshold it first: array > 0.5.",
    ),
    (
        lambda path: labelled_picture(picture(), np.eye(4, 6, dtype=int), target=4),
        "The target must be one of the numbers in the mask: got 4, and 'night' has 1. The numbers of another picture were probably meant. Pass "
        "one of these.",
    ),
    (
        lambda path: labelled_picture(picture(), np.eye(4, 6, dtype=int), names=["a", "b"]),
        "Every object needs a name: 'night' has 1 objects (1) and 2 names. Numbers that do not occur in the mask have none. Pass a dictionary "
        "from number to name.",
    ),
    (
        lambda path: labelled_picture(picture(300, 300), np.arange(90_000).reshape(300, 300)),
        "A mask must hold at most 65535 objects: that of 'night' holds 89999. It is probably a photograph, or a map of depth. Pass a map of "
        "object numbers.",
    ),
]


@pytest.mark.parametrize(("broken", "message"), MESSAGES)
def test_what_does_not_fit_together_is_said_with_its_names(broken, message, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        labelled_set(broken(folder))


@pytest.mark.parametrize("make", [folders.o3, folders.instances], ids=["o3", "instances"])
def test_photographs_elsewhere_are_those_of_outlines_alone(make, tmp_path):
    folder = make(tmp_path / "own")
    with pytest.raises(InputError) as refused:
        labelled_set(folder, images=tmp_path)
    assert str(refused.value) == (
        f"images= is the folder of the photographs of a COCO or labelme file: got images={str(tmp_path)!r} beside 'own', which holds its own. It "
        "would not be looked at. Leave it out."
    )


def test_a_folder_that_is_not_there_is_not_downloaded(tmp_path):
    with pytest.raises(InputError, match=r"there is no '.*/o3'.* Check the path; no data set is downloaded\.$"):
        labelled_set(tmp_path / "o3")


def test_a_pair_of_files_is_an_image_and_the_numbers_of_its_objects(tmp_path):
    numbers = np.zeros((8, 8), np.uint8)
    numbers[:4, :4], numbers[4:, 4:] = 1, 2
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    Image.fromarray(numbers).save(tmp_path / "a_mask.png")
    for pair in ((tmp_path / "a.png", tmp_path / "a_mask.png"), [(str(tmp_path / "a.png"), str(tmp_path / "a_mask.png"))]):
        assert np.array_equal(labelled_set(pair).labelled(0).objects, numbers)

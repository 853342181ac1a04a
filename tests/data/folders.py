"""Folders of photographs and masks as data sets lay them out, made anew for a test."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from tests.oracles.areas import compressed, run_lengths

HEIGHT, WIDTH = 40, 60
WHITE = np.zeros((HEIGHT, WIDTH), bool)


def square(top: int, left: int, side: int = 10) -> np.ndarray:
    mask = WHITE.copy()
    mask[top : top + side, left : left + side] = True
    return mask


TARGET, DISTRACTORS = square(5, 5), square(20, 5) | square(20, 30)


def save(path: Path, array: np.ndarray, **options) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)


def photograph(path: Path, seed: int = 0, size: tuple[int, int] = (HEIGHT, WIDTH)) -> None:
    save(path, np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8))


def o3(folder: Path, names: tuple[str, ...] = ("a.png", "b.png")) -> Path:
    for i, name in enumerate(names):
        photograph(folder / "images" / name, i)
        save(folder / "targ_labels" / name, TARGET.astype(np.uint8) * 255)
        save(folder / "dist_labels" / name, DISTRACTORS.astype(np.uint8) * 255)
    return folder


def palette(path: Path, values: np.ndarray) -> None:
    """A palette picture with VOC's colours of little use: all dark."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(values.astype(np.uint8), "P")
    image.putpalette([i // 4 for i in range(768)])
    image.save(path)


def instances(folder: Path) -> Path:
    """Two photographs: objects 3 and 7 of classes 2 and 1, with borders; and objects 1 alone."""
    for i, name in enumerate(("a", "b")):
        photograph(folder / "images" / f"{name}.jpg", i)
    border = square(4, 4, 12) & ~TARGET
    first = np.select([TARGET, DISTRACTORS], [7, 3])
    palette(folder / "instances" / "a.png", first)
    palette(folder / "classes" / "a.png", np.select([TARGET, DISTRACTORS, border], [1, 2, 255]))
    palette(folder / "instances" / "b.png", TARGET * 1)
    palette(folder / "classes" / "b.png", TARGET * 9)
    (folder / "class_names.txt").write_text("nothing\ncat\ndog\n")
    return folder


OUTLINE = [[5, 5], [15, 5], [15, 15], [5, 15]]


def coco(folder: Path, **changed) -> Path:
    """One photograph: a cat in a sofa, a crowd, all known by their outlines or run-length codes."""
    photograph(folder / "images" / "a.png")
    sofa = [0, 0, 40, 0, 40, 30, 0, 30]
    content = {
        "images": [{"id": 5, "file_name": "a.png", "height": HEIGHT, "width": WIDTH}, {"id": 6, "file_name": "gone.png"}],
        "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "sofa"}],
        "annotations": [
            {"id": 1, "image_id": 5, "category_id": 1, "area": 100, "segmentation": [np.ravel(OUTLINE).tolist()]},
            {"id": 2, "image_id": 5, "category_id": 2, "area": 1200, "segmentation": [sofa]},
            {
                "id": 3,
                "image_id": 5,
                "category_id": 1,
                "area": 9,
                "iscrowd": 1,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": compressed(run_lengths(square(30, 45)))},
            },
        ],
    } | changed
    (folder / "instances.json").write_text(json.dumps(content))
    return folder / "instances.json"


def labelme(folder: Path, *shapes: dict) -> Path:
    photograph(folder / "a.png")
    drawn = shapes or (
        {"label": "distractor", "points": [[20, 20], [30, 30]], "shape_type": "rectangle", "group_id": None},
        {"label": "target", "points": OUTLINE, "shape_type": "polygon"},
        {"label": "distractor", "points": [[50, 20], [50, 25]], "shape_type": "circle", "group_id": 1},
        {"label": "distractor", "points": [[40, 2], [45, 2], [45, 8]], "shape_type": "polygon", "group_id": 1},
    )
    (folder / "a.json").write_text(json.dumps({"shapes": drawn, "imagePath": "a.png", "imageData": None}))
    return folder

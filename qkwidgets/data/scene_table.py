"""What can be measured on a scene? Areas, colours and distances, on its pixels and masks alone, whoever drew them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from qkwidgets.data.oklab import oklab
from qkwidgets.data.scene_places import ARRANGEMENTS
from qkwidgets.data.scene_plan import FEATURES, UNITS

if TYPE_CHECKING:
    from qkwidgets.data.scenes import Scenes


def scene_rows(scenes: "Scenes") -> list[dict[str, Any]]:
    """One row a scene; shares are of the image's area, lengths fractions of its side, colours distances in OKLab.

    Columns: `scene feature arrangement n_items difference unit`; `target_area distractor_area ground_area`, and `item_area`, the
    mean of one distractor; `size_ratio`, the log2 ratio of the radii of the discs of equal area, odd item to the others;
    `target_contrast distractor_contrast ground_texture`: mean colour of the items to that of the ground, and the root mean square
    distance of the ground's pixels from their mean, soft edges left out; `target_colour`: mean colour of target to distractors;
    `eccentricity` of the target from the middle; `nearest` and `mean_distance` of distractors from the target, centre to centre.

    Examples
    --------
    >>> from qkwidgets.data.odd_one_out import odd_one_out
    >>> row = scene_rows(odd_one_out(1, seed=2, feature="colour"))[0]
    >>> row["feature"], row["n_items"], row["difference"] > 60, row["target_colour"] > 0.06
    ('colour', 5, True, True)
    """
    return [_row(scenes, i) for i in range(len(scenes))]


def _row(scenes: "Scenes", i: int) -> dict[str, Any]:
    items, odd = scenes.items[i], int(scenes.odd[i]) - 1
    feature, arrangement = FEATURES[scenes.feature[i]], int(scenes.arrangement[i])
    area, centre, colour, texture = _measured(scenes.images[i], items)
    others = np.delete(np.arange(1, len(area)), odd)
    target, ground, rest = odd + 1, 0, np.average(colour[others], axis=0, weights=area[others])
    far = np.linalg.norm(centre[others] - centre[target], axis=1)
    shares = area / items.size
    return {
        "scene": i,
        "feature": feature,
        "arrangement": ARRANGEMENTS[arrangement] if arrangement >= 0 else None,
        "n_items": len(area) - 1,
        "difference": abs(float(scenes.difference[i])) if feature != "size" else float(scenes.difference[i]),
        "unit": UNITS.get(feature),
        "target_area": float(shares[target]),
        "distractor_area": float(shares[others].sum()),
        "ground_area": float(shares[ground]),
        "item_area": float(shares[others].mean()),
        "size_ratio": float(np.log2(area[target] / area[others].mean()) / 2),
        "target_contrast": float(np.linalg.norm(colour[target] - colour[ground])),
        "distractor_contrast": float(np.linalg.norm(rest - colour[ground])),
        "ground_texture": texture,
        "target_colour": float(np.linalg.norm(colour[target] - rest)),
        "eccentricity": float(np.linalg.norm(centre[target] - 0.5)),
        "nearest": float(far.min()),
        "mean_distance": float(far.mean()),
    }


def _measured(image: np.ndarray, items: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Area, centre of mass and mean colour of ground and items, and how the ground's colour varies."""
    height, width = items.shape
    flat, n = items.ravel(), int(items.max()) + 1
    area = np.bincount(flat, minlength=n)
    down, across = np.indices(items.shape).reshape(2, -1) + 0.5

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(flat, values.ravel(), minlength=n) / np.maximum(area, 1)

    lab = oklab(image)
    colour = np.stack([mean(channel) for channel in lab], 1)
    clear = lab[:, _clear(items)]
    colour[0] = clear.mean(1)
    varies = ((clear - colour[0][:, None]) ** 2).sum(0).mean() ** 0.5
    return area, np.stack([mean(across) / width, mean(down) / height], 1), colour, float(varies)


def _clear(items: np.ndarray) -> np.ndarray:
    """Pixels of the ground that are next to no item, as far as there are any."""
    padded = np.pad(items, 1)
    height, width = items.shape
    near = np.max([padded[i : i + height, j : j + width] for i in range(3) for j in range(3)], 0)
    return near == 0 if (near == 0).any() else items == 0

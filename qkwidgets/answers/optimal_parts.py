"""How does `OptimalImages` lie in files? The fields as arrays and a record, and the state of a sweep as fields."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from qkwidgets.answers.class_suggestions import Halves
from qkwidgets.answers.quantise import Arrays
from qkwidgets.core.layout import TokenLayout

if TYPE_CHECKING:
    from qkwidgets.answers.optimal_images import OptimalImages

DICTS = ("names", "labels", "paths")
ROOMS = ("maps", "deciles")
DECILES = 11
"""Places at which a mode's scores are sampled: the lowest, nine deciles, the highest."""

_LOW = 2**32


def taken_apart(answer: "OptimalImages") -> tuple[Arrays, dict[str, Any]]:
    """Arrays and JSON record of an answer."""
    arrays: Arrays = {}
    record: dict[str, Any] = {"kind": type(answer).__name__}
    for field in fields(answer):
        value = getattr(answer, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value
        elif field.name in ROOMS:
            arrays |= {f"{field.name}/{name}": array for name, array in value.items()}
        elif field.name in DICTS:
            record[field.name] = {str(image): known for image, known in value.items()}
        elif field.name not in ("thumbnails", "layout", "halves"):
            record[field.name] = value
    layout = answer.layout
    record["layout"] = [layout.n_cls, layout.n_distill, layout.n_registers, *layout.grid]
    arrays |= {f"thumbnail/{image}": np.frombuffer(data, np.uint8) for image, data in answer.thumbnails.items()}
    if answer.halves is not None:
        arrays |= {"halves/classes": answer.halves.classes, "halves/count": answer.halves.count}
        record["words"] = answer.halves.words
    return arrays, record


def put_together(arrays: Arrays, record: dict[str, Any]) -> dict[str, Any]:
    """The fields that `taken_apart` took apart."""
    values: dict[str, Any] = {name: value for name, value in record.items() if name not in ("kind", "words", "format")}
    rooms: dict[str, Arrays] = {name: {} for name in (*ROOMS, "thumbnail", "halves")}
    for name, array in arrays.items():
        room, _, rest = name.partition("/")
        if rest:
            rooms[room][rest] = array
        else:
            values[name] = array
    values |= {name: {int(image): known for image, known in record[name].items()} for name in DICTS}
    values |= {name: rooms[name] for name in ROOMS}
    values["thumbnails"] = {int(image): data.tobytes() for image, data in rooms["thumbnail"].items()}
    values["layout"] = _layout(record["layout"])
    values["halves"] = Halves(**rooms["halves"], words=record["words"]) if rooms["halves"] else None
    return values


def read_state(arrays: Arrays, record: dict[str, Any]) -> dict[str, Any]:
    """The fields that a sweep's state (`sweeps.top_images`) and record hold."""
    image, score = unpacked(arrays["keys"])
    said = ("query_patch", "key_patch", "singular_values", "cosine", "degenerate", "null", "stability")
    thumbnails = {name.partition("/")[2]: data for name, data in arrays.items() if name.startswith("thumbnail/")}
    options = record["options"]
    return {
        "image": image,
        "score": score,
        **{name: arrays[name] for name in said},
        "maps": {name: array for name, array in arrays.items() if name.partition(".")[0] == "maps"},
        "deciles": deciles(arrays) if "sample" in arrays else {},
        "halves": _halves(arrays, record) if "half_keys" in arrays else None,
        **{name: dict(record[name]) for name in DICTS},
        "thumbnails": {int(index): data.tobytes() for index, data in thumbnails.items()},
        "layout": _layout(record["layout"]),
        "by": options["by"],
        "n_images": record["n_images"],
        "n_skipped": len(record["skipped"]),
        "n_sampled": int((arrays["sample_image"] >= 0).sum()) if "sample" in arrays else 0,
        "finished": record["finished"],
        "provenance": {**record["provenance"], **options, **{name: record[name] for name in ("site", "mode_band", "choices")}},
    }


def unpacked(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images and scores of packed lists (`core.optimal.packed`); -1 and 0 where there is none.

    Examples
    --------
    >>> unpacked(np.array([(0x3F000000 << 32) + 2**32 - 1 - 7, 0]))
    (array([ 7, -1]), array([0.5, 0. ], dtype=float32))
    """
    image = np.where(keys > 0, _LOW - 1 - keys % _LOW, -1)
    return image, (keys // _LOW).astype(np.int32).view(np.float32)


def deciles(arrays: Arrays) -> Arrays:
    """The images at the deciles of each mode's scores in the sample, lowest first; of equal scores, the first in the set.

    The place of decile i among n images is i (n - 1) / 10, rounded: exact if the sample holds all images.
    """
    filled = np.flatnonzero(arrays["sample_image"] >= 0)
    filled = filled[np.argsort(arrays["sample_image"][filled])]
    images, scores, patches = (arrays[f"sample_{name}"][filled] for name in ("image", "score", "patch"))
    if not len(images):
        return {}
    order = np.argsort(scores, axis=0, kind="stable")
    places = np.rint(np.linspace(0, len(images) - 1, DECILES)).astype(int)
    at = np.moveaxis(order[places], 0, -1)  # [layer head mode sign decile]
    here = np.indices(at.shape)[:-1]
    picked = patches[at, *here]
    return {
        "image": images[at],
        "score": scores[at, *here],
        "query_patch": np.ascontiguousarray(picked[..., 0]),
        "key_patch": np.ascontiguousarray(picked[..., 1]),
    }


def _halves(arrays: Arrays, record: dict[str, Any]) -> Halves:
    words = [word for word, *_ in record["classes"]]
    count = np.array([counts for _, *counts in record["classes"]], dtype=np.int64).reshape(-1, 2).T
    code = {word: place for place, word in enumerate(words)}
    images = unpacked(arrays["half_keys"])[0]
    known, where = np.unique(images, return_inverse=True)
    codes = np.array([code.get(record["labels"].get(int(image)), -1) for image in known], dtype=np.int32)
    return Halves(codes[where].reshape(images.shape), np.ascontiguousarray(count), words)


def _layout(sizes: list[int]) -> TokenLayout:
    n_cls, n_distill, n_registers, *grid = sizes
    return TokenLayout(n_cls, n_distill, n_registers, (grid[0], grid[1]))

"""Which class might a mode be about? Classes that stand out among its best images twice: in one half of the set, and in the other."""

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int32, Int64

from qkwidgets.core.enrichment import chosen_class, holm, tail
from qkwidgets.core.errors import InputError


class Halves(NamedTuple):
    """The classes of the best images in both halves of a set, and how many images of each class the halves hold.

    `classes` are places in `words`, -1 where an image has no label or there is none.
    """

    classes: Int32[np.ndarray, "layer head mode sign half place"]
    count: Int64[np.ndarray, "half label"]
    words: list[Any]


def class_word(label: Any) -> str:
    """What a class is called under a picture: its name, or "class 3" where it has only a number.

    Examples
    --------
    >>> class_word("fish"), class_word(3)
    ('fish', 'class 3')
    """
    return f"class {label}" if isinstance(label, int) else str(label)


def suggestions(halves: Halves | None, level: float) -> list[dict[str, Any]]:
    """Classes chosen on half 0 that half 1 confirms at `level` after Holm's correction over all modes and signs, surest first.

    Raises
    ------
    InputError
        If there are no lists of the halves, or no labels in them.
    """
    if halves is None:
        raise InputError(
            "Classes are suggested from the best images of each half of a set: this sweep kept none. It was made with classes=0. Make it "
            "again with classes=20."
        )
    if not halves.words:
        raise InputError(
            "Classes are suggested for images with labels: those of this sweep have none. A data set of (image, label) pairs gives them, "
            "and so do tar shards with .cls files. Sweep one of these."
        )
    spots = list(np.ndindex(halves.classes.shape[:-2]))
    first, second = (halves.classes.reshape(len(spots), *halves.classes.shape[-2:])[:, half] for half in (0, 1))
    totals = halves.count.sum(axis=1)
    chosen = chosen_class(first, halves.count[0], int(totals[0]))
    n_top = (second >= 0).sum(axis=1)
    tested = np.flatnonzero((chosen >= 0) & (n_top > 0))
    label = chosen[tested]
    hits = (second[tested] == label[:, None]).sum(axis=1)
    n_label = halves.count[1][label]
    p = tail(hits, n_top[tested], n_label, int(totals[1]))
    adjusted = holm(p)
    return [
        {
            **dict(zip(("layer", "head", "mode"), spots[tested[test]], strict=False)),
            "sign": "+-"[spots[tested[test]][3]],
            "label": halves.words[label[test]],
            "hits": int(hits[test]),
            "of": int(n_top[tested[test]]),
            "share": float(n_label[test] / totals[1]),
            "p": float(p[test]),
            "p_adjusted": float(adjusted[test]),
        }
        for test in np.argsort(p, kind="stable")
        if adjusted[test] <= level
    ]

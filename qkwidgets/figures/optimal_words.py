"""What is written on a page of optimal images: of each mode, under each picture, and below all of them."""

import re
from pathlib import PurePath

from qkwidgets.answers.class_suggestions import class_word
from qkwidgets.answers.optimal_images import Hit, OptimalImages
from qkwidgets.answers.optimal_parts import DECILES
from qkwidgets.core.index import ModeIndex
from qkwidgets.figures.caveats import caveat
from qkwidgets.figures.optimal_pictures import RANGE_QUANTILE
from qkwidgets.figures.theme import escaped, number, unit

WORDNET = re.compile(r"^n\d{8}_")
"""What the names of ImageNet's files begin with, and which tells a reader nothing."""


def suggested(optimal: OptimalImages) -> dict[tuple[int, int, int, str], str]:
    """The class suggested for each mode and sign, where one is."""
    if optimal.halves is None or not optimal.halves.words:
        return {}
    rows = optimal.suggestions()
    return {(row["layer"], row["head"], row["mode"], row["sign"]): class_word(row["label"]) for row in rows}


def facts(optimal: OptimalImages, index: ModeIndex, sign: str, classes: dict[tuple[int, int, int, str], str], empty: bool) -> str:
    """The label of a row: address, cosine, singular value, sign, and what has to be said of the mode."""
    place = tuple(index)
    lines = [
        f"<b>{index}</b>",
        f"cosine {unit(optimal.cosine[place])}",
        f"σ {number(optimal.singular_values[place])}",
        "sign " + sign.replace("-", "−"),
    ]
    said = caveat(optimal, index)
    if (*index, sign) in classes:
        lines.append(f"suggested class:<br>{escaped(classes[*index, sign], 18)}")
    if empty:
        lines.append("no image scores<br>above zero")
    return "<br>".join(lines + ([_wrapped(said)] if said else []))


def _wrapped(text: str, width: int = 18) -> str:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def caption(hit: Hit, letters: int, percent: int | None) -> str:
    """What stands under a picture: at which percentage of the scores it is, if it is a decile; label or name; and score."""
    name = WORDNET.sub("", PurePath(hit.name).stem) if hit.label is None else class_word(hit.label)
    return ("" if percent is None else f"{percent} %<br>") + f"{escaped(name, letters)}<br>{number(hit.score)}"


def setting(optimal: OptimalImages, of: str) -> str:
    """Out of how many images these are the best, and by what."""
    ways = {
        "score": "largest query × largest key projection of their patches",
        "query": "largest query projection of their patches",
        "key": "largest key projection of their patches",
    }
    so_far = "" if optimal.finished else " so far"
    unread = f" ({optimal.n_skipped:,} more could not be read)" if optimal.n_skipped else ""
    if of == "deciles":
        few = " So few stand at several deciles." if optimal.n_sampled < DECILES else ""
        return f"From the highest to the lowest score of {optimal.n_sampled:,} sampled images: {ways[optimal.by]}.{few}"
    return (
        f"Best of {optimal.n_images:,} images{so_far}{unread} by the {ways[optimal.by]}, which is the number under each picture."
    )


def words(palette: str, with_maps: bool, guessed: int) -> str:
    """How to read the page."""
    query, key = palette.split("-")
    lines = ["Circle: patch of the largest query projection. Square: patch of the largest key projection."]
    if with_maps:
        lines.append(
            f"{query.capitalize()} light: query, {key} light: key, white: both; from 0 to the {RANGE_QUANTILE}th percentile of "
            "|projection| over the row’s images."
        )
        lines.append(f"Information flows {key} → {query}. The lights are projections, not attention.")
    if guessed:
        lines.append(
            f"{guessed} pictures are read from their files and cut around the middle: the model’s own crop may differ a little."
        )
    return "<br>".join(lines)

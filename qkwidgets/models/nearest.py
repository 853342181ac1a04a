"""Which name was meant? The nearest names to one that does not exist, plain ones first."""

from collections.abc import Mapping
from difflib import SequenceMatcher

LEAST = 0.6
"""Names that are less alike than this are no help."""

SAME_FAMILY = 0.1
"""What a first word in common counts: `vit_bse_patch16_224` is no `samvit_base_patch16_224`."""

SIZES = {"ti": "tiny", "t": "tiny", "s": "small", "b": "base", "l": "large", "h": "huge", "g": "giant"}
"""Papers write ViT-B/16."""


def nearest_names(name: str, names: Mapping[str, int], n: int = 3) -> list[str]:
    """The first `n` of the names that are most like `name`.

    Parameters
    ----------
    name
        As it was typed; how its words are separated and whether letters are capitals does not matter.
    names
        Those that exist, words separated by underscores, each with how often it is published. A name is as near as the
        nearest of its beginnings, because people leave out what follows; of names that are equally near, those of fewer
        words come first, and then those that are published more often.

    Examples
    --------
    >>> nearest_names("deit-tny", {"davit_tiny": 1, "deit_tiny_distilled_patch16_224": 1, "deit_tiny_patch16_224": 1}, 2)
    ['deit_tiny_patch16_224', 'deit_tiny_distilled_patch16_224']
    """
    words = "".join(letter if letter.isalnum() else "_" for letter in name.lower()).split("_")
    typed = "_".join(SIZES.get(word, word) for word in words)
    matcher = SequenceMatcher(b=typed, autojunk=False)

    def likeness(candidate: str) -> float:
        parts = candidate.split("_")
        beginnings = ("_".join(parts[:end]) for end in range(1, len(parts) + 1))
        return max(map(ratio, beginnings)) + SAME_FAMILY * (parts[0] == words[0])

    def ratio(text: str) -> float:
        matcher.set_seq1(text)
        return matcher.ratio()

    found = [(round(likeness(each), 3), each) for each in names]
    found = [(-like, each.count("_"), -names[each], each) for like, each in found if like >= LEAST]
    return [each for *_, each in sorted(found)[:n]]

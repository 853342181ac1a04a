"""What is left open about the images that a mode answers to most, and how is it settled here?"""

from qkwidgets.answers.choices import Choice

SCORES = {
    "score": Choice(
        "What is an image's score for a mode?",
        "the product of the largest query and the largest key projection of its patches",
        'the largest projection of one side alone: by="query" or by="key"',
        "paper",
    ),
    "query": Choice(
        "What is an image's score for a mode?",
        "the largest query projection of its patches, whatever its keys are",
        'the product of the largest query and the largest key projection, as in the paper: by="score"',
        "ours",
    ),
    "key": Choice(
        "What is an image's score for a mode?",
        "the largest key projection of its patches, whatever its queries are",
        'the product of the largest query and the largest key projection, as in the paper: by="score"',
        "ours",
    ),
}
"""How images are ranked, by the option `by`."""

CHOICES = (
    Choice("Which sign of a mode is shown?", "the one whose best image scores higher; it is printed", "fixed + or -", "ours"),
    Choice("Which of equal scores comes first?", "the image that comes first in the set", "any other fixed order", "ours"),
    Choice(
        "When is a class suggested for a mode?",
        "when it stands out among the best images of one half of the set, and then among those of the other half, by the "
        "hypergeometric distribution with Holm's correction over all modes",
        "Benjamini-Hochberg, which bounds only the share of false suggestions",
        "ours",
    ),
)
"""What was settled where the paper leaves it open, whatever images are ranked by."""

GUARDS = {
    "score": Choice(
        "Are two negative projections a hit?",
        "no: each side counts from zero up, so that two patches of the other sign do not make a score of this one",
        "count their product, as the released code does",
        "ours",
    ),
    "query": Choice(
        "Is a negative projection a hit?",
        "no: an image without a patch above zero on the side that is looked at is in no list",
        "list it behind the others",
        "ours",
    ),
}
GUARDS["key"] = GUARDS["query"]
"""What counts as no hit, by the option `by`."""


def choices_of(by: str) -> tuple[Choice, ...]:
    """What was settled for images ranked in this way, where the paper leaves it open.

    Examples
    --------
    >>> [choice.source for choice in choices_of("score")], choices_of("key")[0].source
    (['paper', 'ours', 'ours', 'ours', 'ours'], 'ours')
    """
    return (SCORES[by], GUARDS[by], *CHOICES)

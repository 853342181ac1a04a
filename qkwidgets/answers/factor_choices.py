"""What the paper on factors leaves open, or what of it could not be read, and what is done here."""

from qkwidgets.answers.choices import Choice
from qkwidgets.core.factors.names import THRESHOLD

SITE = (
    Choice(
        "Where are tokens split into factors?",
        "queries and keys of a head, biases in, scale folded in: there the split of the tokens is the split of the scores",
        "attn_input or residual, for maps and for position through depth",
        "ours",
    ),
    Choice(
        "What is content?",
        "all that position does not tell: image effect and residual, which are stored apart and added",
        "the full split into four factors",
        "ours",
    ),
    Choice(
        "What becomes of the mean factor?",
        'shown as the third vertex, the paper\'s "layer"',
        "drop_mean: position and content alone; visible: without the key's mean, which softmax hides; every figure names which",
        "ours",
    ),
)

ALL_PAIRS = Choice(
    "Which pairs of tokens count?",
    "all pairs, of different images, too: energies of factors add up",
    "pairs inside one image, what each softmax sees: within=True",
    "ours",
)

WITHIN = (
    ALL_PAIRS._replace(
        choice="all pairs, of different images, too, so that energies of factors add up; beside them pairs inside one image, what each "
        "softmax sees",
        alternative="pairs inside one image alone",
    ),
    Choice(
        "How is the score inside an image shared out?",
        "covariance shares: they sum to one, and may be negative; beside them the four blocks that are orthogonal in every image",
        "energies of single cells and a remainder",
        "ours",
    ),
)

MATRICES = {
    "data": "all tokens' scores, from moments: modes add up to the head's energy",
    "absorb": "the weights with biases as one more row; modes are not orthogonal on data, so their energies do not add up to the head's",
    "separate": "the weights without biases, the modes of the first paper; shares and maps leave the biases out, too",
}
"""What modes are of: of the data, or of the weights by what becomes of biases."""

AGGREGATE = (
    Choice("How do heads add up to a layer?", "by their energies", "one head as much as another", "ours"),
    Choice(
        "How many modes carry the energy?",
        "participation ratio without the mean",
        "entropy, stable rank, Roy and Vetterli's effective rank, number of modes with 90 %",
        "ours",
    ),
)

CORRECTED = {
    "none": "nothing: identities are exact; from 1000 images on the bias is small, below it is stated",
    "moments": 'second moments are made unbiased (correction="moments"); products of two stay a little biased, and shares may be negative',
    "crossfit": 'energies take queries from one half of the images and keys from the other (correction="crossfit"); they need not sum to '
    "the whole, and shares may be negative",
}

COSINE = (
    Choice(
        "Whose is the cosine of a layer?",
        "every mode's weighted cosine is shared out by the mean of both sides' shares: mean, position and content sum to the whole",
        "by cells, or without the mean factor",
        "ours",
    ),
    Choice(
        "What is chance for the parts of the cosine?",
        "random read-outs of both sides in the same whitened spaces, with new cosines (is a part more than chance?), and with the modes' own "
        "(would random read-outs divide it so?); two-sided 95 % for the mean over heads",
        "cosines of independent random directions, as for the whole",
        "ours",
    ),
)

PATCHES = Choice(
    "Which tokens are split?", "patches alone", 'special tokens as groups of their own, beside (special="groups")', "ours"
)

GROUPS = PATCHES._replace(
    choice="patches; beside them every token that is no patch by itself, into its mean over images and the deviations from it",
    alternative="patches alone",
)

TOKENS = (
    Choice(
        "What becomes of rotary positions?",
        "scores as they are, with rotated queries and keys",
        "factors before the rotation, offset by offset",
        "ours",
    ),
)


def choices_of(
    *,
    svd: str = "data",
    bias: str = "absorb",
    correction: str = "none",
    threshold: float = THRESHOLD,
    within: bool = False,
    special: str = "none",
) -> tuple[Choice, ...]:
    """What was settled for factors that were asked for in this way.

    Examples
    --------
    >>> made = {choice.question: choice.choice for choice in choices_of(svd="weight", threshold=0.75)}
    >>> made["When does a head or a mode have a label?"]
    'a class holds at least 75 % of the energy without the mean, else "mixed"'
    >>> len(choices_of()), len(made)
    (11, 13)
    """
    kind = "data" if svd == "data" else bias
    return (
        *SITE,
        *(WITHIN if within else (ALL_PAIRS,)),
        Choice("Which matrix do modes decompose?", MATRICES[kind], _others(MATRICES, kind), "ours"),
        *AGGREGATE,
        Choice(
            "When does a head or a mode have a label?",
            f'a class holds at least {100 * threshold:g} % of the energy without the mean, else "mixed"',
            "any other threshold",
            "ours",
        ),
        Choice("What is done about few images?", CORRECTED[correction], _others(CORRECTED, correction), "ours"),
        *(COSINE if svd == "weight" else ()),
        GROUPS if special == "groups" else PATCHES,
        *TOKENS,
    )


def _others(texts: dict[str, str], made: str) -> str:
    return "; or ".join(text for name, text in texts.items() if name != made)

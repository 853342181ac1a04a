"""What is left open about the preference of attention, and how is it settled with these options?"""

from typing import Any

from qkwidgets.answers.choices import Choice

DEFAULTS = {"tokens": "patches", "resize": "square", "items": True, "null": 3, "draws": 1000}

TOKENS = {
    "patches": "then the patches alone, made to sum to one",
    "all": "what falls on prefix tokens is kept, and the masses sum to what the patches are given",
}

RESIZE = {
    "square": "a photograph is squeezed into the square input, masks are thresholded at full size and averaged over the area of each patch",
    "model": "a photograph is seen in the model's own crop, and masks, thresholded at full size, are cut alike and averaged over the area "
    "of each patch",
}

INSTEAD = {
    "patches": 'what falls on prefix tokens is kept (tokens="all")',
    "all": 'the patches alone, made to sum to one (tokens="patches")',
    "square": 'the model\'s own crop (resize="model")',
    "model": 'the whole photograph, squeezed (resize="square")',
}
"""The other value of an option, in words."""


def choices_of(options: dict[str, Any]) -> tuple[Choice, ...]:
    """What was settled where the paper leaves it open, with the options of `sweeps.preference.PreferenceMasses` and `resize`.

    Examples
    --------
    >>> choices_of({"null": 0})[-1].choice
    'none: nobody asked for it'
    """
    options = {**DEFAULTS, **{name: value for name, value in options.items() if name in DEFAULTS}}
    tokens, resize = options["tokens"], options["resize"]
    weighted = "all patches that hold items, each with the weight of its share"
    return (
        Choice(
            "Which patches ask?",
            "two an image: the first maximum of the down-scaled target mask, and of the distractor mask",
            f"{weighted}: computed beside it" if options["items"] else f"{weighted}: items=True",
            "paper",
        ),
        *QUERIES,
        Choice(
            "Which attention is shared out?",
            f"the model's own, biases and all tokens in the softmax; {TOKENS[tokens]}; {RESIZE[resize]}",
            f"{INSTEAD[tokens]}; {INSTEAD[resize]}",
            "ours",
        ),
        AREA,
        _sure(options["draws"]),
        _null(options["null"]),
    )


QUERIES = (
    Choice(
        "What is the same object?",
        "target to target, distractor to distractors: all distractors count as one",
        "each distractor for itself, which the masks of the O3 data set cannot tell",
        "paper",
    ),
    Choice(
        "Does the patch that asks count as its own object?",
        "yes, as in the paper",
        "no: it is taken out of attention, masks and areas; computed beside it",
        "paper",
    ),
)

AREA = Choice(
    "What is chance?",
    "the share of each group in the area, which uniform attention to the patches would give; enrichment is the mean mass over the mean "
    "area, so that an image with a tiny target does not count for many",
    "the mean of each image's own ratio",
    "ours",
)


def _sure(draws: int) -> Choice:
    question = "How sure is it?"
    if not draws:
        return Choice(question, "nobody asked: without draws there is no interval", "draws of a bootstrap over images", "ours")
    return Choice(
        question,
        f"95 % of {draws} bootstrap draws over images; each image has a Poisson count in each draw, made from the seed and its index, so that "
        "the draws do not depend on order, batches or machines",
        "drawing n of n images with putting back, which needs all of them at hand",
        "ours",
    )


def _null(count: int) -> Choice:
    question = "What would the same spectrum and cosines do without a match to the tokens?"
    permuted = "the input features of the query and key weights are permuted alike"
    if not count:
        return Choice(question, "none: nobody asked for it", f"{permuted}: null=3", "ours")
    number = "one permutation" if count == 1 else f"mean and range of {count} permutations"
    return Choice(question, f"{permuted}; {number}", "none: null=0", "ours")

"""What the papers leave open, what is done here, and what else could be done: shown in every "about" panel.

Each row is a question, the default, the alternative, and who chose: "paper" where it is printed there, "ours" where it is
a choice of this project.
"""

from typing import NamedTuple


class Choice(NamedTuple):
    """One open question and how it is settled here."""

    question: str
    choice: str
    alternative: str
    source: str


MODE_CHOICES = (
    Choice(
        "Which tokens are projected?",
        "attn_input: what the query and key projections receive, after the block's first norm; only there do modes add up to the score",
        "residual: the stream before that norm, as in the released figures",
        "ours",
    ),
    Choice(
        "What happens to biases?",
        "separate: modes come from the weights alone, and the key-only term is a line of its own",
        "absorb them into the projections, or drop them as the paper does (the scores are then not the model's)",
        "ours",
    ),
    Choice(
        "Is the first norm's gain part of the weights?",
        "no, as in the paper",
        "fold_norm=True: scores are the same, modes and cosines are not",
        "paper",
    ),
    Choice(
        "How are maps coloured?",
        "signed: centred at zero, one range for all images, the 99th percentile of the magnitude; clipped patches are marked",
        "percentile: each map from its own 30th to its 95th percentile, as in the released figures (a button)",
        "ours",
    ),
    Choice(
        "Which sign of a mode is shown?",
        "the one whose optimal-image score is larger on the images shown; it is printed",
        "fixed + or -",
        "ours",
    ),
    Choice(
        "How are the modes of an image ranked (the paper's Figure 5)?",
        "share of the visible score; shares and the bias share sum to one",
        "energy, or peak",
        "ours",
    ),
    Choice(
        "How is the mean cosine of a head weighted?",
        "by singular values, the printed formula: a sum with weights that sum to one",
        "equal weights",
        "paper",
    ),
    Choice(
        "What is chance?",
        "independent random directions, analytically, with each head's own spectrum; two-sided 95 %",
        'null="subspace": directions paired at random inside the head\'s own column spaces',
        "ours",
    ),
    Choice(
        "Which baseline has anisotropy (the paper's S4)?",
        "attn_input, 1000 images, the patch in the middle of the grid (grid_h // 2, grid_w // 2)",
        "residual",
        "ours",
    ),
    Choice(
        "How are odd-one-out images and masks brought to the grid?",
        "square resize, masks averaged over areas, patches only",
        "centre crop",
        "ours",
    ),
    Choice(
        "How is the probability of the same object weighted (the paper's Figure 6)?",
        "by singular values; objects by mean projection over their area",
        "equal weights",
        "ours",
    ),
    Choice(
        "When are singular values equal?",
        "neighbours within 1 in 1000 form a block, chained; up to 1e-6 of the first they are null; both are marked",
        "another tolerance",
        "ours",
    ),
)
"""The open points of "Dissecting Query-Key Interaction in Vision Transformers"."""

PANELS = dict(
    zip(
        (choice.question for choice in MODE_CHOICES),
        (
            ("overlay", "attention"),
            ("grid", "spectrum", "overlay", "attention"),
            ("grid", "spectrum", "overlay", "trend", "attention"),
            ("overlay",),
            ("overlay",),
            ("attention",),
            ("grid", "trend"),
            ("spectrum", "trend"),
            (),
            (),
            (),
            ("spectrum", "overlay", "attention"),
        ),
        strict=True,
    )
)
"""Which panels of a view would look otherwise with another choice, by question; none: other analyses of the package."""

"""What the paper leaves open about position and content through depth, and what is done here."""

from qkwidgets.answers.choices import Choice

CHOICES = (
    Choice(
        "Which tokens are followed through depth?",
        "the residual stream before the norm of each layer's attention, patches only: layers share its basis",
        'site="attn_input", after that norm, whose gain differs between layers; then cosines across layers mean less',
        "ours",
    ),
    Choice(
        "What is position in a layer?",
        "each place's mean over images less the mean of all (ANOVA); the picture is that of its first three principal components",
        "the learned table of positions, which is compared with it",
        "paper",
    ),
    Choice(
        "How grid-like is it?",
        "R² of row and column on these three; recall of the 4 neighbours among the nearest; Spearman's correlation of distances",
        "the picture alone, as in the paper",
        "ours",
    ),
    Choice(
        "How alike is content in two layers?",
        "mean cosine of each token's content with itself in the other layer, and linear CKA; the same on whole tokens beside",
        "the paper's measure is unknown",
        "ours",
    ),
    Choice(
        "What is enrichment?",
        "1 less the similarity of content in neighbouring layers; that a step is contextual is not shown by it, but by context=True",
        "the paper's measure is unknown",
        "ours",
    ),
    Choice(
        "When is a step contextual?",
        "when least squares on held-out images tell the next content better with the content of attended patches (the mean over heads, the "
        "patch itself left out) than a linear map of its own content does, and than with the mean of all other patches; a nonlinear step of each "
        "patch by itself can look the same, where it attends to its like",
        "a nonlinear prediction, or heads apart",
        "ours",
    ),
    Choice(
        "What do few images do?",
        "content leaks into places' means: share and participation ratio are shown as measured and corrected (S_res / (N - 1) taken off)",
        "as measured only",
        "ours",
    ),
    Choice(
        "Position, or photographers' habits?",
        "shuffle= permutes the patches of each image before the model; what is left of position is the model's own",
        "random crops",
        "ours",
    ),
)
"""The open points of this analysis."""

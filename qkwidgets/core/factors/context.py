"""Is a step of depth contextual? Whether a token's next content is told better with what its attention brings it than without.

The content of the next layer is predicted by least squares from the content of this one at the same patch: alone, with the mean of all other
patches, and with their mean weighted by attention. Weights are fitted on some images and tried on others, so that more features do not help
by themselves. What attention-weighted neighbours tell is told beyond what a linear map of the token's own content tells; a nonlinear step of
each patch by itself can look the same, since similar patches help to tell what the linear map leaves.

Source: the question is that of Doshi et al. arXiv 2601.05328, "enrichment" in words only; the test is ours.
"""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from qkwidgets.core.factors.probe import ProbeSums, chosen_r_squared, probe_sums
from qkwidgets.core.layout import TokenLayout

SOURCES = ("alone", "uniform", "attended")
"""What the next content is predicted from: the token's own, and that with the mean of all other patches or of those attended to."""


class StepSums(NamedTuple):
    """What the three predictions need of some tokens: features are those of `context_features`; `square` sums the targets' squares."""

    features: ProbeSums
    square: Float64[Tensor, "*set"]


def attended(
    q: Float[Tensor, "image head token d_head"], k: Float[Tensor, "image head token d_head"], scale: float, layout: TokenLayout
) -> Float[Tensor, "image patch patch"]:
    """How much of its attention to other patches a patch gives to each, the mean over heads; zero to itself.

    Examples
    --------
    >>> import torch
    >>> attended(*torch.zeros(2, 1, 3, 5, 8), 1.0, TokenLayout(grid=(2, 2)))[0, 0]
    tensor([0.0000, 0.3333, 0.3333, 0.3333])
    """
    patches = layout.patches
    weight = (scale * q[..., patches, :].float() @ k.float().mT).softmax(dim=-1)[..., patches].mean(dim=1)
    weight = weight - torch.diag_embed(weight.diagonal(dim1=-2, dim2=-1))
    return weight / weight.sum(dim=-1, keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny)


def context_features(
    content: Float64[Tensor, "image patch d"], weight: Float[Tensor, "image patch patch"], turn: Float64[Tensor, "d channel"]
) -> Float64[Tensor, "image patch feature"]:
    """A token's content, the mean content of all other patches, and that of the attended ones; the last two on the channels of `turn`.

    Examples
    --------
    >>> import torch
    >>> content = torch.tensor([[[1.0], [2.0], [6.0]]]).double()
    >>> weight = torch.tensor([[[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]])
    >>> context_features(content, weight, torch.eye(1).double())[0].tolist()
    [[1.0, 4.0, 2.0], [2.0, 3.5, 3.5], [6.0, 1.5, 1.0]]
    """
    brought = content @ turn
    others = (brought.sum(dim=1, keepdim=True) - brought) / max(1, content.shape[1] - 1)
    return torch.cat([content, others, weight.to(brought) @ brought], dim=-1)


def step_sums(features: Float64[Tensor, "image patch feature"], following: Float64[Tensor, "image patch channel"]) -> StepSums:
    """The sums over some images; `following` is the content of the next layer.

    Examples
    --------
    >>> import torch
    >>> step_sums(torch.ones(2, 4, 6).double(), torch.ones(2, 4, 3).double()).square.item()
    24.0
    """
    return StepSums(probe_sums(features, following), following.square().sum())


def context_r_squared(fit: StepSums, choice: StepSums, trial: StepSums, n_own: int) -> Float64[Tensor, "*set source"]:
    """How much of the next content each of `SOURCES` explains on the images of `trial`.

    Parameters
    ----------
    fit, choice, trial
        Sums over three sets of images: weights are fitted to the first, their ridge is chosen on the second.
    n_own
        How many of the features are the token's own.

    Examples
    --------
    >>> import torch
    >>> x = torch.randn(3, 40, 9, 4).double()
    >>> weight = torch.rand(40, 9, 9)
    >>> features = [context_features(each, weight, torch.eye(4).double()) for each in x]
    >>> sums = [step_sums(each, each[..., :4] + each[..., 8:]) for each in features]  # attended content is added
    >>> alone, uniform, attended = context_r_squared(*sums, 4).tolist()
    >>> alone < uniform < attended, round(attended, 3)
    (True, 1.0)
    """
    n_targets = fit.features.cross.shape[-1]
    n_brought = (fit.features.total.shape[-1] - n_own) // 2
    own, brought = torch.arange(n_own), torch.arange(n_brought) + n_own
    picks = own, torch.cat([own, brought]), torch.cat([own, brought + n_brought])
    found = []
    for pick in picks:
        parts = (_only(sums.features, pick) for sums in (fit, choice, trial))
        found.append(chosen_r_squared(*parts, together=n_targets).sum(dim=-1))
    mean_square = trial.square / trial.features.count
    return torch.stack(found, dim=-1) / mean_square[..., None]


def _only(sums: ProbeSums, pick: Tensor) -> ProbeSums:
    """The sums of some features, taken around zero, which is the mean of content over all images: there is no intercept to fit."""
    none = torch.zeros_like(sums.total[..., pick])
    return ProbeSums(sums.count, none, sums.second[..., pick, :][..., pick], sums.cross[..., pick, :])

"""How alike are the tokens of images that have nothing to do with each other? Sums of unit vectors, one pass, constant memory.

The mean cosine of all pairs of N unit vectors z is `(|sum z|^2 - N) / (N (N - 1))`: no pair is ever made. Sums are kept for each of
twenty parts of the set, chosen by the images' hashes, so that leaving out each in turn says how sure the mean is.

Source: Pan et al. NeurIPS 2024, supplement S4. The closed form and the parts are ours.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch

from qkwidgets.answers.anisotropy import N_PARTS, SITES, choices_of
from qkwidgets.core.errors import InputError
from qkwidgets.core.heads import lifted
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.image_sample import image_hash
from qkwidgets.sweeps.reducer import LayerBatch, State, Summed


@dataclass(frozen=True, eq=False)
class CentreTokens(Summed):
    """Sums of the unit vectors of the middle patch's tokens.

    Parameters
    ----------
    site
        "attn_input", what queries and keys are made of, or "residual", the stream before the norm.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If the site is neither.

    Examples
    --------
    >>> CentreTokens().options()
    {'site': 'attn_input'}
    """

    site: str = "attn_input"
    name: str = "anisotropy"
    answer: str = "AnisotropyBaseline"
    _shape: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        if self.site not in SITES:
            raise InputError(
                f'A site is "attn_input" or "residual": got {self.site!r}. It is probably misspelt. Use one of these.'
            )

    def options(self) -> dict[str, Any]:
        """All that tells one such question from another."""
        return {"site": self.site}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with the sizes of a model."""
        return replace(self, _shape=(model.n_layers, model.d_model))

    def empty(self) -> State:
        """No image yet."""
        n_layers, d_model = self._shape
        return {
            "total": torch.zeros(n_layers, N_PARTS, d_model, dtype=torch.float64),
            "count": torch.zeros(n_layers, N_PARTS, dtype=torch.int64),
        }

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        grid_h, grid_w = batch.layout.grid
        tokens = batch.tokens.residual if self.site == "residual" else batch.tokens.x
        token = lifted(tokens[:, batch.layout.token((grid_h // 2, grid_w // 2))]).cpu()
        size = token.norm(dim=-1, keepdim=True)
        if not token.isfinite().all():
            raise InputError(
                f"Tokens must be finite: those of a batch in layer {batch.layer} are not. The precision is probably too narrow. Use "
                'dtype="bfloat16" or None.'
            )
        part = image_hash(batch.images) % N_PARTS
        total, count = (state[name][batch.layer].cpu() for name in ("total", "count"))
        total.index_add_(0, part, token / torch.where(size > 0, size, 1.0))
        count.index_add_(0, part, (size[:, 0] > 0).long())
        state["total"][batch.layer], state["count"][batch.layer] = total, count

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """Options and what was chosen."""
        return {"options": self.options(), "choices": {choice.question: choice.choice for choice in choices_of(self.options())}}

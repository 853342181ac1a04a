"""What of factors can only be told when each place's mean is known? A second pass: pairs inside images, and how maps vary.

Inside one image the energies of factors do not add up, so all products of cells are summed (`core.factors.within`). The spread of
a mode's map is the root mean square, at each patch, of what its content adds to the map; the mean of that is zero.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from qkwidgets.answers.factor_totals import FactorTotals
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.within import Standing, content_products, standing
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.factor_moments import Memory, check_grid, check_readable, few, float64_place
from qkwidgets.sweeps.reducer import LayerBatch, State, Summed


@dataclass(frozen=True, eq=False)
class FactorDetails(Summed):
    """Products of the factors' scores inside each image, and the spread of modes' maps.

    Parameters
    ----------
    totals
        Of a first pass over the same images with `FactorMoments`.
    within
        Whether products are summed.
    reads
        Read vectors `[side layer head d_head mode]` of the modes whose spread is wanted, for queries and keys as the model has
        them; None for none.
    name
        Key of the answer.

    Raises
    ------
    InputError
        If the totals are another model's; in a sweep, if images have other patches than the model's grid.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> from qkwidgets.sweeps.factor_moments import FactorMoments
    >>> model, images = qk.load_model(), qk.odd_one_out(8)
    >>> totals = qk.sweep(model, images, FactorMoments(), workers=0, progress=False)["factors"]
    >>> qk.sweep(model, images, FactorDetails(totals), workers=0, progress=False)["details"].products.shape
    (6, 4, 4, 4, 4, 4)
    """

    totals: FactorTotals
    within: bool = True
    reads: Tensor | None = None
    name: str = "details"
    answer: str = "FactorDetailTotals"
    _means: tuple[Tensor, ...] = ()
    _standing: tuple[Standing, ...] = ()
    _memories: tuple[Memory, ...] = ()

    def options(self) -> dict[str, Any]:
        """What is asked for, and a digest of the means and the read vectors."""
        arrays = [self.totals.count, self.totals.mean, *([] if self.reads is None else [self.reads.cpu().numpy()])]
        digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
        return {"within": self.within, "spread": self.reads is not None, "first_pass": digest}

    def prepare(self, model: AttentionModel) -> Self:
        """The same with every place's mean on the model's device."""
        check_readable(model)
        if self.totals.provenance["fingerprint"] != model.fingerprint:
            raise InputError(
                f"A second pass belongs to the model of the first: '{model.name}' has other weights than the totals of "
                f"'{self.totals.model}'. They were probably exchanged. Use the totals of this model."
            )
        place = float64_place(model.device)
        count = torch.from_numpy(self.totals.count).double()
        share = (count / count.sum(dim=1, keepdim=True))[:, :, None, None, None, None]
        means = (torch.from_numpy(self.totals.mean) * share).sum(dim=1).to(place)  # [layer side head patch d_head]
        reads = None if self.reads is None else self.reads.to(place, torch.float64)
        sides = tuple(side.contiguous() for side in means.unbind(dim=1))
        same = tuple(standing(side) for side in sides)
        return replace(self, reads=reads, _means=sides, _standing=same, _memories=(Memory(), Memory()))

    def empty(self) -> State:
        """The sums of no image."""
        n_layers, n_heads, n_patches, _ = self._means[0].shape
        sums = {"products": (n_layers, n_heads, 4, 4, 4, 4)} if self.within else {}
        if self.reads is not None:
            sums["spread"] = (2, n_layers, n_heads, self.reads.shape[-1], n_patches)
        place = self._means[0].device
        state = {part: torch.zeros(size, dtype=torch.float64, device=place) for part, size in sums.items()}
        return state | {"count": torch.zeros(n_layers, dtype=torch.int64, device=place)}

    def update(self, state: State, batch: LayerBatch) -> None:
        """One layer of one batch."""
        sides = (batch.tokens.q, batch.tokens.k)
        for tokens in sides:
            check_grid(tokens, batch.layout)
        patches = [tokens[:, :, batch.layout.patches] for tokens in sides]
        for part in few(len(batch.images), sum(each[0].numel() for each in patches), self._means[0].device):
            each = zip(self._memories, patches, self._means, strict=True)
            content = [memory.lifted(side[part].transpose(0, 1)).sub_(mean[batch.layer, :, None]) for memory, side, mean in each]
            self._take_in(state, batch.layer, content)
        state["count"][batch.layer] += len(batch.images)

    def _take_in(self, state: State, layer: int, content: list[Tensor]) -> None:
        """Some images' queries and keys `[head image patch d_head]` less their places' means, to be overwritten."""
        if self.reads is not None:
            for side, tokens in enumerate(content):
                maps = tokens @ self.reads[side, layer][:, None]
                state["spread"][side, layer] += maps.square_().sum(dim=1).mT
        if self.within:
            same = (Standing(*(part[layer] for part in each)) for each in self._standing)
            state["products"][layer] += content_products(*content, *same)

    def record(self, model: AttentionModel) -> dict[str, Any]:
        """The scale of scores in each layer."""
        return {"scale": [weights.scale for weights in model.layers]}

"""How does an ordinary image score? All scores and best pairs of a fixed sample of images, from which deciles are drawn.

`sample` holds the hashes of the sampled images in ascending order, `sample_image` their indices, `sample_score [image layer head
mode sign]` and `sample_patch [image layer head mode sign side]` what they answered; -1 and zeros where there is no image.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from qkwidgets.sweeps.image_sample import NEVER, image_hash, smallest
from qkwidgets.sweeps.projecting import Projecting
from qkwidgets.sweeps.reducer import State

EMPTY = {"sample_image": -1, "sample_score": 0, "sample_patch": -1}


def empty_sample(count: int, modes: tuple[int, ...], device: torch.device) -> State:
    """A sample of `count` places without images, for `[layer head mode sign]` modes."""
    return {
        "sample": torch.full((count,), NEVER),
        "sample_image": torch.full((count,), -1),
        "sample_score": torch.zeros((count, *modes), device=device),
        "sample_patch": torch.full((count, *modes, 2), -1, dtype=torch.int16, device=device),
    }


def update_sample(
    state: State,
    layer: int,
    images: Int64[Tensor, " image"],
    scores: Float[Tensor, "head mode sign image"],
    projecting: Projecting,
) -> None:
    """Give those of the batch last projected a place that belong into the sample, and fill in their layer."""
    hashes = image_hash(images)
    able = hashes <= state["sample"][-1]
    if not able.any():
        return
    _seated(state, images[able], hashes[able])
    seat, member = (part.to(scores.device) for part in (state["sample_image"][:, None] == images).nonzero().unbind(1))
    found = scores.permute(3, 0, 1, 2).index_select(0, member)
    state["sample_score"][seat, layer] = found
    state["sample_patch"][seat, layer] = projecting.best_patches(member).where(found[..., None] > 0, -1).short()


def _seated(state: State, images: Int64[Tensor, " image"], hashes: Int64[Tensor, " image"]) -> None:
    """Give images their places in the order of their hashes; after the first layer they have them."""
    new = ~torch.isin(images, state["sample_image"])
    smaller, place = smallest(state["sample"], hashes[new])
    entered = place >= len(smaller)
    if not entered.any():
        return
    for name, empty in EMPTY.items():
        rows = state[name]
        rows.copy_(rows.index_select(0, place.where(~entered, 0).to(rows.device)))
        rows[entered.to(rows.device)] = empty
    state["sample_image"][entered] = images[new][place[entered] - len(smaller)]
    state["sample"].copy_(smaller)


def merge_samples(one: State, other: State) -> State:
    """The sample of the images of both."""
    hashes, place = smallest(one["sample"], other["sample"])
    both = {name: torch.cat([one[name], other[name]])[place.to(one[name].device)] for name in EMPTY}
    return {"sample": hashes, **both}

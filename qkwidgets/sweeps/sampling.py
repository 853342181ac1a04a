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
    new = ~torch.isin(images, state["sample_image"])  # after the first layer they have their places
    hashes, place = smallest(state["sample"], image_hash(images[new]))
    if (place >= len(hashes)).any():
        candidates = {"sample_image": images[new]}
        for name, empty in EMPTY.items():
            room = state[name].new_full((int(new.sum()), *state[name].shape[1:]), empty)
            state[name].copy_(torch.cat([state[name], candidates.get(name, room)])[place.to(state[name].device)])
        state["sample"].copy_(hashes)
    seat, member = (state["sample_image"][:, None] == images).nonzero().unbind(1)
    for one, image in zip(seat.tolist(), member.tolist(), strict=True):
        state["sample_score"][one, layer] = scores[..., image]
        state["sample_patch"][one, layer] = projecting.best_patches(image).where(scores[..., image, None] > 0, -1).short()


def merge_samples(one: State, other: State) -> State:
    """The sample of the images of both."""
    hashes, place = smallest(one["sample"], other["sample"])
    both = {name: torch.cat([one[name], other[name]])[place.to(one[name].device)] for name in EMPTY}
    return {"sample": hashes, **both}

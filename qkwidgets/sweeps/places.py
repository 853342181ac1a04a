"""What is kept of an image beside its score? Its best pair of patches, and its maps in 8 bits.

The tensors lie beside a list's packed scores: `query_patch` and `key_patch [layer head mode sign rank]`, the best pair; and `maps
[layer head loud_mode sign rank side patch]` with `maps.lo` and `maps.step`, as `answers.quantise` has them, only of the
loudest modes of each head. Maps of the sign - are negated, so that what counts is always large. A patch whose projection is
not above zero is no answer to the mode and is not kept: -1. That happens only where one side alone makes the score. Places
without an image hold -1 and zeros, so that equal lists are equal bit for bit.
"""

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor

from qkwidgets.core.optimal import NO_IMAGE
from qkwidgets.sweeps.projecting import Projecting
from qkwidgets.sweeps.reducer import State

PATCHES = ("query_patch", "key_patch")
MAPS = ("maps", "maps.lo", "maps.step")
TOP = 255
AT_ONCE = 4096
"""Maps picked out at once."""

_BATCH = 2**20
"""More than there are images in a batch."""

Spots = tuple[Tensor, ...]
"""Heads, modes, signs and ranks of some places."""


def empty_places(lists: tuple[int, ...], n_maps: int, n_patches: int, device: torch.device) -> State:
    """Places without images, for lists `[layer head mode sign rank]` and maps of `n_maps` modes of each head."""
    state = {name: torch.full(lists, -1, dtype=torch.int16, device=device) for name in PATCHES}
    if n_maps:
        each = (*lists[:2], n_maps, *lists[3:], len(PATCHES))
        state["maps"] = torch.zeros((*each, n_patches), dtype=torch.uint8, device=device)
        state |= {name: torch.zeros(each, device=device) for name in MAPS[1:]}
    return state


def update_places(
    state: State,
    layer: int,
    listed: Int64[Tensor, "head mode sign rank"],
    place: Int64[Tensor, "head mode sign rank"],
    projecting: Projecting,
) -> None:
    """Bring the places of a layer into the new order of its lists, and fill those of the batch last projected.

    `place` says where each of `listed` was: below the number of ranks in the old list, from there on in the batch. A place that
    is empty now was empty before.
    """
    n_modes, k = listed.shape[1], listed.shape[-1]
    filled, old = listed != NO_IMAGE, place < k
    moved = (filled & old & (place != torch.arange(k, device=place.device))).nonzero().unbind(1)
    _move(state, layer, moved, place[moved])
    head, mode, _sign, _rank = spots = (filled & ~old).nonzero().unbind(1)
    image = place[spots] - k
    near = ((head * _BATCH + image) * n_modes + mode).argsort()  # maps that lie together
    for some in near.split(AT_ONCE):
        _enter(state, layer, tuple(spot[some] for spot in spots), image[some], projecting)


def _move(state: State, layer: int, spots: Spots, rank: Tensor) -> None:
    """Bring to some places what stood at another rank of their lists."""
    for name in kept(state):
        loud = spots[1] < state[name].shape[2]
        rows, to = _rows(state[name], layer), _row(state[name], spots)[loud]
        rows.index_copy_(0, to, rows.index_select(0, to + (rank - spots[3])[loud]))


def _enter(state: State, layer: int, spots: Spots, image: Tensor, projecting: Projecting) -> None:
    """Fill some places from the batch last projected."""
    head, mode, sign, _rank = spots
    maps = projecting.maps(head, image, mode)
    maps *= torch.where(sign == 0, 1.0, -1.0)[:, None, None]
    high, patch = maps.max(dim=-1)
    for name, side in zip(PATCHES, patch.where(high > 0, -1).short().unbind(1), strict=True):
        _rows(state[name], layer).index_copy_(0, _row(state[name], spots), side)
    if "maps" not in state:
        return
    if not (loud := mode < state["maps"].shape[2]).all():
        spots, maps, high = tuple(spot[loud] for spot in spots), maps[loud], high[loud]
    to = _row(state["maps"], spots)
    for name, part in zip(MAPS, quantised(maps, high), strict=True):
        _rows(state[name], layer).index_copy_(0, to, part)


def _rows(whole: Tensor, layer: int) -> Tensor:
    """The places of a layer of something kept, one after the other; they can be written to."""
    return whole[layer].view(-1, *whole.shape[5:])


def _row(whole: Tensor, spots: Spots) -> Int64[Tensor, " place"]:
    """The numbers of places `[head mode sign rank]` in a layer of something kept, counted through."""
    _n_layers, _n_heads, n_modes, n_signs, k = whole.shape[:5]
    head, mode, sign, rank = spots
    return ((head * n_modes + mode) * n_signs + sign) * k + rank


def merge_places(one: State, other: State, listed: Tensor, place: Tensor) -> State:
    """The places of merged lists; `place` says where each of `listed` was in both, laid end to end."""
    state = {}
    for name in kept(one):
        loud = slice(one[name].shape[2])
        layers = [  # one at a time: all maps of a large model at once would be copied twice
            _merged(name, torch.cat([a, b], dim=3), order[:, loud], keys[:, loud] != NO_IMAGE)
            for a, b, order, keys in zip(one[name], other[name], place, listed, strict=True)
        ]
        state[name] = torch.stack(layers)
    return state


def _merged(name: str, both: Tensor, order: Tensor, filled: Tensor) -> Tensor:
    lists = torch.arange(order[..., 0].numel(), device=order.device)
    taken = _taken(both.flatten(0, 2), order.flatten(0, 2), lists)
    return _emptied(name, taken, filled.flatten(0, 2)).unflatten(0, order.shape[:3])


def kept(state: State) -> list[str]:
    """Names of what a state keeps of each place.

    Examples
    --------
    >>> kept({"query_patch": torch.zeros(1), "keys": torch.zeros(1)})
    ['query_patch']
    """
    return [name for name in (*PATCHES, *MAPS) if name in state]


def quantised(maps: Float[Tensor, "*map patch"], high: Float[Tensor, "*map"]) -> tuple[Tensor, Tensor, Tensor]:
    """Maps in 8 bits, each with a range of its own: numbers, lowest value, step, as `answers.quantise.quantised` has them.

    `high` is each map's largest value.

    Examples
    --------
    >>> [part.tolist() for part in quantised(torch.tensor([[0.0, 1.0, 4.0]]), torch.tensor([4.0]))][:2]
    [[[0, 64, 255]], [0.0]]
    """
    low = maps.amin(dim=-1)
    step = (high - low) / TOP
    numbers = (maps - low[..., None]).div_(step.where(step > 0, 1.0)[..., None])
    return numbers.round_().clamp_(max=TOP).byte(), low.float(), step.float()  # a step may be too small to be exact


def _taken(
    rows: Shaped[Tensor, "list rank *behind"], order: Int64[Tensor, "some place"], lists: Int64[Tensor, " some"]
) -> Tensor:
    """Some lists, each with its places in a new order."""
    n_ranks = rows.shape[1]
    picked = rows.flatten(0, 1).index_select(0, (lists[:, None] * n_ranks + order).flatten())
    return picked.unflatten(0, order.shape)


def _emptied(name: str, values: Tensor, filled: Tensor) -> Tensor:
    """`values` with what a place without an image holds wherever one is not filled."""
    if filled.all():
        return values
    empty = ~filled.reshape(*filled.shape, *[1] * (values.ndim - filled.ndim))
    return values.masked_fill_(empty, -1 if name in PATCHES else 0)

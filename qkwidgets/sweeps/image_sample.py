"""Which images stand for all, whatever their order and number? Those whose indices have the smallest hashes.

Every image has the same chance, the sample of two parts together is made of the samples of the parts, and a set no larger than the sample
is taken whole. The same hash divides a set into two halves.

Source: the hash is splitmix64's (Steele, Lea, Flood. "Fast splittable pseudorandom number generators". OOPSLA 2014), which maps
the 64-bit numbers one to one; keeping the smallest is bottom-k sampling.
"""

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

NEVER = torch.iinfo(torch.int64).max
"""The hash of an empty place, behind all others."""


def image_hash(images: Int64[Tensor, " image"]) -> Int64[Tensor, " image"]:
    """A number for each image that tells nothing of its place in the set; no two images share one.

    Examples
    --------
    >>> image_hash(torch.tensor([0, 1, 2])).tolist()
    [-2152535657050944081, 7960286522194355700, 487617019471545679]
    """
    state = images.numpy().astype(np.uint64)
    state = (state + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return torch.from_numpy((state ^ (state >> np.uint64(31))).view(np.int64))


def image_half(images: Int64[Tensor, " image"]) -> Int64[Tensor, " image"]:
    """Which half of the set each image belongs to, 0 or 1.

    Examples
    --------
    >>> image_half(torch.arange(10_000)).double().mean().round(decimals=1).item()
    0.5
    """
    return image_hash(images) & 1


def smallest(
    hashes: Int64[Tensor, " place"], others: Int64[Tensor, " other"]
) -> tuple[Int64[Tensor, " place"], Int64[Tensor, " place"]]:
    """The smallest of both, in order, as many as the first has; and where each lay when both are laid end to end.

    Examples
    --------
    >>> [part.tolist() for part in smallest(torch.tensor([3, NEVER]), torch.tensor([5, -1]))]
    [[-1, 3], [3, 0]]
    """
    order = torch.cat([hashes, others]).sort(stable=True)
    return order.values[: len(hashes)], order.indices[: len(hashes)]

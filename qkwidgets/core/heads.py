"""How is the same small algebra done for many heads? A few at a time, in float64, spread over the processor's threads.

A head's matrices are too small for a linear algebra library to share out between threads, so whole heads are shared out
instead: with two threads a ViT-B takes three fifths of the time.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch
from torch import Tensor

CHUNK_BYTES = 3 * 2**20
"""Heads are worked on in groups of about this size, so that a group's vectors stay in the processor's cache."""

Found = TypeVar("Found")


def over_heads(
    work: Callable[[slice, Tensor, Tensor], Found],
    left: Tensor,
    right: Tensor,
) -> list[Found]:
    """What `work` makes of a few heads at a time, in order.

    Parameters
    ----------
    work
        Takes which heads they are, counted over all axes of heads, and copies of both factors in float64, which may be
        overwritten and are not to be kept. On the CPU it is called from several threads, each of which has torch to itself.
    left, right
        Two factors of every head, `[*head, d_model, d_head]`.

    Raises
    ------
    ValueError
        If the factors do not hold the same heads with the same widths.

    Examples
    --------
    >>> factors = torch.ones(2, 12, 3, 192, 64)
    >>> totals = over_heads(lambda part, left, right: (left * right).sum(), *factors)
    >>> sum(totals).item() == factors[0].numel()
    True
    """
    if left.shape != right.shape:
        raise ValueError(
            f"Both factors must hold the same heads with the same widths: got {list(left.shape)} and {list(right.shape)}. "
            "If key heads are shared between query heads (grouped-query attention), repeat the key's heads first."
        )
    matrix, threads = left.shape[-2:], torch.get_num_threads()
    left, right = left.reshape(-1, *matrix), right.reshape(-1, *matrix)
    most = max(1, CHUNK_BYTES // (8 * matrix.numel()))
    rounds = max(1, -(-len(left) // (most * threads)))
    step = max(1, -(-len(left) // (rounds * threads)))  # so that no thread has a group more to do than another
    parts = [slice(start, start + step) for start in range(0, len(left), step)]

    room = threading.local()  # asking the system for memory again and again would take as long as the products

    def in_room(side: str, heads: Tensor) -> Tensor:
        if heads.device.type != "cpu":
            return lifted(heads).clone() if heads.dtype == torch.float64 else lifted(heads)
        if not hasattr(room, side):
            setattr(room, side, torch.empty(step, *matrix, dtype=torch.float64))
        return getattr(room, side)[: len(heads)].copy_(heads)

    inference = torch.is_inference_mode_enabled()  # known to this thread alone

    def done(part: slice) -> Found:
        with torch.inference_mode(inference):
            return work(part, in_room("left", left[part]), in_room("right", right[part]))

    if threads == 1 or left.device.type != "cpu":
        return [done(part) for part in parts]
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(done, parts))
    finally:
        torch.set_num_threads(threads)  # the workers have set what threads that are yet to start would take up, too


def lifted(tensor: Tensor) -> Tensor:
    """`tensor` in float64, on the CPU if its device has no float64 (Apple's).

    Examples
    --------
    >>> lifted(torch.ones(1)).dtype
    torch.float64
    """
    if tensor.device.type == "mps":
        tensor = tensor.cpu()
    return tensor.double()

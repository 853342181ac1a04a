"""Where does the memory of a layer go until the next layer wants it? On a processor PyTorch leaves that to the C library.

GNU's hands free memory at the end of its heap back to the system, which clears each page when it is asked for again. A pass over a
batch frees and asks for tens of megabytes in every layer, so that a small model waits for pages for about a fifth of its time
(`benchmarks`). For the length of a sweep the library is told to keep them.
"""

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import torch

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Parameters of `mallopt`, by the numbers that GNU's `malloc.h` gives them."""

KEEP = {MMAP_THRESHOLD: 32 << 20, TRIM_THRESHOLD: 1 << 30}
"""Larger blocks come from the system as ever; of free memory a gigabyte is kept at the most."""

USUAL = {MMAP_THRESHOLD: 32 << 20, TRIM_THRESHOLD: 64 << 20}
"""How far the library's own thresholds rise with what is asked for; once set, they stay."""

SET_BY_USER = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_MMAP_MAX_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES")
"""Variables of the environment: who sets one has decided otherwise."""


@contextmanager
def memory_kept(device: torch.device) -> Iterator[None]:
    """Let free memory stay with the process until the end of a `with`; on other systems and devices nothing is done.

    Thresholds are the whole process's. Afterwards they are as high as the library's own can become, and what lies beyond goes back to
    the system.

    Examples
    --------
    >>> with memory_kept(torch.device("cpu")):
    ...     _ = torch.zeros(1000)
    """
    mallopt = _mallopt() if device.type == "cpu" else None
    if mallopt is None:
        yield
        return
    try:
        _set(mallopt, KEEP)
        yield
    finally:
        _set(mallopt, USUAL)


@cache
def _mallopt() -> Callable[[int, int], int] | None:
    """GNU's C library where it is there, and left as it came."""
    if sys.platform != "linux" or any(name in os.environ for name in SET_BY_USER):
        return None
    return getattr(ctypes.CDLL(None), "mallopt", None)


def _set(mallopt: Callable[[int, int], int], parameters: dict[int, int]) -> None:
    for parameter, value in parameters.items():
        mallopt(parameter, value)

"""How far is the sweep? Images a second, time left, and what had to be left out, in terminals and notebooks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qkwidgets.sweeps.part import Tick


@contextmanager
def progress(n_images: int, done: int, skipped: int, shown: bool) -> Iterator[Tick]:
    """A bar that stands at `done` of `n_images`, and the function that moves it on; no bar where nobody watches.

    Examples
    --------
    >>> with progress(100, 0, 0, shown=False) as tick:
    ...     tick(10, 1)
    """
    from tqdm.auto import tqdm

    # A notebook has no terminal, and somebody watches all the same.
    quiet = None if shown and not _in_notebook() else not shown
    with tqdm(total=n_images, initial=done, unit=" images", desc="sweep", disable=quiet, file=sys.stderr) as bar:
        left_out = skipped

        def tick(images: int, skipped: int) -> None:
            nonlocal left_out
            left_out += skipped
            if left_out:
                bar.set_postfix_str(f"{left_out} skipped", refresh=False)
            bar.update(images)

        tick(0, 0)
        yield tick


def _in_notebook() -> bool:
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None

"""What does somebody at a shell see while a command works? A bar that says what is being done, and warnings as sentences."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def steps(count: int) -> Iterator[Any]:
    """A progress bar on stderr, and the function that says what comes next; no bar where nobody watches."""
    from tqdm import tqdm

    with tqdm(total=count, leave=False, disable=None, bar_format="{desc} {bar:20} {elapsed}") as bar:
        started = False

        def step(what: str) -> None:
            nonlocal started
            bar.set_description_str(what, refresh=False)
            bar.update(started)
            bar.refresh()
            started = True

        yield step


@contextmanager
def plain_warnings() -> Iterator[None]:
    """Show every warning as one line on stderr, without the place in the code that nobody at a shell has asked for."""

    def show(message: Warning | str, *_place: Any) -> None:
        from tqdm import tqdm

        tqdm.write(f"qkwidgets: {' '.join(str(message).split())}", file=sys.stderr)  # it steps around a bar

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield

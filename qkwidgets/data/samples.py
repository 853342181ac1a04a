"""Which images to begin with? Scenes with masks for the built-in model, freely licensed photographs for any other."""

from typing import Any

from qkwidgets.data.images import Picture
from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.photographs import photographs
from qkwidgets.data.scenes import Scenes


def sample_images(model: Any = None, n: int = 8) -> Scenes | list[Picture]:
    """Images to begin with, each with its source and licence.

    Parameters
    ----------
    model
        A model or its name. The built-in ones, and None, get odd-one-out scenes with masks; others get photographs.
    n
        How many: scenes without end, photographs up to eight.

    Raises
    ------
    InputError
        If there are not as many, or the photographs are not installed (`pip install "qkwidgets[photos]"`).

    Examples
    --------
    >>> sample_images(n=4).target.shape
    (4, 64, 64)
    """
    name = str(getattr(model, "name", model or "builtin"))
    return odd_one_out(n) if name.lower().removeprefix("untrained:").startswith("builtin") else photographs(n)

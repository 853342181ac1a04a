"""Which images to begin with? Scenes with masks for the built-in model, freely licensed photographs for any other.

The photographs lie inside scikit-image's wheel and are read from there: nothing is downloaded. Their licences are those that
scikit-image's own documentation of `skimage.data` states; only images dedicated to the public domain are taken.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture, read_images
from qkwidgets.data.odd_one_out import Scenes, odd_one_out


class Photograph(NamedTuple):
    """A file of scikit-image, and what its documentation says of it."""

    file: str
    source: str
    licence: str


PHOTOGRAPHS = (
    Photograph("chelsea.png", "Stefan van der Walt, in scikit-image", "CC0"),
    Photograph("astronaut.png", "NASA Great Images, in scikit-image", "public domain"),
    Photograph("coffee.png", "Rachel Michetti, in scikit-image", "CC0"),
    Photograph("rocket.jpg", "SpaceX Photos, in scikit-image", "public domain"),
    Photograph("camera.png", "Lav Varshney, in scikit-image", "CC0"),
    Photograph("retina.jpg", "Mikael Häggström, in scikit-image", "CC0"),
    Photograph("hubble_deep_field.jpg", "NASA, HubbleSite, in scikit-image", "public domain"),
    Photograph("brick.png", "CC0Textures, in scikit-image", "CC0"),
)


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
    if name.lower().startswith("builtin"):
        return odd_one_out(n)
    if not isinstance(n, int) or not 1 <= n <= len(PHOTOGRAPHS):
        raise InputError(
            f"There are 1 to {len(PHOTOGRAPHS)} sample photographs: asked for {n!r}. Pass a smaller n, or images of your own."
        )
    return [_read(_folder() / photograph.file, photograph) for photograph in PHOTOGRAPHS[:n]]


def _read(path: Path, photograph: Photograph) -> Picture:
    (picture,) = read_images(path)
    return Picture(picture.array, path.stem.replace("_", " "), photograph.source, photograph.licence)


def _folder() -> Path:
    """Where scikit-image keeps its images; found without importing it."""
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise InputError(
            "The sample photographs come with scikit-image: it is not installed here. It comes with an "
            'extra. Install it (`pip install "qkwidgets[photos]"`), or pass images of your own.'
        )
    return Path(found.origin).parent / "data"

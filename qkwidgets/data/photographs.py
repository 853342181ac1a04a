"""Which freely licensed photographs are at hand? Those inside scikit-image's wheel, read from there: nothing is downloaded.

Their licences are those that scikit-image's own documentation of `skimage.data` states; only images dedicated to the public
domain are taken.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture, read_images


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


def photographs(n: int = len(PHOTOGRAPHS)) -> list[Picture]:
    """The first of the photographs, each with its source and licence.

    Raises
    ------
    InputError
        If there are not as many, or they are not installed (`pip install "qkwidgets[photos]"`).

    Examples
    --------
    >>> photographs(1)
    [Picture('chelsea', 451 x 300 pixels)]
    """
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

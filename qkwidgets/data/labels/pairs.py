"""Which mask belongs to which photograph? The one with the same name, whatever its suffix."""

from pathlib import Path, PurePosixPath

from qkwidgets.core.errors import InputError
from qkwidgets.data.sets.files import image_files

MOST_NAMED = 8


def stems(folder: Path) -> dict[str, str]:
    """The image files of a folder by their names without suffix.

    Raises
    ------
    InputError
        If there are none, or two differ only in their suffix.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("a.jpg", "b.png"):
    ...     (folder / name).touch()
    >>> stems(folder)
    {'a': 'a.jpg', 'b': 'b.png'}
    """
    found: dict[str, str] = {}
    for name in image_files(folder):
        stem = str(PurePosixPath(name).with_suffix(""))
        if stem in found:
            raise InputError(
                f"Photographs and masks are paired by their names without suffix: '{folder.name}' holds '{found[stem]}' and '{name}'. One of "
                "them is probably a copy. Remove it."
            )
        found[stem] = name
    return found


def paired(photographs: dict[str, str], masks: dict[str, str], folder: str) -> None:
    """Make sure that every photograph has its mask in this folder, and every mask its photograph.

    Raises
    ------
    InputError
        If one has none; the message lists them.

    Examples
    --------
    >>> paired({"a": "a.jpg"}, {"a": "a.png"}, "masks")
    """
    without = sorted(photographs.keys() - masks.keys())
    if without:
        raise InputError(
            f"Every photograph needs a mask of its own name: {_listed([photographs[stem] for stem in without])} in '{folder}'. A part of the data "
            "set was probably not copied. Add the masks, or leave these photographs out."
        )
    alone = sorted(masks.keys() - photographs.keys())
    if alone:
        names = [masks[stem] for stem in alone]
        raise InputError(
            f"Every mask needs a photograph of its own name: {_counted(names, 'has', 'have')} none, though in '{folder}'. A part of the data set "
            "was probably not copied. Add the photographs, or remove these masks."
        )


def _listed(names: list[str]) -> str:
    return f"{_counted(names, 'has', 'have')} none"


def _counted(names: list[str], one: str, several: str) -> str:
    """The first few names, and how many more there are.

    Examples
    --------
    >>> _counted(["a.jpg"], "has", "have"), _counted(["a.jpg", "b.jpg"], "has", "have")
    ("'a.jpg' has", "'a.jpg' and 'b.jpg' have")
    """
    shown = [f"'{name}'" for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        shown.append(f"{len(names) - MOST_NAMED} more")
    listed = " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
    return f"{listed} {one if len(names) == 1 else several}"

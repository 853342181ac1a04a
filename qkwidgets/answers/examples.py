"""Answers that come with the package: real models, with nothing to download."""

from importlib.resources import files
from typing import Any

from qkwidgets.core.errors import InputError

EXAMPLES = ("deit-tiny", "training-o3", "training-o3-mim", "training-o3-mim-ft")


def examples(name: str = "deit-tiny") -> Any:
    """A shipped answer about a trained model.

    Parameters
    ----------
    name
        "deit-tiny": a view of DeiT-Ti/16, supervised on ImageNet-1k, on four freely licensed photographs; all modes of all
        heads. Maps and numbers only, no weights; source and licences stand in `meta`.
        "training-o3", "training-o3-mim", "training-o3-mim-ft": spectra and cosines of about twelve snapshots of the training of
        each built-in model.

    Raises
    ------
    InputError
        If there is no such example.

    Examples
    --------
    >>> view = examples("deit-tiny")
    >>> view.meta["n_layers"], view.meta["n_heads"], view.meta["embedded_modes"]
    (12, 3, 64)
    >>> examples("training-o3").layer_cosine.shape[1]
    6
    """
    from qkwidgets.answers.file import from_bytes
    from qkwidgets.answers.registry import answer_class

    if name not in EXAMPLES:
        raise InputError(f"An example is one of {', '.join(EXAMPLES)}: got {name!r}. It is probably misspelt. Use one of these.")
    arrays, record = from_bytes((files("qkwidgets") / "examples" / f"{name}.qk").read_bytes(), repr(name))
    return answer_class(record["kind"], name).from_parts(arrays, record)

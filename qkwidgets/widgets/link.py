"""How do two views move together? Their small traits are joined in the kernel, for as long as it lives."""

from collections.abc import Sequence
from typing import Any

import traitlets as t

from qkwidgets.core.errors import InputError, check_keywords
from qkwidgets.widgets.base import QKWidget

INDICES = ("layer", "head", "mode", "image", "token")
LINKABLE = (*INDICES, "sign", "view")
DEFAULT = ("layer", "head", "mode")


class Link:
    """Two views that move together, until `unlink` is called; `names` says in what."""

    def __init__(self, a: QKWidget, b: QKWidget, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._links = [t.link((a, name), (b, name)) for name in self.names]

    def unlink(self) -> None:
        """Let each view go its own way again; a second call does nothing."""
        while self._links:
            self._links.pop().unlink()

    def __repr__(self) -> str:
        return f"Link({', '.join(self.names)})" if self._links else "Link(undone)"


def link(a: Any, b: Any = None, *names: Any) -> Link:
    """Make two views move together: what is chosen in one is chosen in the other, by hand or from Python.

    Views are joined in the kernel. An exported page holds one view, so it has no links: the panels that shall move together
    in a page belong into one explorer.

    Parameters
    ----------
    a, b
        Any two of our widgets: explorers, galleries, or the widgets of modes and alignments. `b` begins where `a` stands.
    names
        What they share: any of `layer`, `head`, `mode`, `image`, `token`, `sign`, `view`. If none is named, those of layer,
        head and mode of which both have equally many, and with the mode its sign, where both offer the same: two views of one
        model share all.

    Returns
    -------
    Link
        With `.names` and `.unlink()`.

    Raises
    ------
    InputError
        If one of the two is missing or no such widget, a name is unknown, or the two have not equally many of what is named.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> view, trend = qk.explore(model), qk.alignment(model).widget()
    >>> together = qk.link(view, trend)
    >>> together
    Link(layer, head)
    >>> view.selection = "L4 H2 M1"
    >>> trend.layer, trend.head
    (4, 2)
    >>> together.unlink()
    """
    _refuse_one(b)
    for widget in (a, b):
        _refuse_other(widget)
    if a is b:
        raise InputError(
            "A link joins two views: got one view twice. Two outputs of one view move together anyway. Make a second view."
        )
    for name in names:
        _refuse_unlike(a, b, name)
    shared = names or _in_common(a, b)
    if not shared:
        raise InputError(
            f"Views that are linked have equally many layers, heads or modes: got {_count(a)} and {_count(b)}. They probably show "
            'different models. Name something else that they share, such as "sign".'
        )
    return Link(a, b, shared)


def _in_common(a: QKWidget, b: QKWidget) -> list[str]:
    """What views share that are joined without further words: a sign is that of a mode."""
    shared = [name for name in DEFAULT if name in a.counts and a.counts[name] == b.counts.get(name)]
    signed = "mode" in shared and a.has_trait("sign") and b.has_trait("sign") and _choices(a, "sign") == _choices(b, "sign")
    return [*shared, "sign"] if signed else shared


def _refuse_one(b: Any) -> None:
    if b is None or isinstance(b, str):
        raise InputError(
            f"A link joins two views: got {'one' if b is None else f'{b!r} in the place of the second'}. They were probably handed over in a list, "
            'or the second was forgotten. Name both, and then what they share: qk.link(a, b, "layer").'
        )


def _refuse_other(widget: Any) -> None:
    if not isinstance(widget, QKWidget):
        raise InputError(
            f"A link joins widgets of qkwidgets: got one of type {type(widget).__name__}. It is probably an answer, or a figure. Make a "
            "widget of an answer with its .widget()."
        )


def _refuse_unlike(a: QKWidget, b: QKWidget, name: Any) -> None:
    if not isinstance(name, str):
        raise InputError(
            f"What two views share is named, each by a text of its own: got one of type {type(name).__name__}. It is probably a list of names, or a "
            'third view, which needs a link of its own. Write qk.link(a, b, "layer", "head").'
        )
    check_keywords("what views share", [name], LINKABLE, "name")
    without = [type(each).__name__ for each in (a, b) if name not in (each.counts if name in INDICES else each.traits())]
    if without:
        raise InputError(
            f"Views that share {name!r} both have it: {without[0]} has not. It shows other things. Name what both have."
        )
    if name in INDICES and a.counts[name] != b.counts[name]:
        raise InputError(
            f"Views that share the {name} have equally many {name}s: got {a.counts[name]} and {b.counts[name]}. They probably show "
            "different models or images. Name what both have."
        )
    if _choices(a, name) != _choices(b, name):
        raise InputError(
            f"Views that share {name!r} have the same choices for it: {type(a).__name__} and {type(b).__name__} differ here. One is "
            "probably of another kind, or of weights alone. Name what both have."
        )


def _choices(view: QKWidget, name: str) -> Any:
    """What can be chosen besides numbers: the signs, or the settings and the numbers of the grid."""
    if name == "view":
        return sorted(view.view), [number["key"] for number in view.meta.get("head_numbers", ())]
    return view.traits()["sign"].values if name == "sign" else None


def _count(view: QKWidget) -> str:
    return " x ".join(str(view.counts.get(name, 0)) for name in DEFAULT)

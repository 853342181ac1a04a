"""What all our widgets share: strict keywords, one ESM file a class, and a reply to every request."""

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from qkwidgets.core.errors import InputError

STATIC = Path(__file__).parent / "static"


class QKWidget(anywidget.AnyWidget):
    """Base of the widgets; anywidget demands a subclass, so this is the one abstract base of the project."""

    live = t.Bool(True).tag(sync=True)
    """Whether a kernel may answer requests; False in exported pages."""

    def __init__(self, **traits: Any) -> None:
        known = [name for name, trait in self.traits(sync=True).items() if not (name.startswith("_") or trait.read_only)]
        for name in traits:
            if name not in known:
                own = sorted(set(known) - set(anywidget.AnyWidget.class_trait_names()))
                raise InputError(
                    f"A keyword of {type(self).__name__} is one of {', '.join(own)}: got {name!r}. "
                    "It is probably misspelt. Use one of these."
                )
        super().__init__(**traits)
        self.on_msg(self._reply)

    @property
    def counts(self) -> dict[str, int]:
        """How many there are to choose from, by the name of the trait that chooses: layers, heads, and so on."""
        return {}

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse a public name that does not exist: `view.layre = 3` would be kept, and nothing would happen."""
        if not (name.startswith("_") or hasattr(type(self), name)):
            own = {each for each in dir(type(self)) if not each.startswith("_")} - set(dir(anywidget.AnyWidget))
            near = get_close_matches(name, sorted(own), n=1, cutoff=0.0)[0]
            raise InputError(
                f"What is set on {type(self).__name__} must exist: there is no {name!r}. It is probably misspelt. Nearest: {near!r}."
            )
        super().__setattr__(name, value)

    def _answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The reply to a request: its fields and its buffers. Widgets that take requests override this."""
        raise InputError(
            f"{type(self).__name__} answers no request of kind {request.get('kind')!r}. The page is probably of another version. Run its cell again."
        )

    def _reply(self, _widget: Any, request: Any, _buffers: Any) -> None:
        """Acknowledge at once, then answer or say in words why not: no request stays without a reply."""
        if not isinstance(request, dict) or "id" not in request:
            return
        self.send({"kind": "ack", "id": request["id"]})
        self._guarded(request["id"], lambda: self._answer(request))

    def _guarded(self, request_id: Any, answer: Callable[[], tuple[dict[str, Any], list[bytes]]]) -> None:
        try:
            fields, buffers = answer()
        except Exception as error:  # whatever went wrong is shown in the widget, where the click was
            words = str(error) if isinstance(error, InputError) else f"{type(error).__name__}: {error}"
            self.send({"kind": "error", "id": request_id, "message": words})
        else:
            self.send({"id": request_id, **fields}, buffers)

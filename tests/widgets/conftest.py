"""What tests of widgets share: widgets that are closed again, and what passes between a widget and its page."""

import pytest


@pytest.fixture
def shown():
    """Makes a widget of an answer, and closes it."""
    made = []

    def show(answer, **traits):
        made.append(answer.widget(**traits))
        return made[-1]

    yield show
    for widget in made:
        widget.close()


@pytest.fixture
def sent(widget, monkeypatch):
    """What the widget sends, in order."""
    messages = []
    monkeypatch.setattr(widget, "send", lambda content, buffers=None: messages.append((content, buffers)))
    return messages


@pytest.fixture
def ask(widget):
    """Hands the widget a message from its page."""
    return lambda content: widget._handle_custom_msg(content, [])

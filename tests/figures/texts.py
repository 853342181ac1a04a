"""All texts of a figure in which plotly reads markup, and a name that would break them."""

import re
from collections.abc import Iterator

NASTY = '<b>$x$</b> %{y} & <a href="x">'
ESCAPED = '&lt;b&gt;&#36;x&#36;&lt;/b&gt; &#37;{y} &amp; &lt;a href="x"&gt;'

OURS = re.compile(r"</?(?:b|i|br|extra)>|%\{(?:x|y|z|text|customdata(?:\[\d\])?)(?::[^}]*)?\}")
"""The markup that our own figures use."""


def texts(part: object) -> Iterator[str]:
    """Every text in a figure's JSON value, at any depth."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from texts(value)


def markup_of_names(figure) -> list[str]:
    """Texts in which something besides our own markup would be read as markup."""
    plain = figure.to_plotly_json()
    plain["layout"].pop("template", None)
    return [text for text in texts(plain) if re.search(r"[<>$]|%\{", OURS.sub("", text))]


def traces(figure, name: str) -> list:
    """The traces of a name."""
    return [trace for trace in figure.data if trace.name == name]


def words(figure) -> str:
    """All annotations."""
    return " ".join(annotation.text for annotation in figure.layout.annotations)

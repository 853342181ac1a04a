"""A page taken apart as a browser would, with Python's own parser."""

from html.parser import HTMLParser


class Parsed(HTMLParser):
    """Every element with its attributes, the text of scripts, style and title, and the words that are shown."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.words: list[str] = []
        self._silent = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self._silent = tag in ("script", "style", "title")

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        if self._silent:
            self.texts[-1] += data
        else:
            self.words.append(data)

    def text(self, tag: str, **attributes: str) -> str:
        """The text of the one element of that tag with those attributes (`data_qk_esm` is `data-qk-esm`)."""
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}.items()
        (place,) = (i for i, (name, mine) in enumerate(self.elements) if name == tag and wanted <= mine.items())
        return self.texts[place]

    def tags(self) -> list[str]:
        """The tags in order."""
        return [tag for tag, _ in self.elements]

    def policy(self) -> dict[str, list[str]]:
        """The directives of the content security policy."""
        (policy,) = (
            a["content"] for tag, a in self.elements if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
        )
        return {words[0]: words[1:] for words in map(str.split, policy.split(";"))}

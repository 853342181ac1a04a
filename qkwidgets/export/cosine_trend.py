"""A cosine trend as one HTML file. Numbers of a dozen snapshots are few: all of them are there, or nothing is written."""

import html
import os

from qkwidgets.core.errors import InputError
from qkwidgets.export.page import PageContent, page_size, reference, written
from qkwidgets.export.thin import packed
from qkwidgets.widgets.cosine_trend import CosineTrend


def write_page(view: CosineTrend, path: str | os.PathLike, *, max_mb: float = 15.0, title: str | None = None) -> list[str]:
    """Write a cosine trend to one offline page, which starts where the view stands; see `page.written`."""
    return written(path, max_mb, lambda limit: trend_content(view, limit, title))


def trend_content(view: CosineTrend, limit: int, title: str | None = None) -> PageContent:
    """The page of a cosine trend.

    Raises
    ------
    InputError
        If it takes more than `limit` bytes.
    """
    title = title or view.meta["title"]
    parts = {"trends": packed(view.trends)}
    traits = {**view.state, "meta": view.meta | {"title": title}, "trends": reference(parts, "trends")}
    content = PageContent("cosine_trend", title, traits, parts, _fallback(view, title))
    if (size := page_size(content)) > limit:
        raise InputError(
            f"A page holds all snapshots: that takes {size / 1e6:.2f} MB here, and the limit is {limit / 1e6:.2f} MB. Raise max_mb."
        )
    return content


def _fallback(view: CosineTrend, title: str) -> str:
    """Mean cosines of the layers at the snapshot that is shown, for readers without scripts."""
    heading = "".join(f"<th>L{layer}</th>" for layer in range(view.counts["layer"]))
    rows = ""
    for training in view.trainings:
        at = min(view.snapshot, len(training) - 1)
        cells = "".join(f"<td>{value:.3f}</td>" for value in training.layer_cosine[at])
        rows += f"<tr><th>{html.escape(training.model)}, step {training.step[at]:,}</th>{cells}</tr>"
    return (
        f"<h1>{html.escape(title)}</h1><p>This page is interactive where scripts are allowed.</p>"
        f"<table><caption>Weighted mean cosine by layer</caption><tr><th></th>{heading}</tr>{rows}</table>"
    )

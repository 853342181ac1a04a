"""A preference view as one HTML file: scenes in every combination of some values, computed before.

The rule is ours. Where the page would be too large, the parameter with most values loses its last one, until the page fits.
"""

import html
import os
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from qkwidgets.answers.scene_images import SceneImages
from qkwidgets.core.errors import InputError
from qkwidgets.export.page import PageContent, page_size, reference, written
from qkwidgets.export.thin import Part, packed, size
from qkwidgets.widgets.preference import PreferenceView
from qkwidgets.widgets.preference_wire import scene_bytes, scene_key, scene_meta

MARKUP = 30_000
"""Bytes for the page's own marks and its table."""

Places = tuple[tuple[int, ...], ...]
"""Of each parameter, which of its values."""


def write_page(
    view: PreferenceView,
    path: str | os.PathLike,
    *,
    max_mb: float = 15.0,
    title: str | None = None,
    vary: Mapping[str, Sequence[Any]] | None = None,
) -> list[str]:
    """Write a preference view to one offline page with some values of each parameter; see `page.written`.

    Raises
    ------
    InputError
        If a value is none of the view's, as well.
    """
    return written(path, max_mb, lambda limit: preference_content(view, limit, title, vary))


def preference_content(
    view: PreferenceView, limit: int, title: str | None = None, vary: Mapping[str, Sequence[Any]] | None = None
) -> PageContent:
    """The scenes of a view that fit into a page of `limit` bytes.

    Raises
    ------
    InputError
        If not even one scene fits.
    """
    wanted = places = _places(view, vary)
    meta = scene_meta(view.source, view.answer, title)
    empty = PageContent("preference", meta["title"], {"meta": meta}, {}, _fallback(view, meta["title"]))
    room = limit - page_size(empty) - MARKUP
    first = size({"tiles/0": packed(scene_bytes(view.source.attention(tuple(each[0] for each in places)), exact=False))})
    parts: dict[str, Part] = {}
    while True:
        # One scene tells about how many fit, so that few are computed in vain.
        while len(_scenes(view.source, places)) * first * 0.8 > room and any(len(each) > 1 for each in places):
            places = _fewer(places)
        parts = packed_parts(view.source, places, parts)
        if size(parts) <= room:
            break
        if all(len(each) == 1 for each in places):
            least = (limit - room + size(parts)) / 1e6
            raise InputError(
                f"A page holds at least one scene: that takes {least:.2f} MB here, and the limit is {limit / 1e6:.2f} MB. Raise max_mb."
            )
        places = _fewer(places)
    return _content(view, places, parts, meta | {"left_out": _left_out(view.source, wanted, places)}, empty)


def packed_parts(source: SceneImages, places: Places, known: dict[str, Part]) -> dict[str, Part]:
    """The scenes of all combinations by name; those known already are not made again."""
    found = {}
    for chosen in _scenes(source, places):
        name = f"tiles/{scene_key(chosen)}"
        found[name] = known.get(name) or packed(scene_bytes(source.attention(chosen), exact=False))
    return found


def _content(
    view: PreferenceView, places: Places, parts: dict[str, Part], meta: dict[str, Any], empty: PageContent
) -> PageContent:
    source, tiles = view.source, {}
    for spot in product(*(range(len(each)) for each in places)):
        chosen = source.settled(tuple(each[at] for each, at in zip(places, spot, strict=True)))
        tiles[scene_key(spot)] = reference(parts, f"tiles/{scene_key(chosen)}")
    axes = [{**axis, "words": [axis["words"][place] for place in each]} for axis, each in zip(meta["axes"], places, strict=True)]
    scene = {
        axis.name: each.index(view.scene[axis.name]) if view.scene[axis.name] in each else 0
        for axis, each in zip(source.axes, places, strict=True)
    }
    traits = {**view.state, "scene": scene, "meta": meta | {"axes": axes}, "tiles": tiles}
    return PageContent("preference", empty.title, traits, parts, empty.fallback)


def _scenes(source: SceneImages, places: Places) -> list[tuple[int, ...]]:
    """Every scene once, whatever its parameters that mean nothing."""
    return list(dict.fromkeys(source.settled(chosen) for chosen in product(*places)))


def _places(view: PreferenceView, vary: Mapping[str, Sequence[Any]] | None) -> Places:
    """Which values of each parameter the page shall have; where the view stands is always among them."""
    found = []
    names = [axis.name for axis in view.source.axes]
    unknown = [name for name in vary or {} if name not in names]
    if unknown:
        raise InputError(
            f"vary= names parameters of the view, {', '.join(names)}: got {unknown[0]!r}. It is the same in all its scenes, or misspelt. Use one of "
            "these."
        )
    for axis in view.source.axes:
        current = view.scene[axis.name]
        if vary is not None:
            values = vary.get(axis.name, (axis.values[current],))
            missing = [value for value in values if value not in axis.values]
            if missing:
                raise InputError(
                    f"A page has values that its view has: got {axis.name}={missing[0]!r}. It was probably not listed when the view was made. "
                    "Make the view with it, in vary=."
                )
        else:
            values = axis.few
        places = {axis.values.index(value) for value in values} | ({current} if vary is None else set())
        found.append(tuple(sorted(places)))
    return tuple(found)


def _fewer(places: Places) -> Places:
    """Without the last value of the parameter that has most."""
    most = max(range(len(places)), key=lambda each: len(places[each]))
    return (*places[:most], places[most][:-1], *places[most + 1 :])


def _left_out(source: SceneImages, wanted: Places, places: Places) -> list[str]:
    short = [
        f"{axis.label} ({len(kept)} of {len(whole)} values)"
        for axis, whole, kept in zip(source.axes, wanted, places, strict=True)
        if len(kept) < len(whole)
    ]
    return [f"To keep this page small it holds scenes with fewer values of {', '.join(short)}."] if short else []


def _fallback(view: PreferenceView, title: str) -> str:
    """The three curves of the scene that is shown, for readers without scripts."""
    groups = view.source.attention(view.chosen).groups().mean(axis=1)
    rows = "".join(
        f"<tr><th>L{layer}</th>{''.join(f'<td>{value:.3f}</td>' for value in np.asarray(values))}</tr>"
        for layer, values in enumerate(groups)
    )
    return (
        f"<h1>{html.escape(title)}</h1><p>This page is interactive where scripts are allowed.</p><table><caption>Attention of target and distractor "
        f"patches, mean of the heads</caption><tr><th></th><th>same object</th><th>other objects</th><th>background</th></tr>{rows}</table>"
    )

"""Where on the images does a mode look? The photographs with query and key of one mode as two lights, and their scale.

Source: Pan et al. NeurIPS 2024, Figures 4 and 5 (red query, cyan key, white both). The signed scale is ours.
"""

import base64

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.unique import check_unique
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.figures.caveats import caveat
from qkwidgets.figures.colours import Colours, colours
from qkwidgets.figures.panes import Pane, panes
from qkwidgets.figures.raster import Strengths, overlay_colours, overlay_picture, png, strengths
from qkwidgets.figures.theme import SMALL, TEXT_PADDING, escaped, number, template, unit

TICK = 0.4
"""Side of a corner tick, in patches."""

KEY_CELLS = 12
"""Cells along a side of the square of mixtures."""


def overlay_figure(
    exploration: Exploration,
    index: ModeIndex | str | tuple[int, int, int] = (0, 0, 0),
    image: int | None = None,
    *,
    scale: str = "signed",
    palette: str = "red-cyan",
    sign: str = "auto",
    require_unique: bool = False,
    theme: str = "light",
) -> go.Figure:
    """The overlay of one mode on one or all images of a view.

    Parameters
    ----------
    exploration
        A saved view, or `view.source.frozen()` of a live one.
    index
        The mode, such as "L4 H2 M1".
    image
        Number of one image; all if None.
    scale
        "signed": both lights from 0 to one range over all images of the view, which is printed; "percentile": each map
        from its own 30th to its 95th percentile, as in the figures released with the paper.
    palette
        "red-cyan", or "orange-blue" for colour-blind readers.
    sign
        "+", "-", or "auto" for the one with the larger score over the images of the view; it is printed.
    require_unique
        Refuse a mode that is defined only together with others, instead of saying so in the figure: for a figure that makes
        a claim about this one mode.
    theme
        "light" or "dark".

    Returns
    -------
    plotly.graph_objects.Figure
        Patches beyond the scale carry a tick: upper left for the query map, lower right for the key map.

    Raises
    ------
    InputError
        If there is no such mode or image, its maps are not in the view, it is not unique and shall be, or an option is unknown.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> figure = overlay_figure(qk.examples("deit-tiny"), "L4 H2 M1")
    >>> sum(trace.type == "image" for trace in figure.data)
    5
    """
    c, index = colours(theme), ModeIndex.parse(index)
    images = _images(exploration, index, image)
    if require_unique:
        spectra = exploration.spectra
        check_unique(index, exploration.model, spectra.degenerate, spectra.null, exploration.meta["degenerate_tolerance"])
    sizes = [(exploration.meta["images"][i]["width"], exploration.meta["images"][i]["height"]) for i in images]
    sheet = panes(sizes)
    figure = go.Figure()
    lit = [strengths(exploration, *index, i, scale=scale, sign=sign) for i in images]
    for place, i, strength in zip(sheet.panes, images, lit, strict=True):
        picture = overlay_picture(exploration, *index, i, palette, scale=scale, sign=sign)
        _add_picture(figure, place, picture)
        _mark_clipped(figure, place, strength)
        _name(figure, place, escaped(exploration.meta["images"][i]["name"], sheet.letters), c)
    _add_mixtures(figure, sheet.key, palette, c)
    figure.update_layout(
        template=template(theme),
        width=sheet.width,
        height=sheet.height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        title={
            "text": f"{index} of {escaped(exploration.model)}",
            "x": sheet.left,
            "y": 1 - 20 / sheet.height,
            "yanchor": "middle",
        },
        showlegend=False,
    )
    _write(figure, sheet.left, sheet.facts_y, _facts(exploration, index, lit[0], sign), c.ink)
    words = _scale_in_words(lit[0], scale, palette, len(exploration.meta["images"]))
    _write(figure, sheet.left, sheet.words_y, words, c.soft)
    return figure


def _images(exploration: Exploration, index: ModeIndex, image: int | None) -> list[int]:
    meta = exploration.meta
    if not meta["images"]:
        raise InputError(
            "An overlay lies on images: this view has none. It is probably one of weights alone. Make one with explore(model, images)."
        )
    for kind, value, count in zip(
        ("layer", "head", "mode"), index, (meta["n_layers"], meta["n_heads"], meta["n_modes"]), strict=True
    ):
        check_range(kind, value, count, repr(exploration.model))
    if index.mode >= meta["embedded_modes"]:
        raise InputError(
            f"An overlay needs the mode's maps: this view holds those of modes 0 to {meta['embedded_modes'] - 1} of each head, "
            f"not of {index}. It was thinned when it was saved. Choose a stronger mode, or make the view again from the model."
        )
    if image is None:
        return list(range(len(meta["images"])))
    return [check_range("image", image, len(meta["images"]), "this view")]


def _add_picture(figure: go.Figure, place: Pane, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    source = "data:image/png;base64," + base64.b64encode(png(picture)).decode("ascii")
    figure.add_trace(go.Image(source=source, xaxis=f"x{place.axis}", yaxis=f"y{place.axis}", hoverinfo="skip"))
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        {
            f"xaxis{place.axis}": {"domain": place.x, "range": [-0.5, width - 0.5], "anchor": f"y{place.axis}", **hidden},
            f"yaxis{place.axis}": {"domain": place.y, "range": [height - 0.5, -0.5], "anchor": f"x{place.axis}", **hidden},
        }
    )


def _mark_clipped(figure: go.Figure, place: Pane, strength: Strengths) -> None:
    """Corner ticks on the patches whose values lie beyond the end of the scale."""
    rows, columns = strength.query.shape
    sides = {"query": (strength.query_clipped, 0.0, 1.0), "key": (strength.key_clipped, 1.0, -1.0)}
    for side, (clipped, corner, inward) in sides.items():
        xs: list[float | None] = []
        ys: list[float | None] = []
        for row, column in np.argwhere(clipped):
            x, y = column + corner, row + corner
            xs += [x, x + inward * TICK, x, x, None]
            ys += [y, y, y + inward * TICK, y, None]
        figure.add_trace(
            go.Scatter(
                x=[None if x is None else x * place.width / columns - 0.5 for x in xs],
                y=[None if y is None else y * place.height / rows - 0.5 for y in ys],
                xaxis=f"x{place.axis}",
                yaxis=f"y{place.axis}",
                mode="lines",
                fill="toself",
                fillcolor="#000000",
                line={"color": "#ffffff", "width": 0.75},
                hoverinfo="skip",
                name=f"{side} beyond the scale",
            )
        )


def _name(figure: go.Figure, place: Pane, name: str, c: Colours) -> None:
    x, y = place.x[0], place.y[0]
    figure.add_annotation(
        text=name,
        x=x,
        y=y,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
        xshift=-TEXT_PADDING,
        yshift=-1,
        font={"color": c.soft},
    )


def _add_mixtures(figure: go.Figure, place: Pane, palette: str, c: Colours) -> None:
    """A square of all mixtures of query light (to the right) and key light (upwards)."""
    steps = np.linspace(0, 1, KEY_CELLS)
    query, key = np.meshgrid(steps, steps[::-1])
    _add_picture(figure, place, overlay_colours(query, key, palette))
    common = {"xref": "paper", "yref": "paper", "font": {"color": c.soft, "size": SMALL}}
    figure.add_annotation(text="query →", x=sum(place.x) / 2, xanchor="center", y=place.y[0], yanchor="top", **common)
    figure.add_annotation(
        text="key →", x=place.x[0], y=sum(place.y) / 2, yanchor="middle", xanchor="right", textangle=-90, xshift=-1, **common
    )


def _facts(exploration: Exploration, index: ModeIndex, lit: Strengths, sign: str) -> str:
    spectra, place = exploration.spectra, tuple(index)
    facts = [
        f"singular value {number(spectra.singular_values[place])}",
        f"cosine {unit(spectra.cosine[place])}",
        f"sign {lit.sign.replace('-', '−')}" + (", the one with the larger score on these images" if sign == "auto" else ""),
        caveat(spectra, index),
    ]
    return "  ·  ".join(filter(None, facts))


def _scale_in_words(lit: Strengths, scale: str, palette: str, count: int) -> str:
    query, key = palette.split("-")
    ticks = "Corner ticks: patches beyond the scale, query upper left, key lower right."
    flow = f"Information flows {key} → {query}. The lights are projections, not attention; white is strong in both."
    if scale == "percentile":
        ends = (
            f"{query.capitalize()} query and {key} key, each map from its own 30th to its 95th percentile, as in the paper’s "
            "released figures:<br>zero and sign are hidden, and maps cannot be compared."
        )
    else:
        over = f"all {count} images" if count > 1 else "the image"
        ends = (
            f"{query.capitalize()}: query from 0 to a = {number(lit.limits[0])}. {key.capitalize()}: key from 0 to "
            f"a = {number(lit.limits[1])}. a: 99th percentile of |projection| over {over} of the view."
        )
    return f"{ends}<br>{ticks}<br>{flow}"


def _write(figure: go.Figure, x: float, y: float, text: str, colour: str) -> None:
    place = {"x": x, "xref": "paper", "xanchor": "left", "y": y, "yref": "paper", "yanchor": "top"}
    figure.add_annotation(text=text, align="left", xshift=-TEXT_PADDING, font={"color": colour}, **place)

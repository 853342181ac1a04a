"""Where do modes and heads lie between mean, position and content? A triangle with one point each, and their density.

The mean's vertex is what the paper calls "layer". A point is the mean of both sides' shares.
"""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from qkwidgets.answers.factors import Factors
from qkwidgets.core.factors.names import LABELS
from qkwidgets.figures.colours import Colours, transparent

CORNERS = np.array([[0.5, np.sqrt(0.75)], [0.0, 0.0], [1.0, 0.0]])
"""Of mean (top), position (left) and content (right)."""

NAMES = ("mean (“layer”)", "position", "content")

SYMBOLS = ("square", "diamond", "circle", "x")
"""Of the labels, in their order."""


def in_triangle(shares: Float[np.ndarray, "point 3"]) -> Float[np.ndarray, "point 2"]:
    """Places of points in the plane.

    Examples
    --------
    >>> import numpy as np
    >>> in_triangle(np.array([[0.0, 0.0, 1.0]])).tolist()
    [[1.0, 0.0]]
    """
    return shares @ CORNERS


def clipped(shares: Float[np.ndarray, "*place share"]) -> Float[np.ndarray, "*place share"]:
    """Shares as they are drawn: none below 0, and 1 in sum. Corrected ones may lie outside; their numbers stay as they are.

    Examples
    --------
    >>> import numpy as np
    >>> clipped(np.array([-0.5, 0.5, 1.5])).tolist()
    [0.0, 0.25, 0.75]
    """
    above = np.maximum(shares, 0)
    total = above.sum(axis=-1, keepdims=True)
    outside = (shares < 0).any(axis=-1, keepdims=True)
    return np.where(outside, above / np.where(total > 0, total, np.nan), shares)


def triangle(answer: Factors, what: str, c: Colours) -> go.Figure:
    """Points of all modes, larger the more of their head's energy they hold, or of all heads."""
    points, labels, words, size = (_modes if what == "modes" else _heads)(answer)
    places = in_triangle(clipped(points))
    figure = go.Figure()
    plain = answer.unspecialised.ravel() if what == "heads" else np.zeros(len(points), dtype=bool)
    figure.add_trace(_density(places, c))
    for number, name in enumerate(LABELS):
        here = labels == number
        figure.add_scatter(
            x=places[here, 0],
            y=places[here, 1],
            mode="markers",
            name=name,
            showlegend=True,
            marker={
                "symbol": np.where(plain[here], f"{SYMBOLS[number]}-open", SYMBOLS[number]),
                "size": size[here],
                "color": c.label(number),
                "opacity": 0.6,
            },
            text=words[here],
            customdata=points[here],
            hovertemplate="%{text}<br>mean %{customdata[0]:.2f}<br>position %{customdata[1]:.2f}<br>content %{customdata[2]:.2f}<extra></extra>",
        )
    _frame(figure, c)
    if plain.any():
        figure.add_annotation(
            text="open: no more specialised than random read-outs", x=0.5, y=-0.08, xref="x", yref="y", yanchor="top"
        )
    figure.update_layout(height=620, title={"text": f"What do {what} trade?", "y": 0.98, "yanchor": "top"})
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemsizing": "constant"})
    figure.update_xaxes(visible=False, range=[-0.12, 1.12])
    figure.update_yaxes(visible=False, range=[-0.08, 0.96], scaleanchor="x")
    return figure


def _frame(figure: go.Figure, c: Colours) -> None:
    """The edge of the triangle, and the names of its corners."""
    edge = CORNERS[[0, 1, 2, 0]]
    figure.add_scatter(
        x=edge[:, 0],
        y=edge[:, 1],
        mode="lines",
        line={"color": c.soft, "width": 1},
        hoverinfo="skip",
        showlegend=False,
        name="edge",
    )
    for corner, name, side in zip(CORNERS, NAMES, ("top", "bottom", "bottom"), strict=True):
        anchor = "bottom" if side == "top" else "top"
        figure.add_annotation(
            x=corner[0], y=corner[1], text=name, showarrow=False, yanchor=anchor, yshift=4 if side == "top" else -8
        )


def _density(places: np.ndarray, c: Colours) -> go.Contour:
    """How many points lie where, on a logarithmic scale: most modes are crowded near one corner."""
    counts, x, y = np.histogram2d(*places.T, bins=(26, 23), range=((-0.02, 1.02), (-0.02, 0.9)))
    return go.Contour(
        x=(x[1:] + x[:-1]) / 2,
        y=(y[1:] + y[:-1]) / 2,
        z=np.log1p(counts).T,
        contours={"coloring": "heatmap"},
        colorscale=[[0, c.paper], [0.1, transparent(c.bar, 0.25)], [1, c.bar]],
        showscale=False,
        line={"width": 0},
        hoverinfo="skip",
        name="density",
    )


Points = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _modes(answer: Factors) -> Points:
    live = ~answer.null
    points = answer.mode_points[live]
    squares = np.square(answer.singular_values)
    part = (squares / np.maximum(squares.sum(axis=-1, keepdims=True), 1e-300))[live]
    words = np.array([f"L{layer} H{head} M{mode}" for layer, head, mode in np.argwhere(live)])
    return points, answer.mode_label[live], words, 3 + 14 * np.sqrt(part)


def _heads(answer: Factors) -> Points:
    points = answer.head_points.reshape(-1, 3)
    words = np.array([f"L{at[0]} H{at[1]}" for at in np.ndindex(answer.head_label.shape)])
    return points, answer.head_label.ravel(), words, np.full(len(points), 9.0)

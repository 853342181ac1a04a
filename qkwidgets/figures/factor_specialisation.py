"""Which heads trade more sharply than random read-outs of the same queries and keys would? Each beside its rotation null."""

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.factors import Factors
from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import Colours


def specialisation(answer: Factors, c: Colours) -> go.Figure:
    """Every head's specialisation by layer, filled where it is above its null, and the null from its mean to its 95th percentile."""
    mean, high = np.moveaxis(answer.specialisation_null, -1, 0)
    if not np.isfinite(high).any():
        raise InputError(
            "Specialisation is shown beside that of random read-outs: these factors were made without draws. Alone it says little, since the "
            "sizes of the factors make much of it. Call factors(model, dataset, draws=500)."
        )
    n_layers, n_heads = mean.shape
    x = np.arange(n_layers)[:, None] + (np.linspace(-0.33, 0.33, n_heads) if n_heads > 1 else np.zeros(1))
    words = np.array([[f"L{layer} H{head}" for head in range(n_heads)] for layer in range(n_layers)])
    figure = go.Figure()
    figure.add_scatter(
        x=x.ravel(),
        y=mean.ravel(),
        error_y={"array": (high - mean).ravel(), "arrayminus": 0 * mean.ravel(), "width": 2, "thickness": 1.2, "color": c.faint},
        mode="markers",
        name="random read-outs: mean, and up to 95 %",
        marker={"symbol": "line-ew", "size": 7, "line": {"color": c.faint, "width": 1.4}},
        text=words.ravel(),
        customdata=high.ravel(),
        hovertemplate="%{text}, random: %{y:.3f}, 95th percentile %{customdata:.3f}<extra></extra>",
    )
    above = answer.specialised
    for here, name, fill in ((above, "heads above", c.series[1]), (~above, "heads that are not", c.paper)):
        figure.add_scatter(
            x=x[here],
            y=answer.specialisation[here],
            mode="markers",
            name=name,
            marker={"size": 7, "color": fill, "line": {"color": c.series[1], "width": 1.2}},
            text=words[here],
            hovertemplate="%{text}: %{y:.3f}<extra></extra>",
        )
    figure.update_layout(height=420, title={"text": "Which heads are specialised?", "y": 0.98, "yanchor": "top"})
    figure.update_layout(legend={"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0})
    found, tested = int(above.sum()), int(np.isfinite(high).sum())
    figure.update_xaxes(
        title={"text": f"layer<br>{found} of {tested} heads are above their null; by chance one in twenty is"},
        dtick=1 if n_layers < 16 else 4,
        range=[-0.6, n_layers - 0.4],
    )
    figure.update_yaxes(title={"text": "share of a mode’s largest cell"})
    return figure

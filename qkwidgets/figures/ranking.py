"""Which modes make the attention on one image? The strongest ones as bars, and what they leave out.

Source: the paper's Figure 5 shows six modes; what it does not say is how much is left, which is printed here.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.ranking import ModeRanking
from qkwidgets.core.errors import InputError, check_range
from qkwidgets.core.index import ModeIndex
from qkwidgets.figures.colours import colours
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, number, percent, template

AXES = {
    "share": "share of the visible score of its head",
    "energy": "energy over that of its head’s visible score",
    "peak": "largest σ · query · key over the patches",
}
BAR_PX = 21


def ranking_figure(
    ranking: ModeRanking, n: int = 12, *, layer: int | None = None, head: int | None = None, theme: str = "light"
) -> go.Figure:
    """The first modes of one image as bars, strongest at the top.

    Parameters
    ----------
    ranking
        From `qkwidgets.rank_modes`, or `view.rank()`.
    n
        How many modes.
    layer, head
        Only modes of this layer, of this head. With both, bars for the key-only bias and for all other modes of the head
        complete the sum (ranked by share).
    theme
        "light" or "dark".

    Returns
    -------
    plotly.graph_objects.Figure
        Ranked by share over several heads, each bar is followed by the bias share of its own head and by the share of that
        head that no bar here shows.

    Raises
    ------
    InputError
        If fewer than one mode is asked for, or there is no such layer or head.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> figure = ranking_figure(qk.examples("deit-tiny").rank(0), 3)
    >>> len(figure.data[0].y)
    3
    """
    if n < 1:
        raise InputError(f"A ranking shows one mode or more: got n={n}. Its sign is probably wrong. Ask for at least one.")
    for kind, value, count in (("layer", layer, ranking.value.shape[0]), ("head", head, ranking.value.shape[1])):
        if value is not None:
            check_range(kind, value, count, repr(ranking.model))
    top = ranking.top(n, layer=layer, head=head)
    whole = ranking.by == "share" and layer is not None and head is not None
    rows = [(str(index), value, "mode") for index, value in top]
    if whole:
        rows += _rest(ranking, layer, head, [value for _, value in top])
    if not rows:
        raise InputError(
            f"A ranking needs modes with a {ranking.by}: none is defined here. Their scores are probably the same for every "
            "key. Name another layer or head."
        )
    figure = _drawn(rows, ranking.by, theme)
    if _dropped(ranking):
        figure.update_xaxes(title={"text": f"{AXES[ranking.by]}, biases dropped"})
    if ranking.by == "share" and not whole:
        _add_columns(figure, ranking, top)
    where = " ".join(f"{letter}{value}" for letter, value in (("L", layer), ("H", head)) if value is not None)
    figure.update_layout(
        title={
            "text": f"Strongest modes {where and f'in {where} '}by {ranking.by}",
            "subtitle": {"text": f"{escaped(ranking.image, 30)}  ·  {escaped(ranking.model, 30)}"},
        }
    )
    return figure


def ranking_widget(ranking: ModeRanking, n: int = 12, **options: Any) -> go.FigureWidget:
    """The same bars as a live widget: they can be hovered, zoomed, and changed from Python like any figure of plotly.

    Parameters
    ----------
    ranking, n, options
        As in `ranking_figure`.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> widget = qk.examples("deit-tiny").rank(0).widget(3, layer=4)
    >>> len(widget.data[0].y)
    3
    """
    return go.FigureWidget(ranking_figure(ranking, n, **options))


def _rest(ranking: ModeRanking, layer: int, head: int, shown: list[float]) -> list[tuple[str, float, str]]:
    """The bias and all modes that have no bar: with the modes shown, they make one."""
    bias = float(ranking.bias[layer, head])
    others = int(np.isfinite(ranking.value[layer, head]).sum()) - len(shown)
    rest = [("key-only bias", bias, "bias")] if _has_bias(ranking) else []
    return rest + ([(f"{others} other modes", 1 - bias - sum(shown), "rest")] if others else [])


def _has_bias(ranking: ModeRanking) -> bool:
    """Whether the key-only bias is a term of its own, neither absorbed by the modes nor dropped."""
    return ranking.provenance.get("bias", "separate") == "separate"


def _dropped(ranking: ModeRanking) -> bool:
    """Whether the shares are of a score without biases, which is not the model's."""
    return ranking.provenance.get("bias") == "drop"


def _drawn(rows: list[tuple[str, float, str]], by: str, theme: str) -> go.Figure:
    c = colours(theme)
    fills = {"mode": c.bar, "bias": c.bias, "rest": c.unseen}
    names, values, kinds = zip(*rows, strict=True)
    unit = 1 if by == "peak" else 100  # of the axis: per cent, except for peaks
    written = [number(value) if by == "peak" else percent(value) for value in values]
    figure = go.Figure(
        go.Bar(
            x=[unit * value for value in values],
            y=names,
            orientation="h",
            marker={
                "color": [fills[kind] for kind in kinds],
                "line": {"color": c.soft, "width": [0.8 if kind == "rest" else 0 for kind in kinds]},
                "pattern": {"shape": ["/" if kind == "rest" else "" for kind in kinds], "fgcolor": c.faint, "size": 4},
            },
            text=written,
            textposition="outside",
            cliponaxis=False,
            textfont={"size": 11, "color": c.ink},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    low, high = unit * min(0.0, *values), unit * max(0.0, *values)
    air = 0.16 * (high - low or 1)
    figure.update_layout(
        template=template(theme),
        width=COLUMN_WIDTH,
        height=round(BAR_PX * len(rows)) + 66 + 48,
        margin={"l": 100, "r": 20, "t": 66, "b": 48},
        showlegend=False,
    )
    ends = [low - (air if low < 0 else 0), high + air]
    figure.update_xaxes(title={"text": AXES[by]}, range=ends, tickformat="~g", ticksuffix="" if by == "peak" else " %", nticks=5)
    figure.update_yaxes(autorange="reversed", showline=False, tickcolor=c.paper, type="category", tickfont={"color": c.ink})
    figure.add_vline(x=0, line={"color": c.soft, "width": 1})
    return figure


def _add_columns(figure: go.Figure, ranking: ModeRanking, top: list[tuple[ModeIndex, float]]) -> None:
    """Columns of numbers beside the bars: of each bar's head, the bias share, and the share that no bar shows."""
    shown: dict[tuple[int, int], float] = {}
    for index, value in top:
        head = index.layer, index.head
        shown[head] = shown.get(head, 0.0) + value
    bias = {head: float(ranking.bias[head]) for head in shown}
    columns = {"bias of<br>its head": bias} if _has_bias(ranking) else {}
    columns["not shown<br>of its head"] = {head: 1 - bias[head] - share for head, share in shown.items()}
    figure.update_layout(width=COLUMN_WIDTH + 130, margin={"r": 150})
    for place, (heading, numbers) in enumerate(columns.items()):
        common = {"xref": "paper", "x": 1, "xanchor": "right", "xshift": 60 + 76 * place}
        figure.add_annotation(text=heading, yref="paper", y=1, yanchor="bottom", align="right", yshift=2, **common)
        for index, _ in top:
            figure.add_annotation(text=percent(numbers[index.layer, index.head]), yref="y", y=str(index), **common)

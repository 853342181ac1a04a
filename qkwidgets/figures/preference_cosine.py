"""Does the cosine of a head predict how much it attends to the same object? A dot a head, and in words what can be said.

Source: Pan et al. NeurIPS 2024, Figures 2 and 3, each of which shows one of the two; putting them together is ours.
"""

import textwrap

import numpy as np
import plotly.graph_objects as go

from qkwidgets.answers.preference import Preference
from qkwidgets.figures.colours import colours, sequential_scale
from qkwidgets.figures.theme import COLUMN_WIDTH, escaped, note, template

ASKING = {"plain": "two patches ask", "nonself": "two patches ask, without themselves", "items": "all item patches ask"}

JOIN = "\N{NO-BREAK SPACE}· "
"""Between notes: no line begins with the dot."""

FEWEST_FOR_A_BAND = 6
"""Images that a band is drawn of. The draws of six normal numbers enclose their true mean in 90 of 100 cases instead of 95, those of two, which
are two values, in 47 (measured). A choice of ours; tables have the quantiles of draws from two images on."""

TICKS = [(place, f"{place:g}") for place in (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64)]
"""Of an axis of enrichment: doublings."""


def cosine_figure(answer: Preference, variant: str, theme: str) -> go.Figure:
    """The enrichment of the same object of each head beside its weighted cosine; `preference_figure(answer, "cosine")`."""
    c = colours(theme)
    y, ends = answer.same_enriched(variant)
    low, high = np.moveaxis(ends, -1, 0)
    n_layers, n_heads = y.shape
    bars = {
        "array": (high - y).clip(0).ravel(),
        "arrayminus": (y - low).clip(0).ravel(),
        "width": 0,
        "thickness": 1,
        "color": c.faint,
    }
    heads = go.Scatter(
        x=answer.cosine.ravel(),
        y=y.ravel(),
        mode="markers",
        error_y=bars if answer.n_images >= FEWEST_FOR_A_BAND else None,
        marker={
            "size": 8,
            "color": np.repeat(np.arange(n_layers), n_heads),
            "colorscale": _inked_scale(theme),
            "cmin": 0,
            "cmax": max(1, n_layers - 1),
            "line": {"color": c.soft, "width": 0.8},
            "colorbar": {"title": {"text": "layer<br>&nbsp;"}, "len": 0.9, "dtick": 1 if n_layers <= 16 else 4, "y": 0.5},
        },
        text=[f"L{layer} H{head}" for layer in range(n_layers) for head in range(n_heads)],
        name="heads",
        hovertemplate="%{text}<br>cosine %{x:.3f}<br>same object %{y:.2f} times its area<extra></extra>",
    )
    figure = go.Figure(heads)
    figure.add_hline(y=1, line={"color": c.soft, "width": 1.2, "dash": "dash"}, layer="below")
    figure.add_vline(x=0, line={"color": c.rule, "width": 1}, layer="below")
    lines = textwrap.wrap(answer.cosine_relation(variant).sentence.replace("-", "−"), 84)
    said = [answer.model, f"one dot a head, {uncertain(answer, 'bars')}", ASKING[variant], answer.prefix_words, images(answer)]
    lines += textwrap.wrap(JOIN.join(filter(None, said)), 84)
    lines = [escaped(line, longest=90) for line in lines]
    figure.update_layout(
        template=template(theme),
        width=COLUMN_WIDTH + 60,
        height=396 + 15 * len(lines),
        margin={"l": 62, "r": 14, "t": 48, "b": 62 + 15 * len(lines)},
        title={"text": "Does the cosine predict the preference?", "y": 1, "yanchor": "top", "pad": {"t": 14}},
        showlegend=False,
        hovermode="closest",
    )
    note(figure, "<br>".join(lines), below=48)
    figure.update_xaxes(title={"text": "weighted mean cosine of query and key modes"}, tickformat=".2~f")
    figure.update_yaxes(title={"text": "attention to the same object, over its area"}, **doublings(y.ravel()))
    return figure


def doublings(values: np.ndarray) -> dict:
    """A logarithmic axis around what is shown, and one."""
    values = np.append(values[np.isfinite(values) & (values > 0)], 1.0)
    low, high = np.log10(max(values.min(), 1 / 64)), np.log10(min(values.max(), 256))
    air = 0.06 * (high - low) + 0.05
    places, words = zip(*TICKS, strict=True)
    fractions = [word if value >= 1 else f"1/{round(1 / value)}" for value, word in zip(places, words, strict=True)]
    return {"type": "log", "range": [low - air, high + air], "tickvals": places, "ticktext": fractions}


def uncertain(answer: Preference, drawn: str) -> str:
    """What bands or bars show, or why there are none."""
    if not answer.same_draws.shape[1]:
        return "no interval was asked for"
    if answer.n_images >= FEWEST_FOR_A_BAND:
        return f"{drawn}: 95 % over images"
    return "a single image has no interval" if answer.n_images == 1 else f"{answer.n_images} images are too few for {drawn}"


def images(answer: Preference) -> str:
    """How many images a figure is the mean of."""
    left_out = f", {answer.n_skipped} more without target or distractors" if answer.n_skipped else ""
    return f"mean of {answer.n_images:,} image{'s' * (answer.n_images != 1)}{left_out}{'' if answer.finished else ', so far'}"


def _inked_scale(theme: str) -> list[tuple[float, str]]:
    """The scale of one hue without its beginning, which would vanish on the paper."""
    scale = sequential_scale(theme)[10:]
    return [((place - scale[0][0]) / (1 - scale[0][0]), colour) for place, colour in scale]

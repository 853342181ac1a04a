"""Is every figure in its theme, and are names in it only names?"""

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.figures.colours import colours
from qkwidgets.figures.grid import grid_figure
from qkwidgets.figures.theme import escaped, number, percent, unit
from qkwidgets.figures.trend import trend_figure
from tests.figures.texts import ESCAPED, NASTY, markup_of_names

THEMES = ("light", "dark")


@pytest.fixture(params=["trend", "trends", "spectrum", "grid", "overlay", "ranking", "preference", "cosine"])
def draw(request, exploration, modes, alignment, other, preference):
    return {
        "trend": lambda **options: alignment.figure(**options),
        "trends": lambda **options: trend_figure(alignment, other, **options),
        "spectrum": lambda **options: modes.figure(index="L1 H0 M1", **options),
        "grid": lambda **options: grid_figure(exploration, **options),
        "overlay": lambda **options: exploration.figure(**options),
        "preference": lambda **options: preference.figure(**options),
        "cosine": lambda **options: preference.figure("cosine", **options),
        "ranking": lambda **options: exploration.rank(0).figure(**options),
    }[request.param]


@pytest.mark.parametrize("theme", THEMES)
def test_names_are_shown_as_they_are(draw, theme):
    figure = draw(theme=theme)
    assert markup_of_names(figure) == []
    assert ESCAPED[:12] in str(figure.to_plotly_json())


def test_markup_in_a_name_is_seen():
    from plotly.graph_objects import Figure

    assert markup_of_names(Figure(layout={"title": {"text": f"<i>ours</i> {NASTY}"}})) != []


@pytest.mark.parametrize("theme", THEMES)
def test_ground_and_ink_are_the_themes(draw, theme):
    layout = draw(theme=theme).layout.template.layout
    assert layout.plot_bgcolor == layout.paper_bgcolor == colours(theme).paper
    assert layout.font.color == colours(theme).ink
    assert "Arial" in layout.font.family


def test_an_unknown_theme_is_refused(draw):
    with pytest.raises(InputError, match=r'A figure\'s theme is "light" or "dark": got \'pink\''):
        draw(theme="pink")


def test_a_long_name_is_shortened_in_the_middle():
    short = escaped("a" * 40 + "b" * 40)
    assert len(short) == 60
    assert short.startswith("aaa")
    assert short.endswith("bbb")
    assert escaped(NASTY) == ESCAPED


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (number, -0.12345, "−0.123"),
        (number, 123456.0, "1.23e+05"),
        (number, 1234.5, "1234"),
        (number, 3.7, "3.70"),
        (number, np.nan, "–"),
        (unit, -0.004, "0.00"),
        (unit, -1, "−1.00"),
        (unit, np.nan, "–"),
        (percent, 0.5, "50 %"),
        (percent, -0.0123, "−1.2 %"),
        (percent, np.nan, "–"),
    ],
)
def test_numbers_are_written_as_in_print(form, value, text):
    assert form(value) == text

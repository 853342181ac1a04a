"""Which colours mean what? Those of the browser's explorer, so that a figure and a view of one answer look alike.

Diverging: built in OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020), where lightness and chroma
depend on the magnitude alone and only the hue on the sign. So zero is exactly the neutral colour and +t and -t are equally
strong to the eye. Purple and green, because red, cyan, orange and blue mean query and key. `js/src/lib/colour.ts` holds the
same numbers, and a test compares them.
"""

import math
from typing import NamedTuple

from qkwidgets.core.errors import InputError

Rgb = tuple[int, int, int]

HUES = {"negative": 312.0, "positive": 152.0, "sequential": 245.0}
"""In degrees of OKLCH."""

PALETTES: dict[str, tuple[Rgb, Rgb]] = {
    "red-cyan": ((255, 0, 0), (0, 255, 255)),
    "orange-blue": ((255, 138, 0), (0, 117, 255)),
}
"""Query and key light of each overlay palette; each pair sums to white."""

STEPS = 32
"""Stops on each side of a colour scale; plotly interpolates between them."""


class Colours(NamedTuple):
    """The colours of one theme.

    `labels` are content-content, content-position and position-position; `neutral`, `end` and `chroma` span the scales.
    """

    ink: str
    soft: str
    faint: str
    rule: str
    paper: str
    band: str
    accent: str
    bar: str
    bias: str
    unseen: str
    series: tuple[str, ...]
    labels: tuple[str, str, str]
    neutral: float
    end: float
    chroma: float

    def label(self, number: int) -> str:
        """The colour of a label, or of a cell that a label is named after; of all others grey."""
        return self.labels[number] if number < len(self.labels) else self.faint

    def diverging(self, t: float) -> Rgb:
        """The colour of `t` from -1 to 1; zero, and NaN, which has no side, are neutral."""
        t = 0.0 if math.isnan(t) else max(-1.0, min(1.0, t))
        return self._ramp(abs(t), HUES["negative" if t < 0 else "positive"])

    def sequential(self, t: float) -> Rgb:
        """The colour of `t` from 0 to 1, in one hue, so that no value looks special."""
        return self._ramp(0.0 if math.isnan(t) else max(0.0, min(1.0, t)), HUES["sequential"])

    def _ramp(self, t: float, hue: float) -> Rgb:
        return oklch(self.neutral + (self.end - self.neutral) * t, self.chroma * t**0.8, hue)


# The series are Okabe and Ito's colours, told apart by colour-blind readers, darker on white and lighter on black.
THEMES = {
    "light": Colours(
        ink="#1d2126",
        soft="#5d6670",
        faint="#8b949e",
        rule="#d5dade",
        paper="#ffffff",
        band="#d9dee3",
        accent="#b3471d",
        bar="#8d99a5",
        bias="#c9a13b",
        unseen="#d9dee3",
        series=("#1d2126", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#56b4e9"),
        labels=("#2242a3", "#94294c", "#eaa940"),
        neutral=0.955,
        end=0.43,
        chroma=0.15,
    ),
    "dark": Colours(
        ink="#e6e9ec",
        soft="#a4adb6",
        faint="#7d8791",
        rule="#3a4149",
        paper="#14171a",
        band="#363d45",
        accent="#f08a5d",
        bar="#7f8b97",
        bias="#c9a13b",
        unseen="#39414a",
        series=("#e6e9ec", "#f08a5d", "#56b4e9", "#2fc79a", "#dd9cc0", "#e6b422"),
        labels=("#2b6cd7", "#d77cc0", "#e6df81"),
        neutral=0.3,
        end=0.85,
        chroma=0.15,
    ),
}


def colours(theme: str) -> Colours:
    """The colours of the theme "light" or "dark".

    Raises
    ------
    InputError
        If the theme is neither.

    Examples
    --------
    >>> colours("dark").paper
    '#14171a'
    """
    if theme not in THEMES:
        raise InputError(f'A figure\'s theme is "light" or "dark": got {theme!r}. It is probably misspelt. Use one of these.')
    return THEMES[theme]


def palette_colours(palette: str) -> tuple[Rgb, Rgb]:
    """Query and key light of an overlay palette.

    Raises
    ------
    InputError
        If there is no such palette.

    Examples
    --------
    >>> palette_colours("red-cyan")
    ((255, 0, 0), (0, 255, 255))
    """
    if palette not in PALETTES:
        raise InputError(
            f"An overlay's palette is one of {', '.join(map(repr, PALETTES))}: got {palette!r}. It is probably misspelt. Use one of these."
        )
    return PALETTES[palette]


def diverging_scale(theme: str) -> list[tuple[float, str]]:
    """Plotly's colour scale from -1 (position 0) over zero (position 0.5) to 1.

    Examples
    --------
    >>> [place for place, _ in diverging_scale("light")][32]
    0.5
    """
    here = colours(theme)
    return [((i + STEPS) / (2 * STEPS), css(here.diverging(i / STEPS))) for i in range(-STEPS, STEPS + 1)]


def sequential_scale(theme: str) -> list[tuple[float, str]]:
    """Plotly's colour scale from 0 to 1.

    Examples
    --------
    >>> len(sequential_scale("light"))
    33
    """
    here = colours(theme)
    return [(i / STEPS, css(here.sequential(i / STEPS))) for i in range(STEPS + 1)]


def css(colour: Rgb) -> str:
    """The colour in CSS's words.

    Examples
    --------
    >>> css((255, 0, 0))
    'rgb(255, 0, 0)'
    """
    return "rgb({}, {}, {})".format(*colour)


def transparent(colour: str, alpha: float) -> str:
    """A colour of a theme, of which `alpha` covers what lies below, in CSS's words.

    Examples
    --------
    >>> transparent("#0072b2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def ink_on(fill: Rgb) -> str:
    """Ink that stays legible on a fill, by relative luminance with the weights of the WCAG.

    Examples
    --------
    >>> ink_on((255, 255, 255)), ink_on((0, 60, 0))
    ('#1d2126', '#ffffff')
    """
    red, green, blue = ((channel / 255) ** 2.2 for channel in fill)
    return "#1d2126" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.22 else "#ffffff"


def oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """The sRGB colour nearest to one in OKLCH; the hue in degrees.

    Examples
    --------
    >>> oklch(1.0, 0.0, 0.0)
    (255, 255, 255)
    """
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
    )


def _gamma(linear: float) -> int:
    value = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return math.floor(255 * max(0.0, min(1.0, value)) + 0.5)

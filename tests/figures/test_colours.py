"""Do the colours mean the same to everyone, and the same as in the browser?

Colour blindness is simulated with the matrices of Machado, Oliveira and Fernandes ("A physiologically-based model for
simulation of color vision deficiency", 2009) at full severity, on linear light; distances are those of CIELAB (1976), where 2.3 is
just noticeable.
"""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import MIXED
from qkwidgets.figures.colours import HUES, PALETTES, THEMES, colours, diverging_scale, palette_colours

JS = Path(__file__).parents[2] / "js" / "src"

SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}

FAR = 40.0
"""Colours that carry a meaning of their own are told apart at a glance: about 17 just noticeable differences."""

NEAR = 10.0
"""Lines of different models are told apart when looked at; they differ in symbol, too."""


def lab(rgb, sight: str) -> np.ndarray:
    channels = np.asarray(rgb) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    seen = (SIGHT[sight] @ linear).clip(0, 1)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ seen / to_xyz.sum(axis=1)
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, sight: str) -> float:
    return float(np.linalg.norm(lab(one, sight) - lab(other, sight)))


def rgb(text: str) -> tuple[int, ...]:
    return tuple(int(text[i : i + 2], 16) for i in (1, 3, 5))


def test_the_distance_sees_what_a_colour_blind_reader_confuses():
    red, green = (200, 60, 40), (120, 115, 30)
    assert distance(red, green, "normal") > 2 * distance(red, green, "deuteranopia")
    assert distance((0, 0, 0), (255, 255, 255), "normal") == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("palette", PALETTES)
def test_query_and_key_are_told_apart(palette, sight):
    assert distance(*palette_colours(palette), sight) > FAR


@pytest.mark.parametrize("sight", SIGHT)
def test_in_one_palette_neither_both_and_each_alone_are_told_apart(sight):
    corners = [(0, 0, 0), *palette_colours("orange-blue"), (255, 255, 255)]
    assert min(distance(a, b, sight) for a, b in itertools.combinations(corners, 2)) > FAR


def test_the_palette_of_the_paper_needs_another_beside_it():
    _, cyan = palette_colours("red-cyan")
    assert distance(cyan, (255, 255, 255), "protanopia") < NEAR


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", THEMES)
def test_the_ends_of_the_diverging_scale_are_told_apart(theme, sight):
    c = colours(theme)
    assert distance(c.diverging(-1), c.diverging(1), sight) > FAR
    assert min(distance(c.diverging(t), c.diverging(0), sight) for t in (-1, 1)) > FAR


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("theme", THEMES)
def test_the_lines_of_models_are_told_apart(theme, sight):
    series = [rgb(colour) for colour in colours(theme).series]
    assert min(distance(a, b, sight) for a, b in itertools.combinations(series, 2)) > NEAR


@pytest.mark.parametrize("theme", THEMES)
def test_zero_is_neutral_and_both_signs_are_equally_strong(theme):
    c = colours(theme)
    assert len(set(c.diverging(0.0))) == 1
    assert c.diverging(float("nan")) == c.diverging(0.0)
    assert c.diverging(7.0) == c.diverging(1.0)
    for t in (0.25, 0.5):
        assert lab(c.diverging(t), "normal")[0] == pytest.approx(lab(c.diverging(-t), "normal")[0], abs=4)


@pytest.mark.parametrize("theme", THEMES)
def test_the_diverging_scale_is_centred(theme):
    places = [place for place, _ in diverging_scale(theme)]
    assert places[0] == 0
    assert places[-1] == 1
    np.testing.assert_allclose(np.array(places) + places[::-1], 1)


@pytest.mark.parametrize("pair", PALETTES.values())
def test_query_and_key_light_sum_to_white(pair):
    assert tuple(map(sum, zip(*pair, strict=True))) == (255, 255, 255)


def test_an_unknown_theme_or_palette_is_refused_in_words():
    with pytest.raises(
        InputError, match=r'^A figure\'s theme is "light" or "dark": got \'blue\'\. It is probably misspelt\. Use one of these\.$'
    ):
        colours("blue")
    with pytest.raises(
        InputError,
        match=r"^An overlay's palette is one of 'red-cyan', 'orange-blue': got 'x'\. It is probably misspelt\. Use one of these\.$",
    ):
        palette_colours("x")


def test_the_browser_has_the_same_scales_and_palettes():
    source = (JS / "lib" / "colour.ts").read_text()
    for theme, c in THEMES.items():
        assert f"{theme}: {{ neutral: {c.neutral}, end: {c.end}, chroma: {c.chroma} }}" in source
    numbers = ", ".join(f"{name}: {hue:g}" for name, hue in HUES.items())
    assert f"const HUE = {{ {numbers} }}" in source
    for name, (query, key) in PALETTES.items():
        assert f'"{name}": {{ query: {list(query)}, key: {list(key)}' in source


@pytest.mark.parametrize("theme", THEMES)
def test_the_browser_has_the_same_inks(theme):
    style = (JS / "explorer" / "style.css").read_text()
    start = {"light": r"\n\.qk \{", "dark": r'\n\.qk\[data-qk-theme="dark"\] \{'}[theme]
    block = re.search(start + r"(.*?)\n\}", style, re.DOTALL).group(1)
    inks = dict(re.findall(r"--([a-z-]+): (?:var\([^,]+, )?(#[0-9a-f]{6})", block))
    c = colours(theme)
    ours = {"ink": c.ink, "soft": c.soft, "faint": c.faint, "rule": c.rule, "band": c.band, "accent": c.accent}
    ours |= {"mode-ink": c.bar, "bias-ink": c.bias, "unseen-ink": c.unseen}
    assert {name: inks[name] for name in ours} == ours


@pytest.mark.parametrize("theme", THEMES)
def test_the_browser_has_the_same_labels(theme):
    light, dark = (JS / "factors" / "factors.css").read_text().split('[data-qk-theme="dark"]', 1)
    found = dict(re.findall(r"--(cc|cp|pp): (#[0-9a-f]{6});", {"light": light, "dark": dark}[theme]))
    c = colours(theme)
    assert tuple(found[name] for name in ("cc", "cp", "pp")) == c.labels
    assert c.label(MIXED) == c.faint

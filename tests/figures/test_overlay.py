"""Does the overlay show the maps on the scale it names, and mark what lies beyond?"""

import base64
import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.figures.overlay import overlay_figure
from qkwidgets.figures.raster import overlay_colours, strengths
from qkwidgets.figures.theme import number, unit
from tests.figures.texts import traces, words
from tests.oracles import pictures
from tests.views import LAYOUT, N_IMAGES, view


def pixels(trace) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(trace.source.split(",")[1]))))


def test_an_overlay_shows_every_image_and_the_mixtures(exploration):
    assert sum(trace.type == "image" for trace in overlay_figure(exploration, "L1 H2 M1").data) == N_IMAGES + 1
    one = overlay_figure(exploration, "L1 H2 M1", 1)
    shown = [trace for trace in one.data if trace.type == "image"]
    assert len(shown) == 2
    (mixtures,) = [pixels(trace) for trace in shown if pixels(trace).shape == (12, 12, 3)]
    assert mixtures[-1, 0].tolist() == [0, 0, 0]
    assert mixtures[-1, -1].tolist() == [255, 0, 0]
    assert mixtures[0, 0].tolist() == [0, 255, 255]
    assert mixtures[0, -1].tolist() == [255, 255, 255]


def test_an_overlay_says_mode_sign_and_ranges(exploration):
    figure = overlay_figure(exploration, "L1 H2 M1")
    tile = exploration.tile(1, 2)
    assert figure.layout.title.text.startswith("L1 H2 M1 of ")
    for part in (
        f"singular value {number(exploration.spectra.singular_values[1, 2, 1])}",
        f"cosine {unit(exploration.spectra.cosine[1, 2, 1])}",
        f"sign {'+' if tile.arrays['sign'][1] > 0 else '−'}, the one with the larger score",
        f"query from 0 to a = {number(float(tile.arrays['range'][0, 1]))}",
        f"key from 0 to a = {number(float(tile.arrays['range'][1, 1]))}",
        "over all 2 images",
        "Information flows cyan → red",
    ):
        assert part in words(figure)
    fixed = words(overlay_figure(exploration, "L1 H2 M1", sign="-", palette="orange-blue"))
    assert "sign −  ·" in fixed or "sign − " in fixed
    assert "larger score" not in fixed
    assert "blue → orange" in fixed


@pytest.mark.parametrize("sign", ["+", "-"])
@pytest.mark.parametrize("scale", ["signed", "percentile"])
def test_strengths_are_those_of_the_scale(exploration, sign, scale):
    lit = strengths(exploration, 1, 2, 1, 0, scale=scale, sign=sign)
    tile = exploration.tile(1, 2)
    direction = 1 if sign == "+" else -1
    for side, values, limit in ((lit.query, tile.query, lit.limits[0]), (lit.key, tile.key, lit.limits[1])):
        patches = direction * values[0, 1, LAYOUT.patches]
        expected = np.clip(patches / limit, 0, 1) if scale == "signed" else pictures.percentile_picture(patches)
        np.testing.assert_allclose(side.ravel(), expected, atol=1e-5)
    assert lit.sign == sign


def test_what_lies_beyond_the_scale_is_marked_in_its_corner(exploration):
    tiles = {**exploration.tiles, "range": exploration.tiles["range"] / 3}
    loud = dataclasses.replace(exploration, tiles=tiles)
    lit = strengths(loud, 0, 0, 0, 0)
    assert lit.query_clipped.any()
    assert lit.key_clipped.any()
    figure = overlay_figure(loud, "L0 H0 M0", 0)
    for side, clipped, corner in (("query", lit.query_clipped, 0), ("key", lit.key_clipped, 1)):
        (marks,) = traces(figure, f"{side} beyond the scale")
        first = [(x + 0.5, y + 0.5) for x, y in zip(marks.x[::5], marks.y[::5], strict=True)]
        wide, high = 12 / LAYOUT.grid[1], 9 / LAYOUT.grid[0]
        expected = [((column + corner) * wide, (row + corner) * high) for row, column in np.argwhere(clipped)]
        np.testing.assert_allclose(first, expected)
    (quiet,) = traces(
        overlay_figure(dataclasses.replace(loud, tiles={**tiles, "range": 100 * tiles["range"]}), "L0 H0 M0", 0),
        "query beyond the scale",
    )
    assert len(quiet.x) == 0


def test_a_flat_map_lights_nothing(exploration):
    tiles = {**exploration.tiles, "range": 0 * exploration.tiles["range"]}
    lit = strengths(dataclasses.replace(exploration, tiles=tiles), 0, 0, 0, 0)
    assert not lit.query.any()
    assert not lit.query_clipped.any()


def test_light_is_added():
    grid = np.array([[0.0, 1.0, 0.5]])
    lights = overlay_colours(grid, np.zeros_like(grid)), overlay_colours(np.zeros_like(grid), grid)
    np.testing.assert_array_equal(overlay_colours(grid, grid)[0, 1], [255, 255, 255])
    np.testing.assert_array_equal(overlay_colours(grid, grid), lights[0] + lights[1])


def test_a_mode_that_is_not_unique_is_marked(exploration):
    degenerate = np.full_like(exploration.spectra.degenerate, -1)
    degenerate[0, 0, 1:4] = 0
    null = exploration.spectra.null.copy()
    null[1, 0, 4] = True
    stability = exploration.spectra.stability.copy()
    stability[1, 1, 0] = 2.0
    spectra = dataclasses.replace(exploration.spectra, degenerate=degenerate, null=null, stability=stability)
    marked = dataclasses.replace(exploration, spectra=spectra)
    assert "defined only together with M1, M3" in words(overlay_figure(marked, "L0 H0 M2"))
    with pytest.raises(
        InputError, match=r"^A claim about a single mode needs one that is unique: L0 H0 M2 of .* L0 H0 M1, L0 H0 M3\."
    ):
        overlay_figure(marked, "L0 H0 M2", require_unique=True)
    assert overlay_figure(marked, "L0 H0 M0", require_unique=True).layout.title.text.startswith("L0 H0 M0")
    assert "null mode: its directions are arbitrary" in words(overlay_figure(marked, "L1 H0 M4"))
    assert "may turn under the rounding" in words(overlay_figure(marked, "L1 H1 M0"))
    assert "together" not in words(overlay_figure(marked, "L0 H0 M0"))


def test_an_overlay_that_cannot_be_drawn_is_refused(exploration):
    with pytest.raises(OutOfRangeError, match="Image 2 of this view does not exist"):
        overlay_figure(exploration, image=2)
    with pytest.raises(OutOfRangeError, match=r"Mode 5 of .* does not exist"):
        overlay_figure(exploration, "L0 H0 M5")
    with pytest.raises(InputError, match=r"^An overlay needs the mode's maps: this view holds those of modes 0 to 1 .* thinned"):
        overlay_figure(view(n_modes=2), "L0 H0 M2")
    with pytest.raises(InputError, match=r"^An overlay's scale is \"signed\" or \"percentile\" .*: got 'log' and 'auto'\."):
        overlay_figure(exploration, scale="log")
    with pytest.raises(InputError, match=r"got 'signed' and '0'\."):
        overlay_figure(exploration, sign="0")
    with pytest.raises(InputError, match=r"^An overlay lies on images: this view has none\."):
        overlay_figure(exploration.first_images(0))

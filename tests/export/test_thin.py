"""What is left out of a page that must be small, and does the page say so?"""

import bisect
import json
import re

import numpy as np
import pytest

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.export.explorer import page
from qkwidgets.export.thin import FEWEST_MODES, fitted, packed, packed_parts, size
from qkwidgets.widgets.explorer import Explorer
from tests.export.parsed import Parsed
from tests.views import D_HEAD, view

COARSER = "To keep this page small, exact rows and bias terms are rounded to 8 bits; as everywhere, ± shows by how much they can be off."
MODES = (
    "To keep this page small it holds maps of the {0} modes with the largest singular values of each head; those of modes {0} to "
    "{1} are not in this page. Spectra and cosines are complete."
)
ROUNDED = {"rows", "bias_key", "bias_query"}
IMAGES = "The last {0} of {1} images are not in this page, to keep it small."


@pytest.fixture(scope="module")
def example():
    return qkwidgets.examples("deit-tiny")


def bytes_of(frozen) -> int:
    return size(packed_parts(frozen))


def test_what_fits_is_whole():
    frozen, parts, left_out = fitted(view(), 10**6)
    assert frozen.meta["embedded_modes"] == D_HEAD
    assert left_out == []
    assert parts == packed_parts(frozen)


def test_rows_and_bias_terms_are_rounded_before_any_mode_goes(example):
    for whole in (view(), example):
        frozen, parts, left_out = fitted(whole, bytes_of(whole) - 1)
        assert frozen.meta["embedded_modes"] == whole.meta["n_modes"]
        assert {name for name, array in frozen.tiles.items() if array.dtype != whole.tiles[name].dtype} == ROUNDED
        assert parts == packed_parts(whole.coarsened())
        assert left_out == [COARSER]


def test_weak_modes_go_next_then_the_last_images():
    whole = view()
    four = whole.coarsened().frozen(FEWEST_MODES)
    frozen, _, left_out = fitted(whole, bytes_of(four))
    assert (frozen.meta["embedded_modes"], len(frozen.meta["images"])) == (FEWEST_MODES, 2)
    assert left_out == [COARSER, MODES.format(4, 4)]
    frozen, _, left_out = fitted(whole, bytes_of(four) - 1)
    assert (frozen.meta["embedded_modes"], len(frozen.meta["images"])) == (FEWEST_MODES, 1)
    assert frozen.meta["images"] == whole.meta["images"][:1]
    assert left_out == [COARSER, MODES.format(4, 4), IMAGES.format(1, 2)]


def test_the_least_is_one_image_with_four_modes():
    least = bytes_of(view().coarsened().frozen(FEWEST_MODES).first_images(1))
    assert len(fitted(view(), least)[0].meta["images"]) == 1
    for limit in (least - 1, 0, -5):
        with pytest.raises(
            InputError,
            match=re.escape(f"that takes {least / 1e6:.2f} MB here, and the limit leaves {max(limit, 0) / 1e6:.2f} MB"),
        ):
            fitted(view(), limit)


def test_the_modes_kept_are_as_many_as_fit(example):
    for modes in (7, 20):
        limit = bytes_of(example.coarsened().frozen(modes))
        assert fitted(example, limit)[0].meta["embedded_modes"] == modes
        assert fitted(example, limit - 1)[0].meta["embedded_modes"] == modes - 1


def test_the_modes_kept_are_the_strongest_of_every_head(example):
    frozen, _, left_out = fitted(example, bytes_of(example.coarsened().frozen(9)))
    assert left_out == [COARSER, MODES.format(9, 63)]
    assert np.array_equal(frozen.tile(3, 1).query, example.tile(3, 1).query[:, :9])
    assert frozen.spectra.singular_values.shape[-1] == 64


@pytest.mark.parametrize("max_mb", [2.0, 3.0, 5.0])
def test_a_page_is_no_larger_than_asked_for_and_not_much_smaller(example, max_mb):
    text = page(Explorer(example, layer=11, head=2), max_mb=max_mb)
    assert 0.85 * max_mb * 1e6 < len(text.encode()) <= max_mb * 1e6
    (model,) = json.loads(Parsed(text).text("script", id="qk-state"))["models"]
    meta = model["traits"]["meta"]
    assert meta["left_out"] == [COARSER, MODES.format(meta["embedded_modes"], 63)]


def test_a_view_on_an_image_or_mode_that_was_left_out_moves_to_one_that_is_there():
    widget = Explorer(view(), image=1, mode=4)

    def is_enough(limit: int) -> bool:
        try:
            return bool(page(widget, max_mb=limit / 1e6))
        except InputError:
            return False

    least = bisect.bisect_left(range(10**6), True, key=is_enough)
    (model,) = json.loads(Parsed(page(widget, max_mb=least / 1e6)).text("script", id="qk-state"))["models"]
    traits = model["traits"]
    assert (traits["image"], len(traits["meta"]["images"])) == (0, 1)
    assert traits["meta"]["left_out"] == [COARSER, MODES.format(4, 4), IMAGES.format(1, 2)]


def test_packing_is_reproducible_and_never_longer_than_plain():
    noise = np.random.default_rng(0).bytes(300)
    assert packed(noise) == packed(noise)
    assert packed(noise)[1] is False
    assert packed(bytes(300))[1] is True

"""What is left out of a page that must be small, and does the page say so?"""

import json
import re

import numpy as np
import pytest

import qkwidgets
from qkwidgets.core.errors import InputError
from qkwidgets.export.html import page
from qkwidgets.export.thin import FEWEST_MODES, fitted, packed, packed_parts, size
from qkwidgets.widgets.explorer import Explorer
from tests.export.parsed import Parsed
from tests.views import D_HEAD, view

MODES = (
    "To keep this page small it holds maps of the {0} modes with the largest singular values of each head; those of modes {0} to "
    "{1} are not in this page. Spectra and cosines are complete."
)
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


def test_weak_modes_go_first_then_the_last_images():
    whole = view()
    four = whole.frozen(FEWEST_MODES)
    frozen, _, left_out = fitted(whole, bytes_of(four))
    assert (frozen.meta["embedded_modes"], len(frozen.meta["images"])) == (FEWEST_MODES, 2)
    assert left_out == [MODES.format(4, 4)]
    frozen, _, left_out = fitted(whole, bytes_of(four) - 1)
    assert (frozen.meta["embedded_modes"], len(frozen.meta["images"])) == (FEWEST_MODES, 1)
    assert frozen.meta["images"] == whole.meta["images"][:1]
    assert left_out == [MODES.format(4, 4), IMAGES.format(1, 2)]


def test_the_least_is_one_image_with_four_modes():
    least = bytes_of(view().frozen(FEWEST_MODES).first_images(1))
    assert len(fitted(view(), least)[0].meta["images"]) == 1
    for limit in (least - 1, 0, -5):
        with pytest.raises(
            InputError,
            match=re.escape(f"that takes {least / 1e6:.2f} MB here, and the limit leaves {max(limit, 0) / 1e6:.2f} MB"),
        ):
            fitted(view(), limit)


def test_the_modes_kept_are_as_many_as_fit(example):
    for modes in (7, 20):
        limit = bytes_of(example.frozen(modes))
        assert fitted(example, limit)[0].meta["embedded_modes"] == modes
        assert fitted(example, limit - 1)[0].meta["embedded_modes"] == modes - 1


def test_the_modes_kept_are_the_strongest_of_every_head(example):
    frozen, _, left_out = fitted(example, bytes_of(example.frozen(9)))
    assert left_out == [MODES.format(9, 63)]
    assert np.array_equal(frozen.tile(3, 1).query, example.tile(3, 1).query[:, :9])
    assert frozen.spectra.singular_values.shape[-1] == 64


@pytest.mark.parametrize("max_mb", [2.0, 3.0, 5.0])
def test_a_page_is_no_larger_than_asked_for_and_not_much_smaller(example, max_mb):
    text = page(Explorer(example, layer=11, head=2), max_mb=max_mb)
    assert 0.85 * max_mb * 1e6 < len(text.encode()) <= max_mb * 1e6
    (model,) = json.loads(Parsed(text).text("script", id="qk-state"))["models"]
    meta = model["traits"]["meta"]
    assert meta["left_out"] == [MODES.format(meta["embedded_modes"], 63)]


def test_a_view_on_an_image_or_mode_that_was_left_out_moves_to_one_that_is_there():
    whole = view()
    around = len(page(Explorer(whole)).encode()) - bytes_of(whole)
    limit = (bytes_of(whole.frozen(4).first_images(1)) + around + 130_000) / 1e6
    widget = Explorer(whole, image=1, mode=4)
    text = page(widget, max_mb=limit)
    (model,) = json.loads(Parsed(text).text("script", id="qk-state"))["models"]
    traits = model["traits"]
    assert traits["image"] < len(traits["meta"]["images"])
    assert len(traits["meta"]["left_out"]) == (traits["meta"]["embedded_modes"] < D_HEAD) + (len(traits["meta"]["images"]) < 2)


def test_packing_is_reproducible_and_never_longer_than_plain():
    noise = np.random.default_rng(0).bytes(300)
    assert packed(noise) == packed(noise)
    assert packed(noise)[1] is False
    assert packed(bytes(300))[1] is True

"""Under which name is a result kept?"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.cache.key import Key
from qkwidgets.core.errors import InputError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEY = Key("maps", "f", {"k": 8, "by": "share"}, 1)
OPTIONS = st.dictionaries(st.text(), VALUES, max_size=4)


@given(OPTIONS)
def test_the_order_of_options_does_not_matter(options):
    turned = dict(reversed(options.items()))
    assert Key("maps", "f", options, 1).digest == Key("maps", "f", turned, 1).digest


@pytest.mark.parametrize("part", [{"kind": "scores"}, {"fingerprint": "g"}, {"options": {"k": 9}}, {"version": 2}])
def test_every_part_of_the_key_counts(part):
    assert replace(KEY, **part).digest != KEY.digest


def test_a_digest_stays_what_it_was_so_that_kept_results_are_found():
    assert KEY.digest == "80f0edebef595f6998836499997c14950ea14fbc95dc5040836cc40b81f7e5e6"


def test_a_tuple_is_a_list():
    assert Key("maps", "f", {"grid": (8, 8)}, 1).record["options"] == {"grid": [8, 8]}


def test_options_that_are_not_json_are_refused():
    with pytest.raises(InputError) as error:
        _ = Key("maps", "f", {"k": float("nan")}, 1).digest
    assert str(error.value) == (
        "Options of a cache entry must be JSON values, so that equal ones have equal names: got {'k': nan}. An array or a NaN is "
        "probably among them. Pass numbers, texts, lists and dicts."
    )


def test_a_kind_that_is_no_word_is_refused():
    with pytest.raises(InputError) as error:
        Key("../maps", "f", {}, 1)
    assert str(error.value) == (
        "A kind of cache entry is one word of small letters, digits and underscores: got '../maps'. It becomes part of a file "
        "name. Write, for example, 'optimal_images'."
    )

"""Does an address read back as it was written?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qkwidgets.core.errors import InputError, OutOfRangeError, check_range
from qkwidgets.core.index import ModeIndex

counts = st.integers(0, 999)
indices = st.builds(ModeIndex, counts, counts, counts)


@given(indices)
def test_an_address_reads_back(index):
    spellings = (index, str(index), str(index).lower(), f" {str(index).replace(' ', ', ')} ", tuple(index), list(index))
    assert {ModeIndex.parse(spelling) for spelling in spellings} == {index}


@given(indices, indices)
def test_addresses_are_ordered_by_layer_head_mode(a, b):
    assert (a < b) == (tuple(a) < tuple(b))


@pytest.mark.parametrize("address", ["L4 H2", "H2 L4 M1", "L4 H2 M-1", "", 7, (1, 2), None, "L4H2M1x"])
def test_anything_else_is_no_address(address):
    with pytest.raises(InputError, match=r"^A mode is named by its layer, head and mode"):
        ModeIndex.parse(address)


@given(st.integers(-3, 12), st.integers(0, 9))
def test_an_index_is_in_range_or_refused(value, count):
    if 0 <= value < count:
        assert check_range("head", value, count, "x") == value
    else:
        with pytest.raises(OutOfRangeError) as error:
            check_range("head", value, count, "x")
        assert isinstance(error.value, IndexError)

"""Does a saved file come back whole, and is every other file refused?"""

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from qkwidgets.answers import file
from qkwidgets.answers.file import from_bytes, open_answer, read, to_bytes, write, write_atomically
from qkwidgets.core.errors import FileFormatError, InputError

DTYPES = ("float32", "float64", "uint8", "uint16", "int8", "int16", "bool")
ARRAYS = {"maps": np.arange(12, dtype=np.uint8).reshape(3, 4), "values": np.array([1.5, np.nan])}
RECORD = {"kind": "Test", "text": "<b>ä</b>", "list": [1, None, {"a": 0.1}]}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def named_arrays(draw):
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    names = draw(st.lists(st.from_regex(r"[a-z]{1,5}(/[a-z.]{1,4})?", fullmatch=True), min_size=1, max_size=4, unique=True))
    shapes = st.lists(st.integers(0, 3), max_size=3)
    return {name: rng.integers(0, 2, draw(shapes)).astype(draw(st.sampled_from(DTYPES))) for name in names}


@given(named_arrays(), st.dictionaries(st.text(min_size=1, max_size=6), json_values, max_size=4))
def test_arrays_and_record_come_back(arrays, record):
    record = {name: value for name, value in record.items() if name not in ("format", "sha256")}
    found, told = from_bytes(to_bytes(arrays, record))
    assert told == {**record, "format": file.FORMAT}
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(found[name], array)


def test_the_same_content_is_the_same_bytes_in_whatever_order_it_comes():
    turned = dict(reversed(ARRAYS.items())), dict(reversed(RECORD.items()))
    assert to_bytes(ARRAYS, RECORD) == to_bytes(*turned)


def test_views_with_gaps_are_written_as_they_look():
    gaps = np.arange(12).reshape(3, 4)[::2, ::-1]
    assert np.array_equal(from_bytes(to_bytes({"x": gaps}, {}))[0]["x"], gaps)


@given(st.integers(0, len(to_bytes(ARRAYS, RECORD)) - 1))
def test_a_file_cut_short_is_refused(length):
    with pytest.raises(FileFormatError):
        from_bytes(to_bytes(ARRAYS, RECORD)[:length])


@given(st.integers(0, 8 * len(to_bytes(ARRAYS, RECORD)) - 1))
def test_no_flipped_bit_goes_unseen(place):
    whole = to_bytes(ARRAYS, RECORD)
    data = bytearray(whole)
    data[place // 8] ^= 1 << place % 8
    try:
        arrays, record = from_bytes(bytes(data))
    except FileFormatError:
        return
    expected = from_bytes(whole)  # white space and spelling in the header carry nothing
    assert record == expected[1]
    assert all(np.array_equal(arrays[name], expected[0][name], equal_nan=name == "values") for name in ARRAYS)


def altered(change) -> bytes:
    """The file with its record changed, as another program could write it."""
    data = to_bytes(ARRAYS, RECORD)
    length = int.from_bytes(data[:8], "little")
    record = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["qkwidgets"])
    change(record)
    return save(ARRAYS, {"qkwidgets": json.dumps(record)})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (to_bytes(ARRAYS, RECORD)[:-1], "It was probably cut short, or is no qkwidgets file."),
        (b"", "cut short"),
        (b"PK\x03\x04 not ours", "cut short"),
        (pickle.dumps({"x": 1}), "cut short"),
        (save(ARRAYS), "load_model(..., checkpoint=...)"),
        (save(ARRAYS, {"architecture": "vit"}), "load_model(..., checkpoint=...)"),
        (altered(lambda record: record.update(format=2)), "format 2. It was saved by a newer version. Update qkwidgets."),
        (altered(lambda record: record.update(text="changed")), "matches its checksum"),
        (altered(lambda record: record.pop("sha256")), "matches its checksum"),
        (altered(lambda record: record.pop("format")), "matches its checksum"),
        (altered(lambda record: record.update(format="one")), "matches its checksum"),
        (save(ARRAYS, {"qkwidgets": "[]"}), "matches its checksum"),
        (save(ARRAYS, {"qkwidgets": "not JSON"}), "matches its checksum"),
    ],
)
def test_a_broken_newer_or_foreign_file_is_refused_in_words(tmp_path, data, words):
    path = tmp_path / "some.qk"
    path.write_bytes(data)
    with pytest.raises(FileFormatError) as error:
        read(path)
    assert words in str(error.value)
    assert "'some.qk'" in str(error.value)


def test_nothing_but_numbers_is_in_json(tmp_path):
    with pytest.raises(ValueError, match="Out of range float"):
        write(tmp_path / "x.qk", ARRAYS, {"kind": "Test", "number": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        open_answer(tmp_path / "none.qk")
    with pytest.raises(InputError, match=r"A folder that can be opened is that of a sweep .* holds no 'state\.qk'"):
        open_answer(tmp_path)


def test_writing_replaces_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "x.qk"
    path.write_bytes(b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o444 == 0o444 & ~file._umask()


def test_a_failure_to_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "x.qk"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]

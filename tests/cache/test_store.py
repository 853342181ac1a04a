"""Is what was kept found again, never trusted blindly, and never in the way?"""

import contextlib
import random
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from qkwidgets.answers import file
from qkwidgets.cache import CacheWarning, Store, cache_folder
from qkwidgets.cache.key import Key
from qkwidgets.core.errors import FileFormatError
from tests.faults import FULL, READ_ONLY, python_in

ARRAYS = {"maps": np.arange(600, dtype=np.float32).reshape(2, 3, 100), "block": np.array([-1, 0, 3], np.int16)}
RECORD = {"about": "six maps", "range": [0.5, None]}

# A child remembers four entries, says how often it computed, and what it was warned of.
REMEMBER_FOUR = """
import sys, warnings, numpy as np
from qkwidgets.cache import Store
store, computed = Store(), []
def compute():
    computed.append(1)
    return {"x": np.arange(3000.0)}, {}
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    for n in range(4):
        arrays, _ = store.remember("maps", "f", {"n": n}, 1, compute)
        assert arrays["x"].sum() == 4498500
print(len(computed), "computed;", *(w.message for w in seen))
"""

# A child writes and reads entries of a shared folder without end, and prints every warning.
CHURN = """
import itertools, sys, numpy as np
from qkwidgets.cache import Store
print("ready", flush=True)
for n in itertools.count():
    for entry in range(5):
        arrays, _ = Store().remember("maps", "f", {"n": entry}, 1, lambda: ({"x": np.full(250000, float(entry))}, {}))
        assert (arrays["x"] == entry).all()
    if len(sys.argv) > 1 and n == int(sys.argv[1]):
        break
    Store().clear()
"""


class Computation:
    """Gives the same result each time, and counts."""

    times = 0

    def __call__(self):
        self.times += 1
        return ARRAYS, RECORD


@pytest.fixture
def compute():
    return Computation()


def remember(compute, n=1):
    arrays, record = Store().remember("maps", "f", {"n": n}, 1, compute)
    assert record == RECORD
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


def entry(folder):
    (path,) = folder.glob("*.qk")
    return path


def test_what_was_kept_is_found_bit_for_bit_and_not_computed_again(compute):
    for _ in range(3):
        remember(compute)
    assert compute.times == 1


def test_other_options_are_another_entry(compute):
    remember(compute, n=1)
    remember(compute, n=2)
    assert compute.times == 2
    assert Store().info().entries == {"maps": 2}


def test_a_computation_that_fails_leaves_nothing(cache_dir):
    with pytest.raises(ZeroDivisionError):
        Store().remember("maps", "f", {}, 1, lambda: 1 / 0)
    assert not cache_dir.exists()


def test_the_folder_is_that_of_the_environment(cache_dir, monkeypatch):
    assert cache_folder() == Store().folder == cache_dir
    monkeypatch.delenv("QKWIDGETS_CACHE_DIR")
    assert cache_folder().name == "qkwidgets"


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def truncate_to_nothing(path):
    path.write_bytes(b"")


def flip_a_bit_of_the_numbers(path):
    data = bytearray(path.read_bytes())
    data[-50] ^= 4
    path.write_bytes(data)


def flip_a_bit_of_the_header(path):
    data = bytearray(path.read_bytes())
    data[20] ^= 4
    path.write_bytes(data)


def put_something_else_there(path):
    path.write_text("not one of ours")


def put_another_entry_there(path):
    Store().remember("maps", "f", {"n": "other"}, 1, lambda: ({"maps": np.zeros(3)}, {}))
    (other,) = set(path.parent.glob("*.qk")) - {path}
    other.replace(path)


DAMAGES = [
    truncate,
    truncate_to_nothing,
    flip_a_bit_of_the_numbers,
    flip_a_bit_of_the_header,
    put_something_else_there,
    put_another_entry_there,
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_file_that_cannot_be_trusted_is_reported_set_aside_and_computed_again(damage, compute, cache_dir):
    remember(compute)
    path = entry(cache_dir)
    damage(path)
    damaged = path.read_bytes()
    with pytest.warns(CacheWarning, match=rf"{path.name}.*set aside as .*\.bad, and its content is computed again") as seen:
        remember(compute)
    assert len(seen) == 1
    assert compute.times == 2
    assert path.with_name(f"{path.name}.bad").read_bytes() == damaged
    remember(compute)
    assert compute.times == 2
    assert Store().info().set_aside == 1


def test_no_flipped_bit_and_no_cut_goes_unseen(cache_dir, compute):
    remember(compute)
    whole = entry(cache_dir).read_bytes()
    flip = random.Random(2)
    damaged = [whole[:at] + bytes([byte ^ (1 << flip.randrange(8))]) + whole[at + 1 :] for at, byte in enumerate(whole)]
    damaged += [whole[:end] for end in range(len(whole))]
    expected = describe(whole)
    assert {describe(data) for data in damaged} <= {expected, "refused"}
    assert sum(describe(data) == expected for data in damaged) < 20  # white space between header and numbers


def describe(data):
    try:
        arrays, record = file.from_bytes(data)
    except FileFormatError:
        return "refused"
    return repr([(name, array.dtype, array.tobytes()) for name, array in arrays.items()]) + repr(record)


def test_a_file_in_place_of_the_folder_is_said_once_and_the_work_goes_on(cache_dir, compute):
    cache_dir.write_text("in the way")
    store = Store()
    with pytest.warns(CacheWarning) as seen:
        [store.remember("maps", "f", {}, 1, compute) for _ in range(3)]
    assert compute.times == 3
    assert [str(warning.message) for warning in seen] == [
        f"The cache folder must be one that can be read and written: {cache_dir} cannot (Not a directory). Results are computed "
        "each time. Make room there, or name another folder in QKWIDGETS_CACHE_DIR."
    ]
    assert cache_dir.read_text() == "in the way"


def test_a_folder_that_cannot_be_made_is_said_once_and_the_work_goes_on(compute):
    store = Store(Path("/proc/nope"))
    with pytest.warns(CacheWarning) as seen:
        [store.remember("maps", "f", {}, 1, compute) for _ in range(3)]
    assert compute.times == 3
    assert [str(warning.message) for warning in seen] == [
        "The cache folder must be one that can be read and written: /proc/nope cannot (No such file or directory). Results are computed "
        "each time. Make room there, or name another folder in QKWIDGETS_CACHE_DIR."
    ]


def test_a_read_only_folder_is_said_once_and_the_work_goes_on(cache_dir):
    ended = python_in(READ_ONLY, cache_dir, REMEMBER_FOUR)
    assert ended.stdout == (
        f"4 computed; The cache folder must be one that can be read and written: {cache_dir} cannot (Read-only file system). "
        "Results are computed each time. Make room there, or name another folder in QKWIDGETS_CACHE_DIR.\n"
    )


def test_a_read_only_folder_still_gives_what_it_holds(cache_dir):
    subprocess.run([sys.executable, "-c", REMEMBER_FOUR], check=True)
    assert python_in(READ_ONLY, cache_dir, REMEMBER_FOUR).stdout == "0 computed;\n"


def test_a_full_disk_is_said_once_leaves_no_half_file_and_the_work_goes_on(cache_dir):
    then_look = "import os; print([name for name in os.listdir(os.environ['QKWIDGETS_CACHE_DIR']) if name != 'filler'])"
    ended = python_in(FULL, cache_dir, REMEMBER_FOUR + then_look)
    assert ended.stdout == (
        f"4 computed; The cache folder must be one that can be read and written: {cache_dir} cannot (No space left on device). "
        "Results are computed each time. Make room there, or name another folder in QKWIDGETS_CACHE_DIR.\n[]\n"
    )


def test_two_processes_may_write_read_and_clear_at_once(cache_dir):
    children = [subprocess.Popen([sys.executable, "-W", "error", "-c", CHURN, "30"], stderr=subprocess.PIPE) for _ in range(2)]
    assert [(child.communicate(timeout=120)[1], child.returncode) for child in children] == [(b"", 0)] * 2
    assert not list(cache_dir.glob("*.bad"))
    assert Store().info().entries == {"maps": 5}


def test_an_entry_appears_whole_or_not_at_all(cache_dir):
    path = cache_dir / f"maps-{Key('maps', 'f', {'n': 0}, 1).digest}.qk"
    child = subprocess.Popen([sys.executable, "-c", CHURN], stdout=subprocess.PIPE)
    child.stdout.readline()
    seen = []
    while len(seen) < 20:
        while not path.exists():
            pass
        with contextlib.suppress(FileNotFoundError):  # the child has cleared its folder
            seen.append(describe(path.read_bytes()))
        while path.exists():
            pass
    child.kill()
    child.communicate()
    assert "refused" not in seen


def test_a_writer_that_is_killed_leaves_no_entry_that_cannot_be_read(cache_dir):
    moment = random.Random(1)
    for _ in range(8):
        child = subprocess.Popen([sys.executable, "-c", CHURN], stdout=subprocess.PIPE)
        child.stdout.readline()
        time.sleep(moment.uniform(0, 0.03))  # the fault is a kill at a random time
        child.send_signal(signal.SIGKILL)
        child.communicate()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for n in range(5):
                arrays, _ = Store().remember("maps", "f", {"n": n}, 1, lambda n=n: ({"x": np.full(250000, float(n))}, {}))
                assert (arrays["x"] == n).all()
    Store().clear()
    assert list(cache_dir.iterdir()) == []


def test_clear_removes_what_is_ours_and_nothing_else(cache_dir, compute):
    remember(compute)
    truncate(entry(cache_dir))
    with pytest.warns(CacheWarning):
        remember(compute)
    letter = cache_dir / "letter.qk"
    letter.write_text("mine")
    removed = Store().clear()
    assert (removed.entries, removed.set_aside) == ({"maps": 1}, 1)
    assert list(cache_dir.iterdir()) == [letter]
    assert Store().info().bytes == 0


def test_contents_say_what_is_there(cache_dir, compute):
    assert str(Store().info()) == f"{cache_dir}: 0 entries, 0.0 MB"
    remember(compute)
    size = entry(cache_dir).stat().st_size / 1e6
    assert str(Store().info()) == f"{cache_dir}: 1 entry, {size:.1f} MB\n  maps: 1, {size:.1f} MB"

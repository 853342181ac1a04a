"""Where does a sweep stand? A folder that says with what it was begun, and holds the running total of all whole shards.

`sweep.json` is for people: model, images, reducers and sizes. `state.qk` is replaced after every shard, so that a kill at any
moment leaves the last one; what it says must agree with `sweep.json`. A lock keeps a second sweep out, and ends with its process.
"""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from qkwidgets.answers import file
from qkwidgets.answers.sweep import STATE
from qkwidgets.core.errors import FileFormatError, InputError

IDENTITY, LOCK = "sweep.json", "sweep.lock"
FORMAT = 1

_OPEN: dict[Path, object] = {}  # a process's own locks do not keep itself out


class SweepFolder:
    """The folder of one sweep, locked. Made by `opened`."""

    def __init__(self, path: Path, identity: dict[str, Any]) -> None:
        self.path, self.identity = path, identity

    def load(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """What was last saved; None at the beginning.

        Raises
        ------
        FileFormatError
            If it is damaged, or of another sweep.
        """
        path = self.path / STATE
        try:
            arrays, record = file.read(path)
        except FileNotFoundError:
            return None
        except FileFormatError as error:
            raise FileFormatError(f"{error} Here: remove '{path}', and the sweep begins anew.") from None
        if record.get("identity") != self.identity:
            raise FileFormatError(
                f"The state of a sweep must belong to its folder: '{path}' says otherwise than {IDENTITY} beside it. It was probably copied. "
                "Remove it, and the sweep begins anew."
            )
        return arrays, record

    def save(self, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> None:
        """Replace what was saved.

        Raises
        ------
        InputError
            If the disk is full or cannot be written; what was saved before is still there.
        """
        with _writing(self.path):
            file.write(self.path / STATE, arrays, {**record, "identity": self.identity})

    def claim(self) -> None:
        """Begin here, or make sure that it was this sweep that was begun."""
        for left in (*self.path.glob(f".{STATE}.*.part"), *self.path.glob(f".{IDENTITY}.*.part")):  # of a writer that was killed
            left.unlink(missing_ok=True)
        path = self.path / IDENTITY
        try:
            begun = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            with _writing(self.path):
                file.write_atomically(path, json.dumps(self.identity, indent=1).encode())
            return
        except ValueError:
            begun = None
        if not isinstance(begun, dict):
            raise FileFormatError(
                f"A sweep's folder says with what it was begun: '{path}' is no JSON record. Something else was probably written there. Name "
                "another folder, or remove this one."
            )
        differing = differences(begun, self.identity)
        if differing and not (self.path / STATE).exists():  # nothing is lost by beginning anew
            path.unlink()
            self.claim()
        elif differing:
            raise InputError(
                f"A sweep goes on as it was begun: '{self.path}' was begun with {'; '.join(differing)}. Another folder was probably meant. "
                "Use the same again, or name another folder."
            )


@contextmanager
def opened(folder: Any, identity: dict[str, Any]) -> Iterator[SweepFolder]:
    """The folder of this sweep, made if it is not there, locked as long as it is used.

    Raises
    ------
    InputError
        If it is another sweep's, another process is at work in it, or it cannot be written.
    """
    path = Path(os.path.realpath(Path(folder).expanduser()))  # one folder, one name; `resolve` raises where links go in a circle
    with _writing(path):
        path.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        here = SweepFolder(path, identity)
        here.claim()
        yield here


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    mine = object()
    if _OPEN.setdefault(path, mine) is not mine:  # asked before the file is opened: to close it would give back the other's lock
        raise _taken(path)
    try:
        with _writing(path):
            lock = (path / LOCK).open("a")
        with lock:
            if not _got(lock.fileno()):
                raise _taken(path)
            yield
    finally:
        del _OPEN[path]


def _taken(path: Path) -> InputError:
    return InputError(
        f"One sweep at a time may write to a folder: another is at work in '{path}'. It was probably started twice. Wait for it, or "
        "name another folder."
    )


def _got(handle: int) -> bool:
    """Whether the lock on an open file is ours now. It is the process's own: workers do not inherit it, and a kill gives it back."""
    try:
        import fcntl
    except ImportError:  # Windows: there two sweeps in one folder are the user's own business
        return True
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN)  # some network folders have no locks
    return True


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Whatever keeps the folder from being written, in words."""
    try:
        yield
    except OSError as error:
        if any(each.is_file() for each in (path, *path.parents)):
            raise InputError(
                f"A sweep is kept in a folder: '{path}' is, or lies in, a file. The name of a file was probably given, such as that of an answer. "
                "Name a folder, which is made if it is not there."
            ) from None
        raise InputError(
            f"A sweep's folder must be one that can be written: '{path}' could not be ({error.strerror}). The disk is probably full, or the "
            "folder not yours. Make room or name another folder; the same call goes on from the last shard that was saved."
        ) from None


def differences(begun: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What was otherwise when a sweep was begun, in words.

    Examples
    --------
    >>> differences({"batch_size": 32, "model": "a"}, {"batch_size": 16, "model": "a"})
    ['batch_size 32, now 16']
    """
    found = []
    for key in (*now, *(key for key in begun if key not in now)):
        before, after = begun.get(key), now.get(key)
        if before == after or (key in _FOLLOWS and found):
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            found += [f"{key}: {each}" for each in differences(before, after)]
        else:
            found.append(_OTHER.get(key, f"{key} {_word(before)}, now {_word(after)}"))
    return found


_OTHER = {
    "modes": "a version that finds other modes",
    "fingerprint": "other weights",
    "structure": "another forward pass of the same weights",
    "sha256": "other ones, or such as change from one reading to the next",
}
_FOLLOWS = {"fingerprint", "structure", "preprocessing", "sha256"}
"""What needs no mention where something before it differs."""


def _word(value: Any) -> str:
    return "none" if value is None else value if isinstance(value, str) else json.dumps(value)

"""Saved answers: one safetensors file each, with a JSON record in its header; no pickle, versioned, checked.

Every `.qk` file and every cache entry has this form. The record is the text `qkwidgets` of the safetensors metadata:
`format`, `kind`, `sha256` of the tensors, and whatever the kind of answer needs beside its arrays.
"""

import hashlib
import json
import os
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from qkwidgets.core.errors import FileFormatError, InputError

FORMAT = 1
"""Version of the file format; a file with a larger number is newer than this code."""

_RECORD = "qkwidgets"


def to_bytes(arrays: dict[str, np.ndarray], record: dict[str, Any] | None = None) -> bytes:
    """Arrays, and a JSON record if one is given, as safetensors bytes.

    Examples
    --------
    >>> import numpy as np
    >>> data = to_bytes({"x": np.arange(3)}, {"kind": "test"})
    >>> arrays, record = from_bytes(data)
    >>> arrays["x"].tolist(), record["kind"]
    ([0, 1, 2], 'test')
    """
    arrays = {name: np.asarray(array, order="C") for name, array in sorted(arrays.items())}
    if record is None:
        return save(arrays)
    record = {**record, "format": FORMAT}
    record["sha256"] = _checksum(arrays, record)
    return save(arrays, {_RECORD: _json(record)})


def from_bytes(data: bytes, name: str = "the data") -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and record of `to_bytes`, after the checks that `read` describes."""
    advice = "Save it again from the model, or fetch it again."
    try:
        arrays = load(data)
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except (SafetensorError, ValueError) as error:
        raise FileFormatError(
            f"A saved answer is a complete safetensors file: {name} cannot be read ({error}). "
            f"It was probably cut short, or is no qkwidgets file. {advice}"
        ) from None
    if _RECORD not in metadata:
        raise FileFormatError(
            f"A saved answer carries a qkwidgets record: {name} is a safetensors file without one. It probably holds a "
            "model's weights: load those with load_model(..., checkpoint=...)."
        )
    try:
        record = json.loads(metadata[_RECORD])
        version, checksum = int(record["format"]), record.pop("sha256")
    except (ValueError, TypeError, KeyError, AttributeError):
        version, checksum, record = FORMAT, "", {}
    if version > FORMAT:
        raise FileFormatError(
            f"This version of qkwidgets reads files up to format {FORMAT}: {name} has format {version}. "
            "It was saved by a newer version. Update qkwidgets."
        )
    if checksum != _checksum(arrays, record):
        raise FileFormatError(
            f"The content of a saved answer matches its checksum: that of {name} does not. The file was changed or damaged "
            f"after it was written. {advice}"
        )
    return arrays, record


def write(path: str | os.PathLike, arrays: dict[str, np.ndarray], record: dict[str, Any]) -> None:
    """Write arrays and record to `path`, replacing it at once: a reader sees the old file or the new one, never half.

    Raises
    ------
    OSError
        If the folder cannot be written; nothing is left behind.
    """
    write_atomically(path, to_bytes(arrays, record))


def write_atomically(path: str | os.PathLike, data: bytes) -> None:
    """Replace the file at `path` by `data` in one step, leaving nothing behind when that fails."""
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner may read
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: str | os.PathLike) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Arrays and record of the file at `path`.

    Raises
    ------
    FileFormatError
        If the file is truncated, changed, newer than this version, or not one of ours.
    OSError
        If there is no such file, or it cannot be read.
    """
    path = Path(path)
    return from_bytes(path.read_bytes(), repr(path.name))


def open_answer(path: Any) -> Any:
    """Open a saved answer or view, without model, torch or network.

    Parameters
    ----------
    path
        A text or a `Path`: a `.qk` file written by the `save` method of an answer or a view; or the folder of a sweep, finished or not.

    Raises
    ------
    InputError
        If it is no path, or there is no such file; as `FileFormatError`, if it is truncated, changed, newer than this version, or not ours.

    Examples
    --------
    >>> import tempfile, qkwidgets as qk
    >>> path = tempfile.mkdtemp() + "/example.qk"
    >>> qk.examples("deit-tiny").save(path)
    >>> qk.open(path).model
    'timm:deit_tiny_patch16_224'
    """
    from qkwidgets.answers.registry import answer_class

    path = _file_at(path)
    arrays, record = read(path)
    if "kind" not in record:
        raise FileFormatError(
            f"A saved answer says of which kind it is: {path.name!r} does not. It is probably an entry of the cache, which "
            "only qkwidgets itself reads. Save the answer with its .save()."
        )
    kind = answer_class(record["kind"], path.name)
    try:
        return kind.from_parts(arrays, record)
    except (KeyError, TypeError, ValueError):
        raise FileFormatError(
            f"A saved answer holds every part of its kind: {path.name!r} is no complete {record['kind']}. It was "
            "probably written by another version or another program. Save it again from the model."
        ) from None


def _file_at(path: Any) -> Path:
    """The file that is meant by a path, which may be that of a sweep's folder."""
    if not isinstance(path, str | os.PathLike):
        raise InputError(
            f"A saved answer is opened by its path, a text or a Path: got one of type {type(path).__name__}. Several files, or an answer itself, "
            "were probably handed over. Open one path at a time: qkwidgets.open('answer.qk')."
        )
    path = Path(path)
    if path.is_dir():
        return _state_of(path)
    if not path.is_file():
        near = get_close_matches(path.name, sorted(each.name for each in path.parent.glob("*.qk")), n=1)
        raise InputError(
            f"A saved answer must exist: there is no file {str(path)!r}. The name is probably misspelt, or relative to another folder. "
            f"{f'Nearest: {str(path.with_name(near[0]))!r}.' if near else 'Check it.'}"
        )
    return path


def _state_of(folder: Path) -> Path:
    """The file that a sweep keeps its running total in."""
    from qkwidgets.answers.sweep import STATE

    if not (folder / STATE).is_file():
        raise InputError(
            f"A folder that can be opened is that of a sweep with at least one whole shard: '{folder}' holds no '{STATE}'. The sweep has "
            "probably just begun, or it is another folder. Let it run on, or check the path."
        )
    return folder / STATE


def _checksum(arrays: dict[str, np.ndarray], record: dict[str, Any]) -> str:
    digest = hashlib.sha256(_json(record).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _json(record: dict[str, Any]) -> str:
    return json.dumps(record, sort_keys=True, allow_nan=False, ensure_ascii=False)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

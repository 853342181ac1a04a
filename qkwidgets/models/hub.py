"""Where are published weights on this machine, and is the hub within reach? Asked before the libraries would wait for it.

Left to themselves the libraries ask an unreachable hub six times for every file, 24 to 96 seconds in all. Here the cache is
looked at first, then the hub is asked once.
"""

import os
import sys
from pathlib import Path
from threading import Thread

from qkwidgets.core.errors import InputError, UnreachableError

PATIENCE_S = 6.0
FILES = ("model.safetensors", "pytorch_model.bin")


def hub_file(repository: str, name: str) -> Path:
    """The file of weights in a repository of the hub: from the cache, else downloaded, which is said first.

    Parameters
    ----------
    repository
        As on the hub, such as "timm/deit_tiny_patch16_224.fb_in1k".
    name
        The model's name, for messages.

    Raises
    ------
    UnreachableError
        If it is not cached and the hub does not answer within `PATIENCE_S` seconds.
    InputError
        If the hub has no such repository, or does not let this user read it.
    """
    if (path := _cached_file(repository)) is not None:
        return path
    from huggingface_hub import constants, hf_hub_download

    if constants.HF_HUB_OFFLINE:
        raise _unreachable(name, "HF_HUB_OFFLINE is set")
    file, size = _offered(repository, name)
    told = f" ({size / 1e6:.0f} MB)" if size else ""
    sys.stderr.write(f"Downloading {repository}/{file}{told} to {constants.HF_HUB_CACHE}\n")
    try:
        return Path(hf_hub_download(repository, file))
    except Exception as problem:  # of whichever HTTP library it uses
        raise _unreachable(name, f"the download broke off ({type(problem).__name__})") from None


def is_cached(repository: str) -> bool:
    """Whether a repository's weights are in the hub's cache on this machine.

    Examples
    --------
    >>> is_cached("timm/no_such_model")
    False
    """
    return _cached_file(repository) is not None


def cached_models() -> list[str]:
    """The timm models whose weights are in the hub's cache on this machine, as names for `load_model`.

    Examples
    --------
    >>> all(name.startswith("timm:") for name in cached_models())
    True
    """
    from huggingface_hub import constants

    folders = sorted(Path(constants.HF_HUB_CACHE).glob("models--timm--*"))
    return [
        f"timm:{folder.name.split('--', 2)[2]}"
        for folder in folders
        if any(any(folder.glob(f"snapshots/*/{file}")) for file in FILES)
    ]


def _cached_file(repository: str) -> Path | None:
    return next((path for file in FILES if (path := _cached(repository, file)) is not None), None)


def _cached(repository: str, file: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, file)
    return Path(found) if isinstance(found, str | os.PathLike) else None


def _offered(repository: str, name: str) -> tuple[str, int | None]:
    """The first of `FILES` that the repository has, and its size in bytes where the hub tells."""
    answers: list[tuple[str, int | None] | Exception] = []

    def ask() -> None:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.errors import EntryNotFoundError

        problems: list[Exception] = []
        for file in FILES:
            try:
                answers.append((file, get_hf_file_metadata(hf_hub_url(repository, file), timeout=PATIENCE_S / 2).size))
                return
            except EntryNotFoundError as absent:
                problems.append(absent)
            except Exception as problem:  # judged below, in the caller's thread
                problems.append(problem)
                break
        answers.append(problems[-1])

    asking = Thread(target=ask, daemon=True)  # a look-up of a host's name cannot be given a time limit
    asking.start()
    asking.join(PATIENCE_S)
    if not answers:
        raise _unreachable(name, f"the model hub did not answer within {PATIENCE_S:g} s")
    if isinstance(answers[0], Exception):
        raise _judged(answers[0], repository, name)
    return answers[0]


def _judged(problem: Exception, repository: str, name: str) -> InputError:
    from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, RepositoryNotFoundError

    if isinstance(problem, GatedRepoError):
        return InputError(
            f"'{name}' must be open to this user: '{repository}' asks to accept its licence first. Do so on its page and log "
            "in, or pass `checkpoint=`."
        )
    if isinstance(problem, RepositoryNotFoundError | EntryNotFoundError):
        return InputError(
            f"'{name}' must have weights on the model hub: '{repository}' has none of {', '.join(FILES)}, or is not public. Pass "
            "`checkpoint=`."
        )
    return _unreachable(name, f"the model hub cannot be reached ({type(problem).__name__})")


def _unreachable(name: str, why: str) -> UnreachableError:
    cached = cached_models()
    return UnreachableError(
        f"'{name}' is not cached on this machine and {why}. Pass `checkpoint=\"file.safetensors\"`, try `load_model()` "
        f"(built in, no download), or run once with a network; cached here: {', '.join(cached) if cached else 'none'}."
    )

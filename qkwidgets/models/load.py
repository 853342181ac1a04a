"""Which model, from where? The one door to models: built in, by a name of timm, or a module in hand."""

import copy
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import nn

from qkwidgets.answers.examples import EXAMPLES
from qkwidgets.core.errors import InputError
from qkwidgets.models.builtin import NAMES, load_builtin
from qkwidgets.models.builtin_vit import MEAN, STD, BuiltinViT
from qkwidgets.models.checkpoint import read_shapes
from qkwidgets.models.contract import AttentionModel
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.reader import read_model
from qkwidgets.models.source import Loaded, versions
from qkwidgets.models.untrained import PREFIX, load_untrained

DEFAULT = "builtin:o3"
SOURCES = '"builtin:o3", "timm:NAME", or an nn.Module'
LATER = {
    "hf": "the Hugging Face hub",
    "hf-hub": "the Hugging Face hub",
    "torchvision": "torchvision",
    "local-dir": "a folder of timm",
}
FILES = (".safetensors", ".pth", ".pt", ".bin", ".ckpt")


def load_model(
    name: Any = None,
    *,
    checkpoint: str | Path | None = None,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
) -> AttentionModel:
    """Load a vision transformer and read its attention, which is checked against the model's own.

    Parameters
    ----------
    name
        None or "builtin:o3" for the trained model that ships with the package, "builtin:o3-mim" and "builtin:o3-mim-ft" for
        its relatives of other training; "timm:NAME" or "timm:NAME.TAG"; either behind "untrained:", with random weights and no
        download (`qkwidgets.models.untrained`); or a module that takes pixels. A module keeps its weights where they are unless
        `device` or `dtype` asks for a copy.
    checkpoint
        A local file of weights: safetensors, or a state dict, which is opened without running code.
    device
        Such as "cuda"; by default the CPU, or where a module in hand lives.
    dtype
        Precision of the forward pass; float32 by default, or that which a module in hand has.

    Raises
    ------
    InputError
        If the name, file, device or weights cannot be used.
    UnsupportedModelError
        If the model's attention has no query-key modes, or none that this version reads.
    UnreachableError
        If weights must be downloaded and the hub does not answer; this takes less than ten seconds.

    Examples
    --------
    >>> load_model()
    builtin:o3: 6 layers x 4 heads, d_model 128, d_head 32, tokens CLS 8x8
    """
    if isinstance(name, nn.Module):
        name, loaded = _in_hand(name, checkpoint)
    else:
        name = spelled(name)
        if Path(name).suffix in FILES and ":" not in name:
            name, checkpoint = _named_inside(Path(name)), name
        kind, _, rest = name.partition(":")
        loaded = READERS[kind](rest, checkpoint)
    return read_model(
        moved(loaded.module, device, dtype),
        name=name,
        preprocess=loaded.preprocess,
        provenance={"name": name, **loaded.provenance, "versions": versions()},
        notes=loaded.notes,
    )


def spelled(name: Any) -> str:
    """A model's name with its source in front, or a file of weights.

    Raises
    ------
    InputError
        If the name has no source that is read.

    Examples
    --------
    >>> spelled(None)
    'builtin:o3'
    >>> spelled("deit_tiny_patch16_224")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: A model's name must begin with its source ("builtin:o3", "timm:NAME"): got
    'deit_tiny_patch16_224'. If it is a name of timm, write "timm:deit_tiny_patch16_224".
    """
    if name is None:
        return DEFAULT
    if not isinstance(name, str):
        raise InputError(f"A model must be {SOURCES}: got one of type {type(name).__name__}. Pass one of these.")
    source = name.partition(":")[0] if ":" in name else ""
    if source in READERS:
        return name
    if source in LATER:
        raise InputError(
            f"A model's name must begin with its source ({SOURCES}): '{name}' asks for {LATER[source]}, which this version "
            "does not read. Load it yourself and pass the nn.Module, or take the same model from timm."
        )
    if Path(name).suffix in FILES:
        return name
    known = get_close_matches(source, READERS, n=1)
    remedy = f'If it is a name of timm, write "timm:{name.rpartition(":")[2]}".'
    if known:
        remedy = f'It is probably misspelt. Write "{known[0]}:{name.partition(":")[2]}".'
    elif name in NAMES:
        remedy = f'It is a built-in model. Write "builtin:{name}".'
    elif Path(name).is_dir():
        remedy = "It is a folder here, so the model and the images have probably changed places. Name the model first."
    elif name.endswith(".qk"):
        remedy = f'It is a saved answer, not the model itself. Open it with qkwidgets.open("{name}"), or `qkwidgets explore {name}` in a shell.'
    elif name in EXAMPLES:
        remedy = f'It is a saved answer that comes with the package. Open it with qkwidgets.examples("{name}").'
    elif "://" in name:
        remedy = "It is an address, and nothing is fetched from one here. Download the file, and name that."
    raise InputError(f'A model\'s name must begin with its source ("builtin:o3", "timm:NAME"): got {name!r}. {remedy}')


def moved(module: nn.Module, device: str | torch.device | None, dtype: torch.dtype | None) -> nn.Module:
    """The module itself where device and precision are as asked for, else a copy of it there.

    Raises
    ------
    InputError
        If there is no such device, or the precision is none of floating point.

    Examples
    --------
    >>> layer = nn.Linear(2, 2)
    >>> moved(layer, "cpu", torch.float32) is layer, moved(layer, None, torch.float64).weight.dtype
    (True, torch.float64)
    """
    if dtype is not None and not dtype.is_floating_point:
        raise InputError(
            f"dtype must be of floating point, such as torch.float32: got {dtype}. It is probably the type of stored "
            "weights. Leave it out for float32."
        )
    first = next(iter(module.parameters()), None)
    try:
        where = None if device is None else torch.empty(0, device=device).device
        if first is None or ((where or first.device) == first.device and (dtype or first.dtype) == first.dtype):
            return module
        return copy.deepcopy(module).to(device=where, dtype=dtype)
    except (RuntimeError, AssertionError) as problem:  # torch raises either, by how it was built
        raise InputError(
            f"The device must be one that torch can use here: '{device}' is not ({str(problem).splitlines()[0]}). It is "
            'probably misspelt, or this torch is built without it. Use device="cpu".'
        ) from None


def _load_timm(name: str, checkpoint: str | Path | None) -> Loaded:
    from qkwidgets.models.timm_models import load_timm  # the built-in model does without timm

    return load_timm(name, checkpoint)


READERS = {"builtin": load_builtin, "timm": _load_timm, PREFIX: load_untrained}
"""By what a name begins with."""


def _in_hand(module: nn.Module, checkpoint: str | Path | None) -> tuple[str, Loaded]:
    """A module with the preprocessing that it states, or a plain one and a note."""
    if checkpoint is not None:
        raise InputError(
            f"checkpoint= must come with a name: got a module ({type(module).__name__}) that has weights already. Load them "
            "first with module.load_state_dict."
        )
    provenance = {"architecture": type(module).__name__, "source": "nn.Module in hand", "licence": None, "checkpoint": None}
    if isinstance(module, BuiltinViT):
        return type(module).__name__, Loaded(module, plain_preprocess(module, MEAN, STD), provenance)
    pretraining = getattr(module, "pretrained_cfg", None)
    if not pretraining:
        note = "The model states no normalisation: images are normalised with mean 0.5 and standard deviation 0.5."
        return type(module).__name__, Loaded(module, plain_preprocess(module), provenance, (note,))
    from qkwidgets.models.preprocess import timm_preprocess

    name = ".".join(filter(None, (pretraining.get("architecture"), pretraining.get("tag"))))
    return name or type(module).__name__, Loaded(module, timm_preprocess(module), provenance | {"architecture": name})


def _named_inside(file: Path) -> str:
    """The model that a file of weights names in its metadata (`architecture`)."""
    read_shapes(file)  # says what is wrong with the file, if anything is
    named = safe_open(file, "pt").metadata() or {} if file.suffix == ".safetensors" else {}
    if "architecture" in named:
        return spelled(named["architecture"])
    raise InputError(
        f"A file of weights must be loaded along with the name of its model: '{file.name}' does not say which architecture "
        f'it is for. Write load_model("timm:NAME", checkpoint="{file.name}"), or `timm:NAME --checkpoint {file.name}` in a '
        "shell."
    )

"""What does a file of weights hold, and does it fit a model? Read without running anything that is in it.

Safetensors hold numbers alone. Other files are pickles: they are opened with `weights_only=True`, which refuses to run code.
"""

import argparse
import pickle
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from qkwidgets.core.errors import InputError

Shapes = dict[str, tuple[int, ...]]
WRAPPERS = ("state_dict_ema", "model_ema", "state_dict", "model")
"""Keys under which training programs put the weights, in timm's order of preference."""

NEEDED = re.compile(
    r"(^|\.)(cls_token|dist_token|reg_token|pos_embed|patch_embed\..*|norm_pre\..*|norm1\..*|ls1\..*|attn\..*|attns\..*)$"
)
"""Weights without which scores would be random: embeddings, norms before attention, attention."""


class Misfit(NamedTuple):
    """How the keys of a file differ from those of a model."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    mismatched: tuple[str, ...]

    @classmethod
    def parse(cls, message: str) -> "Misfit":
        """From the message that `nn.Module.load_state_dict` raises.

        Examples
        --------
        >>> Misfit.parse('Missing key(s) in state_dict: "norm.weight", "norm.bias". ').missing
        ('norm.weight', 'norm.bias')
        """
        quoted = {kind: [] for kind in ("Missing", "Unexpected")}
        for line in message.splitlines():
            for kind, keys in quoted.items():
                if line.strip().startswith(f"{kind} key(s)"):
                    keys += re.findall(r'"([^"]+)"', line)
        mismatched = re.findall(r"size mismatch for ([^:]+):", message)
        return cls(tuple(quoted["Missing"]), tuple(quoted["Unexpected"]), tuple(mismatched))

    @property
    def harmless(self) -> bool:
        """Whether only weights are missing that scores do not need."""
        return bool(self.missing) and not (self.unexpected or self.mismatched or any(map(NEEDED.search, self.missing)))


def read_shapes(path: str | Path) -> Shapes:
    """Names and shapes of the tensors in a file of weights.

    Raises
    ------
    InputError
        If there is no such file, or it is damaged, or would run code, or holds no weights.

    Examples
    --------
    >>> import tempfile
    >>> from safetensors.torch import save_file
    >>> path = Path(tempfile.mkdtemp()) / "small.safetensors"
    >>> save_file({"weight": torch.zeros(2, 3)}, path)
    >>> read_shapes(path)
    {'weight': (2, 3)}
    """
    path = existing(path)
    if path.suffix == ".safetensors":
        try:
            with safe_open(path, "pt") as file:
                return {_bare(name): tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  (not a dict)
        except SafetensorError as problem:
            raise _damaged(path, f"is not readable as safetensors ({problem})") from None
    return {_bare(name): tuple(tensor.shape) for name, tensor in _unpickled(path).items()}


def existing(path: str | Path) -> Path:
    """The path, if a file is there.

    Examples
    --------
    >>> existing("nowhere.safetensors")
    Traceback (most recent call last):
    qkwidgets.core.errors.InputError: A checkpoint must be a file that exists: there is no 'nowhere.safetensors'. ...
    """
    path = Path(path)
    if path.is_file():
        return path
    came = f"'{path}' is a folder" if path.is_dir() else f"there is no '{path}'"
    raise InputError(
        f"A checkpoint must be a file that exists: {came}. The path is probably misspelt, or relative to another folder. Pass a "
        ".safetensors file, or a .pth with a state dict."
    )


def differences(file: Shapes, model: Shapes) -> str:
    """The difference between the weights in a file and those of a model that says most, in words.

    Examples
    --------
    >>> differences({"blocks.0.attn.qkv.weight": (576, 192)}, {"blocks.0.attn.qkv.weight": (1152, 384)})
    "its width is 192, the model's 384 ('blocks.0.attn.qkv.weight' is [576, 192], not [1152, 384])"
    """
    deep = _depth(file), _depth(model)
    if deep[0] and deep[1] and deep[0] != deep[1]:
        return f"it has {deep[0]} layers, the model {deep[1]}"
    other = {name: shape for name, shape in model.items() if name in file and file[name] != shape}
    for name, shape in sorted(other.items(), key=lambda item: (".attn." not in item[0], "weight" not in item[0], item[0])):
        shapes = f"('{name}' is {list(file[name])}, not {list(shape)})"
        wide = file[name][-1] != shape[-1] and ".attn." in name and len(shape) == 2
        return f"its width is {file[name][-1]}, the model's {shape[-1]} {shapes}" if wide else f"a shape differs {shapes}"
    missing = sorted(set(model) - set(file), key=lambda name: (not NEEDED.search(name), name))
    unexpected = sorted(set(file) - set(model))
    if len(missing) == len(model):
        return f"none of its {len(file)} names is one of the model's ('{unexpected[0]}' is not; '{missing[0]}' is missing)"
    parts = [f"{len(missing)} weights are missing, such as '{missing[0]}'"] if missing else []
    parts += [f"{len(unexpected)} are not in the model, such as '{unexpected[0]}'"] if unexpected else []
    return ", and ".join(parts) or "its tensors could not be fitted in"


def _bare(name: str) -> str:
    """The name without what compiled and parallel training put before it; timm takes these off too."""
    return re.sub(r"^(?:_orig_mod\.|module\.)+", "", name)


def _depth(shapes: Shapes) -> int:
    numbers = [int(found[1]) for name in shapes if (found := re.search(r"(?:^|\.)blocks\.(\d+)\.", name))]
    return max(numbers) + 1 if numbers else 0


def _unpickled(path: Path) -> dict[str, Tensor]:
    """The state dict in a file that is no safetensors; large ones are mapped into memory, not read."""
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):  # many training programs store their options
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError as problem:
        if code := re.search(r"(?:GLOBAL|global|class) (\w+\.[\w.]*\w)", str(problem)):
            raise InputError(
                f"A checkpoint must hold numbers alone: '{path}' would run code when opened ({code[1]}), and was not opened. "
                "It probably holds a whole model or an optimiser, or it is not to be trusted. Save `model.state_dict()`, "
                "best as safetensors."
            ) from None
        raise _damaged(path, "is no checkpoint that torch reads") from None
    except Exception as problem:  # torch's reader raises whatever the first wrong byte leads to
        raise _damaged(
            path, f"is no checkpoint that torch reads ({str(problem).splitlines()[0] if str(problem) else 'it ends early'})"
        ) from None
    wrapper = next((key for key in WRAPPERS if isinstance(content, dict) and isinstance(content.get(key), dict)), None)
    weights = content[wrapper] if wrapper else content
    if not isinstance(weights, dict) or not any(isinstance(value, Tensor) for value in weights.values()):
        held = (
            f"a dict of {', '.join(map(repr, list(weights)[:3]))}" if isinstance(weights, dict) else f"a {type(weights).__name__}"
        )
        raise InputError(
            f"A checkpoint must hold a state dict, tensors by name: '{path}' holds {held}. It is probably a log, or the "
            "state of an optimiser. Save `model.state_dict()`, best "
            "as safetensors."
        )
    return {str(name): value for name, value in weights.items() if isinstance(value, Tensor)}


def _damaged(path: Path, what: str) -> InputError:
    return InputError(
        f"A checkpoint must be a whole file of weights: '{path}' {what}. It is probably truncated, or of another kind than "
        "its suffix says. Copy or download it again."
    )

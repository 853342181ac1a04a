"""How do the models that ship with the package get their weights? From files beside this one: no network and no timm."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from qkwidgets.core.errors import InputError
from qkwidgets.data.scene_plan import FEATURES
from qkwidgets.models.builtin_vit import MEAN, STD, BuiltinViT
from qkwidgets.models.checkpoint import differences, existing, read_shapes
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.source import Loaded

WEIGHTS = Path(__file__).parent / "weights"
NAMES = ("o3", "o3-mim", "o3-mim-ft")


def load_builtin(name: str, checkpoint: str | Path | None = None) -> Loaded:
    """The built-in model with its own weights, or with those of a file that `tools/train_builtin.py` wrote.

    Raises
    ------
    InputError
        If there is no such model, or its file is missing or does not fit.

    Examples
    --------
    >>> load_builtin("o3").provenance["licence"]
    'MIT'
    """
    own = builtin_file(name)
    file = own if checkpoint is None else existing(checkpoint)
    stored = read_shapes(file)
    module = built(stored)
    expected = {key: tuple(tensor.shape) for key, tensor in module.state_dict().items()}
    if file.suffix != ".safetensors" or stored != expected:
        raise InputError(
            f"A checkpoint must hold the weights of 'builtin:{name}' as safetensors: '{file.name}' does not: "
            f"{differences(stored, expected)}. It probably belongs to another architecture. Name that one, or pass another file."
        )
    module.load_state_dict({key: tensor.to(torch.float32) for key, tensor in load_file(file).items()})
    provenance = {"architecture": f"builtin:{name}", "source": "local file", "licence": None, "checkpoint": file.name}
    if checkpoint is None:
        card = json.loads((WEIGHTS / f"{name}.json").read_text(encoding="utf-8"))
        card.pop("modes", None)  # a long list, and provenance travels with every answer
        provenance |= {"source": "shipped with qkwidgets, trained by tools/train_builtin.py", "licence": "MIT", "card": card}
    return Loaded(module.eval(), plain_preprocess(module, MEAN, STD), provenance)


def builtin_file(name: str) -> Path:
    """The weights that ship under a name.

    Raises
    ------
    InputError
        If there is no such model, or its file is missing.

    Examples
    --------
    >>> builtin_file("o3-mim").name
    'o3-mim.safetensors'
    """
    if name not in NAMES:
        raise InputError(
            f"A built-in model must be one of {', '.join(f'builtin:{each}' for each in NAMES)}: got 'builtin:{name}'. It is "
            "probably misspelt. Use one of these."
        )
    return existing(WEIGHTS / f"{name}.safetensors")


def built(stored: dict[str, tuple[int, ...]]) -> BuiltinViT:
    """An untrained model with the heads that a file with tensors of these shapes has, as far as it is one of ours.

    Examples
    --------
    >>> built({"feature.weight": (5, 128)}).feature
    Linear(in_features=128, out_features=5, bias=True)
    """
    n_features = min([*stored.get("feature.weight", ())[:1], len(FEATURES)])  # a foreign file may say anything
    return BuiltinViT(n_features=n_features, reconstructs="mask_token" in stored)

"""What can be said of a model of timm without its weights? Whether its attention is read, and how deep it is."""

import torch

from qkwidgets.models.contract import AttentionModel
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.reader import read_model
from qkwidgets.models.structure import attention_parts, read_parts
from qkwidgets.models.timm_names import known_name


def read_architecture(name: str) -> AttentionModel:
    """The model with random weights, two layers deep where it can be: nothing is downloaded.

    Raises
    ------
    InputError
        If there is no model of this name.
    UnsupportedModelError
        If its attention is not read; its published weights would be refused in the same words.

    Examples
    --------
    >>> read_architecture("deit_tiny_patch16_224")
    timm:deit_tiny_patch16_224: 2 layers x 3 heads, d_model 192, d_head 64, tokens CLS 14x14
    """
    timm = known_name(name)
    try:
        module = timm.create_model(name, depth=2)
    except (TypeError, ValueError, RuntimeError, AttributeError):  # not every architecture has a depth to set
        module = timm.create_model(name)
    return read_model(module, name=f"timm:{name}", preprocess=plain_preprocess(module))


def n_attention_layers(name: str) -> int:
    """How many layers of attention all of the model has; counted without memory.

    Examples
    --------
    >>> n_attention_layers("deit_tiny_patch16_224")
    12
    """
    with torch.device("meta"):
        module = known_name(name).create_model(name)
    return sum(read_parts(part) is not None for part in attention_parts(module).values())

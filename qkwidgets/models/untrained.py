"""What would the same architecture show if it had learned nothing? Random weights, drawn from a seed: a null for every number.

A name is all there is to it ("untrained:timm:vit_base_patch16_224", or with a seed of its own "untrained:builtin:o3#7"), so that
commands, kept results and records tell such a model from the trained one without an option more.
"""

from pathlib import Path

import torch
from torch import nn

from qkwidgets.core.errors import InputError
from qkwidgets.models.builtin import NAMES, built, builtin_file
from qkwidgets.models.builtin_vit import MEAN, STD
from qkwidgets.models.checkpoint import read_shapes
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.source import Loaded

PREFIX = "untrained"
LARGEST_SEED = 2**63 - 1


def load_untrained(name: str, checkpoint: str | Path | None = None) -> Loaded:
    """A model as its library initialises it. Nothing is downloaded, and torch's own random numbers go on as if nothing was drawn.

    Parameters
    ----------
    name
        "builtin:NAME" or "timm:NAME", and a seed after "#"; 0 without one.

    Raises
    ------
    InputError
        If there is no such model, the seed is no whole number, or there is a checkpoint.

    Examples
    --------
    >>> one, other = (load_untrained(name).module.feature.weight for name in ("builtin:o3", "builtin:o3#7"))
    >>> bool((one == other).any())
    False
    """
    if checkpoint is not None:
        raise InputError(
            f"A model without training must come without a checkpoint: got checkpoint='{checkpoint}' for '{PREFIX}:{name}'. Leave out "
            f"one of them: '{name}' with a checkpoint has its weights."
        )
    base, sign, seed = name.partition("#")
    source, _, rest = base.partition(":")
    if source not in ("builtin", "timm"):
        remedy = (
            f'Write "{PREFIX}:builtin:{source}".'
            if source in NAMES
            else f'If it is a name of timm, write "{PREFIX}:timm:{rest or source}".'
        )
        raise InputError(
            f'A model without training must be "{PREFIX}:builtin:o3" or "{PREFIX}:timm:NAME": got \'{PREFIX}:{name}\'. Its source is probably '
            f"missing or misspelt. {remedy}"
        )
    if sign and not (seed.isascii() and seed.isdecimal() and str(int(seed)) == seed and int(seed) <= LARGEST_SEED):
        raise InputError(
            f"The seed of random weights must be a whole number from 0 on: got '{PREFIX}:{name}'. It stands behind the sign #. Write, "
            f'for example, "{PREFIX}:{base}#1".'
        )
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int(seed or 0))  # the CPU's alone: others could not be put back
        loaded = _builtin(rest) if source == "builtin" else _timm(rest)
    provenance = {"architecture": base, "source": f"random weights, seed {seed or 0}", "licence": None, "checkpoint": None}
    note = "The weights are random, as before any training: what this model shows is what its architecture and the images alone bring about."
    return Loaded(loaded.module.eval(), loaded.preprocess, provenance, (note, *loaded.notes))


def _builtin(name: str) -> Loaded:
    module = built(read_shapes(builtin_file(name)))
    return Loaded(module, plain_preprocess(module, MEAN, STD), {})


def _timm(name: str) -> Loaded:
    from qkwidgets.models.preprocess import timm_preprocess
    from qkwidgets.models.timm_names import known_name  # the built-in model does without timm

    module: nn.Module = known_name(name).create_model(name)
    return Loaded(module, timm_preprocess(module), {})

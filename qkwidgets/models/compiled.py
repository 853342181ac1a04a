"""What of a model can be compiled while others look into it? Whatever lies between the places that are looked at.

A whole that is compiled calls no hooks, and knows no early end. So attention modules stay as they are, with everything that they
are part of; each of the parts beside them that does more than one thing, such as the two layers of a block with what is between
them, is compiled by itself. What a part computes stays the same up to rounding.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from qkwidgets.core.errors import InputError
from qkwidgets.models.contract import AttentionModel


def compiled(model: AttentionModel, n_images: int, dtype: torch.dtype | None = None, backend: Any = "inductor") -> AttentionModel:
    """The same model with compiled parts; the weights are shared, and the one that was given stays as it is.

    Parameters
    ----------
    model
        From `load_model`.
    n_images, dtype
        Images of every batch to come, and the precision as `AttentionModel.watch` takes it. One such batch is run, so that nothing is
        left to compile.
    backend
        Of `torch.compile`.

    Raises
    ------
    InputError
        If torch cannot compile here.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = compiled(qk.load_model(), 2, backend="eager")
    >>> sum(part._compiled_call_impl is not None for part in model._runner.module.modules())
    6
    """
    module = model._runner.module
    weights = (*module.parameters(), *module.buffers())
    runner = deepcopy(model._runner, {id(weight): weight for weight in weights})
    for part in between(runner.module, set(runner.attention)):
        part.compile(backend=backend, dynamic=False)
    model = replace(model, _runner=runner)
    try:
        model.watch(torch.zeros(n_images, 3, *model.preprocessing.size), _not_looked_at, dtype=dtype)
    except torch.OutOfMemoryError:  # a smaller batch helps, and no compiler
        raise
    except Exception as problem:  # of compilers, of many kinds
        raise InputError(
            f"compile=True needs a compiler that torch can use: it failed here ({type(problem).__name__}: {_first_line(problem)}). None is probably "
            "installed: g++ for processors, Triton for GPUs. Install one, or leave compile out."
        ) from problem
    return model


def _not_looked_at(_layer: int, _tokens: Any) -> None:
    """The visit of a pass that is made for its own sake."""


def between(module: nn.Module, watched: set[nn.Module]) -> Iterator[nn.Module]:
    """The largest parts of a model that hold none of the watched ones, and more than one layer.

    Examples
    --------
    >>> first, second = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2), nn.GELU())
    >>> list(between(nn.Sequential(first, second), {first})) == [second]
    True
    """
    for part in module.children():
        inside = set(part.modules())
        if inside & watched:
            if part not in watched:
                yield from between(part, watched)
        elif len(inside) > 2:
            yield part


def _first_line(problem: Any) -> str:
    return (str(problem).splitlines() or [""])[0]

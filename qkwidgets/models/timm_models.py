"""How does a name of timm become a module with weights? Unknown names get neighbours; weights must fit or are refused."""

import warnings
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from qkwidgets.core.errors import InputError
from qkwidgets.models.checkpoint import Misfit, Shapes, differences, read_shapes
from qkwidgets.models.hub import hub_file
from qkwidgets.models.preprocess import timm_preprocess
from qkwidgets.models.source import Loaded


def load_timm(name: str, checkpoint: str | Path | None) -> Loaded:
    """A model of timm with the weights of a local file, or those that its tag publishes.

    Raises
    ------
    InputError
        If timm has no such name, or the file does not fit.
    UnreachableError
        If the weights are neither here nor within reach.
    """
    timm = known_name(name)
    config = timm.models.get_pretrained_cfg(name)
    file = Path(checkpoint) if checkpoint is not None else hub_file(_repository(name, config), f"timm:{name}")
    shapes = read_shapes(file)
    module, notes = _with_weights(timm, name, config, file, shapes)
    if checkpoint is None:
        source, licence = config.hf_hub_id, config.license
    else:
        source, licence = "local file", None
        notes += _told_preprocessing(timm, name, config)
    provenance = {"architecture": name, "source": source, "licence": licence, "checkpoint": file.name}
    return Loaded(module.eval(), timm_preprocess(module), provenance, notes + _resampled(module, shapes))


@cache
def import_timm() -> ModuleType:
    """The library, or a sentence where torch and torchvision do not belong together.

    Examples
    --------
    >>> import_timm().__name__
    'timm'
    """
    try:
        import timm
    except (RuntimeError, ImportError) as problem:
        if "torchvision" not in str(problem):
            raise
        raise InputError(
            f"torch and torchvision must be of the same build: importing timm failed ({problem}). One of them is probably "
            "the CPU build and the other is not. Install both from the same index."
        ) from None
    return timm


def known_name(name: str) -> ModuleType:
    """The library, if it has a model of this name, and of this tag where one is named.

    Raises
    ------
    InputError
        If it has not; the message offers the nearest names.

    Examples
    --------
    >>> known_name("deit_tiny_patch16_224.fb_in1k").__name__
    'timm'
    """
    timm = import_timm()
    architecture, _, tag = name.partition(".")
    if not timm.is_model(architecture):
        near = get_close_matches(name, [*timm.list_models(), *timm.list_pretrained()], n=3, cutoff=0.5)
        offer = f"Nearest: {', '.join(f'timm:{each}' for each in near)}" if near else "`timm.list_models()` lists them"
        raise InputError(f"'timm:{name}' must name a model of timm {timm.__version__}: there is none. {offer}.")
    tags = [each.partition(".")[2] for each in timm.list_pretrained(architecture)]
    if tag and tag not in tags:
        offer = f"Its tags: {', '.join(tags)}" if tags else "It has none; pass `checkpoint=`"
        raise InputError(
            f"'timm:{name}' must name a published set of weights after the dot: '{architecture}' has no tag '{tag}'. {offer}."
        )
    return timm


def _repository(name: str, config: Any) -> str:
    if config is None or not config.hf_hub_id:
        where = f", but lie at {config.url}; download that file" if config is not None and config.url else ""
        raise InputError(
            f"'timm:{name}' must have weights on the model hub to be loaded by name: they are not there{where}. Pass them as "
            "`checkpoint=`."
        )
    return config.hf_hub_id


def _with_weights(timm: ModuleType, name: str, config: Any, file: Path, shapes: Shapes) -> tuple[nn.Module, tuple[str, ...]]:
    """The module, and a note if weights that scores do not need were missing."""
    options = _classes(config, shapes)
    overlay = {"file": str(file), "label_offset": None, "custom_load": False, **options}
    build = {"pretrained": True, "pretrained_cfg_overlay": overlay, **options}
    try:
        return timm.create_model(name, **build), ()
    except Exception as problem:  # filters of timm raise whatever the wrong keys lead to
        misfit = Misfit.parse(str(problem))
        if not misfit.harmless:
            with torch.device("meta"):
                model = {key: tuple(tensor.shape) for key, tensor in timm.create_model(name, **options).state_dict().items()}
            raise InputError(
                f"A checkpoint must hold the weights of 'timm:{name}': '{file.name}' does not: {differences(shapes, model)}. "
                "It probably belongs to another architecture. Name that one, or pass another file."
            ) from None
    some = ", ".join(misfit.missing[:3]) + (", …" if len(misfit.missing) > 3 else "")
    note = (
        f"'{file.name}' lacks {len(misfit.missing)} weights that stay random ({some}); query and key weights are not among them."
    )
    warnings.warn(note, stacklevel=4)
    return timm.create_model(name, pretrained_strict=False, **build), (note,)


def _classes(config: Any, shapes: Shapes) -> dict[str, int]:
    """As many classes as the file's classifier has, none where it has no classifier: heads play no part here."""
    classifier = getattr(config, "classifier", None) or ()
    heads = (classifier,) if isinstance(classifier, str) else tuple(classifier)
    rows = [shapes[key][0] for head in heads if (key := f"{head}.weight") in shapes]
    return {"num_classes": rows[0] if rows else 0} if heads else {}


def _told_preprocessing(timm: ModuleType, name: str, config: Any) -> tuple[str, ...]:
    """A note where the name leaves open which of several normalisations belongs to a local file."""
    if "." in name or config is None:
        return ()
    known = {tuple(timm.models.get_pretrained_cfg(each).mean) for each in timm.list_pretrained(name)}
    if len(known) < 2:
        return ()
    return (
        f"Images are normalised as for the tag '{config.tag}'; if the weights are those of another, name it: timm:{name}.TAG.",
    )


def _resampled(module: nn.Module, shapes: Shapes) -> tuple[str, ...]:
    table, stored = getattr(module, "pos_embed", None), shapes.get("pos_embed")
    if table is None or stored is None or tuple(table.shape) == stored:
        return ()
    return (f"The position table was resampled from {stored[1]} to {table.shape[1]} tokens, as timm does.",)

"""How does a name of timm become a module with weights? They must fit, and what is not read is not downloaded."""

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from qkwidgets.core.errors import InputError
from qkwidgets.models.architecture import read_architecture
from qkwidgets.models.checkpoint import Misfit, Shapes, differences, read_shapes
from qkwidgets.models.hub import hub_file, is_cached
from qkwidgets.models.preprocess import timm_preprocess
from qkwidgets.models.source import Loaded
from qkwidgets.models.timm_names import known_name


def load_timm(name: str, checkpoint: str | Path | None) -> Loaded:
    """A model of timm with the weights of a local file, or those that its tag publishes.

    Raises
    ------
    InputError
        If timm has no such name, or the file does not fit.
    UnsupportedModelError
        If weights would have to be downloaded for an architecture that is not read.
    UnreachableError
        If the weights are neither here nor within reach.
    """
    timm = known_name(name)
    config = timm.models.get_pretrained_cfg(name)
    file = Path(checkpoint) if checkpoint is not None else _published(name, config)
    shapes = read_shapes(file)
    module, notes = _with_weights(timm, name, config, file, shapes)
    if checkpoint is None:
        source, licence = config.hf_hub_id, config.license
    else:
        source, licence = "local file", None
        notes += _told_preprocessing(timm, name, config)
    provenance = {"architecture": name, "source": source, "licence": licence, "checkpoint": file.name}
    return Loaded(module.eval(), timm_preprocess(module), provenance, notes + _resampled(module, shapes))


def _published(name: str, config: Any) -> Path:
    """The file of weights that a name publishes; before anything is fetched, the architecture alone must be one that is read."""
    if config is None or not config.hf_hub_id or not is_cached(config.hf_hub_id):
        read_architecture(name)
    return hub_file(_repository(name, config), f"timm:{name}")


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

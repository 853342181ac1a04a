"""Which names does timm have? Those that it has not get neighbours."""

from collections import Counter
from functools import cache
from types import ModuleType

from qkwidgets.core.errors import InputError
from qkwidgets.models.nearest import nearest_names


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
        published = Counter(each.partition(".")[0] for each in timm.list_pretrained())
        near = nearest_names(architecture, {each: published[each] for each in timm.list_models()})
        offer = f"Nearest: {', '.join(f'timm:{each}' for each in near)}" if near else "`timm.list_models()` lists them"
        raise InputError(
            f"'timm:{name}' must name a model of timm {timm.__version__}: there is none. It is probably misspelt or cut short. {offer}."
        )
    tags = [each.partition(".")[2] for each in timm.list_pretrained(architecture)]
    if tag and tag not in tags:
        offer = f"Its tags: {', '.join(tags)}" if tags else "It has none; pass `checkpoint=`"
        raise InputError(
            f"'timm:{name}' must name a published set of weights after the dot: '{architecture}' has no tag '{tag}'. It is "
            f"probably misspelt. {offer}."
        )
    return timm

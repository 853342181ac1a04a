"""Do both sides of a mode point at one object? The paper's Figure 6 on any labelled images, with what chance would give.

Source: Pan et al. NeurIPS 2024, Figure 6.
"""

from typing import Any

from qkwidgets.answers.same_object import SameObject
from qkwidgets.core.errors import check_flags, check_keywords
from qkwidgets.data.labelled import labelled_set
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps import same_object
from qkwidgets.sweeps.run import OPTIONS, sweep


def same_object_probability(
    model: AttentionModel,
    labelled: Any,
    *,
    k: int = 5,
    ground: Any = False,
    resize: str = "square",
    **sweep_options: Any,
) -> SameObject:
    """How often the query and the key map of a mode point at the same object, in the images that it answers to most.

    Parameters
    ----------
    model
        From `load_model`.
    labelled
        Images whose objects are known: scenes, a folder with masks, whatever `qkwidgets.data.labelled.labelled_set` reads.
    k
        Images a mode, those of its largest scores; 5 as in the paper.
    ground
        True or False: whether the ground counts as an object.
    resize
        "square": the whole picture, squeezed into the model's input; "model": the model's own crop, masks cut to match.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    SameObject
        By layer, head and mode, weighted by singular values, beside three kinds of chance; `.figure()` draws it over depth.

    Raises
    ------
    InputError
        If an option or the data set cannot be used.

    Notes
    -----
    An image with fewer than two objects of half a patch or more tells nothing and is left out. With few images the lists of most
    modes hold the same ones, and the value is little more than that of these images.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.same_object_probability(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> found.layer.shape, found.mode.shape
    ((6,), (6, 4, 32))
    """
    check_keywords("same_object_probability", sweep_options, ("k", "ground", "resize", *OPTIONS))
    check_flags(ground=ground)
    reducer = same_object.SameObject(k=k, ground=bool(ground))
    options = {"thumbnails": 0, **sweep_options}
    found = sweep(loaded_model(model).resized(resize), labelled_set(labelled), reducer, **options)
    return found[reducer.name]

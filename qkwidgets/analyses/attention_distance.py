"""How far does each head look? The mean distance of attention, beside that of attention that is the same everywhere.

Source: Dosovitskiy et al. "An Image is Worth 16x16 Words". ICLR 2021, figure 7.
"""

from typing import Any

from qkwidgets.answers.attention_distance import AttentionDistance
from qkwidgets.core.errors import check_keywords
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.attention_distance import DistanceSums
from qkwidgets.sweeps.run import OPTIONS, sweep


def attention_distance(model: AttentionModel, dataset: Any, **sweep_options: Any) -> AttentionDistance:
    """Mean distance, in patches, from a patch to those that it attends to, by layer and head.

    Parameters
    ----------
    model
        From `load_model`.
    dataset
        Whatever `sweep` takes; a hundred images will do.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    AttentionDistance
        By head, with the shares of attention within 1 and 2 patches, and what uniform attention would give.

    Raises
    ------
    InputError
        If an option or the data set cannot be used.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.attention_distance(qk.load_model(), qk.odd_one_out(8), workers=0, progress=False)
    >>> found.distance.shape, round(found.uniform, 2)
    ((6, 4), 4.14)
    """
    check_keywords("attention_distance", sweep_options, OPTIONS)
    reducer = DistanceSums()
    return sweep(loaded_model(model), dataset, reducer, **{"thumbnails": 0, **sweep_options})[reducer.name]

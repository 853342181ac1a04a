"""Which images does every mode answer to most? Top images of all modes of all heads, both signs, from one pass over a data set.

Source: Pan et al. NeurIPS 2024, section 4.3: the score of an image is the product of its largest query and its largest key
projection.
"""

from typing import Any

from qkwidgets.answers.optimal_images import OptimalImages
from qkwidgets.core.errors import check_keywords
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.run import OPTIONS, sweep
from qkwidgets.sweeps.top_images import TopImages


def optimal_images(
    model: AttentionModel,
    dataset: Any,
    k: int = 8,
    *,
    by: str = "score",
    maps: int | None = None,
    sample: int = 0,
    classes: int = 0,
    **sweep_options: Any,
) -> OptimalImages:
    """The images that every mode of every head answers to most.

    Parameters
    ----------
    model
        From `load_model`.
    dataset
        A folder, a list of images, a torch or Hugging Face data set, tar shards: whatever `sweep` takes.
    k
        Images kept for each mode and sign.
    by
        "score": the product of the largest query and the largest key projection of an image's patches, as in the paper; "query"
        or "key": the largest projection of one side alone.
    maps
        Of how many modes of each head, loudest first, the maps of those images are kept; None for all, 0 for none.
    sample
        Number of images out of which deciles are drawn, eleven or more, so that a mode is not judged by its best cases alone; 0
        for none. A sample as large as the set is exact.
    classes
        Images kept for each mode and sign in either half of a set with labels, from which classes are suggested; 20 will do. 0 for
        none.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    OptimalImages
        Lists, best pairs of patches, maps and pictures; `.figure()` prints a page like the paper's.

    Raises
    ------
    InputError
        If an option or the data set cannot be used.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> found = qk.optimal_images(qk.load_model(), qk.odd_one_out(8), k=3, workers=0, progress=False)
    >>> found.image.shape, len(found.top("L2 H1 M0"))
    ((6, 4, 32, 2, 3), 3)
    """
    check_keywords("optimal_images", sweep_options, ("k", "by", "maps", "sample", "classes", *OPTIONS))
    reducer = TopImages(k=k, by=by, maps=maps, sample=sample, classes=classes)
    return sweep(model, dataset, reducer, **sweep_options)[reducer.name]

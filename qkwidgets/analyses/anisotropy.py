"""Are tokens alike whatever the image? The baseline that a cosine of a model is to be compared with.

Source: Pan et al. NeurIPS 2024, supplement S4.
"""

from typing import Any

from qkwidgets.answers.anisotropy import AnisotropyBaseline
from qkwidgets.core.errors import check_keywords
from qkwidgets.models.contract import AttentionModel, loaded_model
from qkwidgets.sweeps.anisotropy import CentreTokens
from qkwidgets.sweeps.run import OPTIONS, sweep


def anisotropy_baseline(
    model: AttentionModel, dataset: Any, *, site: str = "attn_input", **sweep_options: Any
) -> AnisotropyBaseline:
    """Mean cosine of the middle patch's tokens over all pairs of different images, by layer.

    Tokens of any two images share a direction in most models, so a positive cosine of a mode need not mean that it seeks its like.

    Parameters
    ----------
    model
        From `load_model`.
    dataset
        Images that have nothing to do with each other, whatever `sweep` takes; a thousand will do.
    site
        "attn_input", or "residual" for the stream before the norm.
    **sweep_options
        Of `sweep`, such as `batch_size`, `workers`, `resume`, `client`.

    Returns
    -------
    AnisotropyBaseline
        `.relative(qk.alignment(model))` takes it off a model's cosines.

    Raises
    ------
    InputError
        If an option or the data set cannot be used, or there are fewer than two images.

    Notes
    -----
    A grid with even sides has four middle patches, and the lower right one, (grid_h // 2, grid_w // 2), is taken. It matters which: in the
    built-in model, on 200 scenes, the four baselines of a layer lie up to 0.05 apart.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> model = qk.load_model()
    >>> found = qk.anisotropy_baseline(model, qk.odd_one_out(8), workers=0, progress=False)
    >>> found.baseline.shape, found.relative(qk.alignment(model)).head.shape
    ((6,), (6, 4))
    """
    check_keywords("anisotropy_baseline", sweep_options, ("site", *OPTIONS))
    reducer = CentreTokens(site=site)
    return sweep(loaded_model(model), dataset, reducer, **{"thumbnails": 0, **sweep_options})[reducer.name]

"""What did a model learn to add to a patch for its place? Its table of positions, where it has one that fits its grid."""

from jaxtyping import Float
from torch import Tensor

from qkwidgets.models.contract import AttentionModel

TABLES = ("pos_embed", "position_embeddings", "position_embedding", "pos_embedding", "positional_embedding")
"""Names of such tables in timm, Hugging Face, torchvision and CLIP."""


def position_table(model: AttentionModel) -> Float[Tensor, "patch d_model"] | None:
    """The learned (or fixed) vectors that are added to patches; None for rotary and relative positions, or another grid.

    Examples
    --------
    >>> import qkwidgets as qk
    >>> position_table(qk.load_model()).shape
    torch.Size([64, 128])
    """
    layout = model.layout
    module = model._runner.module
    for name, table in (*module.named_parameters(), *module.named_buffers()):
        parts = name.removesuffix(".weight").split(".")
        if parts[-1] not in TABLES or table.shape[-1] != model.d_model:
            continue
        rows = table.detach().reshape(-1, model.d_model)
        if len(rows) in (layout.n_patches, layout.n_patches + layout.n_cls + layout.n_distill, layout.n_tokens):
            return rows[-layout.n_patches :]
    return None

"""Which models can be read? What `qkwidgets models` and `qkwidgets models NAME` print.

The table of families is for people; the reader itself knows no names and looks at structure. Its verdicts were checked by
reading the 740 names of timm 1.0.31 that are no plain convolutions, with random weights, two layers deep where that can be
set. Names are counted in the timm that is installed.
"""

from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from qkwidgets.core.errors import UnsupportedModelError
from qkwidgets.models.builtin import NAMES
from qkwidgets.models.contract import AttentionModel
from qkwidgets.models.load import FILES, load_model, spelled

HEADINGS = ("model", "layers x heads", "d_head", "tokens", "x from", "scores", "modes", "check")
READ, NOT_YET, NEVER = "read", "not yet", "refused"


class Family(NamedTuple):
    """Models of timm that share a source file, or of it those whose names match, and the verdict on them."""

    label: str
    verdict: str
    files: tuple[str, ...]
    names: tuple[str, ...] = ("*",)


FAMILIES = (
    Family(
        "differential attention",
        f"{NEVER}: subtracts two softmaxes",
        ("vision_transformer",),
        ("*_dlittle_*", "*_dwee_*", "*_dpwee_*"),
    ),
    Family("query-key norm (xp, pwee)", f"{NOT_YET}: query-key norm", ("vision_transformer",), ("*_xp_*", "*_pwee_*")),
    Family("ViT, DINO, DINOv2, MAE, CLIP, SigLIP, AIMv2, I-JEPA", READ, ("vision_transformer",)),
    Family("DeiT, DeiT III", READ, ("deit",)),
    Family("hybrids with a convolutional stem, ViTamin", READ, ("vision_transformer_hybrid", "vitamin")),
    Family("BEiT", f"{NOT_YET}: relative position bias", ("beit",)),
    Family("ViT with relative positions", f"{NOT_YET}: relative position bias", ("vision_transformer_relpos",)),
    Family("EVA, EVA-02, DINOv3, Perception Encoder, RoPE-ViT", f"{NOT_YET}: rotary, or separate biases", ("eva",)),
    Family("Qwen3, DeepSeek, Gemma 4 towers", f"{NOT_YET}: rotary", ("qwen3_vit", "deepseek_vit", "gemma4_vit")),
    Family("NaFlex", f"{NOT_YET}: a grid of its own for each image", ("naflexvit",)),
    Family(
        "SAM, PiT, CrossViT, Hiera",
        f"{NOT_YET}: several grids or windows",
        ("vision_transformer_sam", "pit", "crossvit", "hiera"),
    ),
    Family("XCiT, EdgeNeXt", f"{NEVER}: attends over channels", ("xcit", "edgenext")),
    Family("CaiT", f"{NEVER}: mixes heads before the softmax", ("cait",)),
    Family("ConViT", f"{NEVER}: gated positions", ("convit",)),
    Family(
        "Swin, Swin v2, MaxViT, CoAtNet, DaViT, GC ViT, NesT",
        f"{NEVER}: windows",
        (
            "swin_transformer",
            "swin_transformer_v2",
            "swin_transformer_v2_cr",
            "maxxvit",
            "davit",
            "gcvit",
            "nest",
            "tiny_vit",
            "hieradet_sam2",
        ),
    ),
    Family("MViT v2, PVT v2, Twins, Next-ViT", f"{NEVER}: pooled keys", ("mvitv2", "pvt_v2", "twins", "nextvit")),
    Family(
        "LeViT, CoaT, VOLO, TNT, EfficientFormer, MobileViT, …",
        f"{NEVER}: no attention over all tokens in one sequence",
        (
            "levit",
            "coat",
            "volo",
            "tnt",
            "efficientformer",
            "efficientformer_v2",
            "mobilevit",
            "fastvit",
            "visformer",
            "metaformer",
        ),
    ),
    Family("all others: convolutions, MLPs, …", f"{NEVER}: no attention over tokens", (), ()),
)


def family_table() -> str:
    """Families of timm with how many names each has, and whether they are read.

    Examples
    --------
    >>> print(family_table().splitlines()[4])
    DeiT, DeiT III                                             ...  read
    """
    from qkwidgets.models.timm_names import import_timm

    timm = import_timm()
    counts = Counter(family_of(name, timm.models.model_entrypoint(name).__module__) for name in timm.list_models())
    rows = [f"{family.label:56s} {counts[family]:4d}  {family.verdict}" for family in FAMILIES]
    head = (
        f"timm {timm.__version__}: families, names, and whether this version reads them; `qkwidgets models NAME` asks about one"
    )
    ours = ", ".join(f"builtin:{name}" for name in NAMES)
    return "\n".join([head, *rows, f"{ours:56s} {len(NAMES):4d}  {READ}"])


def family_of(name: str, module: str) -> Family:
    """The family of a timm model, by its name and the module that defines it.

    Examples
    --------
    >>> family_of("deit_tiny_patch16_224", "timm.models.deit").verdict
    'read'
    """
    file = module.rpartition(".")[2]
    matching = (f for f in FAMILIES if file in f.files and any(fnmatch(name, pattern) for pattern in f.names))
    return next(matching, FAMILIES[-1])


def model_table(name: str) -> str:
    """What is read of one model, as a row under headings; or the sentence with which it is refused.

    A name without a source is that of a built-in model, one of timm, or a file of weights.

    Weights of timm models are random and two layers are checked, so nothing is downloaded. The last column is the error of the
    rebuilt attention output relative to the largest output.

    Raises
    ------
    InputError
        If there is no model of this name.

    Examples
    --------
    >>> print(model_table("builtin:o3"))
    model       layers x heads  d_head  tokens   x from  scores  modes  check
    builtin:o3  6 x 4           32      CLS 8x8  norm1   qkv+b   exact  ...
    """
    name = spelled(
        name if ":" in name or Path(name).suffix in (".qk", *FILES) else f"{'builtin' if name in NAMES else 'timm'}:{name}"
    )
    try:
        row = _timm_row(name.partition(":")[2]) if name.startswith("timm:") else _row(name, load_model(name))
    except UnsupportedModelError as refusal:
        return str(refusal)
    widths = [max(map(len, column)) for column in zip(HEADINGS, row, strict=True)]
    lines = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in (HEADINGS, row))
    return "\n".join(lines)


def _timm_row(name: str) -> tuple[str, ...]:
    """The row of a timm model, read with random weights."""
    from qkwidgets.models.architecture import n_attention_layers, read_architecture

    return _row(f"timm:{name}", read_architecture(name), n_attention_layers(name))


def _row(name: str, model: AttentionModel, n_layers: int | None = None) -> tuple[str, ...]:
    sites = sorted(set(model.input_site))
    tokens = " ".join([*model.layout.prefix_names, "x".join(map(str, model.layout.grid))])
    return (
        name,
        f"{n_layers or model.n_layers} x {model.n_heads}",
        str(model.d_head),
        tokens,
        ", ".join(sites),
        "qkv" if model.layers[0].b_Q is None else "qkv+b",
        "exact",
        f"{model.provenance['output_error']:.1e}",
    )

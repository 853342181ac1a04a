"""What is said of models that have no query-key modes, or none that this version reads. Every sentence as text."""

import pytest
import timm
import torch
from timm.models.vision_transformer import Attention
from torch import Tensor, nn

from qkwidgets.core.errors import UnsupportedModelError
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.reader import read_model
from tests.models.families import vit

CHOOSE = "Choose a model with softmax attention over all tokens; `qkwidgets models` lists them."
LATER = "This version does not read that yet. `qkwidgets models` lists what it reads."
ROTARY = f"turns queries and keys by their positions (rotary embedding), so that each offset has modes of its own. {LATER}"
RELATIVE = f"adds a relative position bias to its scores, which are then not made of query-key modes alone. {LATER}"

BY_NAME = {
    "xcit_nano_12_p16_224": (
        {"depth": 1, "img_size": 64},
        "attends over channels (cross-covariance attention), so it has no token-to-token scores and no query-key modes. "
        + CHOOSE,
    ),
    "cait_xxs24_224": (
        {"depth": 1},
        "mixes its heads' scores before the softmax (talking heads), so that no single head has an interaction W_Q W_K^T. "
        + CHOOSE,
    ),
    "vit_dlittle_patch16_reg1_gap_256": (
        {"depth": 1},
        "subtracts two softmaxes (differential attention), so that an attention weight has no single score and no single set of "
        "modes. " + CHOOSE,
    ),
    "convit_tiny": (
        {"depth": 1},
        "mixes its softmax with a second one over positions (gated attention), so that an attention weight has no single score. "
        + CHOOSE,
    ),
    "pvt_v2_b0": (
        {},
        "pools its keys or queries before it compares them, so that there is no map from patch to patch. " + CHOOSE,
    ),
    "swin_tiny_patch4_window7_224": (
        {"depths": (1, 1), "num_heads": (3, 6)},
        "attends inside 7 x 7 windows: layer 0 sees 49 tokens at a time, not the 3136 of the image, so there is no map of the whole "
        "image. Choose a model with global attention.",
    ),
    "davit_tiny": (
        {"depths": (1, 1, 1, 1)},
        "attends inside 7 x 7 windows: layer 0 sees 49 tokens at a time, in 64 groups, so there is no map of the whole image. Choose a "
        "model with global attention.",
    ),
    "volo_d1_224": (
        {},
        "must hand its attention one row a token, [image, token, d_model]: layer 0 got [1, 14, 14, 384]. It is probably a model of "
        "pictures and windows, whose tokens are in no single sequence. " + CHOOSE,
    ),
    "pit_ti_224": (
        {},
        "must attend over the 730 tokens of its patch grid (CLS, patches: 27 x 27): layer 2 attends over 197. Its tokens are probably "
        "merged on the way, or preceded by some of another kind. " + CHOOSE,
    ),
    "eva02_tiny_patch14_224": ({"depth": 1}, ROTARY),
    "vit_small_patch16_dinov3": ({"depth": 1, "img_size": 64}, ROTARY),
    "beit_base_patch16_224": ({"depth": 1, "embed_dim": 96, "num_heads": 3}, RELATIVE),
    "vit_relpos_small_patch16_224": ({"depth": 1}, RELATIVE),
    "eva_giant_patch14_224": (
        {"depth": 1, "embed_dim": 96, "num_heads": 3},
        "keeps the biases of queries and values outside its fused projection. " + LATER,
    ),
    "naflexvit_base_patch16_gap": (
        {"depth": 1, "embed_dim": 96, "num_heads": 3},
        "must have a 'patch_embed' that ends in a convolution, so that tokens have places in the picture: it has none. Its patches are "
        "probably cut in another way. " + CHOOSE,
    ),
    "resnet18": (
        {},
        "must hold modules of attention over tokens (known by children such as 'qkv' and 'proj'): found none. It is probably not a "
        "vision transformer. " + CHOOSE,
    ),
}


def said(module: nn.Module, name: str = "my_model") -> str:
    with pytest.raises(UnsupportedModelError) as refusal:
        read_model(module.eval(), name=name, preprocess=plain_preprocess(module))
    return str(refusal.value)


@pytest.mark.parametrize("name", BY_NAME)
def test_models_of_timm_are_refused_in_words(name):
    options, sentence = BY_NAME[name]
    assert said(timm.create_model(name, **options), name) == f"'{name}' {sentence}"


def test_query_key_norm_is_not_read_yet():
    assert said(vit(qk_norm=True)) == (
        "'my_model' normalises its queries and keys (query-key norm), which gives every token a gain of its own in the scores. "
        + LATER
    )


class Gated(Attention):
    """Attention whose output is multiplied by a gate."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options, gated=True)


def test_a_gated_output_is_not_read_yet():
    assert said(vit(attn_layer=Gated)) == (
        "'my_model' multiplies what its heads read by a gate (gated attention output), which the check of its output cannot rebuild. "
        + LATER
    )


class WithAlibi(Attention):
    """Attention that gets a tensor of its own, by position."""

    def forward(self, x: Tensor, alibi: Tensor | None = None, mask: Tensor | None = None, is_causal: bool = False) -> Tensor:
        return super().forward(x)


class Passing(nn.Module):
    """Calls its attention with more than tokens."""

    def __init__(self, attention: nn.Module, **more):
        super().__init__()
        self.attn, self.more = attention, more

    def forward(self, x: Tensor) -> Tensor:
        return x + self.attn(x, **self.more)


def passing(**more) -> nn.Module:
    module = vit(attn_layer=WithAlibi)
    module.blocks = nn.Sequential(*[Passing(block.attn, **more) for block in module.blocks])
    return module


def test_an_unknown_tensor_argument_is_named():
    assert said(passing(alibi=torch.zeros(1, 3, 17, 17))) == (
        "'my_model' passes 'alibi' [1, 3, 17, 17] to its attention and qkwidgets does not know what that does to the scores. It is "
        "probably a position term. Please report the class WithAlibi."
    )
    assert read_model(passing(), name="my_model", preprocess=plain_preprocess(vit())).n_layers == 2


def test_a_pair_of_tables_as_argument_is_seen():
    class Rotated(WithAlibi):
        def forward(self, x: Tensor, position_embeddings: tuple | None = None) -> Tensor:
            return super().forward(x)

    module = vit(attn_layer=WithAlibi)
    tables = (torch.ones(16, 16), torch.zeros(16, 16))
    module.blocks = nn.Sequential(Passing(Rotated(48, 3), position_embeddings=tables))
    assert said(module) == f"'my_model' {ROTARY}"


@pytest.mark.parametrize("more", [{"mask": torch.zeros(17, 17)}, {"is_causal": True}], ids=["mask", "causal"])
def test_a_mask_is_not_read_yet(more):
    assert said(passing(**more)) == f"'my_model' masks its scores. {LATER}"


def with_attention(attention: nn.Module, **options) -> nn.Module:
    """A ViT whose first attention is another."""
    module = vit(**options)
    module.blocks[0].attn = attention
    return module


class Separate(nn.Module):
    """Attention with a projection each."""

    def __init__(self):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj, self.proj = (nn.Linear(48, 48) for _ in range(4))
        self.num_heads = 3

    def forward(self, x: Tensor, **_options) -> Tensor:
        q, k, v = (part(x) for part in (self.q_proj, self.k_proj, self.v_proj))
        return self.proj(nn.functional.scaled_dot_product_attention(q, k, v))


class Torch(nn.MultiheadAttention):
    """Torch's own attention, called with tokens alone."""

    def __init__(self):
        super().__init__(48, 3, batch_first=True)

    def forward(self, x: Tensor, **_options) -> Tensor:
        return super().forward(x, x, x)[0]


class Wrapped(nn.Module):
    """An adapter around a linear map."""

    def __init__(self, base_layer: nn.Linear):
        super().__init__()
        self.base_layer = base_layer

    def forward(self, x: Tensor) -> Tensor:
        return self.base_layer(x)


class Nameless(Attention):
    """Attention that does not tell its heads."""

    def __init__(self):
        super().__init__(48, 3)
        self.heads = self.__dict__.pop("num_heads")

    def forward(self, x: Tensor, **_options) -> Tensor:
        self.num_heads = self.heads
        try:
            return super().forward(x)
        finally:
            del self.num_heads


class Grouped(nn.Module):
    """Attention in which three query heads share a key head."""

    def __init__(self):
        super().__init__()
        self.qkv, self.proj, self.num_heads = nn.Linear(48, 48 + 16 + 16), nn.Linear(48, 48), 3

    def forward(self, x: Tensor, **_options) -> Tensor:
        q, k, v = self.qkv(x).split([48, 16, 16], -1)
        q = q.unflatten(-1, (3, 16)).transpose(1, 2)
        return self.proj(nn.functional.scaled_dot_product_attention(q, k[:, None], v[:, None]).transpose(1, 2).flatten(2))


def adapted() -> nn.Module:
    attention = Attention(48, 3)
    attention.qkv = Wrapped(attention.qkv)
    return attention


OTHER_STRUCTURES = {
    "separate projections": (Separate, f"'my_model' keeps queries, keys and values in separate projections. {LATER}"),
    "torch's own": (Torch, f"'my_model' uses torch's nn.MultiheadAttention. {LATER}"),
    "adapter": (
        adapted,
        "Layer 0 of 'my_model' could not be read: its 'qkv' is wrapped by an adapter (LoRA). Merge the adapter into the weights first.",
    ),
    "no heads named": (
        Nameless,
        "Layer 0 of 'my_model' could not be read: Nameless does not name its heads (num_heads). Add that attribute, or report the "
        "class.",
    ),
    "grouped queries": (
        Grouped,
        "Layer 0 of 'my_model' could not be read: the rows of Grouped do not split into queries, keys and values of 3 heads each. "
        "Grouped-query attention is not read yet; choose another model, or report the class.",
    ),
    "other widths": (
        lambda: Attention(48, 6),
        "All layers of 'my_model' must have the same heads and widths: layer 0 has [head, d_model, d_head] [6, 48, 8], layer 1 has "
        f"[3, 48, 16]. It is probably a pyramid of stages. {CHOOSE}",
    ),
}


@pytest.mark.parametrize("structure", OTHER_STRUCTURES)
def test_other_structures_are_refused_in_words(structure):
    build, sentence = OTHER_STRUCTURES[structure]
    assert said(with_attention(build())) == sentence


class Louder(Attention):
    """Attention with a term that no structure shows."""

    def forward(self, x: Tensor, attn_mask: None = None, is_causal: bool = False) -> Tensor:
        return 1.5 * super().forward(x)


def test_an_attention_that_computes_something_else_is_refused_by_its_output():
    assert said(vit(attn_layer=Louder)) == (
        "Layer 0 of 'my_model' could not be read: rebuilt from its weights its output is off by 0.33 (limit 0.0001). A term of its "
        "scores is probably missing here. Please report the class Louder."
    )


def test_layers_that_share_weights_are_refused():
    module = vit()
    module.blocks = nn.Sequential(module.blocks[0], module.blocks[0])
    assert said(module) == (
        "'my_model' must call each of its attention modules once: it calls 2 times into 1. Its layers probably share weights. "
        + CHOOSE
    )


def test_an_attention_that_is_never_called_is_refused():
    module = vit()
    module.blocks = nn.Sequential()
    module.unused = Attention(48, 3)
    assert said(module) == (
        "'my_model' must call attention over its tokens when it is given images: of its 1 attention modules 0 are called, none of which "
        "keeps all tokens. They probably belong to a pooling head. " + CHOOSE
    )


def test_a_model_that_cannot_be_run_on_images_is_refused():
    module = vit()
    module.blocks[1].mlp = nn.Bilinear(48, 48, 48)
    assert said(module) == (
        "'my_model' must take images of shape [image, 3, height, width]: given [1, 3, 64, 64], it raised TypeError: "
        "Bilinear.forward() missing 1 required positional argument: 'input2'. It probably needs another size or more arguments. "
        "Wrap it in a module that takes pixels alone."
    )


class Backwards(nn.Module):
    """Turns the order of its tokens around."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flip(1)


def test_tokens_in_another_order_are_refused():
    module = vit()
    module.norm_pre = Backwards()
    assert said(module) == (
        "'my_model' must order its tokens as CLS, distillation, registers, then patches row by row: a mark on the second patch does "
        f"not show in token 2. The tokens are probably shuffled, or the prefix comes last. {CHOOSE}"
    )

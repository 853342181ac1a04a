"""What `qkwidgets models` prints: the table of families agrees with the reader, and one model's row with the model."""

import pytest
import timm

from qkwidgets.core.errors import InputError, UnsupportedModelError
from qkwidgets.models.preprocess import plain_preprocess
from qkwidgets.models.reader import read_model
from qkwidgets.models.support import FAMILIES, family_of, family_table, model_table

SMALL = {  # a name of each family, two layers deep where it can be
    "vit_dlittle_patch16_reg1_gap_256": {"depth": 1},
    "vit_base_patch16_xp_224": {"depth": 1, "embed_dim": 96, "num_heads": 3},
    "vit_tiny_patch16_224": {"depth": 1},
    "deit3_small_patch16_224": {"depth": 1},
    "vit_tiny_r_s16_p8_224": {"depth": 1},
    "beit_base_patch16_224": {"depth": 1, "embed_dim": 96, "num_heads": 3},
    "vit_relpos_small_patch16_224": {"depth": 1},
    "eva02_tiny_patch14_224": {"depth": 1},
    "naflexvit_base_patch16_gap": {"depth": 1, "embed_dim": 96, "num_heads": 3},
    "crossvit_9_240": {},
    "xcit_nano_12_p16_224": {"depth": 1},
    "cait_xxs24_224": {"depth": 1},
    "convit_tiny": {"depth": 1},
    "swin_tiny_patch4_window7_224": {"depths": (1, 1), "num_heads": (3, 6)},
    "pvt_v2_b0": {},
    "levit_128s": {},
    "resnet18": {},
}


@pytest.mark.parametrize("name", SMALL)
def test_the_table_says_of_a_family_what_the_reader_does(name):
    family = family_of(name, timm.models.model_entrypoint(name).__module__)
    module = timm.create_model(name, **SMALL[name])
    if family.verdict == "read":
        assert read_model(module, name=name, preprocess=plain_preprocess(module)).n_layers >= 1
        return
    with pytest.raises(UnsupportedModelError) as refusal:
        read_model(module, name=name, preprocess=plain_preprocess(module))
    assert ("This version does not read that yet" in str(refusal.value)) <= family.verdict.startswith("not yet")


def test_the_table_has_every_name_of_timm_once():
    lines = family_table().splitlines()
    assert len(lines) == len(FAMILIES) + 2
    assert lines[0] == (
        f"timm {timm.__version__}: families, names, and whether this version reads them; `qkwidgets models NAME` asks about one"
    )
    assert sum(int(line[56:61]) for line in lines[1:-1]) == len(timm.list_models())
    assert all(int(line[56:61]) > 0 for line in lines[1:-1])


def test_a_row_holds_what_the_model_is():
    assert model_table("builtin:o3").splitlines()[0] == (
        "model       layers x heads  d_head  tokens   x from  scores  modes  check"
    )
    heads, row = model_table("timm:deit_tiny_distilled_patch16_224").splitlines()
    assert heads.split() == ["model", "layers", "x", "heads", "d_head", "tokens", "x", "from", "scores", "modes", "check"]
    assert " ".join(row.split()[:-1]) == "timm:deit_tiny_distilled_patch16_224 12 x 3 64 CLS DIST 14x14 norm1 qkv+b exact"
    assert float(row.split()[-1]) < 1e-5


def test_a_name_may_go_without_its_source():
    assert model_table("deit_tiny_patch16_224").splitlines()[1].split()[:4] == ["timm:deit_tiny_patch16_224", "12", "x", "3"]


def test_a_built_in_name_may_go_without_its_source_too():
    assert model_table("o3") == model_table("builtin:o3")


def test_a_saved_answer_is_no_model():
    with pytest.raises(InputError, match=r"got 'answer\.qk'\. It is a saved answer, not the model itself\. "):
        model_table("answer.qk")


def test_a_model_that_is_refused_has_its_sentence():
    assert model_table("timm:xcit_nano_12_p16_224").startswith("'timm:xcit_nano_12_p16_224' attends over channels")


def test_a_name_that_is_unknown_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="Nearest: timm:deit_tiny_patch16_224"):
        model_table("timm:deit_tny_patch16_224")
    with pytest.raises(InputError, match="Nearest: timm:deit_tiny_patch16_224"):
        model_table("deit_tny")

"""Is the name that was meant the first one offered?"""

from collections import Counter

import pytest
import timm

from qkwidgets.models.nearest import nearest_names

PUBLISHED = Counter(each.partition(".")[0] for each in timm.list_pretrained())
NAMES = {each: PUBLISHED[each] for each in timm.list_models()}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("deit_tny", "deit_tiny_patch16_224"),
        ("deit-tiny", "deit_tiny_patch16_224"),
        ("vit_bse_patch16_224", "vit_base_patch16_224"),
        ("vit_basepatch16_224", "vit_base_patch16_224"),
        ("vit_base", "vit_base_patch16_224"),
        ("ViT-B", "vit_base_patch16_224"),
        ("DeiT-Ti/16", "deit_tiny_patch16_224"),
        ("vit_small_patch16_24", "vit_small_patch16_224"),
        ("vit_large_patch16", "vit_large_patch16_224"),
        ("swin_tiny", "swin_tiny_patch4_window7_224"),
        ("beitv2_base", "beitv2_base_patch16_224"),
    ],
)
def test_the_name_that_was_meant_comes_first(typed, meant):
    assert nearest_names(typed, NAMES)[0] == meant


def test_the_family_that_was_typed_comes_before_others():
    assert {each.partition("_")[0] for each in nearest_names("vit_bse_patch16_224", NAMES, 8)} == {"vit"}


def test_at_most_so_many_are_offered_and_none_where_nothing_is_like_it():
    assert len(nearest_names("vit_base", NAMES, 5)) == 5
    assert nearest_names("zzzzzzzz", NAMES) == []


def test_of_equally_near_names_the_plain_one_and_then_the_more_published_come_first():
    names = {"vit_base_a_b": 9, "vit_base_a": 1, "vit_base_c": 2}
    assert nearest_names("vit_base", names) == ["vit_base_c", "vit_base_a", "vit_base_a_b"]

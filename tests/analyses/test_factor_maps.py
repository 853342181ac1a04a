"""Is a mode's map on an image the sum of its parts, and what content adds nothing on average?"""

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.analyses.factor_maps import factor_maps
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.data.images import read_images


@pytest.fixture(scope="module")
def scenes(_session_cache):
    return read_images(qk.odd_one_out(12, seed=4))


@pytest.fixture(scope="module")
def found(builtin_model, scenes):
    return qk.factors(builtin_model, scenes, spread=True, draws=0, workers=0, progress=False)


@pytest.fixture(scope="module")
def maps(builtin_model, found, scenes):
    return factor_maps(builtin_model, found, scenes)


@pytest.mark.parametrize(("layer", "head"), [(0, 0), (3, 1), (5, 3)])
def test_over_the_images_of_the_answer_content_is_zero_on_average_and_spreads_as_it_says(maps, found, layer, head):
    strong = ~found.null[layer, head] & (found.singular_values[layer, head] > 1e-3 * found.singular_values[layer, head, 0])
    for side, content in zip(("query", "key"), maps.content(layer, head), strict=True):
        spread = getattr(found, f"{side}_spread")[layer, head][strong]
        assert np.abs(content[:, strong].mean(axis=0)).max() < 1e-3
        np.testing.assert_allclose(np.sqrt((content[:, strong].astype(float) ** 2).mean(axis=0)), spread, atol=2e-3)


def test_a_side_of_a_mode_has_mean_square_one_over_all_tokens(maps, found):
    layer, head, mode = 3, 1, 0
    for side, content in zip(("query", "key"), maps.content(layer, head), strict=True):
        same = getattr(found, f"{side}_mean")[layer, head, mode] + getattr(found, f"{side}_position")[layer, head, mode]
        assert ((content[:, mode] + same) ** 2).mean() == pytest.approx(1, abs=1e-3)


def test_it_is_what_the_mode_reads_off_the_models_queries(builtin_model, maps, found, scenes):
    pixels, _ = builtin_model.preprocess(scenes[:1])
    weights, layer, head, mode = builtin_model.layers[2], 2, 0, 1
    tokens = builtin_model.attn_inputs(pixels)[layer][0, found.layout.patches]
    queries = tokens @ weights.W_Q[head] + weights.b_Q[head]
    expected = queries @ torch.from_numpy(found.query_read[layer, head, :, mode])
    whole = found.query_mean[layer, head, mode] + found.query_position[layer, head, mode] + maps.content(layer, head)[0][0, mode]
    np.testing.assert_allclose(whole, expected.numpy(), atol=1e-4)


def test_pictures_come_as_the_model_sees_them_with_their_names(maps, scenes):
    assert [record["name"] for record in maps.records] == [scene.name for scene in scenes]
    assert {(record["width"], record["height"], record["mime"]) for record in maps.records} == {(64, 64, "image/png")}
    assert all(picture.startswith(b"\x89PNG") for picture in maps.pictures)


def test_factors_of_another_model_and_heads_that_are_not_there_are_refused(small, maps, found, scenes):
    with pytest.raises(InputError, match=r"^Maps belong to the model of the factors: .* Use the factors of this model\.$"):
        factor_maps(small, found, scenes)
    with pytest.raises(OutOfRangeError):
        maps.content(6, 0)


@pytest.fixture(scope="module")
def small():
    from qkwidgets.models.builtin_vit import BuiltinViT

    torch.manual_seed(0)
    return qk.load_model(BuiltinViT(d_model=64, n_layers=2, n_heads=2).eval())

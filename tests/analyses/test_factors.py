"""Are tables of a model those of its tokens written out, do options do what they say, and is too little told of or refused?"""

import dataclasses

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.analyses.factor_maps import factor_maps
from qkwidgets.answers.factor_choices import choices_of
from qkwidgets.core.errors import InputError
from qkwidgets.core.factors.names import LABELS
from qkwidgets.data.images import read_images
from qkwidgets.sweeps import sweep
from qkwidgets.sweeps.factor_moments import FactorMoments
from qkwidgets.sweeps.image_sample import image_half
from tests.oracles import factors as oracle

QUIET = {"workers": 0, "progress": False}


@pytest.fixture(scope="module")
def scenes():
    return list(qk.odd_one_out(24, seed=2).images)


@pytest.fixture(scope="module")
def totals(builtin_model, scenes):
    return sweep(builtin_model, scenes, FactorMoments(), **QUIET)["factors"]


@pytest.fixture(scope="module")
def found(builtin_model, scenes):
    return qk.factors(builtin_model, scenes, draws=30, within=True, spread=True, **QUIET)


@pytest.fixture(scope="module")
def tokens(builtin_model, scenes):
    return tokens_of(builtin_model, scenes)


def tokens_of(model, images):
    """Queries and keys of all layers in float64 from attention inputs, `[layer][side] image head patch d_head`; scale included."""
    pixels, _ = model.preprocess(images)
    made = []
    for x, w in zip(model.attn_inputs(pixels), model.layers, strict=True):
        x = x[:, None, model.layout.patches].double()
        sides = ((w.W_Q, w.b_Q), (w.W_K, w.b_K))
        made.append([((x @ W.double() + b.double()[:, None]) * w.scale**0.5).numpy() for W, b in sides])
    return made


def assert_energies(found, tokens, exact, heads=None):
    for layer, (q, k) in enumerate(tokens):
        for head in heads or range(q.shape[1]):
            expected = oracle.large_cell_energies(q[:, head], k[:, head])
            assert np.abs(found.cells[layer, head] - expected).max() <= exact * expected.sum(), (layer, head)
            three = np.add.reduceat(np.add.reduceat(expected, [0, 1, 2], 0), [0, 1, 2], 1)
            assert np.abs(found.energy[layer, head] - three).max() <= exact * expected.sum()


def test_energies_are_those_of_all_tokens_written_out(found, tokens):
    assert_energies(found, tokens, 1e-5)
    assert found.energy.shape == (6, 4, 3, 3)


def test_modes_add_up_to_the_energy_and_their_shares_to_one(found):
    assert np.allclose((found.singular_values**2).sum(-1), found.energy.sum((2, 3)))
    for share in (found.query_share, found.key_share):
        assert np.allclose(share.sum(-1)[~found.null], 1)
    assert np.allclose(
        np.einsum("lhm,lhmf->lhf", found.singular_values**2, np.nan_to_num(found.query_share)), found.energy.sum(-1)
    )


def test_maps_have_the_parts_of_their_modes(found, tokens):
    for name, side in (("query", 0), ("key", 1)):
        mean, position, spread = (getattr(found, f"{name}_{part}").astype(float) for part in ("mean", "position", "spread"))
        parts = np.stack([mean**2, (position**2).mean(-1), (spread**2).mean(-1)], axis=-1)
        share = getattr(found, f"{name}_share")
        assert np.allclose(parts[~found.null], share[~found.null], atol=1e-4)
        read = getattr(found, f"{name}_read").astype(float)
        for layer in (0, 5):
            values = tokens[layer][side] @ read[layer] / 32**-0.25  # of queries as the model has them: without the scale
            unique = ~found.null[layer]
            assert np.allclose((values**2).mean((0, 2))[unique], 1, atol=1e-3)
            assert np.allclose(values.mean((0, 2)), mean[layer], atol=1e-3)
            assert np.allclose(values.mean(0) - values.mean((0, 2))[:, None], position[layer].swapaxes(1, 2), atol=1e-3)


@pytest.mark.parametrize(
    ("svd", "bias"), [("data", "absorb"), ("data", "separate"), ("weight", "absorb"), ("weight", "separate")]
)
def test_maps_are_of_what_the_shares_are_of(builtin_model, totals, scenes, svd, bias):
    answer = qk.factors(builtin_model, totals, draws=0, svd=svd, bias=bias)
    live = ~answer.null
    images = factor_maps(builtin_model, answer, read_images(scenes))
    for side, name in enumerate(("query", "key")):
        share = getattr(answer, f"{name}_share")
        mean, position = (getattr(answer, f"{name}_{part}").astype(float) for part in ("mean", "position"))
        assert np.allclose((mean**2)[live], share[live][:, 0], atol=1e-4)
        assert np.allclose((position**2).mean(-1)[live], share[live][:, 1], atol=1e-4)
        content = images.content(3, 1)[side].astype(float)
        assert np.abs(content.mean(0)).max() < 1e-3
        assert np.allclose((content**2).mean((0, 2)), share[3, 1, :, 2], atol=1e-3)


def test_inside_images_shares_are_those_of_written_out_scores(found, tokens):
    q, k = (side[:, 1] for side in tokens[3])
    scores = oracle.within_scores(q, k)
    whole = scores.sum((0, 1))
    assert np.allclose(found.within[3, 1], np.einsum("abnij,nij->ab", scores, whole) / np.sum(whole**2), atol=1e-4)
    seen = scores[:, [1, 3]].sum((0, 1))
    expected = np.einsum("abnij,nij->ab", scores[:, [1, 3]], seen) / np.sum(seen**2)
    assert np.allclose(found.within_visible[3, 1], expected, atol=1e-4)
    assert found.products[3, 1].sum() == pytest.approx(np.mean(whole**2), rel=1e-4)


def test_inside_images_four_blocks_and_single_cells_are_told(found, builtin_model, totals, tokens):
    q, k = (side[:, 1] for side in tokens[3])
    scores = oracle.within_scores(q, k)
    size = np.sum(scores.sum((0, 1)) ** 2)
    groups = [0, 2], [1, 3]  # mean and image, position and residual
    expected = [[np.sum(scores[a][:, b].sum((0, 1)) ** 2) / size for b in groups] for a in groups]
    assert np.allclose(found.within_blocks[3, 1], expected, atol=1e-4)
    assert np.allclose(found.within_blocks.sum((-2, -1)), 1)
    single = np.sum(scores**2, axis=(2, 3, 4)) / size
    assert np.allclose(found.within_diagonal[3, 1], single, atol=1e-4)
    assert found.within_remainder[3, 1] == pytest.approx(1 - single.sum(), abs=1e-3)
    row = found.rows()[13]
    assert row["within_flat_reads_varying"] == pytest.approx(expected[0][1], abs=1e-4)
    assert row["within_remainder"] == found.within_remainder[3, 1]
    assert row["within_content_reads_position"] == pytest.approx(found.within[3, 1, 2:, 1].sum())
    plain = qk.factors(builtin_model, totals, draws=0)
    assert plain.within_blocks is plain.within_diagonal is plain.within_remainder is None
    assert not any(name.startswith("within") for name in plain.rows()[0])


def test_options_change_what_they_say_and_totals_stand_for_images(builtin_model, totals, found):
    plain = qk.factors(builtin_model, totals, draws=0)
    assert np.array_equal(plain.energy, found.energy)
    assert plain.products is plain.query_spread is None
    assert np.isnan(plain.specialisation_null).all()
    corrected = qk.factors(builtin_model, totals, draws=0, correction="moments")
    assert np.allclose(corrected.energy.sum((2, 3)), plain.energy.sum((2, 3)))
    assert (corrected.energy[..., 1, 1] < plain.energy[..., 1, 1]).all()
    crossfit = qk.factors(builtin_model, totals, draws=0, correction="crossfit")
    assert not np.allclose(crossfit.energy, corrected.energy, rtol=1e-3)
    strict = qk.factors(builtin_model, totals, draws=0, threshold=1.0)
    assert (strict.head_label == LABELS.index("mixed")).all()
    assert (found.head_label == 0).any()
    assert {"svd", "correction", "threshold", "fingerprint", "images", "within"} <= set(found.provenance)


def test_the_choices_that_were_made_are_told_not_those_that_are_usual(builtin_model, totals, found):
    usual = found.provenance["choices"]
    assert usual == {choice.question: choice.choice for choice in found.choices}
    assert found.choices == choices_of(within=True)
    matrix, few, label = (
        "Which matrix do modes decompose?",
        "What is done about few images?",
        "When does a head or a mode have a label?",
    )
    assert usual[matrix].startswith("all tokens' scores")
    assert usual[few].startswith("nothing")
    options = {"svd": "weight", "bias": "separate", "correction": "moments", "threshold": 0.75}
    other = qk.factors(builtin_model, totals, draws=0, **options)
    assert other.choices == choices_of(**options)
    made = other.provenance["choices"]
    assert made == {choice.question: choice.choice for choice in other.choices}
    assert made[matrix].startswith("the weights without biases")
    assert made[few].startswith("second moments are made unbiased")
    assert "at least 75 %" in made[label]
    assert "at least 50 %" in usual[label]
    assert "Whose is the cosine of a layer?" in made
    assert "Whose is the cosine of a layer?" not in usual
    assert "inside one image" in usual["Which pairs of tokens count?"]
    assert "How is the score inside an image shared out?" not in made
    alternatives = {choice.question: choice.alternative for choice in other.choices}
    assert "all tokens' scores" in alternatives[matrix]
    assert "the weights without biases" not in alternatives[matrix]


@pytest.mark.parametrize("swept", [False, True])
def test_a_misspelt_keyword_is_told_the_nearest_of_all(builtin_model, totals, scenes, swept):
    with pytest.raises(InputError, match=r"^A keyword of factors is one of correction, .*Nearest: 'draws'\.$"):
        qk.factors(builtin_model, totals if swept else scenes, drws=0)


def test_modes_of_the_weights_are_those_of_the_first_paper(builtin_model, totals, scenes):
    apart = qk.factors(builtin_model, totals, draws=0, svd="weight", bias="separate")
    modes = qk.modes(builtin_model, dtype="float64")
    scale = np.array([w.scale for w in builtin_model.layers])[:, None, None]
    assert np.allclose(apart.singular_values, scale * modes.singular_values)
    assert np.allclose(apart.cosine, modes.cosine, atol=1e-9)
    x = builtin_model.attn_inputs(builtin_model.preprocess(scenes)[0])[2][:, builtin_model.layout.patches].double().numpy()
    parts = [np.mean(rows**2, axis=0) for rows in oracle.rows_of(x @ modes.left[2, 1])]
    assert np.allclose(apart.query_parts[2, 1], np.stack(parts, axis=1) / np.sum(parts, axis=0)[:, None], atol=1e-4)
    joined = qk.factors(builtin_model, totals, draws=0, svd="weight")
    assert not np.allclose(joined.singular_values, apart.singular_values, rtol=1e-6)
    assert np.allclose(joined.query_share.sum(-1), 1)
    assert ((joined.ratio > 0.1) & (joined.ratio < 10)).all()
    assert np.abs(joined.ratio - 1).max() > 0.01


def test_the_weighted_cosine_of_a_layer_is_shared_out_to_factors_beside_both_nulls(builtin_model, totals):
    apart = qk.factors(builtin_model, totals, draws=80, svd="weight", bias="separate")
    whole = qk.alignment(builtin_model)
    assert np.allclose(apart.cosine_parts.sum(-1), whole.head, atol=1e-9)
    p = apart.singular_values / apart.singular_values.sum(-1, keepdims=True)
    carried = (apart.query_share + apart.key_share) / 2
    expected = np.einsum("lhm,lhmf->lhf", p * apart.cosine, carried)
    assert np.allclose(apart.cosine_parts, expected)
    for layer, row in enumerate(apart.rows("layer")):
        assert row["cosine"] == pytest.approx(whole.layer[layer])
        assert row["cosine_position"] == pytest.approx(expected[layer, :, 1].mean())
        assert row["cosine_position_turned_low"] < 0 < row["cosine_position_turned_high"]
        assert row["cosine_content_exchanged_high"] == apart.cosine_exchanged[layer, 2, 1]
    ends = np.sort(apart.cosine_exchanged.sum(1), axis=-1)
    assert (ends[:, 0] <= whole.layer + 1e-3).all()  # parts of one draw sum to the whole, bounds lie around it
    assert (whole.layer <= ends[:, 1] + 1e-3).all()
    assert "cosine" not in qk.factors(builtin_model, totals, draws=0).rows("layer")[0]
    assert np.isnan(qk.factors(builtin_model, totals, draws=0, svd="weight").cosine_turned).all()
    absorbed = qk.factors(builtin_model, totals, draws=20, svd="weight")  # biases are one more row of what is read
    assert np.isfinite(absorbed.cosine_turned).all()


def test_heads_that_are_no_more_specialised_than_random_read_outs_are_counted(found, builtin_model, totals):
    above = found.specialisation > found.specialisation_null[..., 1]
    assert np.array_equal(found.specialised, above)
    assert f" {above.sum()} of 24 heads are more specialised than random read-outs." in str(found)
    assert [row["specialised"] for row in found.rows()] == above.ravel().tolist()
    assert "specialised" not in str(qk.factors(builtin_model, totals, draws=0))


def test_it_is_saved_and_opened_and_told_in_tables(found, tmp_path):
    found.save(tmp_path / "x.qk")
    again = qk.open(tmp_path / "x.qk")
    for field in dataclasses.fields(found):
        one, other = getattr(found, field.name), getattr(again, field.name)
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), field.name
        else:
            assert one == other, field.name
    assert str(again) == str(found)
    assert "shares of layers 0 to 5 without the mean: content-content ." in str(found)
    assert [len(again.rows(by)) for by in ("head", "layer", "mode")] == [24, 6, 24 * 32]
    head = again.rows()[5]
    assert (head["layer"], head["head"]) == (1, 1)
    cells = [head[f"{a}_reads_{b}"] for a in ("mean", "position", "content") for b in ("mean", "position", "content")]
    assert np.allclose(cells, found.shares()[1, 1].ravel())
    layer = again.rows("layer")[2]
    assert layer["position_position"] + layer["content_and_position"] + layer["content_content"] == pytest.approx(1)
    mode = again.rows("mode")[33]
    assert (mode["layer"], mode["head"], mode["mode"]) == (0, 1, 1)
    assert mode["position"] == pytest.approx(found.query_share[0, 1, 1, 1] / 2 + found.key_share[0, 1, 1, 1] / 2)
    assert len(again.to_pandas("mode")) == 24 * 32
    again.to_csv(tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text().startswith("model,layer,head,label,energy,mean_reads_mean")


def test_few_images_are_told_of_and_half_of_them_beside_all(found, totals, builtin_model, scenes):
    assert found.bias.startswith("From 24 images: about as much as all there is of the variance of position")
    assert found.bias in str(found)
    few = qk.factors(builtin_model, scenes[:2], draws=0, **QUIET)
    assert few.leak.max() > found.leak.max()
    weight = totals.count[0] / 24
    assert found.halves.shape == (2, 6, 4, 3, 3)
    assert not np.allclose(found.halves[0], found.halves[1], rtol=1e-3)
    assert np.allclose((weight[:, None, None, None, None] * found.halves).sum(0)[..., 2, 2], found.energy[..., 2, 2], rtol=0.6)


def test_a_half_with_one_image_has_no_energies(builtin_model, scenes):
    counts = {n: torch.bincount(image_half(torch.arange(n)), minlength=2) for n in range(2, 12)}
    n = next(n for n, count in counts.items() if count.min() == 1 and count.max() > 1)
    few = qk.factors(builtin_model, scenes[:n], draws=0, **QUIET)
    assert np.isnan(few.halves).all(axis=(1, 2, 3, 4)).tolist() == (counts[n] == 1).tolist()
    assert np.isfinite(few.halves[counts[n].argmax()]).all()
    assert np.isnan([row["halves_differ_by"] for row in few.rows("layer")]).all()


@pytest.mark.needs_data
def test_energies_of_deit_on_photographs_are_those_written_out(deit, test_data):
    paths = sorted((test_data / "imagenet-sample").glob("*.JPEG"))[::100]
    found = qk.factors(deit, paths, draws=0, **QUIET)
    assert_energies(found, tokens_of(deit, paths), 1e-5)
    assert found.shares("drop_mean", by="layer")[2, 1, 1] > 0.9  # position leads in layer 2, content in the last
    assert found.shares("drop_mean", by="layer")[11, 2, 2] > 0.6


@pytest.mark.long
@pytest.mark.timeout(3000)  # the matrix of all tokens against all, for every head
@pytest.mark.needs_data
@pytest.mark.parametrize(("dtype", "exact"), [("float32", 1e-5), ("float64", 1e-6)])
def test_energies_of_deit_on_a_hundred_photographs_are_those_written_out(deit_checkpoint, test_data, dtype, exact):
    model = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=deit_checkpoint, dtype=getattr(torch, dtype))
    paths = sorted((test_data / "imagenet-sample").glob("*.JPEG"))[::5]
    assert len(paths) == 100
    found = qk.factors(model, paths, draws=0, **QUIET)
    assert_energies(found, tokens_of(model, paths), exact)


LAYERS = {
    "mean": [0.32, 0.09, 0.12, 0.07, 0.17, 0.26, 0.29, 0.35, 0.64, 0.70, 0.74, 0.73],
    "position": [0.44, 0.91, 0.96, 0.75, 0.42, 0.65, 0.42, 0.21, 0.03, 0.00, 0.00, 0.00],
    "content": [0.52, 0.07, 0.02, 0.20, 0.49, 0.20, 0.38, 0.58, 0.89, 0.95, 0.95, 0.95],
    "both": [0.04, 0.02, 0.02, 0.05, 0.08, 0.15, 0.20, 0.22, 0.08, 0.05, 0.05, 0.05],
    "richness": [5.7, 6.2, 5.5, 7.3, 7.7, 9.2, 8.0, 8.0, 10.3, 9.9, 7.6, 5.4],
}
"""Of 1000 photographs, in science-factors 14: key's mean of all; position-position, content-content, both, of the rest; richness."""


@pytest.mark.long
@pytest.mark.needs_data
def test_shares_of_deit_are_those_measured_before(deit, test_data):
    found = qk.factors(deit, sorted((test_data / "imagenet-sample").glob("*.JPEG")), **QUIET)
    every, rest = found.shares(by="layer"), found.shares("drop_mean", by="layer")
    assert np.abs(every[:, :, 0].sum(1) - LAYERS["mean"]).max() < 0.03
    assert np.abs(rest[:, 1, 1] - LAYERS["position"]).max() < 0.03
    assert np.abs(rest[:, 2, 2] - LAYERS["content"]).max() < 0.03
    assert np.abs(rest[:, 1, 2] + rest[:, 2, 1] - LAYERS["both"]).max() < 0.02
    assert np.abs(found.richness[0].mean(1) - LAYERS["richness"]).max() < 0.5


def test_a_yes_of_numpy_is_a_yes(builtin_model, scenes):
    found = qk.factors(builtin_model, scenes[:4], draws=0, within=np.True_, spread=np.False_, **QUIET)
    assert found.within is not None
    assert (found.provenance["within"], found.provenance["spread"]) == (True, False)
    assert type(found.provenance["within"]) is bool

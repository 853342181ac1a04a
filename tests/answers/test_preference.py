"""Does a preference say what its sums hold, and no more than they show?"""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import qkwidgets as qk
from qkwidgets.answers.preference import Preference
from qkwidgets.answers.preference_choices import choices_of
from qkwidgets.answers.preference_state import GROUPS, PAIRS, VARIANTS, same_enrichment
from qkwidgets.answers.relation import Correlation, correlation, preference_sentence, ranks, spearman
from qkwidgets.core.errors import InputError
from tests.preferences import DRAWS, N_HEADS, N_IMAGES, N_LAYERS, images, preference, record, state


def test_means_are_those_of_the_images():
    known, found = images(), preference()
    for number, name in enumerate(("masses", "nonself", "items")):
        part = known["masses"][..., 6 * number : 6 * number + 6]
        np.testing.assert_allclose(getattr(found, name), part.mean(axis=0))
        np.testing.assert_allclose(found.variant(VARIANTS[number]), part.mean(axis=0))
    np.testing.assert_allclose(found.area, known["area"][:, :6].mean(axis=0))
    np.testing.assert_allclose(found.enrichment, found.masses / found.area)
    np.testing.assert_allclose(found.enriched("nonself"), found.nonself / found.nonself_area)


def test_curves_are_means_over_pairs_and_heads_and_sum_to_one():
    found = preference()
    TT, TD, TB, DT, DD, DB = np.moveaxis(found.masses, -1, 0)
    for curve, pair in ((found.same, (TT, DD)), (found.different, (TD, DT)), (found.background, (TB, DB))):
        np.testing.assert_allclose(curve, ((pair[0] + pair[1]) / 2).mean(axis=1))
    np.testing.assert_allclose(found.same + found.different + found.background, 1)
    np.testing.assert_allclose(found.curves.sum(axis=1), 1)
    np.testing.assert_allclose(found.group_chance().sum(), 1)
    np.testing.assert_allclose(found.enrichment_curves[1, 0], found.curves[1, 0] / found.group_chance("nonself")[0])


def test_intervals_are_percentiles_of_the_draws():
    known, found = images(), preference()
    counts = known["counts"][1:]
    weight = counts.sum(axis=1)
    for layer, head, pair in np.ndindex(N_LAYERS, N_HEADS, 6):
        draws = counts @ known["masses"][:, layer, head, pair] / weight
        np.testing.assert_allclose(found.masses_interval[0, layer, head, pair], np.percentile(draws, [2.5, 97.5]))
        ratios = draws / (counts @ known["area"][:, pair] / weight)
        np.testing.assert_allclose(found.enrichment_interval[0, layer, head, pair], np.percentile(ratios, [2.5, 97.5]))
    same = known["masses"][..., [0, 4]].mean(axis=(2, 3))
    draws = counts @ same / weight[:, None]
    np.testing.assert_allclose(found.curves_interval[0, 0], np.percentile(draws, [2.5, 97.5], axis=0).T)
    assert (found.curves_interval[..., 0] <= found.curves).all()
    assert (found.curves_interval[..., 1] >= found.curves).all()


def test_attention_by_area_alone_has_enrichment_one_in_every_draw():
    known = images()
    known["masses"] = np.tile(known["area"][:, None, None, [*range(12), *range(6)]], (1, N_LAYERS, N_HEADS, 1))
    found = preference(known=known)
    for array in (found.enrichment, found.enrichment_interval, found.enrichment_curves, found.same_draws):
        np.testing.assert_allclose(array, 1, rtol=1e-6)


def test_a_single_image_has_no_interval_and_none_has_nothing():
    alone = preference(known=images(n_images=1))
    assert np.isnan(alone.masses_interval).all()
    assert np.isfinite(alone.masses).all()
    nothing = state(images())
    for name in ("sums", "area", "weight", "null"):
        nothing[name] = nothing[name] * 0
    found = Preference.from_state(nothing, {**record(), "finished": False})
    assert str(found) == "Attention preference of a model: no image with target and distractors so far (2 without)"
    assert np.isnan(found.same).all()


def test_draws_without_any_image_are_left_out():
    known = images()
    known["counts"][3] = 0
    found = preference(known=known)
    assert np.isfinite(found.curves_interval).all()
    assert np.isnan(found.same_draws[:, 2]).all()


def test_a_preference_is_saved_and_opened(tmp_path):
    found = preference()
    found.save(tmp_path / "p.qk")
    again = qk.open(tmp_path / "p.qk")
    for field in dataclasses.fields(found):
        one, other = getattr(found, field.name), getattr(again, field.name)
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other
    assert str(again) == str(found)


def test_its_sentence_names_images_curves_and_area():
    assert str(preference(finished=False)).startswith(
        f"Attention preference of a model on {N_IMAGES} images so far (2 without target or distractors on the grid), first to last layer: same 0."
    )


def test_rows_hold_every_pair_of_every_head_and_the_curves():
    found = preference()
    rows = found.rows()
    assert len(rows) == len(VARIANTS) * N_LAYERS * (len(GROUPS) + N_HEADS * len(PAIRS))
    (row,) = [r for r in rows if (r["variant"], r["layer"], r["head"], r["pair"]) == ("nonself", 1, 2, "DD")]
    assert row["mass"] == found.nonself[1, 2, 4]
    assert row["enrichment"] == found.enriched("nonself")[1, 2, 4]
    assert (row["mass_low"], row["mass_high"]) == tuple(found.masses_interval[1, 1, 2, 4])
    assert (row["null_mass"], row["cosine"]) == (None, 0.3)
    (row,) = [r for r in rows if (r["variant"], r["layer"], r["head"], r["pair"]) == ("plain", 0, None, "same")]
    assert row["mass"] == found.same[0]
    assert row["null_mass"] == pytest.approx(((0.1 + 0.2) / 2 + (0.3 + 0.1) / 2 + (0.2 + 0.6) / 2) / 3)
    assert len(found.to_pandas()) == len(rows)


def test_item_patches_that_were_not_asked_are_no_numbers_and_no_rows():
    found = preference(options={"items": False})
    assert np.isnan(found.items).all()
    assert {row["variant"] for row in found.rows()} == {"plain", "nonself"}


def test_an_unknown_variant_is_refused():
    with pytest.raises(InputError, match=r"got \'selfless\'. It is probably misspelt. Use one of these."):
        preference().variant("selfless")


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 7.0]), min_size=1, max_size=9))
def test_ranks_are_mean_places(values):
    expected = [(sum(v < x for v in values) + 1 + sum(v <= x for v in values)) / 2 for x in values]
    assert ranks(np.array(values)).tolist() == expected


def test_spearman_is_that_of_the_formula_without_ties():
    rng = np.random.default_rng(0)
    one, other = rng.standard_normal((2, 30))
    difference = ranks(one) - ranks(other)
    assert spearman(one, other) == pytest.approx(1 - 6 * (difference**2).sum() / (30 * (30**2 - 1)))
    assert np.isnan(spearman(np.ones(4), np.arange(4.0)))


def test_depth_alone_correlates_over_all_heads_and_not_within_layers():
    rng = np.random.default_rng(1)
    depth = np.linspace(1, 0, 12)[:, None]
    one, other = (depth + 0.02 * rng.standard_normal((12, 6)) for _ in "ab")
    draws = other + 0.001 * rng.standard_normal((300, 12, 6))
    overall, within = (correlation(one, other, draws, within_layers=each) for each in (False, True))
    assert overall.value > 0.9
    assert overall.sign == 1
    assert within.sign == 0
    related = correlation(one, other + one, draws + one, within_layers=True)
    assert related.sign == 1


def test_heads_without_a_cosine_have_no_part_in_it():
    rng = np.random.default_rng(2)
    one, other = rng.standard_normal((2, 5, 4))
    one[2, 1] = np.nan
    found = correlation(one, other, np.stack([other] * 20), within_layers=True)
    assert found.n_heads == 19
    assert np.isfinite(found.value)
    assert np.isnan(correlation(one[:1, :2], other[:1, :2], other[None, :1, :2]).value)
    assert np.isnan(correlation(one[:, :1], other[:, :1], other[None, :, :1], within_layers=True).value)


@pytest.mark.parametrize(
    ("overall", "within", "part"),
    [
        (
            (0.5, 0.2, 0.7),
            (0.4, 0.1, 0.6),
            "goes with more attention to the same object: rank correlation 0.50 (0.20 to 0.70); so it does between heads",
        ),
        ((0.5, 0.2, 0.7), (0.1, -0.2, 0.4), "between heads of one layer no relation can be told from chance: 0.10"),
        (
            (-0.5, -0.7, -0.2),
            (0.4, 0.1, 0.6),
            "goes with less attention to the same object: rank correlation -0.50 (-0.70 to -0.20); between heads of one layer a",
        ),
        (
            (0.1, -0.2, 0.3),
            (0.1, -0.2, 0.3),
            "Over 9 heads no relation of the cosine to attention on the same object can be told from chance",
        ),
        ((0.5, 0.2, 0.7), (np.nan,) * 3, "layers of one head each cannot tell whether depth alone explains it."),
        ((np.nan,) * 3, (np.nan,) * 3, "9 heads are too few, or too much alike, to say"),
    ],
)
def test_the_sentence_claims_no_more_than_the_intervals(overall, within, part):
    assert part in preference_sentence(Correlation(*overall, 9), Correlation(*within, 9), "plain")


def test_the_relation_is_that_of_cosine_and_same_object():
    found = preference()
    relation = found.cosine_relation("plain")
    same = (found.masses[..., 0] + found.masses[..., 4]) / (found.area[0] + found.area[4])
    assert relation.overall.value == spearman(found.cosine.ravel(), same.ravel())
    assert relation.overall.n_heads == N_LAYERS * N_HEADS
    assert str(relation) == relation.sentence
    for number, variant in enumerate(VARIANTS):
        expected = correlation(
            found.cosine, same_enrichment(found.variant(variant), found.chance(variant)), found.same_draws[number]
        )
        assert found.cosine_relation(variant).overall == expected
    assert found.same_draws.shape == (3, DRAWS, N_LAYERS, N_HEADS)


def test_choices_are_complete_and_their_sources_known():
    choices = choices_of({})
    assert {choice.source for choice in choices} <= {"paper", "ours"}
    assert len({choice.question for choice in choices}) == len(choices)


def test_images_that_are_no_use_and_few_images_are_said():
    found = preference()
    assert str(found).endswith("times its area; intervals from 7 images, fewer than 30, mean little")
    assert found.cosine_relation().sentence.endswith("; intervals from 7 images, fewer than 30, mean little.")
    enough = dataclasses.replace(found, n_images=30, n_unread=3)
    assert "mean little" not in str(enough) + enough.cosine_relation().sentence
    assert "(2 without target or distractors on the grid, 3 could not be read)" in str(enough)
    assert "(2 without, 3 could not be read)" in str(dataclasses.replace(enough, n_images=0))

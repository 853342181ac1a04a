"""Are probes of position those of written-out tokens, and is what is settled by theorem told apart from what is not?"""

import dataclasses

import numpy as np
import pytest

import qkwidgets as qk
from qkwidgets.answers.position_probe import THEOREM, TOKENS
from qkwidgets.core.errors import InputError
from qkwidgets.figures.position_probe import probe_figure
from qkwidgets.sweeps.position_probe import image_fold
from tests.figures.texts import traces

QUIET = {"workers": 0, "progress": False}
N = 36


@pytest.fixture(scope="module")
def scenes():
    return list(qk.odd_one_out(N, seed=3).images)


@pytest.fixture(scope="module")
def found(builtin_model, scenes):
    return qk.position_probe(builtin_model, scenes, draws=3, ridge=0.1, **QUIET)


def written_out(x, folds, kind, squared, ridge=0.1):
    """R² of row and column from all tokens `[image patch d]`, with numpy alone."""
    side = int(np.sqrt(x.shape[1]))
    row, column = np.divmod(np.arange(x.shape[1]), side)
    y = np.stack([(axis - axis.mean()) / axis.std() for axis in (row, column)], axis=1)
    x = (x - x.mean((0, 1))) / x.std((0, 1))
    means = {"raw": 0, "held_out": x[folds == 0].mean(0), "in_sample": x[folds == 1].mean(0)}[kind]
    x = x - means
    x = np.concatenate([x, x**2], axis=-1) if squared else x
    fit, trial = (x[folds == 1],) * 2 if kind == "in_sample" else (x[(folds == 1) | (folds == 2)], x[folds == 3])
    middle, size = fit.mean((0, 1)), fit.std((0, 1))
    rows, tried = (((part - middle) / size).reshape(-1, x.shape[-1]) for part in (fit, trial))
    weights = np.linalg.solve(
        rows.T @ rows / len(rows) + ridge * np.eye(x.shape[-1]), rows.T @ np.tile(y, (len(fit), 1)) / len(rows)
    )
    return 1 - ((np.tile(y, (len(trial), 1)) - tried @ weights) ** 2).mean(0)


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("squared", [False, True])
def test_probes_are_those_of_tokens_written_out(found, builtin_model, scenes, kind, squared):
    import torch

    x = builtin_model.attn_inputs(builtin_model.preprocess(scenes)[0])[2][:, builtin_model.layout.patches].double().numpy()
    folds = image_fold(torch.arange(N)).numpy()
    # in-sample content is fitted without a choice of ridge, and squares of it overfit as they do here
    assert np.allclose(found.r2[2, TOKENS.index(kind), int(squared)], written_out(x, folds, kind, squared), atol=2e-4)
    assert [found.n_means, found.n_fit, found.n_trial] == [
        (folds == 0).sum(),
        ((folds == 1) | (folds == 2)).sum(),
        (folds == 3).sum(),
    ]


def test_in_sample_content_is_at_chance_by_theorem_and_that_is_said(found):
    assert np.abs(found.r2[:, TOKENS.index("in_sample"), 0]).max() < 1e-9
    assert THEOREM in str(found)
    marked = {(row["tokens"], row["features"]) for row in found.rows() if row["by_theorem"]}
    assert marked == {("in_sample", "linear")}


def test_any_batches_give_the_same_and_chance_is_of_shuffled_places(found, builtin_model, scenes):
    again = qk.position_probe(builtin_model, scenes, draws=3, ridge=0.1, batch_size=5, **QUIET)
    assert np.allclose(again.r2, found.r2, atol=1e-4)
    assert np.allclose(again.chance, found.chance, atol=1e-3)
    assert found.chance.shape == (6, 3, 2, 3, 2)
    assert found.chance[:, 0, 0].mean() < found.r2[0, 0, 0].mean()


def test_wide_tokens_are_projected_and_a_ridge_is_chosen(builtin_model, scenes):
    narrow = qk.position_probe(builtin_model, scenes, draws=0, width=16, **QUIET)
    assert narrow.width == 16
    assert narrow.r2[:, TOKENS.index("held_out")].min() > -0.5  # with the ridge that fits best, few images mislead little
    assert np.abs(narrow.r2[:, TOKENS.index("in_sample"), 0]).max() < 1e-9
    assert np.isnan(narrow.rows()[0]["chance"])
    assert len(probe_figure(narrow).data) == 4


def test_it_is_saved_opened_and_drawn(found, tmp_path):
    found.save(tmp_path / "x.qk")
    again = qk.open(tmp_path / "x.qk")
    for field in dataclasses.fields(found):
        one, other = getattr(found, field.name), getattr(again, field.name)
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, field.name
    assert len(again.rows()) == 6 * 3 * 2
    figure = again.figure()
    (squares,) = traces(figure, "held-out content, squares")
    assert np.allclose(squares.y, found.r2[:, 2, 1].mean(-1))
    (band,) = traces(figure, "squares, shuffled places")
    assert band.y.max() == found.chance[:, 2, 1].mean(-1).max()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"width": 0}, r"^width is a whole number of 1 or more: got 0\."),
        ({"draws": -1}, r"^draws is a whole number of 0 or more: got -1\."),
        ({"ridge": -1.0}, r"^ridge is a number of 0 or more: got -1\.0\."),
        ({}, r"^Each quarter of the images must have 2 or more: means of places, fit, ridge and trial have "),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_said(builtin_model, scenes, options, sentence):
    with pytest.raises(InputError, match=sentence):
        qk.position_probe(builtin_model, scenes[:5], **options, **QUIET)


def test_a_probe_that_was_stopped_goes_on(found, builtin_model, scenes, tmp_path):
    kept = qk.position_probe(builtin_model, scenes, draws=3, ridge=0.1, resume=tmp_path / "x", **QUIET)
    again = qk.position_probe(builtin_model, scenes, draws=3, ridge=0.1, resume=tmp_path / "x", **QUIET)
    assert np.array_equal(kept.r2, again.r2)
    assert np.allclose(kept.r2, found.r2, atol=1e-4)

"""Are special tokens groups of their own: a mean and deviations, apart from patches, with energies that are those of all pairs?"""

import numpy as np
import pytest

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from tests.models.families import CASES, randomised, read, vit
from tests.oracles import factors as oracle

QUIET = {"workers": 0, "progress": False, "draws": 0}


@pytest.fixture(scope="module")
def model():
    return read(randomised(vit()), "small")


@pytest.fixture(scope="module")
def images():
    return list(np.random.default_rng(3).integers(0, 255, (11, 64, 64, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def found(model, images):
    return qk.factors(model, images, special="groups", batch_size=4, shard_images=5, **QUIET)


def sides(model, images, layer, head):
    """Queries and keys of all tokens `[image token d_head]`, the root of the scale in each."""
    x, w = model.attn_inputs(model.preprocess(images)[0])[layer].double(), model.layers[layer]
    return [((x @ W[head].double() + b[head].double()) * w.scale**0.5).numpy() for W, b in ((w.W_Q, w.b_Q), (w.W_K, w.b_K))]


def parts_of_one(tokens):
    """The mean of a token, and its deviations, `[row d]` each."""
    mean = tokens.mean(0, keepdims=True)
    return [mean, tokens - mean]


def parts_of_patches(tokens):
    """Mean, positions, and content, each with its distinct rows."""
    mean, position, image, residual = oracle.rows_of(tokens)
    return [mean, position, (image[:, None] + residual.reshape(tokens.shape)).reshape(-1, tokens.shape[-1])]


def mean_squares(left, right):
    return np.array([[np.mean((a @ b.T) ** 2) for b in right] for a in left])


def test_energies_are_those_of_all_pairs_written_out(model, images, found):
    assert found.to_special.shape == (2, 3, 1, 3, 2)
    for layer, head in ((0, 0), (1, 2)):
        q, k = sides(model, images, layer, head)
        patches = [parts_of_patches(side[:, model.layout.patches]) for side in (q, k)]
        cls = [parts_of_one(side[:, 0]) for side in (q, k)]
        size = found.energy[layer, head].sum()
        exact = {"rtol": 1e-4, "atol": 1e-5 * size}
        np.testing.assert_allclose(found.to_special[layer, head, 0], mean_squares(patches[0], cls[1]), **exact)
        np.testing.assert_allclose(found.from_special[layer, head, 0], mean_squares(cls[0], patches[1]), **exact)
        np.testing.assert_allclose(found.among_special[layer, head, 0, 0], mean_squares(*cls), **exact)
        whole = np.mean((q[:, 1:].reshape(-1, q.shape[-1]) @ k[:, 0].T) ** 2)
        assert found.to_special[layer, head, 0].sum() == pytest.approx(whole, rel=1e-4)


def test_nothing_else_changes_and_batches_do_not_matter(model, images, found):
    plain = qk.factors(model, images, **QUIET)
    np.testing.assert_allclose(plain.energy, found.energy, rtol=1e-9)
    assert plain.to_special is plain.from_special is plain.among_special is None
    other = qk.factors(model, images, special="groups", batch_size=11, **QUIET)
    np.testing.assert_allclose(other.to_special, found.to_special, rtol=1e-5, atol=1e-9)


def test_corrected_deviations_are_larger_and_the_sum_is_the_same(model, images, found):
    corrected = qk.factors(model, images, special="groups", correction="moments", **QUIET)
    assert np.allclose(corrected.among_special.sum((-2, -1)), found.among_special.sum((-2, -1)))
    np.testing.assert_allclose(corrected.among_special[..., 1, 1], found.among_special[..., 1, 1] * (11 / 10) ** 2)


def test_it_is_saved_and_told_in_rows_and_choices(found, tmp_path):
    found.save(tmp_path / "x.qk")
    again = qk.open(tmp_path / "x.qk")
    np.testing.assert_array_equal(again.from_special, found.from_special)
    rows = again.rows("special")
    assert [(row["layer"], row["head"], row["token"]) for row in rows[:4]] == [
        (0, 0, "CLS"),
        (0, 1, "CLS"),
        (0, 2, "CLS"),
        (1, 0, "CLS"),
    ]
    row, cells = rows[4], found.to_special[1, 1, 0]
    assert row["patches_read_it"] == pytest.approx(cells.sum())
    assert row["patches_read_it_over_patches"] == pytest.approx(cells.sum() / found.energy[1, 1].sum())
    assert row["patches_read_it_content_reads_deviation"] == pytest.approx(cells[2, 1] / cells.sum())
    back = found.from_special[1, 1, 0]
    assert row["it_reads_patches_mean_reads_position"] == pytest.approx(back[0, 1] / back.sum())
    made = {choice.question: choice.choice for choice in again.choices}
    assert made["Which tokens are split?"].startswith("patches; beside them every token that is no patch")
    assert made == again.provenance["choices"]
    again.to_csv(tmp_path / "x.csv", by="special")
    assert (tmp_path / "x.csv").read_text().startswith("model,layer,head,token,patches_read_it,")


def test_registers_are_groups_of_their_own():
    for case in CASES.values():
        here = read(randomised(case.build()))
        if here.layout.n_prefix > 1:
            break
    size = here.preprocessing.size
    images = list(np.random.default_rng(0).integers(0, 255, (3, *size, 3), dtype=np.uint8))
    found = qk.factors(here, images, special="groups", **QUIET)
    assert [row["token"] for row in found.rows("special")[: here.layout.n_prefix]] == list(here.layout.prefix_names)
    q, k = sides(here, images, 0, 0)
    expected = mean_squares(parts_of_one(q[:, 1]), parts_of_one(k[:, 0]))
    np.testing.assert_allclose(found.among_special[0, 0, 1, 0], expected, rtol=1e-3, atol=1e-4 * expected.sum())


def test_models_of_patches_alone_have_none():
    here = read(randomised(CASES["no prefix"].build()))
    with pytest.raises(InputError, match=r"^Groups of special tokens need tokens that are no patches: "):
        qk.factors(here, [np.zeros((*here.preprocessing.size, 3), np.uint8)] * 2, special="groups", **QUIET)

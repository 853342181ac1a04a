"""Do the answers that are tables say what their arrays hold, in every form?"""

import csv

import numpy as np
import pytest

import qkwidgets
from qkwidgets.answers.alignment import Alignment
from qkwidgets.answers.modes import SingularModes
from qkwidgets.answers.ranking import ModeRanking, image_number
from qkwidgets.core.errors import InputError, OutOfRangeError
from qkwidgets.core.index import ModeIndex

PROVENANCE = {"model": "test:model", "fingerprint": "0" * 64, "circuit": "qk", "tolerance": 1e-3}


def modes() -> SingularModes:
    rng = np.random.default_rng(0)
    shape = (2, 2, 4)
    degenerate = np.full(shape, -1, dtype=np.int16)
    degenerate[1, 0, 1:3] = 0
    return SingularModes(
        left=rng.standard_normal((2, 2, 6, 4)).astype(np.float32),
        singular_values=np.sort(rng.random(shape))[..., ::-1].copy(),
        right=rng.standard_normal((2, 2, 6, 4)).astype(np.float32),
        cosine=rng.uniform(-1, 1, shape),
        degenerate=degenerate,
        null=np.zeros(shape, dtype=bool),
        stability=rng.random(shape),
        head_cosine=rng.random((2, 2)),
        head_band=np.full((2, 2), 0.03),
        layer_cosine=rng.random(2),
        layer_band=np.full(2, 0.02),
        mode_band=0.1,
        provenance=PROVENANCE,
    )


def alignment() -> Alignment:
    head = np.array([[0.5, 0.25], [-0.5, 0.0]])
    return Alignment(head.mean(1), head, np.full(2, 0.02), np.full((2, 2), 0.03), 0.1, PROVENANCE)


def ranking() -> ModeRanking:
    value = np.array([[[0.5, -0.25], [0.125, np.nan]]], dtype=np.float32)
    return ModeRanking(value, np.array([[0.75, 0.875]], dtype=np.float32), "share", "cat.png", PROVENANCE)


ANSWERS = {"modes": modes, "alignment": alignment, "ranking": ranking}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_comes_back_from_a_file(name, tmp_path):
    answer = ANSWERS[name]()
    answer.save(tmp_path / "x.qk")
    again = qkwidgets.open(tmp_path / "x.qk")
    assert type(again) is type(answer)
    assert again.rows() == answer.rows()
    assert again.provenance == answer.provenance
    assert str(again) == str(answer)
    assert again.model == "test:model"


@pytest.mark.parametrize("name", ANSWERS)
def test_every_form_of_a_table_is_the_same_table(name, tmp_path):
    answer = ANSWERS[name]()
    rows = answer.rows()
    frame = answer.to_pandas()
    assert frame.to_dict("records") == rows
    answer.to_csv(tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert [list(row) for row in read] == [list(row) for row in rows]
    assert [list(row.values()) for row in read] == [[str(value) for value in row.values()] for row in rows]


def test_a_table_and_an_answer_are_written_under_their_own_ending_alone(tmp_path):
    for write, name in (
        (ranking().to_csv, "x.xlsx"),
        (ranking().to_csv, "x"),
        (ranking().save, "x.npz"),
        (ranking().save, "x.qk.gz"),
    ):
        with pytest.raises(InputError, match=r"^The file of a (table|saved answer) ends in \.(csv|qk): got '.*'\. No other form"):
            write(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_image_is_found_by_its_number_or_its_name():
    names = ["cat", "dog", "cat"]
    assert image_number("dog", names) == image_number(1, names) == image_number(np.int8(1), names) == 1
    for wrong in ("cow", "cat", 1.0, None, -1, 3):
        with pytest.raises(InputError):
            image_number(wrong, names)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("modes", "2 x 2 x 4 qk modes of test:model: 2 lie in degenerate blocks"),
        ("alignment", "Alignment of test:model, weighted mean cosine of layers 0 to 1: .38 -.25"),
        ("ranking", "Modes of test:model on cat.png by share: L0 H0 M0 0.50, L0 H1 M0 0.12, L0 H0 M1 -0.25, …"),
    ],
)
def test_an_answer_is_one_sentence(name, words):
    answer = ANSWERS[name]()
    assert str(answer) == words
    assert answer._repr_html_() == f"<pre>{words}</pre>"


def test_labels_with_markup_are_shown_as_text():
    answer = ranking()
    object.__setattr__(answer, "image", "<img src=x onerror=alert(1)>")
    assert "<img" not in answer._repr_html_()
    assert "&lt;img" in answer._repr_html_()


def test_a_mode_is_found_by_any_spelling_of_its_address():
    answer = modes()
    for address in ("L1 H0 M2", (1, 0, 2), ModeIndex(1, 0, 2)):
        mode = answer[address]
        assert np.array_equal(mode.left, answer.left[1, 0, :, 2])
        assert np.array_equal(mode.right, answer.right[1, 0, :, 2])
        assert mode.singular_value == answer.singular_values[1, 0, 2]
        assert mode.cosine == answer.cosine[1, 0, 2]
        assert mode.block == 0


def test_modes_of_a_block_name_each_other_and_are_not_unique():
    answer = modes()
    assert answer.mates("L1 H0 M1") == (ModeIndex(1, 0, 2),)
    assert answer.mates("L1 H0 M3") == ()
    assert answer.unique("L1 H0 M3").block == -1
    with pytest.raises(InputError, match=r"L1 H0 M2 of 'test:model' is defined only together with L1 H0 M1\."):
        answer.unique("L1 H0 M2")


@pytest.mark.parametrize("address", ["L2 H0 M0", "L0 H2 M0", "L0 H0 M4", (-1, 0, 0)])
def test_a_mode_that_is_not_there_is_refused(address):
    with pytest.raises(OutOfRangeError):
        modes()[address]


def test_the_first_modes_of_a_ranking_can_be_those_of_a_layer_or_a_head():
    answer = ranking()
    assert [str(index) for index, _ in answer.top()] == ["L0 H0 M0", "L0 H1 M0", "L0 H0 M1"]
    assert [str(index) for index, _ in answer.top(1, head=1)] == ["L0 H1 M0"]
    assert answer.top(head=1)[0][1] == 0.125


def test_answers_are_frozen():
    with pytest.raises(AttributeError):
        modes().left = None


def test_a_terminal_is_not_flooded():
    assert repr(modes()) == str(modes())
    assert len(repr(ranking())) < 200

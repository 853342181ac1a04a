"""`qkwidgets factors` from a shell: the same numbers, and the same sentences."""

import csv

import numpy as np
import pytest
from PIL import Image

import qkwidgets as qk
from qkwidgets.cli import main

QUICK = ["--workers", "0", "--draws", "0"]


def test_the_built_in_model_is_asked_about_generated_scenes(tmp_path, capsys):
    assert main(["factors", "--images", "6", *QUICK, "-o", str(tmp_path / "f.qk")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(str(tmp_path / "f.qk"))
    assert second.startswith("Factors of builtin:o3 over 6 images, shares of layers 0 to 5 without the mean: content-content ")
    found = qk.open(tmp_path / "f.qk")
    expected = qk.factors(qk.load_model(), qk.odd_one_out(6), draws=0, workers=0, progress=False)
    assert np.array_equal(found.energy, expected.energy)
    assert found.svd == "data"


def test_a_folder_becomes_a_table_and_a_figure(tmp_path, capsys):
    folder = tmp_path / "images"
    folder.mkdir()
    for number, array in enumerate(np.random.default_rng(0).integers(0, 255, (5, 64, 64, 3), dtype=np.uint8)):
        Image.fromarray(array).save(folder / f"{number}.png")
    typed = ["factors", "builtin:o3", str(folder), *QUICK, "--figure", "cosine"]
    assert main([*typed, "--by", "layer", "-o", str(tmp_path / "f.csv")]) == 0
    with (tmp_path / "f.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["layer"] for row in rows] == [str(layer) for layer in range(6)]
    cosine = qk.alignment(qk.load_model()).layer  # without biases, as in the first paper
    assert [float(row["cosine"]) for row in rows] == pytest.approx(cosine)
    assert main([*typed, "-o", str(tmp_path / "f.html")]) == 0
    assert "Is it position that seeks its like?" in (tmp_path / "f.html").read_text(encoding="utf-8")
    capsys.readouterr()


def test_pairs_are_drawn_of_the_head_that_is_named(tmp_path):
    typed = ["factors", "--images", "3", *QUICK, "--figure", "pairs", "-o", str(tmp_path / "f.html")]
    assert main([*typed, "--layer", "2", "--head", "1"]) == 0
    page = (tmp_path / "f.html").read_text(encoding="utf-8")
    assert "L2 H1" in page
    assert "L2 H0" not in page


def test_special_tokens_are_asked_for_by_their_figure_or_their_rows(tmp_path):
    typed = ["factors", "--images", "6", *QUICK]
    assert main([*typed, "--figure", "special", "-o", str(tmp_path / "f.html")]) == 0
    assert "class token" in (tmp_path / "f.html").read_text(encoding="utf-8")
    assert main([*typed, "--by", "special", "-o", str(tmp_path / "f.csv")]) == 0
    with (tmp_path / "f.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6 * 4 * qk.load_model().layout.n_prefix


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["-o", "f.npz"], "The output's ending says what is written, one of .csv, .html, .png, .svg, .pdf, .qk: got f.npz."),
        (["a:b", "c:d"], "One model and one folder of images can be named: got a:b c:d."),
        (
            ["--figure", "dots"],
            "--figure is one of layers, labels, richness, modes, heads, pairs, cosine, specialisation, special: got 'dots'.",
        ),
        (["--by", "token"], "--by is one of head, layer, mode, special: got 'token'."),
        (["nowhere"], "A data set must be a folder, an image file or tar shards that exist: there is no 'nowhere'."),
        (["here", "--images", "5"], "--images is how many scenes are generated where no folder is named: got 5 beside here."),
        (["--images", "1", *QUICK], "Position and content are told apart by comparing images: got one."),
        (["--images", "3", *QUICK, "--svd", "both"], "svd is one of 'data', 'weight': got 'both'."),
        (
            [*QUICK, "--figure", "specialisation"],
            "--figure specialisation shows every head beside random read-outs: got --draws 0.",
        ),
        (["--layer", "3"], "--layer choose"),
        ([*QUICK, "--figure", "pairs", "--layer", "6"], "Layer 6 of 'builtin:o3' does not exist"),
        (["--svd", "data", "--figure", "cosine"], "--figure cosine is of the modes of the weights: got --svd data."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_ends_with_one_sentence_and_code_2(typed, sentence, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["factors", *typed]) == 2
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("qkwidgets: ")]
    assert said[-1].startswith(f"qkwidgets: {sentence}")
    assert list(tmp_path.iterdir()) == []

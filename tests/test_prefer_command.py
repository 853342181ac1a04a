"""`qkwidgets prefer` from a shell: the same numbers, and the same sentences."""

import csv

import pytest

import qkwidgets as qk
from qkwidgets.cli import main
from tests.analyses.test_preference import o3_folder


def test_the_built_in_model_is_asked_about_generated_scenes(tmp_path, capsys):
    typed = ["prefer", "--scenes", "6", "--workers", "0", "-o"]
    assert main([*typed, str(tmp_path / "p.qk")]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith(str(tmp_path / "p.qk"))
    assert second.startswith("Attention preference of builtin:o3 on 6 images, first to last layer: same ")
    assert third.startswith("Over 24 heads ")
    found = qk.open(tmp_path / "p.qk")
    expected = qk.attention_preference(qk.load_model(), qk.odd_one_out(6), workers=0, progress=False)
    assert found.masses.tobytes() == expected.masses.tobytes()


def test_a_folder_becomes_a_table_and_a_figure(tmp_path, capsys):
    folder = str(o3_folder(tmp_path / "o3", "jpg", 20))
    assert main(["prefer", folder, "--workers", "0", "-o", str(tmp_path / "p.csv")]) == 0
    with (tmp_path / "p.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["pair"] for row in rows if row["head"]} == {"TT", "TD", "TB", "DT", "DD", "DB"}
    assert main(["prefer", "builtin:o3", folder, "--figure", "cosine", "--workers", "0", "-o", str(tmp_path / "p.html")]) == 0
    assert "Does the cosine predict the preference?" in (tmp_path / "p.html").read_text(encoding="utf-8")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (["-o", "p.npz"], "The output's ending says what is written, one of .csv, .html, .png, .svg, .pdf, .qk: got p.npz."),
        (["a:b", "c:d"], "One model and one folder with masks can be named: got a:b c:d."),
        (["--figure", "dots"], "--figure is one of curves, cosine: got 'dots'."),
        (["nowhere"], "A labelled set must exist: there is no "),
        (
            ["o3"],
            "A model is named with its source (builtin:NAME, timm:NAME), and images lie in files or folders that exist: got 'o3'.",
        ),
        (
            ["answer.qk"],
            'A model\'s name must begin with its source ("builtin:o3", "timm:NAME"): got \'answer.qk\'. It is a saved answer',
        ),
        (["here", "--scenes", "0"], "--scenes is how many scenes are generated where no folder is named: got 0 beside here."),
        (["--tokens", "cls", "--scenes", "2"], 'Attention is shared out between the "patches" or between "all" tokens: got'),
        (
            ["--resize", "crop", "--scenes", "2"],
            'A picture is resized to a "square" (all of it, squeezed) or as the "model" does it',
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_bad_input_ends_with_one_sentence_and_code_2(typed, sentence, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["prefer", *typed]) == 2
    assert capsys.readouterr().err.startswith(f"qkwidgets: {sentence}")
    assert list(tmp_path.iterdir()) == []

"""`qkwidgets explore` of saved answers: those with a page, those that need their model, and those that have none."""

import dataclasses
import itertools

import numpy as np
import pytest
from PIL import Image

import qkwidgets as qk
from qkwidgets.cli import main
from qkwidgets.sweeps import SameObject, TopImages
from tests.answers.test_same_object import answer as same_object
from tests.answers.test_tables import ranking
from tests.preferences import preference

QUIET = {"workers": 0, "progress": False}


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """What `qkwidgets explore` says when it refuses, with nothing left behind."""
    monkeypatch.chdir(tmp_path)

    def refused(*typed):
        before = sorted(tmp_path.iterdir())
        assert main(["explore", *typed]) == 2
        assert sorted(tmp_path.iterdir()) == before
        return capsys.readouterr().err

    return refused


@pytest.fixture(scope="module")
def found():
    """A preference of the built-in model on four scenes."""
    return qk.attention_preference(qk.load_model(), qk.odd_one_out(4), null=0, items=False, **QUIET)


def test_a_preference_is_shown_before_the_model_that_it_names(found, tmp_path, monkeypatch, said):
    asked, load = [], qk.load_model()
    monkeypatch.setattr("qkwidgets.load_model", lambda name, **options: asked.append((name, options)) or load)
    dataclasses.replace(found, provenance={**found.provenance, "model": "timm:some_model"}).save("p.qk")
    assert main(["explore", "p.qk", "--checkpoint", "w.safetensors", "-o", "p.html"]) == 0
    assert asked == [("timm:some_model", {"checkpoint": "w.safetensors", "device": None})]
    assert 'data-qk-view="preference"' in (tmp_path / "p.html").read_text(encoding="utf-8")
    assert main(["explore", "p.qk", "-o", "again.qk"]) == 0
    assert qk.open("again.qk").masses.tobytes() == found.masses.tobytes()


def test_a_preference_is_shown_on_labelled_images_that_are_named(found, tmp_path, said):
    for part, file in itertools.product(("images", "targ_labels", "dist_labels"), ("a.png", "b.png")):
        (tmp_path / "o3" / part).mkdir(parents=True, exist_ok=True)
        half = {"targ_labels": slice(0, 32), "dist_labels": slice(32, 64)}.get(part, slice(0, 48))
        pixels = np.zeros((64, 64), np.uint8)
        pixels[half, 8:40] = 255
        Image.fromarray(pixels).save(tmp_path / "o3" / part / file)
    found.save("p.qk")
    assert main(["explore", "p.qk", "o3", "-o", "p.html"]) == 0
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert "photographs with target and distractor masks" in page
    assert said("p.qk", "a.png", "b.png").startswith(
        "qkwidgets: Labelled images are one folder or file of outlines: got 2, a.png, b.png."
    )


NAMED = (
    "qkwidgets: A model is named with its source (builtin:NAME, timm:NAME), and images lie in files or folders that exist: got "
)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("o3", "The source was probably left out. Write builtin:o3."),
        ("deit_tiny_patch16_224.fb_in1k", "The source was probably left out. Write timm:deit_tiny_patch16_224.fb_in1k."),
        ("deit_tiny_patch16_24", "The source was probably left out. Write timm:deit_tiny_patch16_224."),
        (
            "training-o3",
            "It is a saved answer that comes with the package. Write it to a file in Python, "
            "qkwidgets.examples('training-o3').save('training-o3.qk'), and explore that.",
        ),
    ],
)
def test_a_model_without_its_source_is_not_looked_for_among_images(name, meant, said):
    assert said(name) == f"{NAMED}{name!r}. {meant}\n"


def test_a_folder_called_like_a_model_is_a_folder(tmp_path, said):
    (tmp_path / "o3").mkdir()
    assert said("o3").startswith("qkwidgets: A folder of images must hold JPEG, PNG or other image files: 'o3' holds nothing.")
    assert said("nowhere").startswith("qkwidgets: An image must be a file or a folder that exists: there is no 'nowhere'.")


@pytest.mark.parametrize("model", ["builtin:o3", "view.qk"])
def test_a_model_behind_its_images_has_changed_places(model, said):
    assert said("pictures", model) == (
        f"qkwidgets: What is explored is named before its images: got {model} after pictures. They have probably changed places. "
        f"Write {model} first.\n"
    )


def test_a_preference_of_other_weights_is_refused(found, said):
    dataclasses.replace(found, provenance={**found.provenance, "fingerprint": "0"}).save("p.qk")
    assert said("p.qk").startswith(
        "qkwidgets: Means are drawn behind scenes of the model that they are of: 'builtin:o3' has other weights"
    )
    preference(model="builtin:none").save("q.qk")
    assert said("q.qk").startswith("qkwidgets: ")
    assert "widget(" not in said("q.qk")


@pytest.mark.parametrize("answer", [same_object, ranking], ids=["without widget", "without page"])
def test_an_answer_without_a_page_is_named_with_what_draws_it(answer, said):
    answer().save("a.qk")
    kind = type(answer()).__name__
    assert said("a.qk") == (
        f"qkwidgets: A page shows an answer that one can click through: a.qk holds one of kind {kind}, which is a table and a figure. It is "
        "probably complete. Draw it in Python: qkwidgets.open('a.qk').figure().\n"
    )
    assert said("a.qk", "--device", "cpu").startswith(
        "qkwidgets: A saved answer holds its model's numbers and its own images: got a.qk with"
    )


def test_a_sweep_of_several_answers_is_told_how_to_part_them(said, tmp_path):
    reducers = [TopImages(k=1), SameObject(k=2)]
    qk.sweep(qk.load_model(), qk.odd_one_out(4), reducers, resume=tmp_path / "both", **QUIET)
    assert said("both") == (
        "qkwidgets: A page shows one answer: both holds optimal, same_object. They were made in one sweep. Save one of them in Python, "
        "qkwidgets.open('both')['optimal'].save('one.qk'), and explore one.qk.\n"
    )


def test_a_size_is_that_of_a_page(said):
    assert said("--max-mb", "1", "-o", "x.qk") == (
        "qkwidgets: --max-mb thins a page: got it with -o x.qk. A .qk file is always whole. Leave --max-mb out, or write a page: -o x.html.\n"
    )

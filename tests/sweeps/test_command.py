"""`qkwidgets sweep` from a shell: the same pass, and the same sentences."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import qkwidgets as qk
from qkwidgets.cli import main
from qkwidgets.core.errors import InputError


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for n, array in enumerate(np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)):
        Image.fromarray(array).save(folder / f"{n}.png")
    (folder / "bad.png").write_text("text")
    return folder


def test_a_sweep_is_run_and_opened_and_goes_on(images, tmp_path, capsys):
    typed = ["sweep", "builtin:o3", str(images), "-o", str(tmp_path / "out"), "--k", "2", "--batch-size", "4", "--workers", "0"]
    assert main(typed) == 0
    said = capsys.readouterr()
    first, second, _ = said.out.splitlines()
    assert first == str(tmp_path / "out")
    assert second == "Sweep of builtin:o3 over 9 images (1 could not be read)"
    assert "qkwidgets: skipped image 9: An image file must be a JPEG, PNG" in said.err
    assert qk.open(tmp_path / "out")["optimal"].image.shape == (6, 4, 32, 2, 2)
    assert main(typed) == 0
    assert capsys.readouterr().out == said.out
    assert main([*typed[:5], "--batch-size", "8"]) == 2
    assert "was begun with reducers: optimal: k 2, now 8; batch_size 4, now 8. Another folder" in capsys.readouterr().err


def test_the_folder_of_a_sweep_becomes_a_page(images, tmp_path, capsys):
    out, page = str(tmp_path / "out"), tmp_path / "page.html"
    assert main(["sweep", "builtin:o3", str(images), "-o", out, "--k", "2", "--workers", "0"]) == 0
    for subject in (out, f"{out}/state.qk"):
        assert main(["explore", subject, "-o", str(page)]) == 0
        assert 'data-qk-view="gallery"' in page.read_text(encoding="utf-8")
        page.unlink()
    assert main(["explore", out, "-o", str(tmp_path / "top.qk")]) == 0
    assert qk.open(tmp_path / "top.qk").image.shape == (6, 4, 32, 2, 2)


def test_options_of_the_lists_are_handed_on_and_a_page_says_what_it_left_out(images, tmp_path, capsys):
    out, page = str(tmp_path / "out"), tmp_path / "page.html"
    more = ["--sample", "11", "--classes", "3", "--by", "key", "--maps", "2"]
    assert main(["sweep", "builtin:o3", str(images), "-o", out, "--k", "2", "--workers", "0", *more]) == 0
    found = qk.open(out)["optimal"]
    assert (found.by, found.n_sampled, found.maps["maps"].shape[2], found.halves.classes.shape[-1]) == ("key", 9, 2, 3)
    capsys.readouterr()
    assert main(["explore", out, "-o", str(page), "--max-mb", "0.3"]) == 0
    assert "To keep this page small it holds the images of the" in capsys.readouterr().out
    assert main(["explore", out, "-o", str(page)]) == 0
    assert "To keep this page small" not in capsys.readouterr().out


def test_a_file_in_the_place_of_the_folder_is_named(images, tmp_path, capsys):
    (tmp_path / "file").touch()
    for name in ("file", "file/inside"):
        assert main(["sweep", "builtin:o3", str(images), "-o", str(tmp_path / name), "--workers", "0"]) == 2
        assert f"A sweep is kept in a folder: '{tmp_path / name}' is, or lies in, a file." in capsys.readouterr().err


def test_a_sweep_of_several_reducers_has_no_figure_of_its_own(images):
    from qkwidgets.sweeps import TopImages

    several = [TopImages(k=1, name="one"), TopImages(k=2, name="two")]
    found = qk.sweep(qk.load_model(), images, several, workers=0, progress=False)
    with pytest.raises(InputError) as problem:
        found.figure("L0 H0 M0")
    assert str(problem.value) == (
        "A sweep of one reducer has a figure of its own: this one has 'one', 'two'. Ask one of its answers: sweep['one'].figure()."
    )
    alone = qk.sweep(qk.load_model(), images, several[0], workers=0, progress=False)
    assert alone.figure("L0 H0 M0").data is not None


def test_an_interrupted_sweep_says_what_is_kept(images, tmp_path):
    script = (
        "import sys, qkwidgets.sweeps.run as run; from qkwidgets.cli import main\n"
        "def stop(*_):\n    raise KeyboardInterrupt\n"
        "run.Reduction.part = stop\n"
        "raise SystemExit(main(sys.argv[1:]))"
    )
    typed = ["sweep", "builtin:o3", str(images), "-o", str(tmp_path / "out"), "--workers", "0"]
    done = subprocess.run([sys.executable, "-c", script, *typed], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.splitlines()[-1] == "qkwidgets: stopped; no shard was whole yet."


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--strict", "--workers", "0"], "An image file must be a JPEG, PNG"),
        (["--k", "0"], "k must be a whole number"),
        (["--batch-size", "0"], "batch_size must be a whole number of at least 1: got 0."),
        (["--dtype", "int8"], "The precision of a forward pass is None"),
        (
            ["--dask", "tcp://127.0.0.1:1"],
            "A Dask cluster is named by the address of its scheduler: none answered at 'tcp://127.0.0.1:1'",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_bad_input_ends_with_one_sentence_and_code_2(images, tmp_path, capsys, monkeypatch, more, sentence):
    monkeypatch.setattr("qkwidgets.sweeps.dask.CONNECT_S", 1)
    assert main(["sweep", "builtin:o3", str(images), "-o", str(tmp_path / "out"), *more]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if line.startswith("qkwidgets: ")][-1].startswith(f"qkwidgets: {sentence}")


def test_dask_that_is_not_installed_is_asked_for(images, tmp_path):
    script = "import sys; sys.modules['distributed'] = None; from qkwidgets.cli import main; sys.exit(main(sys.argv[1:]))"
    typed = ["sweep", "builtin:o3", str(images), "-o", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:1"]
    ended = subprocess.run([sys.executable, "-c", script, *typed], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        "qkwidgets: --dask shares a sweep out to the workers of a Dask cluster: Dask is not installed here. Run `pip install "
        "'qkwidgets[dask]'`, or leave --dask out.\n",
    )

"""The doors from a shell: what they write, what they say, and what they leave behind when something is wrong."""

import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import qkwidgets
from qkwidgets.cli import main
from tests.faults import FULL, READ_ONLY, python_in

# Interrupts itself when it begins to write into the folder it was started in: that is the page, and nothing is there yet.
AT_THE_PAGE = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background of a shell does not inherit
here = os.getcwd()
def at_the_page(event, args):
    if event == "open" and isinstance(args[0], str) and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
        if os.path.dirname(os.path.abspath(args[0])) == here:
            os.kill(os.getpid(), signal.SIGINT)
sys.addaudithook(at_the_page)
"""
COMMAND = "import sys; from qkwidgets.cli import main; sys.exit(main())"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the command runs: an empty folder."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # for commands that run in a process of their own
    return place


@pytest.fixture
def picture(folder):
    """A photograph, as far as a reader of files can tell."""
    path = folder / "noise.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (80, 60, 3), np.uint8)).save(path)
    return path.name


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def says(capsys, *arguments):
    """Run a command that must be refused; return its one sentence."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    return line.removeprefix("qkwidgets: ")


def test_explore_alone_writes_the_built_in_model_and_says_where_and_how_big(folder, capsys):
    assert main(["explore"]) == 0
    size = (folder / "explorer.html").stat().st_size / 1e6
    assert capsys.readouterr().out == f"{folder / 'explorer.html'} ({size:.1f} MB)\n"
    assert size <= 3
    assert left_in(folder) == ["explorer.html"]


def test_explore_takes_a_model_and_images_and_an_output(folder, picture):
    assert main(["explore", "builtin:o3", picture, "--max-mb", "1", "-o", "page.html"]) == 0
    page = (folder / "page.html").read_text()
    assert "noise.png" in page
    assert len(page) <= 1_000_000


def test_the_first_argument_is_an_image_unless_it_looks_like_a_model(folder, picture):
    assert main(["explore", picture, "-o", "page.html"]) == 0
    assert "noise.png" in (folder / "page.html").read_text()


def test_a_view_that_was_saved_opens_again_without_torch_and_gives_the_same_maps(folder, picture):
    assert main(["explore", picture, "-o", "view.qk"]) == 0
    script = f"import sys; sys.modules['torch'] = sys.modules['timm'] = sys.modules['plotly'] = None; {COMMAND}"
    subprocess.run([sys.executable, "-c", script, "explore", "view.qk", "-o", "again.html"], check=True)
    assert "noise.png" in (folder / "again.html").read_text()
    assert qkwidgets.open("view.qk").meta["images"][0]["name"] == "noise.png"


@pytest.mark.needs_data
def test_explore_takes_a_timm_name_with_a_local_checkpoint(folder, picture, deit_checkpoint):
    arguments = ["timm:deit_tiny_patch16_224", "--checkpoint", str(deit_checkpoint), picture, "--max-mb", "2"]
    assert main(["explore", *arguments]) == 0
    assert "deit_tiny_patch16_224" in (folder / "explorer.html").read_text()


@pytest.mark.parametrize(
    "arguments", [["explore", "a.png", "--fast"], ["models", "deit", "vit"], ["explore", "--device", "cpu", "x", "-q", "y"]]
)
def test_a_word_that_no_command_takes_is_refused(capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    said = capsys.readouterr().err
    assert "unrecognized arguments: " in said
    assert said.startswith(f"usage: qkwidgets {arguments[0]} ")


def test_a_misspelt_option_is_answered_with_the_nearest(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["explore", "--outptu=x.html"])
    assert capsys.readouterr().err.endswith("unrecognized arguments: --outptu=x.html; nearest: --output\n")
    with pytest.raises(SystemExit, match="2"):
        main(["explore", "builtin:o3", "--device", "cpu", "cat.jpg", "--outptu=x.html"])
    assert capsys.readouterr().err.endswith("unrecognized arguments: --outptu=x.html; nearest: --output\n")
    with pytest.raises(SystemExit, match="2"):
        main(["trend", "builtin:o3", "--steps"])
    assert capsys.readouterr().err.endswith("unrecognized arguments: --steps\n")


def test_a_model_that_does_not_exist_is_refused_in_one_sentence(folder, capsys):
    assert (
        says(capsys, "explore", "builtin:o4")
        == "A built-in model must be one of builtin:o3, builtin:o3-mim, builtin:o3-mim-ft: got 'builtin:o4'. "
        "It is probably misspelt. Use one of these."
    )
    assert left_in(folder) == []


def test_an_image_that_does_not_exist_is_refused_in_one_sentence(folder, capsys):
    assert says(capsys, "explore", "cat.jpg").startswith(
        "An image must be a file or a folder that exists: there is no 'cat.jpg'."
    )
    assert left_in(folder) == []


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_loaded(folder, capsys):
    began = time.monotonic()
    assert says(capsys, "explore", "-o", "nowhere/page.html") == (
        "The output must be a file in a folder that exists and can be written: got nowhere/page.html. The folder may be missing or "
        "read-only, or the name that of a folder. Name another with -o."
    )
    assert says(capsys, "explore", "-o", "page.pdf") == (
        "The output's ending says what is written, one of .html, .qk: got page.pdf. It is probably misspelt, or a form "
        "that another command writes. Choose one of them."
    )
    (folder / "page.html").mkdir()
    assert "the name that of a folder" in says(capsys, "explore", "-o", "page.html")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(("given", "got"), [("-3", "-3.0"), ("0", "0.0"), ("nan", "nan"), ("inf", "inf"), ("3MB", "'3MB'")])
def test_a_size_that_no_page_can_have_is_refused_before_anything_is_loaded(folder, capsys, given, got):
    began = time.monotonic()
    assert says(capsys, "explore", "--max-mb", given) == (
        f"The largest size of a page is a number of megabytes above 0: got {got}. Its sign or its unit is probably wrong. Give a number "
        "such as 15, or leave it out."
    )
    assert time.monotonic() - began < 1


def test_a_warning_is_one_line_beside_the_result(folder, monkeypatch):
    monkeypatch.setenv("QKWIDGETS_CACHE_DIR", "/proc/nope")
    ended = subprocess.run([sys.executable, "-c", COMMAND, "explore"], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith(str(folder / "explorer.html"))
    assert ended.stderr == (
        "qkwidgets: The cache folder must be one that can be read and written: /proc/nope cannot (No such file or directory). Results "
        "are computed each time. Make room there, or name another folder in QKWIDGETS_CACHE_DIR.\n"
    )


def test_a_saved_view_with_images_beside_it_is_refused(folder, capsys):
    qkwidgets.alignment(qkwidgets.load_model()).save("view.qk")
    assert says(capsys, "explore", "view.qk", "cat.jpg") == (
        "A saved answer holds its model's numbers and its own images: got view.qk with others beside it. They cannot join it. Leave "
        "them out, or name the "
        "model itself."
    )


def test_a_saved_view_that_is_cut_short_is_refused_in_one_sentence(folder, capsys, picture):
    assert main(["explore", picture, "-o", "view.qk"]) == 0
    capsys.readouterr()
    whole = (folder / "view.qk").read_bytes()
    (folder / "view.qk").write_bytes(whole[: len(whole) // 2])
    assert says(capsys, "explore", "view.qk").startswith(
        "A saved answer is a complete safetensors file: 'view.qk' cannot be read"
    )
    assert left_in(folder) == ["noise.png", "view.qk"]


@pytest.mark.parametrize("name", ["page.html", "view.qk"])
def test_a_disk_that_is_full_is_said_and_nothing_half_written_is_left(folder, picture, name):
    look = "import os; print(sorted(os.listdir('disk')))"
    script = f"from qkwidgets.cli import main; print(main()); {look}"
    ended = python_in(FULL, folder / "disk", script, "explore", picture, "-o", f"disk/{name}")
    assert len(ended.stderr.splitlines()) == 1
    assert f"disk/{name}" in ended.stderr
    assert "(No space left on device)" in ended.stderr
    assert ended.stdout == "2\n['filler']\n"


def test_a_folder_that_is_read_only_is_refused(folder):
    ended = python_in(READ_ONLY, folder / "disk", COMMAND, "explore", "-o", "disk/page.html")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("qkwidgets: The output must be a file in a folder that exists and can be written")


def test_an_interrupt_ends_quietly_with_130_and_leaves_nothing(folder):
    child = subprocess.Popen(
        [sys.executable, "-c", AT_THE_PAGE + COMMAND, "explore"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.communicate(timeout=60) == (b"", b"")
    assert child.returncode == 130
    assert left_in(folder) == []


def test_a_bar_tells_what_is_being_done_where_somebody_watches(folder):
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))
    child = subprocess.Popen([sys.executable, "-c", COMMAND, "explore"], stderr=terminal, stdout=subprocess.DEVNULL)
    os.close(terminal)
    seen = b""
    try:
        while part := os.read(screen, 1000):
            seen += part
    except OSError:  # the terminal is gone when the child is
        pass
    assert child.wait(60) == 0
    steps = [b"loading the model", b"computing modes and maps", b"writing explorer.html"]
    assert [step in seen for step in steps] == [True] * 3


def test_trend_writes_a_table_of_all_models(folder, capsys):
    assert main(["trend", "builtin:o3", "builtin:o3", "-o", "trend.csv"]) == 0
    lines = (folder / "trend.csv").read_text().splitlines()
    assert lines[0].startswith("model,layer,head,cosine")
    assert len(lines) == 1 + 2 * 6 * 4
    assert capsys.readouterr().out.startswith(str(folder / "trend.csv"))


@pytest.mark.parametrize(
    ("ending", "start"), [("html", b"<!doctype html>"), ("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_trend_draws_a_page_or_a_picture(folder, chromium, ending, start):
    assert main(["trend", "builtin:o3", "-o", f"trend.{ending}"]) == 0
    assert (folder / f"trend.{ending}").read_bytes().startswith(start)
    assert left_in(folder) == [f"trend.{ending}"]


def test_trend_of_a_saved_answer_says_what_opens_it(folder, capsys):
    assert "It is a saved answer, not the model itself. Open it with qkwidgets.open(" in says(capsys, "trend", "view.qk")


def test_one_checkpoint_is_not_for_two_models(folder, capsys):
    assert says(capsys, "trend", "builtin:o3", "timm:deit_tiny_patch16_224", "--checkpoint", "weights.safetensors") == (
        "--checkpoint holds the weights of one model: got 2 models. It probably belongs to one of them. Name that one "
        "alone, or leave it out."
    )


def test_the_checkpoint_of_a_model_is_not_for_the_untrained_one_beside_it(folder, capsys):
    weights = Path(qkwidgets.__file__).parent / "models" / "weights" / "o3.safetensors"
    assert main(["trend", "builtin:o3", "untrained:builtin:o3", "--checkpoint", str(weights), "-o", "trend.csv"]) == 0
    rows = (folder / "trend.csv").read_text().splitlines()
    assert {row.split(",")[0] for row in rows[1:]} == {"builtin:o3", "untrained:builtin:o3"}
    capsys.readouterr()
    assert "without a checkpoint" in says(capsys, "trend", "untrained:builtin:o3", "--checkpoint", str(weights))


def test_models_tells_what_is_read_and_what_is_refused(capsys):
    assert main(["models"]) == 0
    assert "refused: windows" in capsys.readouterr().out
    assert main(["models", "builtin:o3"]) == 0
    assert "6 x 4" in capsys.readouterr().out
    assert main(["models", "deit_tiny_patch16_224"]) == 0
    assert "timm:deit_tiny_patch16_224  12 x 3" in capsys.readouterr().out


def test_models_asked_for_an_unknown_name_refuses(capsys):
    assert "builtin:o3" in says(capsys, "models", "builtin:o4")


def test_lab_hands_over_to_jupyterlab(folder):
    import jupyterlab

    ended = subprocess.run([sys.executable, "-c", COMMAND, "lab", "--", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == jupyterlab.__version__


def test_lab_says_what_to_install_where_jupyterlab_is_missing(folder):
    script = f"import sys; sys.modules['jupyterlab'] = None; {COMMAND}"
    ended = subprocess.run([sys.executable, "-c", script, "lab"], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        "qkwidgets: `qkwidgets lab` opens the tutorial notebooks in JupyterLab: it is not installed here. It comes with an extra. "
        "Run `pip install "
        "'qkwidgets[lab]'`.\n",
    )


def test_cache_info_and_clear_say_what_is_there(capsys, cache_dir):
    from qkwidgets.cache import Store

    Store().remember("maps", "f", {}, 1, lambda: ({"x": np.zeros(250_000)}, {}))
    assert main(["cache", "info"]) == 0
    assert capsys.readouterr().out == f"{cache_dir}: 1 entry, 2.0 MB\n  maps: 1, 2.0 MB\n"
    assert main(["cache", "clear"]) == 0
    assert capsys.readouterr().out == f"Removed from {cache_dir}: 1 entry, 2.0 MB\n  maps: 1, 2.0 MB\n"
    assert main(["cache", "info"]) == 0
    assert capsys.readouterr().out == f"{cache_dir}: 0 entries, 0.0 MB\n"


def test_an_unknown_command_is_explained(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["explain"])
    assert ended.value.code == 2
    assert "invalid choice: 'explain'" in capsys.readouterr().err


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"{qkwidgets.__version__}\n"


def test_the_package_is_a_command_too():
    ended = subprocess.run([sys.executable, "-m", "qkwidgets", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == qkwidgets.__version__

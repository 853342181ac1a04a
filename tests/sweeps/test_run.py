"""One pass over many images: what comes out does not depend on how it is done, and what cannot be read is said."""

import contextlib
import io
import os
import pty
import signal
import subprocess
import sys
import termios
from multiprocessing import get_start_method, set_start_method
from threading import Lock

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Dataset

from qkwidgets.core.errors import InputError
from qkwidgets.data.images import Picture
from qkwidgets.sweeps import sweep
from qkwidgets.sweeps.image_sample import image_half
from tests.sweeps.each import Each
from tests.sweeps.sums import Sums, contents

PICTURES = np.random.default_rng(0).integers(0, 256, (21, 64, 64, 3), dtype=np.uint8)


class Labelled(Dataset):
    """Images with labels; those in `broken` raise, and those in `fatal` take their process with them."""

    def __init__(self, pictures=PICTURES, broken=(), fatal=()):
        self.pictures, self.broken, self.fatal = pictures, broken, fatal

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        if index in self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        if index in self.broken:
            raise OSError("bad sector")
        return self.pictures[index], "even" if index % 2 == 0 else 1


def swept(model, dataset=PICTURES, reducers=None, **options):
    options = {"batch_size": 4, "shard_images": 8, "workers": 0} | options
    return sweep(model, dataset, Sums(power=3) if reducers is None else reducers, **options)


def refused(*arguments, **options) -> str:
    with pytest.raises(InputError) as refusal:
        swept(*arguments, **options)
    return str(refusal.value)


def without_sizes(sweep):
    """The contents of a sweep, its batch and shard sizes apart."""
    found = contents(sweep)
    for record in (found["provenance"], found["sums.about"]["provenance"]):
        record |= {"batch_size": None, "shard_images": None}
    return found


# Numbers


def test_sums_are_those_of_queries_and_keys_computed_from_the_weights(builtin_model):
    found = swept(builtin_model, reducers=Sums(power=1))["sums"]
    pixels, _ = builtin_model.preprocess(PICTURES)
    for layer, (x, w) in enumerate(zip(builtin_model.attn_inputs(pixels), builtin_model.layers, strict=True)):
        for side, weight, bias in (("q", w.W_Q, w.b_Q), ("k", w.W_K, w.b_K)):
            expected = (x.double()[:, None] @ weight.double() + bias.double()[:, None]).sum((0, 2)).numpy()
            np.testing.assert_allclose(getattr(found, side)[layer], expected, rtol=0, atol=1e-4 * abs(expected).max())
    assert found.count.tolist() == [21] * 6


def test_workers_and_shards_change_nothing(builtin_model):
    one = swept(builtin_model)
    assert contents(swept(builtin_model, workers=2)) == contents(one)
    assert without_sizes(swept(builtin_model, shard_images=1000))["sums.top"] == contents(one)["sums.top"]
    for other in (swept(builtin_model, shard_images=1), swept(builtin_model, shard_images=1000)):
        np.testing.assert_allclose(other["sums"].q, one["sums"].q, rtol=1e-12)
        assert other["sums"].count.tolist() == one["sums"].count.tolist()


def test_another_batch_size_changes_no_more_than_the_rounding(builtin_model):
    one, other = (swept(builtin_model, reducers=Each(21), batch_size=size)["each"].arrays for size in (4, 21))
    for name in "qkx":
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4)


def test_every_image_is_seen_once_in_every_layer_and_holes_change_no_other(builtin_model):
    whole = swept(builtin_model, Labelled(), Each(21))["each"].arrays
    assert all((whole[name] > 0).all() for name in "qkx")
    for broken in ([5], [0, 1, 2, 3], [20], [4, 7, 19]):
        some = swept(builtin_model, Labelled(broken=broken), Each(21))
        for name in "qkx":
            expected = whole[name].copy()
            expected[broken] = 0
            np.testing.assert_array_equal(some["each"].arrays[name], expected)
        assert some.n_images == 21 - len(broken)


def test_several_reducers_share_one_pass(builtin_model):
    both = swept(builtin_model, reducers=[Sums(power=3), Each(21)])
    assert list(both) == ["sums", "each"]
    assert len(both) == 2
    np.testing.assert_array_equal(both["sums"].q, swept(builtin_model)["sums"].q)
    np.testing.assert_array_equal(both["each"].arrays["q"], swept(builtin_model, reducers=Each(21))["each"].arrays["q"])


def test_mixed_precision_is_another_sweep(builtin_model):
    one, other = (swept(builtin_model, reducers=Each(21), dtype=dtype)["each"] for dtype in (None, torch.bfloat16))
    difference = abs(other.arrays["q"] / one.arrays["q"] - 1)
    assert 0 < difference.max() < 0.05
    assert other.record["provenance"]["dtype"] == "bfloat16"


def test_random_numbers_of_the_caller_are_left_alone(builtin_model):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    swept(builtin_model, workers=1)
    assert torch.rand(1) == expected


# What is known of the images


def test_answers_know_the_images_that_they_show(builtin_model, tmp_path):
    for label in ("cat", "dog"):
        for n in range(4):
            (tmp_path / label).mkdir(exist_ok=True)
            Image.fromarray(PICTURES[n]).resize((300, 200)).save(tmp_path / label / f"{n}.png")
    about = swept(builtin_model, tmp_path)["sums"].about
    shown = list(about["names"])
    assert len(shown) == 3
    assert [about["names"][i] for i in shown] == [f"{('cat', 'dog')[i // 4]}/{i % 4}.png" for i in shown]
    assert [about["labels"][i] for i in shown] == [("cat", "dog")[i // 4] for i in shown]
    assert [about["paths"][i] for i in shown] == [f"{tmp_path}/{('cat', 'dog')[i // 4]}/{i % 4}.png" for i in shown]
    assert [(word, sum(counts)) for word, *counts in about["classes"]] == [("cat", 4), ("dog", 4)]
    assert about["n_images"] == 8


def test_labels_are_counted_in_both_halves_of_the_set(builtin_model):
    about = swept(builtin_model, Labelled(broken=[2]))["sums"].about
    half = image_half(torch.arange(21)).tolist()
    read = [i for i in range(21) if i != 2]
    even, odd = ([sum(half[i] == one for i in read if i % 2 == rest) for one in (0, 1)] for rest in (0, 1))
    assert about["classes"] == [["even", *even], [1, *odd]]
    assert set(about["labels"].items()) == {(i, 1 if i % 2 else "even") for i in about["names"]}


def test_thumbnails_show_what_the_model_sees_of_the_images_most_wanted(builtin_model):
    wide = [np.repeat(picture, 3, axis=1) for picture in PICTURES[:6]]
    answer = swept(builtin_model, wide, Each(6), thumbnails=2)["each"]
    assert sorted(name for name in answer.arrays if "/" in name) == ["thumbnail/4", "thumbnail/5"]
    assert len(answer.record["names"]) == 6
    with Image.open(io.BytesIO(answer.arrays["thumbnail/5"].tobytes())) as small:
        assert small.size == (64, 64)
        seen = builtin_model.preprocess([wide[5]])[1][0]
        assert abs(np.asarray(small).astype(float).mean() - seen.mean()) < 3
    assert not any("/" in name for name in swept(builtin_model, reducers=Each(21), thumbnails=0)["each"].arrays)


# Images that cannot be read


def test_one_corrupt_jpeg_in_a_hundred_is_skipped_counted_and_listed(builtin_model, tmp_path):
    for n in range(100):
        Image.fromarray(PICTURES[n % 21]).resize((40 + n, 100)).save(tmp_path / f"{n:02}.jpg", quality=95)
    half = (tmp_path / "37.jpg").read_bytes()
    (tmp_path / "37.jpg").write_bytes(half[: len(half) // 2])
    found = swept(builtin_model, tmp_path, batch_size=16, workers=1)
    assert found.n_images == 99
    assert [(image["index"], image["name"]) for image in found.skipped] == [(37, "37.jpg")]
    assert found.skipped[0]["why"].startswith(f"An image file must be whole: '{tmp_path}/37.jpg' could not be decoded")
    assert str(found).splitlines()[0] == "Sweep of builtin:o3 over 99 images (1 could not be read)"
    said = refused(builtin_model, tmp_path, batch_size=16, on_error="raise")
    assert said == found.skipped[0]["why"]


def test_a_decompression_bomb_is_skipped(builtin_model, tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "bomb.png")
    Image.fromarray(PICTURES[0]).save(tmp_path / "good.png")
    found = swept(builtin_model, tmp_path)
    assert found.n_images == 1
    assert "could not be decoded (Image size (400000000 pixels) exceeds limit" in found.skipped[0]["why"]


def test_images_of_many_sizes_go_together(builtin_model):
    many = [Picture(np.full((1 + 37 * n % 300, 1 + 91 * n % 200, 3), n, np.uint8), f"{n}") for n in range(20)]
    assert swept(builtin_model, many).n_images == 20


def test_a_data_set_that_raises_in_the_middle_is_named_with_number_and_cause(builtin_model):
    why = (
        "Every image of a data set must be readable: image 9 ('image 9') raised OSError (bad sector). The data set's own code or one of its "
        "files is probably at fault. Mend it, or leave the image out."
    )
    for workers in (0, 1):
        assert swept(builtin_model, Labelled(broken=[9]), workers=workers).skipped == (
            {"index": 9, "name": "image 9", "why": why},
        )
        assert refused(builtin_model, Labelled(broken=[9]), workers=workers, on_error="raise") == why


def test_images_none_of_which_can_be_read_are_refused(builtin_model, tmp_path):
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text("text")
    assert refused(builtin_model, tmp_path) == (
        f"At least one image must be readable: none of 2 is. The first: An image file must be a JPEG, PNG or another format that Pillow "
        f"reads: '{tmp_path}/a.jpg' is none. It is probably another kind of file with the suffix of an image. Leave it out, or convert it."
    )


def test_a_folder_without_images_is_refused(builtin_model, tmp_path):
    assert "holds no file at all" in refused(builtin_model, tmp_path)
    (tmp_path / "a.txt").touch()
    assert "holds 1 other file, 'a.txt'" in refused(builtin_model, tmp_path)


# Worker processes


class Unpicklable(Labelled):
    def __init__(self):
        super().__init__()
        self.lock = Lock()


@pytest.fixture
def spawned():
    """Worker processes that get their data set pickled, as on macOS and Windows."""
    before = get_start_method()
    set_start_method("spawn", force=True)
    yield
    set_start_method(before, force=True)


def test_a_data_set_that_cannot_be_pickled_is_refused_for_workers(builtin_model, spawned):
    assert refused(builtin_model, Unpicklable(), workers=1) == (
        "A data set must be one that can be sent to worker processes: it could not be pickled (cannot pickle '_thread.lock' object). It "
        "probably holds an open file, a lock or a lambda. Define it in a module of its own without these, or use workers=0."
    )
    assert swept(builtin_model, Unpicklable(), workers=0).n_images == 21


def test_workers_may_be_spawned(builtin_model, spawned):
    assert contents(swept(builtin_model, PICTURES, workers=1)) == contents(swept(builtin_model, PICTURES))


KILLED = """
import sys, qkwidgets as qk
from tests.sweeps.test_run import Labelled, refused
print(refused(qk.load_model(), Labelled(fatal=[int(sys.argv[1])]), workers=1))
"""


@pytest.mark.parametrize("image", [0, 9])
def test_a_worker_that_is_killed_is_told_wherever_the_pass_is(image):
    # In a process of its own, without the tests' type checks: the signal may strike inside them, and they would hide it.
    said = subprocess.run([sys.executable, "-c", KILLED, str(image)], check=True, capture_output=True, text=True).stdout.strip()
    assert said.startswith("The worker processes that read images must live until the end: one did not (DataLoader worker (pid")
    assert said.endswith("Memory probably ran out. Use a smaller batch_size or fewer workers.")


# Progress


WATCHED = """
import sys, qkwidgets as qk
from tests.sweeps.test_run import Labelled, swept
swept(qk.load_model(), Labelled(broken=[3, 4]), progress=sys.argv[1] == "yes")
"""


def seen_in_a_terminal(*arguments: str) -> str:
    """What a child writes to stderr when that is a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    child = subprocess.Popen([sys.executable, "-c", *arguments], stderr=theirs)
    os.close(theirs)
    written = b""
    with contextlib.suppress(OSError):  # the end, when the child has closed its side
        while piece := os.read(ours, 4096):
            written += piece
    os.close(ours)
    assert child.wait(60) == 0
    return written.decode()


def test_progress_shows_images_a_second_time_left_and_what_was_skipped():
    last = seen_in_a_terminal(WATCHED, "yes").strip().split("\r")[-1]
    assert "21/21" in last
    assert "images/s" in last
    assert "2 skipped" in last
    assert seen_in_a_terminal(WATCHED, "no") == ""


# Arguments


NONSENSE = [
    ({"batch_size": 0}, "batch_size must be a whole number of at least 1: got 0. Give one, such as 32."),
    ({"batch_size": True}, "batch_size must be a whole number of at least 1: got True. Give one, such as 32."),
    ({"shard_images": -1}, "shard_images must be a whole number of at least 1: got -1. Give one, such as 32."),
    ({"workers": -1}, "workers must be a whole number of at least 0: got -1. Give one, such as 0."),
    ({"thumbnails": -5}, "thumbnails must be a whole number of at least 0: got -5. Give one, such as 0."),
    (
        {"on_error": "ignore"},
        'An unreadable image can be left out ("skip") or end the sweep ("raise"): got on_error=\'ignore\'. It is probably misspelt. '
        "Use one of these.",
    ),
    (
        {"dtype": "float8"},
        'The precision of a forward pass is None (the model\'s own), "bfloat16" or "float16": got dtype=\'float8\'. For others load the '
        "model in it: load_model(..., dtype=...).",
    ),
    (
        {"device": "meta"},
        "A sweep runs where its model is: 'builtin:o3' is on cpu, and device='meta'. Load the model there: "
        "load_model(..., device='meta').",
    ),
    (
        {"reducers": []},
        "A sweep needs reducers of different names: got none. Their names are the keys of their answers. Give each a name of its own.",
    ),
    (
        {"reducers": [Sums(), Sums(power=2)]},
        "A sweep needs reducers of different names: got 'sums', 'sums'. Their names are the keys of their answers. Give each a name of "
        "its own.",
    ),
    (
        {"reducers": Sums},
        "A sweep feeds reducers: got the class Sums. They lie in qkwidgets.sweeps, and are made by a call. Pass for instance "
        "qkwidgets.sweeps.TopImages(k=8).",
    ),
    (
        {"reducers": ["optimal"]},
        "A sweep feeds reducers: got one of type str. They lie in qkwidgets.sweeps, and are made by a call. Pass for instance "
        "qkwidgets.sweeps.TopImages(k=8).",
    ),
    (
        {"reducers": Sums(name="label")},
        "A reducer's name must be one word, and not 'thumbnail' or 'label': got 'label'. Files begin with it. Name it otherwise.",
    ),
]


@pytest.mark.parametrize(
    ("options", "sentence"), NONSENSE, ids=[f"{n} {next(iter(options))}" for n, (options, _) in enumerate(NONSENSE)]
)
def test_nonsense_is_refused(builtin_model, options, sentence):
    assert refused(builtin_model, **options) == sentence


def test_a_name_in_place_of_a_model_is_refused():
    assert refused("builtin:o3").startswith("A model that load_model has given is needed: got the name 'builtin:o3'.")


def test_data_that_can_be_read_only_once_are_refused(builtin_model):
    assert refused(builtin_model, iter(PICTURES)).startswith("A data set must have a length and give its images by number:")


def test_a_sweep_says_what_it_is(builtin_model):
    found = swept(builtin_model)
    assert str(found) == repr(found) == "Sweep of builtin:o3 over 21 images\n  sums: sums over 21 images"
    assert found._repr_html_() == f"<pre>{found}</pre>"
    assert found.answers["sums"] is found["sums"]

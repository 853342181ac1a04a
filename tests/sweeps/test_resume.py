"""A sweep can be stopped at any moment and goes on without any difference; a folder of something else is refused in words."""

import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import FileFormatError, InputError
from qkwidgets.sweeps import record, sweep
from tests.faults import READ_ONLY, python_in
from tests.sweeps.child import NUMBER, OPTIONS, REDUCERS, Scenes
from tests.sweeps.each import Each
from tests.sweeps.sums import Sums, contents

SMALL_DISK = 'mount -t tmpfs -o size=2m none "$1"'


def swept(model, dataset=None, reducers=None, **options):
    return sweep(
        model, Scenes() if dataset is None else dataset, reducers or Sums(power=3), **{"workers": 0, **OPTIONS, **options}
    )


@pytest.fixture(scope="module")
def uninterrupted(builtin_model):
    return contents(swept(builtin_model))


class Stop(BaseException):
    """Ends a sweep from inside, as Ctrl-C does."""


class Stopping(Scenes):
    """The same images, until one is asked for."""

    def __init__(self, at: int):
        super().__init__()
        self.at = at

    def __getitem__(self, index):
        if index == self.at:
            raise Stop
        return super().__getitem__(index)


def stopped(model, folder, at, **options):
    """A folder in which a sweep stopped when it came to an image."""
    with pytest.raises(Stop):
        swept(model, Stopping(at), resume=folder, **options)
    return folder


def refused(model, folder, **options) -> str:
    with pytest.raises(InputError) as refusal:
        swept(model, resume=folder, **options)
    return str(refusal.value)


# Going on


@pytest.mark.parametrize("at", [0, 5, 8, 31, 58])
def test_a_stopped_sweep_goes_on_where_it_was_without_any_difference(builtin_model, uninterrupted, tmp_path, at):
    folder = stopped(builtin_model, tmp_path / "sweep", at)
    assert contents(swept(builtin_model, resume=folder)) == uninterrupted


def test_no_whole_shard_is_read_again(builtin_model, uninterrupted, tmp_path):
    stopped(builtin_model, tmp_path, 42)

    class Rest(Scenes):
        def __getitem__(self, index):
            assert index >= 40 or index in shown or index in (0, NUMBER // 2)  # the last two tell the set from others
            return super().__getitem__(index)

    shown = uninterrupted["sums.about"]["names"]
    assert contents(swept(builtin_model, Rest(), resume=tmp_path)) == uninterrupted


def test_a_finished_sweep_is_read_and_not_run(builtin_model, uninterrupted, tmp_path, monkeypatch):
    assert contents(swept(builtin_model, resume=tmp_path)) == uninterrupted
    before = (tmp_path / "state.qk").stat().st_mtime_ns
    monkeypatch.setattr(type(builtin_model), "watch", None)
    assert contents(swept(builtin_model, resume=str(tmp_path))) == uninterrupted
    assert (tmp_path / "state.qk").stat().st_mtime_ns == before
    assert contents(qk.open(tmp_path)) == uninterrupted
    assert contents(qk.open(tmp_path / "state.qk")) == uninterrupted


def test_an_unfinished_sweep_opens_and_says_so(builtin_model, tmp_path):
    found = qk.open(stopped(builtin_model, tmp_path, 37))
    assert not found.finished
    assert found.n_images == 31
    assert [image["index"] for image in found.skipped] == [13]
    assert str(found) == "Sweep of builtin:o3 over 31 images so far (1 could not be read)\n  sums: sums over 31 images"
    assert found["sums"].count.tolist() == [31] * 6


def test_a_folder_is_opened_without_torch(builtin_model, tmp_path):
    swept(builtin_model, resume=tmp_path, reducers=Each(NUMBER))
    # The stand-in's module imports torch, which the real answers do not.
    (tmp_path / "plain.py").write_text(
        "class Answer:\n    @classmethod\n    def from_state(cls, arrays, record):\n        return cls()\n    def __str__(self):\n"
        "        return 'plain'\n"
    )
    script = (
        "import sys; sys.modules['torch'] = None; sys.path.insert(0, sys.argv[1]); import qkwidgets; from qkwidgets.answers import registry;"
        "registry.CLASSES['EachAnswer'] = 'plain:Answer'; print(qkwidgets.open(sys.argv[1]))"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert ended.stdout == "Sweep of builtin:o3 over 58 images (2 could not be read)\n  each: plain\n"


def test_what_a_killed_writer_left_is_removed(builtin_model, tmp_path):
    (tmp_path / ".state.qk.abc.part").write_bytes(b"half")
    swept(builtin_model, resume=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state.qk", "sweep.json", "sweep.lock"]


# Kills


def killed_and_resumed(builtin_model, folder, seed: int) -> tuple[dict, int]:
    """The contents of a sweep that was killed again and again at random moments, and how often it was."""
    moment, kills = random.Random(seed), 0
    for _ in range(3):
        workers = str(moment.randrange(2))
        command = [sys.executable, "-m", "tests.sweeps.child", str(folder), "0.03", workers]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert child.stdout.readline() == b"ready\n"
        time.sleep(moment.uniform(0, 0.8))  # the fault is a kill at a random time
        child.send_signal(signal.SIGKILL)
        kills += child.communicate()[0] == b""
    return contents(swept(builtin_model, reducers=REDUCERS, resume=folder)), kills


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 7))])
def test_a_sweep_killed_at_three_random_moments_gives_the_same_answer(builtin_model, tmp_path, seed):
    found, kills = killed_and_resumed(builtin_model, tmp_path / "sweep", seed)
    assert kills >= 2
    assert found == contents(swept(builtin_model, reducers=REDUCERS))
    assert sorted(path.name for path in (tmp_path / "sweep").iterdir()) == ["state.qk", "sweep.json", "sweep.lock"]


# Another sweep's folder


@pytest.fixture(scope="module")
def begun(builtin_model, tmp_path_factory):
    return stopped(builtin_model, tmp_path_factory.mktemp("begun"), 20)


class Fewer(Scenes):
    def __len__(self):
        return NUMBER - 1


class Others(Scenes):
    def __getitem__(self, index):
        return np.zeros((9, 9, 3), np.uint8)


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        ({"batch_size": 2}, "batch_size 4, now 2"),
        ({"shard_images": 16}, "shard_images 8, now 16"),
        ({"dtype": "bfloat16"}, "dtype none, now bfloat16"),
        ({"reducers": Sums(power=2)}, "reducers: sums: power 3, now 2"),
        ({"dataset": Fewer()}, "images: number 60, now 59"),
        ({"dataset": Others()}, "images: other ones, or such as change from one reading to the next"),
        ({"dataset": [np.zeros((4, 4), np.uint8)]}, "images: kind data set, now list; images: number 60, now 1"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_folder_of_another_option_or_data_set_is_refused(builtin_model, begun, options, difference):
    before = (begun / "state.qk").read_bytes()
    assert refused(builtin_model, begun, **options) == (
        f"A sweep goes on as it was begun: '{begun}' was begun with {difference}. Another folder was probably meant. Use the same again, or "
        "name another folder."
    )
    assert (begun / "state.qk").read_bytes() == before


def test_a_folder_of_a_version_with_other_modes_is_refused(builtin_model, begun, monkeypatch):
    monkeypatch.setattr(record, "ALGORITHM_VERSION", record.ALGORITHM_VERSION + 1)
    assert "was begun with a version that finds other modes. Another folder" in refused(builtin_model, begun)


def test_a_folder_of_another_model_is_refused(builtin_model, begun):
    from tests.models.families import randomised, read, vit

    other = read(randomised(vit()), "small")
    assert "was begun with model builtin:o3, now small. Another folder" in refused(other, begun)
    trained = read(randomised(vit()), "builtin:o3")
    assert "was begun with other weights. Another folder" in refused(trained, begun)


def test_a_folder_of_another_set_of_reducers_is_refused(builtin_model, begun):
    both = [Sums(power=3), Each(NUMBER)]
    assert 'was begun with reducers: each none, now {"answer": "EachAnswer", "number": 60}.' in refused(
        builtin_model, begun, reducers=both
    )


# Damage


def test_a_damaged_state_is_refused_in_words(builtin_model, begun, tmp_path):
    folder = shutil.copytree(begun, tmp_path / "sweep")
    state = folder / "state.qk"
    whole = state.read_bytes()
    state.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    said = refused(builtin_model, folder)
    assert said == (
        "The content of a saved answer matches its checksum: that of 'state.qk' does not. The file was changed or damaged after it was "
        f"written. Save it again from the model, or fetch it again. Here: remove '{state}', and the sweep begins anew."
    )
    state.write_bytes(whole[:-100])
    assert "It was probably cut short" in refused(builtin_model, folder)
    with pytest.raises(FileFormatError):
        qk.open(folder)
    state.unlink()
    assert swept(builtin_model, resume=folder).finished


def test_a_state_of_another_sweep_is_refused(builtin_model, begun, tmp_path):
    folder = stopped(builtin_model, tmp_path, 20, reducers=Sums(power=2))
    shutil.copy(begun / "state.qk", folder)
    assert refused(builtin_model, folder, reducers=Sums(power=2)) == (
        f"The state of a sweep must belong to its folder: '{folder}/state.qk' says otherwise than sweep.json beside it. It was probably "
        "copied. Remove it, and the sweep begins anew."
    )


def test_a_record_that_is_no_record_is_refused(builtin_model, tmp_path):
    (tmp_path / "sweep.json").write_text("{")
    said = (
        f"A sweep's folder says with what it was begun: '{tmp_path}/sweep.json' is no JSON record. Something else was probably written "
        "there. Name another folder, or remove this one."
    )
    assert refused(builtin_model, tmp_path) == said
    (tmp_path / "sweep.json").write_text("[1]")
    assert refused(builtin_model, tmp_path) == said


# Faults


def test_two_sweeps_in_one_folder_are_refused(builtin_model, tmp_path):
    command = [sys.executable, "-m", "tests.sweeps.child", str(tmp_path), "0.2", "1"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    child.stdout.readline()
    while not (tmp_path / "sweep.json").exists():  # it is written under the lock
        assert child.poll() is None
        time.sleep(0.01)
    said = refused(builtin_model, tmp_path)
    child.kill()
    child.communicate()
    assert said == (
        f"One sweep at a time may write to a folder: another is at work in '{tmp_path}'. It was probably started twice. Wait for it, or name "
        "another folder."
    )
    assert swept(
        builtin_model, reducers=REDUCERS, resume=tmp_path
    ).finished  # at once, although the child's worker may still be there


def test_two_sweeps_of_one_process_are_kept_apart_too(builtin_model, tmp_path):
    folder, link, said = tmp_path / "sweep", tmp_path / "link", []
    folder.mkdir()
    link.symlink_to(folder)

    class Meanwhile(Scenes):
        def __getitem__(self, index):
            if index == 20 and not said:
                said.extend(refused(builtin_model, name) for name in (folder, link, folder / ".." / "sweep"))
                # The refusals must not have given the lock back, which would let other processes in.
                command = [sys.executable, "-m", "tests.sweeps.child", str(folder), "0", "0"]
                said.append(subprocess.run(command, capture_output=True, text=True, check=False).stderr)
            return super().__getitem__(index)

    assert swept(builtin_model, Meanwhile(), resume=folder).finished
    assert len(said) == 4
    for each in said:
        assert f"One sweep at a time may write to a folder: another is at work in '{folder}'." in each
    assert swept(builtin_model, resume=folder).finished


def test_a_folder_may_be_a_link_but_not_to_itself(builtin_model, uninterrupted, tmp_path):
    (tmp_path / "link").symlink_to("new")
    assert contents(swept(builtin_model, resume=tmp_path / "link")) == uninterrupted
    assert contents(qk.open(tmp_path / "new")) == uninterrupted
    (tmp_path / "circle").symlink_to("circle")
    assert refused(builtin_model, tmp_path / "circle").startswith("A sweep's folder must be one that can be written: ")


# The disk fills up when image 29 is read; then there is room again.
FILLING = """
import os, sys, numpy as np, qkwidgets as qk
from tests.sweeps.test_resume import swept, contents, Scenes
folder = sys.argv[1]
class Filling(Scenes):
    def __getitem__(self, index):
        if index == 29 and not os.path.exists(folder + "/../filled"):
            try:
                with open(folder + "/filler", "wb", buffering=0) as file:
                    while file.write(bytes(4096)): pass
            except OSError:
                pass
        return super().__getitem__(index)
model = qk.load_model()
try:
    swept(model, Filling(), resume=folder)
except qk.core.errors.InputError as error:
    print(error)
print(sorted(os.listdir(folder)), qk.open(folder).n_images)
os.remove(folder + "/filler")
print(contents(swept(model, Scenes(), resume=folder)) == contents(swept(model)))
"""


def test_a_full_disk_ends_the_sweep_with_a_sentence_and_leaves_the_last_good_state(tmp_path):
    folder = tmp_path / "sweep"
    ended = python_in(SMALL_DISK, folder, FILLING, str(folder))
    assert ended.stdout == (
        f"A sweep's folder must be one that can be written: '{folder}' could not be (No space left on device). The disk is probably full, or "
        "the folder not yours. Make room or name another folder; the same call goes on from the last shard that was saved.\n"
        "['filler', 'state.qk', 'sweep.json', 'sweep.lock'] 23\nTrue\n"
    ), ended.stderr


TRYING = """
import sys, qkwidgets as qk
from tests.sweeps.test_resume import swept
try:
    swept(qk.load_model(), resume=sys.argv[1])
except qk.core.errors.InputError as error:
    print(error)
"""


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(tmp_path, builtin_model):
    folder = tmp_path / "sweep"
    said = "A sweep's folder must be one that can be written: '{}' could not be ({})."
    for name in (folder, folder / "new"):
        ended = python_in(READ_ONLY, folder, TRYING, str(name))
        assert ended.stdout.startswith(said.format(name, "Read-only file system")), ended.stderr
    (tmp_path / "file").touch()
    for name in (tmp_path / "file", tmp_path / "file" / "inside"):
        assert refused(builtin_model, name) == (
            f"A sweep is kept in a folder: '{name}' is, or lies in, a file. The name of a file was probably given, such as that of an answer. Name "
            "a folder, which is made if it is not there."
        )


# Folders that are none


def test_a_folder_that_is_no_sweep_is_not_opened(tmp_path):
    with pytest.raises(
        InputError,
        match=re.escape(
            f"A folder that can be opened is that of a sweep with at least one whole shard: '{tmp_path}' holds no 'state.qk'. The sweep has "
            "probably just begun, or it is another folder. Let it run on, or check the path."
        ),
    ):
        qk.open(tmp_path)


def test_the_folder_says_for_people_with_what_it_was_begun(begun):
    record = json.loads((begun / "sweep.json").read_text())
    assert record["model"] == "builtin:o3"
    assert record["images"]["number"] == NUMBER
    assert record["reducers"] == {"sums": {"answer": "SumsAnswer", "power": 3}}
    assert torch.__version__.startswith(qk.open(begun).provenance["versions"]["torch"])

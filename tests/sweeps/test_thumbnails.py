"""An unfinished sweep shows pictures too, and nobody can tell from the finished one how it came about."""

import numpy as np
import pytest

import qkwidgets as qk
from qkwidgets.sweeps import TopImages, sweep, thumbnails
from qkwidgets.sweeps.thumbnails import Thumbnails
from tests.sweeps.child import NUMBER, OPTIONS, Scenes
from tests.sweeps.sums import contents


class Stop(BaseException):
    """Ends a sweep from inside, as Ctrl-C does."""


class Stopping(Scenes):
    """The same images, until the fortieth is asked for."""

    def __getitem__(self, index):
        if index == 40:
            raise Stop
        return super().__getitem__(index)


def swept(model, dataset, folder=None, **options):
    return sweep(model, dataset, TopImages(k=1, maps=1), resume=folder, workers=0, **OPTIONS, **options)


@pytest.fixture
def stopped(builtin_model, tmp_path):
    def stop(share, monkeypatch):
        monkeypatch.setattr(thumbnails, "SHARE", share)
        with pytest.raises(Stop):
            swept(builtin_model, Stopping(), tmp_path)
        return qk.open(tmp_path)["optimal"]

    return stop


def test_an_unfinished_sweep_has_pictures_of_what_it_found(stopped, monkeypatch):
    found = stopped(1e9, monkeypatch)
    assert not found.finished
    assert set(found.thumbnails) == set(np.unique(found.image).tolist()) - {-1}
    assert found.widget().thumbnails


def test_pictures_take_no_more_than_their_share_of_the_time(stopped, monkeypatch):
    assert not stopped(0, monkeypatch).thumbnails


def test_pictures_made_in_between_change_nothing_at_the_end(builtin_model, stopped, tmp_path, monkeypatch):
    stopped(1e9, monkeypatch)
    alone = contents(swept(builtin_model, Scenes()))
    assert contents(swept(builtin_model, Scenes(), tmp_path)) == alone
    assert contents(qk.open(tmp_path)) == alone


class Counted:
    """A data set that counts how often each image is read, before a sweep and in it."""

    def __init__(self):
        self.read = np.zeros(NUMBER, int)

    def __len__(self):
        return NUMBER

    def __getitem__(self, index):
        self.read[index] += 1
        return np.full((64, 64, 3), index, np.uint8)


def test_a_picture_is_made_once_and_forgotten_when_nobody_wants_it(builtin_model, monkeypatch):
    from qkwidgets.data.image_sets import image_set

    monkeypatch.setattr(thumbnails, "SHARE", 1e9)
    images = Counted()
    made = Thumbnails(image_set(images), builtin_model.preprocessing, {})
    images.read[:] = 0
    assert list(made.some([3, 5])) == ["thumbnail/3", "thumbnail/5"]
    assert list(made.some([5, 7])) == ["thumbnail/5", "thumbnail/7"]
    assert list(made.all([7, 3], 0)) == ["thumbnail/7", "thumbnail/3"]
    assert {i: n for i, n in enumerate(images.read.tolist()) if n} == {3: 2, 5: 1, 7: 1}

"""A sweep on a cluster of processes gives the answer of one machine, whatever happens to the workers."""

import os
import re
import signal
import time
from threading import Lock, Thread, Timer

import numpy as np
import pytest
import torch
from distributed import Client, LocalCluster

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.data.scene_recipe import SceneRecipe
from qkwidgets.sweeps import PreferenceMasses, sweep
from qkwidgets.sweeps.semantic import Relations
from tests.sweeps.child import NUMBER, OPTIONS, REDUCERS, Scenes
from tests.sweeps.each import Each
from tests.sweeps.sums import contents


@pytest.fixture(scope="module")
def client():
    """Two worker processes of one thread each."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", memory_limit=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def _one_thread():
    """As the workers have it: threads share out a product, which may change its last bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def swept(model, client, dataset=None, reducers=None, **options):
    """A sweep in 15 shards of 4 images, or otherwise."""
    options = {**OPTIONS, "shard_images": 4, **options}
    return sweep(model, dataset or Scenes(), reducers or REDUCERS, client=client, workers=0, **options)


def refused(*arguments, **options) -> str:
    with pytest.raises(InputError) as refusal:
        swept(*arguments, **options)
    return str(refusal.value)


@pytest.fixture(scope="module")
def undisturbed(builtin_model, client):
    return contents(swept(builtin_model, client))


def test_a_cluster_gives_the_answer_of_one_machine(builtin_model, client, undisturbed):
    here = swept(builtin_model, None)
    found = contents(here)
    assert found.keys() == undisturbed.keys() >= {"optimal.maps/maps", "optimal.deciles/image", "optimal.halves/classes"}
    different = {key for key in found if found[key] != undisturbed[key]}
    assert different <= {"sums.q", "sums.k"}  # sums in another order
    there = swept(builtin_model, client)["sums"]
    np.testing.assert_allclose(there.q, here["sums"].q, rtol=1e-10)
    np.testing.assert_allclose(there.k, here["sums"].k, rtol=1e-10)


def test_every_image_gives_the_same_numbers_on_a_cluster(builtin_model, client):
    here, there = (swept(builtin_model, where, reducers=Each(NUMBER))["each"].arrays for where in (None, client))
    assert here.keys() == there.keys()
    for name, array in here.items():
        np.testing.assert_array_equal(there[name], array)


def test_objects_come_to_a_cluster_and_their_sums_are_those_of_one_machine(builtin_model, client):
    reducers = [Relations(draws=19, controls=2), PreferenceMasses(null=1, draws=20)]
    here, there = (swept(builtin_model, where, SceneRecipe(n=18, seed=2), reducers) for where in (None, client))
    for name in ("semantic", "preference"):
        for key, values in here[name].to_parts()[0].items():
            np.testing.assert_allclose(there[name].to_parts()[0][key], values, rtol=1e-9, atol=1e-10)


class Watched(Scenes):
    """The same images; those that have been read are noted in a folder, and so are the processes that pickled them."""

    def __init__(self, folder):
        super().__init__(pause_s=0.03)
        self.folder, self.pickled_by = folder / "read", folder / "pickled by"
        self.folder.mkdir()
        self.pickled_by.mkdir()

    def __getstate__(self):
        (self.pickled_by / str(os.getpid())).touch()
        return self.__dict__

    def __getitem__(self, index):
        (self.folder / str(index)).touch()
        return super().__getitem__(index)

    def wait_for(self, count: int) -> None:
        while len(list(self.folder.iterdir())) < count:
            time.sleep(0.01)


@pytest.mark.parametrize("both", [False, True])
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(builtin_model, client, undisturbed, tmp_path, both):
    victims, images = list(client.run(os.getpid).values())[: 1 + both], Watched(tmp_path)

    def kill():
        for n, victim in enumerate(victims):
            images.wait_for(15 + 15 * n)
            os.kill(victim, signal.SIGKILL)

    killer = Thread(target=kill)
    killer.start()
    found = swept(builtin_model, client, images)
    killer.join()
    assert contents(found) == undisturbed
    # A model that is at work must not travel from one worker to another: the hooks on it would come along.
    assert [path.name for path in images.pickled_by.iterdir()] == [str(os.getpid())]
    client.wait_for_workers(2, timeout=60)
    assert not set(victims) & set(client.run(os.getpid).values())


class Mended(Scenes):
    """Image 41 cannot be read until it is mended."""

    def __init__(self, mended: bool):
        super().__init__()
        self.mended = mended

    def __getitem__(self, index):
        if index == 41 and not self.mended:
            raise OSError("bad sector")
        return super().__getitem__(1 if index in (13, 50) else index)


def test_a_sweep_on_a_cluster_goes_on_where_it_was(builtin_model, client, tmp_path):
    said = refused(builtin_model, client, Mended(False), resume=tmp_path, on_error="raise")
    assert said.startswith("Every image of a data set must be readable: image 41 ('image 41') raised OSError (bad sector).")
    assert qk.open(tmp_path).n_images == 32
    found = swept(builtin_model, client, Mended(True), resume=tmp_path)
    assert contents(found) == contents(swept(builtin_model, client, Mended(True)))


class Stop(BaseException):
    """Ends a sweep from inside, as Ctrl-C does."""


def test_shards_in_hand_on_one_machine_may_be_finished_on_a_cluster(builtin_model, client, tmp_path):
    class Stopping(Scenes):
        def __getitem__(self, index):
            if index == 41:
                raise Stop
            return super().__getitem__(index)

    with pytest.raises(Stop):
        swept(builtin_model, None, Stopping(), resume=tmp_path)
    found = swept(builtin_model, client, resume=tmp_path)
    assert found["sums"].count.tolist() == [NUMBER - 2] * 6
    np.testing.assert_allclose(found["sums"].q, swept(builtin_model, None)["sums"].q, rtol=1e-10)


class Fatal(Scenes):
    """An image that takes its process with it, each time."""

    def __getitem__(self, index):
        if index == 20:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__getitem__(index)


def test_a_shard_that_kills_every_worker_is_told(builtin_model, client):
    scheduler = client.cluster.scheduler
    before, scheduler.allowed_failures = scheduler.allowed_failures, 0
    said = refused(builtin_model, client, Fatal())
    scheduler.allowed_failures = before
    assert re.fullmatch(
        r"A cluster's workers must outlive their shards: qkwidgets-part-\w+-\d+ was tried on several, and all died\. Memory probably ran out\. "
        r"Use a smaller batch_size, or workers with more memory; with resume= nothing before is lost\.",
        said,
    )
    client.wait_for_workers(2, timeout=30)


class Locked(Scenes):
    def __init__(self):
        super().__init__()
        self.lock = Lock()


def test_what_cannot_be_sent_is_refused(builtin_model, client):
    assert refused(builtin_model, client, Locked()) == (
        "What a sweep sends to Dask workers must be picklable: model, reducers or data set are not (cannot pickle '_thread.lock' object). A "
        "data set probably holds an open file or a lock. Open it when an image is asked for."
    )


def test_what_is_no_client_is_refused(builtin_model):
    assert refused(builtin_model, "tcp://10.0.0.1:8786") == (
        "client must be a dask.distributed.Client: got one of type str. An address or a cluster was probably passed. Wrap it: "
        "Client(address)."
    )


def test_a_cluster_without_workers_is_told(builtin_model, monkeypatch):
    monkeypatch.setattr("qkwidgets.sweeps.dask.PATIENCE_S", 0.1)
    monkeypatch.setattr("qkwidgets.sweeps.dask.ASK_EVERY_S", 0.1)
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster, Client(cluster) as client:
        assert refused(builtin_model, client) == (
            "A Dask client needs workers: its cluster has had none for 0.1 s. They have probably not been started, died, or cannot reach "
            "the scheduler. Start one with `dask worker ADDRESS`."
        )


def test_a_cluster_that_stops_is_told(builtin_model):
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0", memory_limit=None)
    client = Client(cluster)
    stop = Timer(1.0, cluster.close)
    stop.start()
    assert refused(builtin_model, client, Scenes(pause_s=0.2)) == (
        "A cluster must stay until the end: the tasks of this sweep were cancelled, or the connection was lost. Its scheduler was probably "
        "stopped. Start it again; with resume= nothing before is lost."
    )
    stop.join()
    client.close()

"""Thresholds of the C library are raised for a sweep and no longer. (What that saves is measured in `benchmarks`: it is a matter of luck.)"""

import sys

import pytest
import torch

import qkwidgets as qk
from qkwidgets.sweeps import memory, sweep
from qkwidgets.sweeps.memory import KEEP, SET_BY_USER, USUAL, memory_kept
from tests.sweeps.sums import Sums

CPU = torch.device("cpu")


@pytest.fixture
def calls(monkeypatch):
    """What the C library is told, instead of telling it."""
    told = []
    monkeypatch.setattr(memory, "_mallopt", lambda: lambda *call: told.append(call))
    return told


def test_thresholds_are_as_usual_afterwards_whatever_happens(calls):
    with pytest.raises(KeyError), memory_kept(CPU):
        raise KeyError(*calls)
    assert calls == [*KEEP.items(), *USUAL.items()]


def test_other_devices_have_pools_of_their_own(calls):
    with memory_kept(torch.device("meta")):
        pass
    assert not calls


def test_a_sweep_keeps_its_memory_while_reducers_see_layers(calls, builtin_model, monkeypatch):
    during = []
    monkeypatch.setattr(Sums, "update", lambda *_: during.append(list(calls)))
    sweep(builtin_model, list(qk.odd_one_out(3).images), Sums(), workers=0, progress=False)
    assert during
    assert all(seen == list(KEEP.items()) for seen in during)
    assert calls == [*KEEP.items(), *USUAL.items()]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is nothing to be told")
def test_who_has_set_up_the_library_is_left_alone(monkeypatch):
    for name in SET_BY_USER:
        monkeypatch.delenv(name, raising=False)
    assert memory._mallopt.__wrapped__() is not None
    for name in SET_BY_USER:
        monkeypatch.setenv(name, "1")
        assert memory._mallopt.__wrapped__() is None
        monkeypatch.delenv(name)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory._mallopt.__wrapped__() is None

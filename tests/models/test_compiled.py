"""A model with compiled parts shows the same tokens; the one it was made of stays as it is."""

import pickle

import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.errors import InputError
from qkwidgets.models import compiled as module
from qkwidgets.models.compiled import compiled
from qkwidgets.sweeps import TopImages, sweep
from tests.models.families import CASES, randomised, read


def compiled_parts(model) -> list[torch.nn.Module]:
    return [part for part in model._runner.module.modules() if part._compiled_call_impl is not None]


def seen(model, pixels):
    found = []
    model.watch(pixels, lambda layer, tokens: found.append((tokens.x.clone(), tokens.q.clone(), tokens.k.clone())))
    return found


@pytest.fixture
def eager(monkeypatch):
    """Parts are compiled for Python itself, for which no compiler must be there."""
    monkeypatch.setattr(module.compiled, "__defaults__", (None, "eager"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_model_with_compiled_parts_shows_the_same_tokens(case):
    model = read(randomised(case.build()))
    fast = compiled(model, 2, backend="eager")
    assert compiled_parts(fast)
    assert not compiled_parts(model)
    pixels = torch.randn(2, 3, *model.preprocessing.size)
    for one, other in zip(seen(model, pixels), seen(fast, pixels), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert all(a is b for a, b in zip(model._runner.module.parameters(), fast._runner.module.parameters(), strict=True))
    assert (fast.structure, fast.fingerprint) == (model.structure, model.fingerprint)


def test_what_is_compiled_runs_compiled():
    calls = []

    def backend(graph, _inputs):
        calls.append(graph)
        return graph.forward

    compiled(qk.load_model(), 2, backend=backend)
    assert calls


def test_a_model_is_sent_without_what_was_compiled():
    assert not compiled_parts(pickle.loads(pickle.dumps(compiled(qk.load_model(), 2, backend="eager"))))


def test_where_torch_cannot_compile_it_is_said():
    def broken(_graph, _inputs):
        raise OSError("no g++\nand more")

    with pytest.raises(
        InputError, match=r"^compile=True needs a compiler that torch can use: it failed here \(.*\)\. None is probably"
    ):
        compiled(qk.load_model(), 2, backend=broken)


def test_memory_that_runs_out_is_not_the_compilers_fault(monkeypatch):
    def full(*_arguments, **_options):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(type(qk.load_model()), "watch", full)
    with pytest.raises(torch.OutOfMemoryError, match="of memory"):
        compiled(qk.load_model(), 2, backend="eager")


def test_a_sweep_with_compiled_parts_finds_the_same_and_says_so(eager, tmp_path):
    scenes, options = qk.odd_one_out(9), {"batch_size": 4, "workers": 0, "progress": False}
    plain = sweep(qk.load_model(), scenes, TopImages(k=2, maps=0), **options)["optimal"]
    found = sweep(qk.load_model(), scenes, TopImages(k=2, maps=0), compile=True, resume=tmp_path, **options)["optimal"]
    assert (found.image == plain.image).all()
    assert (found.provenance["compile"], plain.provenance.get("compile")) == (True, None)
    with pytest.raises(InputError, match="was begun with compile true, now none"):
        sweep(qk.load_model(), scenes, TopImages(k=2, maps=0), resume=tmp_path, **options)

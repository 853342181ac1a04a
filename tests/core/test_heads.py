"""Heads shared out between threads."""

import threading

import pytest
import torch

from qkwidgets.core.heads import over_heads
from qkwidgets.core.modes import factor_norms, singular_modes


def test_heads_come_in_order_whatever_number_of_threads(restored_threads):
    factor = torch.arange(37.0).reshape(37, 1, 1).expand(37, 64, 4)
    for threads in (1, 2, 3, 64):
        torch.set_num_threads(threads)
        found = over_heads(lambda part, left, _: left[:, 0, 0].clone(), factor, factor)
        assert torch.cat(found).tolist() == list(range(37))


def test_a_worker_has_one_thread_and_torch_gets_all_of_its_threads_back(restored_threads):
    torch.set_num_threads(2)
    factor = torch.ones(4, 6, 2)
    assert over_heads(lambda *_: torch.get_num_threads(), factor, factor) == [1, 1]
    assert torch.get_num_threads() == 2
    later = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert later == [2]


def test_an_error_in_a_worker_reaches_the_caller_and_leaves_the_threads_as_they_were(restored_threads):
    torch.set_num_threads(2)

    def fails(part: slice, *_) -> None:
        raise ValueError(f"heads from {part.start}")

    with pytest.raises(ValueError, match="heads from 0"):
        over_heads(fails, torch.ones(4, 6, 2), torch.ones(4, 6, 2))
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("shape", [(36, 192, 64), (1, 384, 128)])
def test_modes_and_norms_are_the_same_to_the_last_bit_for_any_number_of_threads(shape, restored_threads):
    factors = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0)).unbind()
    found = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        found.append((*singular_modes(*factors), *factor_norms(*factors)))
    for others in found[1:]:
        assert all(map(torch.equal, found[0], others))


@pytest.fixture
def restored_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)

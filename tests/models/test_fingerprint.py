"""The fingerprint of weights follows every name, shape, type and value, and nothing else."""

import pytest
import torch
from torch import nn

from qkwidgets.models.fingerprint import fingerprint, not_finite
from tests.models.families import randomised, vit


@pytest.mark.parametrize("name", [name for name, _ in vit().named_parameters()])
def test_a_change_of_any_weight_changes_it(name):
    module = randomised(vit())
    before = fingerprint(module)
    assert fingerprint(randomised(vit())) == before
    with torch.no_grad():
        module.get_parameter(name).view(-1)[-1] += 1e-4
    assert fingerprint(module) != before


def test_names_shapes_and_types_count():
    def zeros(*shape, dtype=torch.float32, name="weight") -> str:
        module = nn.Module()
        module.register_parameter(name, nn.Parameter(torch.zeros(*shape, dtype=dtype)))
        return fingerprint(module)

    assert len({zeros(2, 3), zeros(3, 2), zeros(6), zeros(2, 3, name="other"), zeros(2, 3, dtype=torch.float64)}) == 5


def test_it_does_not_depend_on_memory_layout():
    one, other = nn.Linear(3, 4, bias=False), nn.Linear(3, 4, bias=False)
    other.weight = nn.Parameter(one.weight.detach().T.contiguous().T)
    assert other.weight.stride() != one.weight.stride()
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_large_weights_are_finite_and_opposite_infinities_are_not(dtype):
    module = nn.Linear(400, 400, bias=False, dtype=dtype)
    with torch.no_grad():
        module.weight.fill_(torch.finfo(dtype).max)
        assert not_finite(module) is None
        module.weight[0, 0], module.weight[0, 1] = float("inf"), float("-inf")
    assert not_finite(module) == "'weight' [400, 400] holds 2 values that are NaN or infinite, the first at [0, 0]"

"""Is the distance of attention that of the model's own softmax, and what is it where the answer is known?"""

import dataclasses

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.core.attention_distance import attention_distance, uniform_distance
from qkwidgets.core.errors import InputError
from qkwidgets.core.layout import TokenLayout
from qkwidgets.figures.attention_distance import distance_figure
from tests.depths import QUIET, model, noise
from tests.figures.texts import ESCAPED, NASTY, markup_of_names, traces, words
from tests.oracles import attention_distance as oracle

N = 5


@pytest.fixture(scope="module")
def small():
    return model()


@pytest.fixture(scope="module")
def found(small):
    return qk.attention_distance(small, noise(N), batch_size=2, shard_images=3, **QUIET)


def test_distances_are_those_of_plain_loops(small, found):
    each = []
    small.watch(small.preprocess(noise(N))[0], lambda layer, part: each.append((part.q.clone(), part.k.clone())))
    for layer, (q, k) in enumerate(each):
        for head in range(small.n_heads):
            sides = [[side[image, head].double().numpy() for side in (q, k)] for image in range(N)]
            made = [oracle.attention_distance(*pair, small.layers[layer].scale, 1, small.layout.grid) for pair in sides]
            distance, one, two, other = np.mean(made, axis=0)
            assert found.distance[layer, head] == pytest.approx(distance, rel=1e-5)
            np.testing.assert_allclose(found.near[layer, head], [one, two], rtol=1e-5)
            assert found.other[layer, head] == pytest.approx(other, rel=1e-4)
            spread = np.std([image[0] for image in made], ddof=1)
            assert found.band[layer, head] == pytest.approx(1.96 * spread / N**0.5, rel=1e-3)


def test_attention_to_itself_has_no_distance_and_equal_attention_the_uniform_one():
    layout = TokenLayout(n_cls=1, n_registers=1, grid=(3, 5))
    sharp = 100 * torch.eye(17)[None, None]
    found = attention_distance(sharp, sharp, 1.0, layout)
    assert found.distance.max() < 1e-6
    assert found.near.min() == pytest.approx(1)
    flat = attention_distance(*torch.zeros(2, 1, 1, 17, 4), 1.0, layout)
    distance, near = uniform_distance(layout.grid)
    assert flat.distance.item() == pytest.approx(distance.item(), rel=1e-6)
    np.testing.assert_allclose(flat.near[0, 0], near, rtol=1e-6)
    assert flat.other.item() == pytest.approx(2 / 17)


def test_it_can_be_saved_read_as_a_table_and_drawn(found, tmp_path):
    found.save(tmp_path / "distance.qk")
    again = qk.open(tmp_path / "distance.qk")
    np.testing.assert_array_equal(again.distance, found.distance)
    assert again.rows()[4] == found.rows()[4]
    assert found.rows()[4]["head"] == 1
    named = dataclasses.replace(found, provenance={**found.provenance, "model": NASTY})
    other = dataclasses.replace(named, layout=TokenLayout(grid=(8, 8)), uniform=4.0)
    for theme in ("light", "dark"):
        figure = named.figure(theme=theme, layers="index")
        np.testing.assert_array_equal(traces(figure, ESCAPED)[0].y, found.layer)
        np.testing.assert_array_equal(traces(figure, "single heads")[0].y, found.distance.ravel())
        assert figure.layout.shapes[0].y0 == found.uniform
        assert "uniform" in words(figure)
        assert markup_of_names(figure) == []
    beside = distance_figure(named, other)
    assert beside.layout.shapes[0].y0 == 1
    np.testing.assert_allclose(traces(beside, ESCAPED)[1].y, found.layer / 4)


def test_what_cannot_be_answered_is_refused(small, found):
    with pytest.raises(InputError, match=r"^A figure of distances needs at least one answer: got none\. "):
        distance_figure()
    with pytest.raises(InputError, match=r"^Layers are .*: got 'deep'\. "):
        found.figure(layers="deep")
    with pytest.raises(InputError, match="batch_size"):
        qk.attention_distance(small, noise(2), batchsize=3)
    assert np.isnan(qk.attention_distance(small, noise(1), **QUIET).band).all()

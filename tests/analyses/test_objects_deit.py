"""Does what is said of objects in photographs agree with a dense computation on a trained model?"""

import numpy as np
import pytest
from PIL import Image

import qkwidgets as qk
from qkwidgets.core.objects import LEAST_AREA
from qkwidgets.data.images import read_images
from qkwidgets.data.labelled import labelled_picture, labelled_set
from tests.oracles import objects as oracle
from tests.oracles.dense import dense_modes
from tests.oracles.optimal import guarded_score

QUIET = {"workers": 0, "progress": False}
MODES = (0, 1, 6, 40)


@pytest.fixture(scope="module")
def photographs(test_data):
    """Three photographs with instances of people and things; borders are neither object nor ground."""
    folder, found = test_data / "segmented" / "voc", []
    for path in sorted((folder / "images").glob("*.jpg")):
        (picture,) = read_images(path)
        mask = np.asarray(Image.open(folder / "instances" / f"{path.stem}.png")).astype(int)
        found.append(labelled_picture(picture, np.where(mask == 255, 0, mask), ignored=mask == 255))
    return labelled_set(found)


@pytest.fixture(scope="module")
def maps(deit, photographs):
    """Query and key maps of all modes of a head, in float64, and what they are multiplied with."""
    pixels, _ = deit.resized("square").preprocess([photographs.picture(i) for i in range(3)])
    inputs = [x[:, 1:].double().numpy() for x in deit.attn_inputs(pixels)]

    def of(layer, head):
        w = deit.layers[layer]
        left, values, right = dense_modes(w.W_Q[head].numpy(), w.W_K[head].numpy())
        return inputs[layer] @ left, inputs[layer] @ right, values, w.scale

    return of


def shares(photographs, image):
    return photographs.regions(image, (14, 14)).shares.astype(float)


def margin(maps, rows):
    """By how much the object of largest mean is ahead of the next, in units of the map."""
    means = np.sort([mean for mean, row in zip(oracle.means(maps, rows)[1:], rows[1:], strict=True) if row.sum() >= LEAST_AREA])
    return (means[-1] - means[-2]) / np.abs(maps).max()


def test_same_objects_in_photographs_are_those_of_a_dense_computation(deit, photographs, maps):
    found = qk.same_object_probability(deit, photographs, **QUIET)
    assert found.n_told == 3
    rows = [shares(photographs, image) for image in range(3)]
    for layer in range(12):
        head = layer % 3
        query, key, values, _ = maps(layer, head)
        for mode in range(layer % 4, 64, 4):
            scores = np.array([[guarded_score(query[i, :, mode], key[i, :, mode], sign) for sign in (1, -1)] for i in range(3)])
            hits = []
            for image in np.flatnonzero(scores.max(1) > 0):
                sign = (1, -1)[int(scores[image, 1] > scores[image, 0])]
                objects = oracle.same_object(sign * query[image, :, mode], sign * key[image, :, mode], rows[image], LEAST_AREA)
                place = found.image[layer, head, mode].tolist().index(image)
                mine = found.query_object[layer, head, mode, place], found.key_object[layer, head, mode, place]
                clear = min(margin(sign * side[image, :, mode], rows[image]) for side in (query, key))
                assert mine == objects or clear < 1e-4
                hits.append(mine[0] == mine[1])
            assert found.mode[layer, head, mode] == pytest.approx(np.mean(hits))
        assert found.head[layer, head] == pytest.approx(np.average(found.mode[layer, head], weights=values), abs=1e-6)
    np.testing.assert_allclose(found.layer, found.head.mean(1))
    for image, row in enumerate(rows):
        areas = np.array([each.sum() for each in row[1:] if each.sum() >= LEAST_AREA])
        assert len(areas) >= 2, image


def test_tables_and_contributions_in_photographs_are_those_of_a_dense_computation(deit, photographs, maps):
    found = qk.semantic_map(deit, photographs, draws=19, controls=1, tables=3, **QUIET)
    for layer, head in ((0, 0), (5, 1), (11, 2)):
        query, key, values, scale = maps(layer, head)
        for mode in MODES:
            total, count = np.zeros(6), np.zeros(6)
            for image in range(3):
                rows = shares(photographs, image)
                sides = query[image, :, mode], key[image, :, mode]
                table = scale * values[mode] * oracle.table(*sides, rows)
                np.testing.assert_allclose(found.table((layer, head, mode), image), table, atol=2e-4 * np.abs(table).max())
                each = oracle.relations(*sides, rows, [(number, row) for number, row in enumerate(rows[1:], 1)])
                total += np.nan_to_num(each) * scale * values[mode] * np.sqrt(np.mean(sides[0] ** 2)) * np.std(sides[1])
                count += np.isfinite(each)
            with np.errstate(invalid="ignore"):
                expected = total / count
            np.testing.assert_allclose(
                found.contribution[layer, head, mode], expected, atol=5e-4 * np.nanmax(np.abs(expected)), equal_nan=True
            )
    assert found.n_with.tolist() == [3, 0, 3, 3, 3, 3]

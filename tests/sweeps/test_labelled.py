"""Objects in a sweep: each batch brings those of its own images, cut to what the model sees."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch

from qkwidgets.data.image_sets import image_set
from qkwidgets.data.images import Picture
from qkwidgets.data.labelled import labelled_picture, labelled_set
from qkwidgets.data.odd_one_out import odd_one_out
from qkwidgets.data.scene_conditions import Conditions, odd_one_out_grid
from qkwidgets.data.scene_recipe import SceneRecipe
from qkwidgets.sweeps import PreferenceMasses, sweep
from qkwidgets.sweeps.loading import Batches, loaded
from qkwidgets.sweeps.part import Reduction
from qkwidgets.sweeps.plan import plan
from qkwidgets.sweeps.record import Account
from qkwidgets.sweeps.same_object import SameObject

RECIPE = SceneRecipe(n=7, seed=3)


@dataclass
class Kept:
    """Keeps what it sees in the first layer."""

    name: str = "kept"
    answer: str = "none"
    seen: list = field(default_factory=list)

    def options(self):
        return {}

    def prepare(self, model):
        return self

    def empty(self):
        return {"n": torch.zeros(1)}

    def update(self, state, batch):
        if batch.layer == 0:
            self.seen.append((batch.images.tolist(), batch.regions))
            assert len(batch.tokens.q) == len(batch.images)

    def merge(self, one, other):
        return one

    def record(self, model):
        return {}

    def pictured(self, state):
        return torch.zeros(0, dtype=torch.int64)


class Broken(type(labelled_set(odd_one_out(1)))):
    """Scenes of which the third cannot be read."""

    def _labelled(self, index):
        if index == 2:
            raise OSError("bad sector")
        return super()._labelled(index)


def regions_seen(model, images, workers=0):
    reducer = Kept()
    items = Batches(images, model.preprocessing, [range(4), range(4, 7)], 4, model.layout.grid)
    Reduction(model, (reducer,), images, None, False).part(loaded(items, workers))
    return reducer.seen


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("workers", [0, 1])
def test_every_image_comes_with_its_own_regions(builtin_model, workers):
    images = labelled_set(RECIPE)
    seen = regions_seen(builtin_model, images, workers)
    assert [indices for indices, _ in seen] == [[0, 1, 2, 3], [4, 5, 6]]
    for indices, regions in seen:
        for index, found in zip(indices, regions, strict=True):
            assert same(found, images.regions(index, builtin_model.layout.grid))
            assert found.target == RECIPE.scene(index).odd[0]


def test_regions_stay_with_their_images_where_one_cannot_be_read(builtin_model):
    images = Broken(RECIPE.scenes())
    indices, regions = regions_seen(builtin_model, images)[0]
    assert indices == [0, 1, 3]
    assert same(regions[2], images.regions(3, (8, 8)))


def test_a_set_without_objects_has_no_regions(builtin_model):
    pictures = image_set(list(RECIPE.scenes().images))
    assert [regions for _, regions in regions_seen(builtin_model, pictures)] == [None, None]


@pytest.mark.parametrize("data", [RECIPE, RECIPE.scenes(), odd_one_out_grid(4, vary={"feature": ["colour", "size"]})], ids=str)
def test_scenes_bring_their_objects_to_any_sweep(builtin_model, data):
    options = {"workers": 0, "progress": False, "thumbnails": 0}
    found = sweep(builtin_model, data, [PreferenceMasses(items=False, null=0, draws=5), SameObject(k=1)], **options)
    scenes = data.scenes if isinstance(data, Conditions) else data.scenes() if data is RECIPE else data
    assert found["preference"].n_images == found["same_object"].n_told == len(scenes)
    images = image_set(data)
    assert images.names == [f"scene {i}" for i in range(len(scenes))]
    picture, label = images.item(1)
    assert np.array_equal(picture.array, scenes.images[1])
    assert (label, images.label(1), images.path(1)) == (None, None, None)
    assert (picture.source, picture.licence) == ("qkwidgets.odd_one_out", "made by qkwidgets, free of rights")


def test_masks_are_cut_to_what_the_model_sees_or_squeezed_with_the_picture(builtin_model):
    """Of a picture twice as wide as high, a crop shows the middle; squeezed, all of it is seen."""
    mask = np.zeros((80, 160), np.uint8)
    mask[:, :40] = 1
    images = labelled_set([labelled_picture(Picture(np.zeros((80, 160, 3), np.uint8), "wide"), mask)] * 7)
    (_, (cropped, *_)), _ = regions_seen(builtin_model, images)
    (_, (squeezed, *_)), _ = regions_seen(builtin_model.resized("square"), images)
    assert not cropped.shares[1].any()
    assert np.array_equal(squeezed.shares[1].reshape(8, 8), np.eye(1, 8, 0).repeat(8, 0) + np.eye(1, 8, 1).repeat(8, 0))


def test_a_sweep_of_another_view_or_of_other_masks_is_another_sweep(builtin_model):
    scenes = RECIPE.scenes()
    identities = [
        str(Account(model, images, (), plan(7, 4, 8), None).identity())
        for model, images in (
            (builtin_model, labelled_set(scenes)),
            (builtin_model.resized("square"), labelled_set(scenes)),
            (builtin_model, labelled_set(odd_one_out(7, seed=4))),
        )
    ]
    assert len(set(identities)) == 3
    again = builtin_model.resized("square").resized("model")
    assert str(Account(again, labelled_set(scenes), (), plan(7, 4, 8), None).identity()) == identities[0]

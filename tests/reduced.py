"""What a reducer keeps of some images, without the engine: batch by batch, in any order."""

import torch

from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.loading import seen_regions
from qkwidgets.sweeps.reducer import LayerBatch


def state_of(reducer, model: AttentionModel, images, order, batch=4):
    """The state of some images, in this order, some at a time."""
    state = reducer.empty()
    for part in torch.tensor(order).split(batch):
        pixels, _ = model.preprocess([images.picture(i) for i in part.tolist()])
        regions = tuple(seen_regions(images.labelled(i), model.preprocessing, model.layout.grid) for i in part.tolist())

        def visit(layer, tokens, part=part, regions=regions):
            reducer.update(state, LayerBatch(layer, part, tokens, model.layout, regions))

        model.watch(pixels, visit)
    return state

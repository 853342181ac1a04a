"""What does every mode carry between the segments of one image? Tables of single images, with the model at hand."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from qkwidgets.analyses.pictures import encoded
from qkwidgets.answers.semantic_tables import ImageTables
from qkwidgets.core.errors import check_range
from qkwidgets.core.objects import segment_means
from qkwidgets.core.semantic import centred
from qkwidgets.data.labelled import LabelledPicture, LabelledSet
from qkwidgets.data.regions import Box
from qkwidgets.models.contract import AttentionModel
from qkwidgets.sweeps.loading import seen_regions
from qkwidgets.sweeps.projecting import model_sides
from qkwidgets.sweeps.reducer import LayerBatch
from qkwidgets.sweeps.segmenting import batch_maps

NOTHING = 255
"""In a map of rows: neither object nor ground, or a row with a number that does not fit."""

KEPT = 16
"""Images whose tables are not computed again."""


class SegmentedSource:
    """A model and a labelled set: the tables of any of its images, computed when asked."""

    def __init__(self, model: AttentionModel, images: LabelledSet) -> None:
        self.model, self.images = model, images
        self._sides, said = model_sides(model)
        scale = torch.tensor([layer.scale for layer in model.layers], dtype=torch.float64)
        self._loudness = scale[:, None, None] * said["singular_values"]
        self._kept = lru_cache(maxsize=KEPT)(self._tables)

    def __call__(self, index: int) -> ImageTables:
        """Segments and tables of one image of the set."""
        return self._kept(check_range("image", index, len(self.images), "this set"))

    def _tables(self, index: int) -> ImageTables:
        labelled = self.images.labelled(index)
        preprocess = self.model.preprocessing
        pixels, (shown,) = preprocess([labelled.picture])
        regions = seen_regions(labelled, preprocess, self.model.layout.grid)
        sides = []
        rows = [torch.from_numpy(np.ascontiguousarray(part)) for part in (regions.shares, regions.part_shares)]

        def visit(layer: int, tokens) -> None:
            batch = LayerBatch(layer, torch.tensor([index]), tokens, self.model.layout, (regions,))
            query, key = batch_maps(batch, self._sides[layer], self.model.layout)
            maps = query * self._loudness[layer].to(query)[:, None, None], centred(key)
            sides.append([[_means(each, part) for part in rows] for each in maps])

        with torch.inference_mode():
            self.model.watch(pixels, visit)
        query, part_query, key, part_key = (
            np.stack([layer[side][part] for layer in sides]) for side in (0, 1) for part in (0, 1)
        )
        picture, mime = encoded(shown)
        object_map, part_map, part_names = _maps(labelled, preprocess.box(*labelled.objects.shape), shown.shape[:2])
        return ImageTables(
            index=index,
            name=labelled.picture.name,
            source=labelled.picture.source,
            licence=labelled.picture.licence,
            mime=mime,
            names=("ground", *labelled.names),
            part_names=part_names,
            picture=np.frombuffer(picture, np.uint8),
            object_map=object_map,
            part_map=part_map,
            part_object=regions.part_object,
            area=regions.shares.sum(axis=1),
            part_area=regions.part_shares.sum(axis=1),
            query=query,
            key=key,
            part_query=part_query,
            part_key=part_key,
        )


def _means(maps: Tensor, rows: Tensor) -> np.ndarray:
    """Of one image: `[head mode row]`."""
    return segment_means(maps, rows[None].to(maps))[:, 0].transpose(1, 2).float().cpu().numpy()


def _maps(labelled: LabelledPicture, box: Box, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Rows of objects and parts, pixel by pixel of the picture as the model sees it; and names of the parts."""
    left, top, right, bottom = box
    objects = labelled.seen(labelled.objects.clip(max=NOTHING), box, size, NOTHING).astype(np.uint8)
    if labelled.parts is None:
        return objects, np.zeros_like(objects), ()
    seen = slice(max(top, 0), max(bottom, 0)), slice(max(left, 0), max(right, 0))
    code = labelled.objects.astype(np.int64) * (int(labelled.parts.max()) + 1) + labelled.parts
    real = (labelled.objects > 0) & (labelled.parts > 0)
    if labelled.ignored is not None:
        real &= ~labelled.ignored
    known = np.unique(code[seen][real[seen]])
    number = np.where(real, np.searchsorted(known, code) + 1, 0)
    parts = labelled.seen(number.clip(max=NOTHING), box, size, NOTHING).astype(np.uint8)
    per_object = int(labelled.parts.max()) + 1
    return objects, parts, tuple(f"{labelled.names[c // per_object - 1]}, part {c % per_object}" for c in known.tolist())

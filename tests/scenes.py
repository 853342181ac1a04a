"""Scenes before a model that is not there: constants, for whoever shows them."""

import io

import numpy as np
from PIL import Image

from qkwidgets.answers.scene_attention import NOTHING, SceneAttention
from qkwidgets.answers.scene_images import Axis, SceneImages
from qkwidgets.core.layout import TokenLayout

N_LAYERS, N_HEADS, SIDE = 2, 3, 8


class ConstantScenes(SceneImages):
    """Two scenes that differ in nothing but their grey; two layers, three heads, 2 x 2 patches."""

    axes = (Axis("seed", "seed", (0, 1), ("0", "1"), "", (0, 1)),)
    kind, merged, model = "odd-one-out scenes", False, "test:model"
    n_layers, n_heads, layout = N_LAYERS, N_HEADS, TokenLayout(grid=(2, 2))

    def __init__(self):
        self.preprocessing = {"crop": "squash"}
        self.provenance = {"model": "test:model", "fingerprint": "0"}

    def settled(self, chosen):
        return chosen

    def attention(self, chosen):
        picture = io.BytesIO()
        Image.fromarray(np.full((SIDE, SIDE, 3), 100 * chosen[0], np.uint8)).save(picture, "PNG")
        regions = np.zeros((SIDE, SIDE), np.uint16)
        regions[:4, :4], regions[4:, 4:], regions[0, 7] = 1, 2, NOTHING
        share = np.tile(np.array([0.5, 0.25, 0.25, 0.25, 0.5, 0.25], np.float32), (N_LAYERS, N_HEADS, 1))
        area = np.array([0.25, 0.25, 0.5, 0.25, 0.25, 0.5])
        attention = np.full((N_LAYERS, N_HEADS, 2, 4), 0.25, np.float32)
        return SceneAttention(picture.getvalue(), "image/png", regions, attention, np.array([0, 3]), share, share, area, area)

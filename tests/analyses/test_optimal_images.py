"""Are the top lists of a trained model on 500 photographs those of a dense computation, mode by mode?"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

import qkwidgets as qk
from qkwidgets.answers import registry
from qkwidgets.core.errors import InputError
from qkwidgets.sweeps import TopImages, sweep
from tests.oracles.dense import dense_modes
from tests.oracles.optimal import ranked

LAYERS = (0, 5, 11)
N_IMAGES, K = 500, 8

ROUNDING = 2e-4
"""Relative to the best score of a list: by how much float32 may move a score, and so swap images that are nearly equal."""

registry.CLASSES["AttentionInputs"] = "tests.analyses.test_optimal_images:Inputs"


@dataclass(frozen=True)
class Inputs:
    """Keeps what the attention of a few layers receives of every image: the reducer and its answer in one."""

    name: str = "inputs"
    answer: str = "AttentionInputs"
    x: Any = None

    def options(self):
        return {}

    def prepare(self, model):
        shape = (len(LAYERS), N_IMAGES, model.layout.n_patches, model.d_model)
        return replace(self, x=shape)

    def empty(self):
        return {"x": torch.zeros(self.x)}

    def update(self, state, batch):
        if batch.layer in LAYERS:
            state["x"][LAYERS.index(batch.layer), batch.images] = batch.tokens.x[:, batch.layout.patches]

    def merge(self, one, other):
        return {"x": one["x"] + other["x"]}

    def record(self, model):
        return {}

    def pictured(self, state):
        return torch.zeros(0, dtype=torch.int64)

    @classmethod
    def from_state(cls, arrays, record):
        return cls(x=arrays["x"])


@pytest.fixture(scope="module")
def swept(deit_checkpoint, test_data):
    """One pass over the photographs: the model, the answer, and what attention received."""
    model = qk.load_model("timm:deit_tiny_patch16_224", checkpoint=deit_checkpoint)
    options = {"workers": 0, "progress": False, "thumbnails": 20, "shard_images": N_IMAGES}
    found = sweep(model, test_data / "imagenet-sample", [TopImages(k=K, maps=1), Inputs()], **options)
    return model, found["optimal"], found["inputs"].x


def test_top_lists_of_a_trained_model_are_those_of_a_dense_computation(swept):
    model, optimal, x = swept
    assert optimal.n_images == N_IMAGES
    swapped = lists = 0
    for place, layer in enumerate(LAYERS):
        for head in range(model.n_heads):
            w = model.layers[layer]
            left, _, right = dense_modes(w.W_Q[head].numpy(), w.W_K[head].numpy())
            query, key = (x[place] @ side.astype(np.float32) for side in (left, right))  # [image patch mode]
            largest = max(np.abs(query).max(), np.abs(key).max())
            for number, sign in enumerate((1, -1)):
                scores = ((sign * query).max(1).clip(0) * (sign * key).max(1).clip(0)).astype(float)
                for mode in np.flatnonzero(optimal.degenerate[layer, head] < 0):
                    spot, mine = (layer, head, mode, number), scores[:, mode]
                    expected, listed = ranked(mine, K), optimal.image[layer, head, mode, number].tolist()
                    lists += 1
                    assert len(set(listed)) == K
                    assert mine[listed] == pytest.approx(mine[expected], abs=ROUNDING * mine.max()), spot
                    assert optimal.score[spot] == pytest.approx(mine[listed], abs=ROUNDING * mine.max())
                    swapped += listed != expected
                    best = listed[0]
                    pair = int((sign * query[best, :, mode]).argmax()), int((sign * key[best, :, mode]).argmax())
                    for side, patch, values in zip(("query_patch", "key_patch"), pair, (query, key), strict=True):
                        kept = getattr(optimal, side)[*spot, 0]
                        assert sign * (values[best, patch, mode] - values[best, kept, mode]) <= ROUNDING * largest
    assert lists >= 2 * 200
    assert swapped <= 0.02 * lists, f"{swapped} of {lists} lists are ordered otherwise, within rounding"


def test_what_was_said_of_the_modes_is_what_modes_says(swept):
    model, optimal, _ = swept
    modes = qk.modes(model)
    for name in ("singular_values", "cosine", "stability"):
        assert getattr(optimal, name) == pytest.approx(getattr(modes, name), nan_ok=True, rel=1e-9)
    assert (optimal.degenerate == modes.degenerate).all()
    assert (optimal.null == modes.null).all()
    assert optimal.provenance["mode_band"] == modes.mode_band
    assert optimal.provenance["model"] == model.name
    assert len(optimal.thumbnails) == 20


def test_the_door_hands_options_on(builtin_model):
    scenes = qk.odd_one_out(6)
    found = qk.optimal_images(builtin_model, scenes, 2, by="key", maps=1, sample=11, workers=0, progress=False)
    assert found.image.shape == (6, 4, 32, 2, 2)
    assert found.by == "key"
    assert found.maps["maps"].shape[2] == 1
    assert found.n_sampled == 6


def test_a_misspelt_keyword_is_refused_with_the_nearest(builtin_model):
    for door, given, near in (
        (qk.optimal_images, "bye", "by"),
        (qk.optimal_images, "worker", "workers"),
        (qk.sweep, "batchsize", "batch_size"),
    ):
        with pytest.raises(
            InputError, match=rf"^A keyword of {door.__name__} is one of .*batch_size.*: got '{given}'.*Nearest: '{near}'\.$"
        ):
            door(builtin_model, qk.odd_one_out(2), 2, **{given: 1})


def test_an_answer_that_is_asked_for_what_its_widget_has_says_so(builtin_model):
    found = qk.sweep(builtin_model, qk.odd_one_out(2), TopImages(k=1, maps=0), workers=0, progress=False)
    for answer, kind in ((found, "Sweep"), (found["optimal"], "OptimalImages")):
        with pytest.raises(AttributeError) as refusal:
            answer.to_html("page.html")
        assert str(refusal.value) == (
            f"A page is written by a widget: '{kind}' is an answer without a to_html of its own. It was probably opened from a file, and is "
            "not shown yet. Call .widget().to_html(...)."
        )
        assert not hasattr(answer, "selection")
    with pytest.raises(KeyError) as refusal:
        found["optimum"]
    assert str(refusal.value) == (
        "The answers of a sweep are named by its reducers: this one has 'optimal', and not 'optimum'. It is probably misspelt, or of another "
        "sweep. Use one of these."
    )
    assert "optimum" not in found
    assert found.get("optimum") is None
    with pytest.raises(
        InputError, match=r"^A keyword of OptimalImages\.figure is one of .*: got 'pallete'.* Nearest: 'palette'\.$"
    ):
        found.figure(pallete="orange-blue")

"""A small explorer view made with numpy alone: no model, no torch, every number known."""

import io

import numpy as np
from PIL import Image

from qkwidgets.answers.exploration import Exploration
from qkwidgets.answers.quantise import Arrays, quantised
from qkwidgets.answers.source import Spectra
from qkwidgets.core.layout import TokenLayout
from tests.oracles import dense, pictures, scores

LAYOUT = TokenLayout(n_cls=1, n_registers=1, grid=(3, 4))
N_LAYERS, N_HEADS, D_MODEL, D_HEAD, N_IMAGES = 2, 3, 10, 5, 2
SCALE = 0.5


class Head:
    """One head: its weights, its modes, and the tokens of every image."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.W_Q, self.W_K = rng.standard_normal((2, D_MODEL, D_HEAD))
        self.b_Q, self.b_K = rng.standard_normal((2, D_HEAD))
        self.x = rng.standard_normal((N_IMAGES, LAYOUT.n_tokens, D_MODEL))
        self.left, self.values, self.right = dense.dense_modes(self.W_Q, self.W_K)

    def scores(self, image: int) -> np.ndarray:
        """Scores of all pairs of tokens of one image."""
        return scores.scores(self.x[image], self.W_Q, self.W_K, self.b_Q, self.b_K, SCALE)

    def exact(self, n_modes: int = D_HEAD) -> Arrays:
        """The arrays of the head's tile in float32."""
        query, key = (np.swapaxes(self.x @ side[:, :n_modes], 1, 2) for side in (self.left, self.right))
        maps = [side[..., LAYOUT.patches] for side in (query, key)]
        arrays = {
            "query": query,
            "key": key,
            "bias_key": SCALE * self.x @ self.W_K @ self.b_Q,
            "bias_query": SCALE * self.x @ self.W_Q @ self.b_K,
            "constant": np.array([SCALE * self.b_Q @ self.b_K]),
            "range": np.array([[pictures.signed_range(side[:, n]) for n in range(n_modes)] for side in maps]),
            "rows": np.stack([self.scores(image)[list(LAYOUT.probe_tokens())] for image in range(N_IMAGES)]),
        }
        sign = [pictures.preferred_sign(maps[0][:, n], maps[1][:, n]) for n in range(n_modes)]
        return {name: array.astype(np.float32) for name, array in arrays.items()} | {"sign": np.array(sign, np.int8)}

    def quantised(self, n_modes: int = D_HEAD) -> Arrays:
        """The arrays of the head's tile as they are saved."""
        arrays = self.exact(n_modes)
        for name in ("query", "key", "bias_key", "bias_query", "rows"):
            arrays |= quantised(name, arrays[name], np.uint8 if name in ("query", "key") else np.uint16)
        return arrays


HEADS = [[Head(10 * layer + head) for head in range(N_HEADS)] for layer in range(N_LAYERS)]


def view(n_modes: int = D_HEAD, name: str = "scene", model: str = "test:model") -> Exploration:
    """A saved view of these heads, with maps of the first modes; `name` is that of its images."""
    tiles = [[head.quantised(n_modes) for head in layer] for layer in HEADS]
    stacked = {key: np.stack([np.stack([tile[key] for tile in layer]) for layer in tiles]) for key in tiles[0][0]}
    return Exploration(meta(name, model), spectra(), stacked, tuple(png(image) for image in range(N_IMAGES)))


def meta(name: str = "scene", model: str = "test:model") -> dict:
    """The meta record, as a live source writes it."""
    described = {"name": name, "source": None, "licence": "CC0-1.0", "mime": "image/png", "width": 12, "height": 9}
    return {
        "model": model,
        "n_layers": N_LAYERS,
        "n_heads": N_HEADS,
        "n_modes": D_HEAD,
        "d_model": D_MODEL,
        "d_head": D_HEAD,
        "scale": SCALE,
        "layout": {"n_cls": LAYOUT.n_cls, "n_distill": 0, "n_registers": LAYOUT.n_registers, "grid": list(LAYOUT.grid)},
        "tokens": list(LAYOUT.prefix_names),
        "images": [{**described, "name": f"{name} {image}"} for image in range(N_IMAGES)],
        "mode_band": 1.96 * D_MODEL**-0.5,
        "head_numbers": [{"key": "cosine", "label": "weighted cosine", "diverging": True, "about": "Of its modes."}],
        "row_tokens": list(LAYOUT.probe_tokens()),
        "degenerate_tolerance": 1e-3,
        "bias": "separate",
        "site": "attn_input",
        "about": [],
        "left_out": [],
        "notes": [],
        "provenance": {"model": model, "fingerprint": "0" * 64},
    }


def spectra() -> Spectra:
    """What is known of the heads without their maps; one cosine is undefined, as in a null block."""
    values = _each(lambda head: head.values)
    cosine = _each(lambda head: (head.left * head.right).sum(axis=0))
    cosine[0, 0, -1] = np.nan
    head_cosine = _each(lambda head: dense.dense_weighted_cosine(head.W_Q, head.W_K))
    shares = np.array([[[_shares(head, image) for head in layer] for layer in HEADS] for image in range(N_IMAGES)])
    share, energy, peak = np.moveaxis(shares[..., :D_HEAD, :], -1, 0)
    return Spectra(
        singular_values=values,
        cosine=cosine,
        degenerate=_each(lambda head: dense.blocks(head.values)).astype(np.int16),
        null=np.zeros(values.shape, dtype=bool),
        stability=np.full(values.shape, 1e-6),
        head_cosine=head_cosine,
        head_band=np.full((N_LAYERS, N_HEADS), 0.3),
        layer_cosine=head_cosine.mean(axis=1),
        layer_band=np.full(N_LAYERS, 0.2),
        head_numbers=head_cosine[None],
        share=share.astype(np.float32),
        peak=peak.astype(np.float32),
        energy=energy.astype(np.float32),
        share_bias=shares[..., D_HEAD, 0].astype(np.float32),
    )


def png(seed: int, size: tuple[int, int] = (9, 12)) -> bytes:
    """A picture of noise."""
    stream = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def _each(number) -> np.ndarray:
    return np.array([[number(head) for head in layer] for layer in HEADS])


def _shares(head: Head, image: int) -> list[list[float]]:
    """Share, energy and peak of every mode, and in a last row the share of the bias."""
    x = head.x[image, LAYOUT.patches]
    share, energy, bias = scores.shares(x, head.W_Q, head.W_K, head.b_Q, head.left, head.values, head.right, SCALE)
    peaks = [scores.peak(x, u, s, v) for u, s, v in zip(head.left.T, head.values, head.right.T, strict=True)]
    return [*map(list, zip(share, energy, peaks, strict=True)), [bias, 0.0, 0.0]]

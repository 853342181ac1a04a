"""How much faster are factored modes than the decomposition of the whole interaction? ViT-B/16 shapes: 144 heads, 768 x 64."""

from collections.abc import Iterator

import torch

from benchmarks.measure import Row, at_least, medians
from qkwidgets.core.alignment import weighted_cosine
from qkwidgets.core.modes import singular_modes

N_LAYERS, N_HEADS, D_MODEL, D_HEAD = 12, 12, 768, 64
DENSE_HEADS = 2
"""The dense baseline takes minutes for all heads; each takes as long as the next."""


def rows(repeats: int) -> Iterator[Row]:
    """Ratios to the dense and to the thin way, in float64, with the same threads, in one run."""
    torch.manual_seed(0)
    W_Q, W_K = torch.randn(2, N_LAYERS, N_HEADS, D_MODEL, D_HEAD).mul_(D_MODEL**-0.5).unbind()
    heads = [pair.double() for pair in (W_Q.flatten(0, 1), W_K.flatten(0, 1))]
    count = len(heads[0])

    def dense() -> None:
        for head in range(DENSE_HEADS):
            torch.linalg.svd(heads[0][head] @ heads[1][head].T)

    def three_thin() -> None:
        found = torch.empty(2, *heads[0].shape, dtype=torch.float64)  # in hand afterwards, as ours are
        for number, (left, right) in enumerate(zip(*heads, strict=True)):
            u, s, vh = torch.linalg.svd(left, full_matrices=False)
            p, t, wh = torch.linalg.svd(right, full_matrices=False)
            inner, _, outer = torch.linalg.svd((s[:, None] * vh) @ (wh.T * t))
            found[0, number], found[1, number] = u @ inner, p @ outer.T

    def modes() -> None:
        singular_modes(W_Q, W_K)

    def alignment() -> None:
        weighted_cosine(W_Q, W_K)

    for run in (modes, alignment):
        run()  # the first call of a shape pays for threads and buffers
    taken = medians({"dense": dense, "modes": modes, "alignment": alignment}, repeats)
    thin = medians({"thin": three_thin, "modes": modes}, repeats)
    all_dense = taken["dense"] * count / DENSE_HEADS
    threads = f"{torch.get_num_threads()} threads"
    yield at_least(
        "decompose ViT-B/16 against a dense SVD a head",
        all_dense / taken["modes"],
        50,
        90,
        f" ({all_dense:.0f} s to {taken['modes']:.2f} s, {threads})",
    )
    yield at_least(
        "decompose ViT-B/16 against three thin SVDs a head",
        thin["thin"] / thin["modes"],
        4,
        None,
        f" ({thin['thin']:.2f} s to {thin['modes']:.2f} s)",
    )
    yield at_least(
        "alignment of ViT-B/16 against a dense SVD a head",
        all_dense / taken["alignment"],
        150,
        250,
        f" (in {taken['alignment']:.2f} s)",
    )

"""Tensors in, tensors out: modes, alignment, maps, scores, ranking.

`errors`, `index` and `layout` import no torch, so that saved answers open without it; the other modules do.
"""

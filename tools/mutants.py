#!/usr/bin/env python
"""Can each test fail? Break one line at a time in a copy of the project, and see that the tests which must notice do.

Every mutation is a mistake that somebody could make, among them those that the mathematics lists as the ones to fear. The run
ends with an error if a mutation survives, if its line is no longer in the code, or if the tests are red without any.

    python tools/mutants.py            all of them
    python tools/mutants.py sign scale those whose names hold one of these words
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("qkwidgets", "tests", "tools", "js/src", "conftest.py", "pyproject.toml")


class Mutant(NamedTuple):
    """A mistake: what it is, where, the line as it is, the line with the mistake, and the tests that must see it."""

    name: str
    file: str
    line: str
    mistake: str
    tests: str


MODES, ALIGNMENT = "tests/core/test_modes.py", "tests/core/test_alignment.py"
LIVE, PAGE = "tests/analyses/test_live_source.py", "tests/export/test_page.py"
GALLERY = "tests/widgets/test_gallery.py"
OPTIMAL, TOP = "tests/core/test_optimal.py", "tests/sweeps/test_top_images.py"
LISTS, SHEET = "tests/answers/test_optimal_images.py", "tests/figures/test_optimal_images.py"
FACTOR_MOMENTS, ENERGIES = "tests/core/factors/test_moments.py", "tests/core/factors/test_energies.py"
FACTOR_MODES, WITHIN = "tests/core/factors/test_factor_modes.py", "tests/core/factors/test_within.py"
SPECTRA, PLANTED = "tests/core/factors/test_spectra_and_labels.py", "tests/core/factors/test_planted.py"
FACTOR_SWEEP, FACTORS = "tests/sweeps/test_factor_moments.py", "tests/analyses/test_factors.py"
WATCH, MEMORY = "tests/models/test_watch.py", "tests/sweeps/test_memory.py"
COSINE, PROBE, DEPTH, CONTEXT = (f"tests/core/factors/test_{name}.py" for name in ("cosine", "probe", "depth", "context"))
PROFILE, SPECIAL = "tests/analyses/test_depth_profile.py", "tests/analyses/test_factor_special.py"
FACTOR_FIGURES, CUT_FIGURE = "tests/figures/test_factors.py", "tests/figures/test_attention_cut.py"
PREFERENCE, OBJECTS, RELATIONS = (f"tests/core/test_{name}.py" for name in ("preference", "objects", "semantic"))
MUTANTS = (
    Mutant(
        "right and left swapped",
        "qkwidgets/core/modes.py",
        "return Modes(left, values, right, products",
        "return Modes(right, values, left, products",
        MODES,
    ),
    Mutant(
        "Vh for V",
        "qkwidgets/core/modes.py",
        "key.rotate(inner_right.mT * sign, out[1])",
        "key.rotate(inner_right * sign, out[1])",
        MODES,
    ),
    Mutant(
        "sign on one side",
        "qkwidgets/core/modes.py",
        "key.rotate(inner_right.mT * sign, out[1])",
        "key.rotate(inner_right.mT, out[1])",
        MODES,
    ),
    Mutant("sign of the smallest entry", "qkwidgets/core/modes.py", "torch.where(-low > high", "torch.where(-low < high", MODES),
    Mutant("sign of the last of equal entries", "qkwidgets/core/modes.py", "& (first < 0)", "& (first > 0)", MODES),
    Mutant(
        "threads not given back",
        "qkwidgets/core/heads.py",
        "torch.set_num_threads(threads)  # the",
        "pass  # the",
        "tests/core/test_heads.py",
    ),
    Mutant("Gram route for every condition", "qkwidgets/core/modes.py", "condition > GRAM_LIMIT", "condition > 1e30", MODES),
    Mutant(
        "untrained models not at hand",
        "qkwidgets/answers/base.py",
        '("builtin:", "untrained:")',
        '("builtin:",)',
        "tests/models/test_untrained.py",
    ),
    Mutant("core squared at every condition", "qkwidgets/core/modes.py", "CORE_LIMIT**2 >", "1e60 >", MODES),
    Mutant("equal values as they come", "qkwidgets/core/modes.py", "values.cummin(dim=-1).values", "values", MODES),
    Mutant(
        "mean for sum in the weighted mean",
        "qkwidgets/core/alignment.py",
        "(p * cosine.nan_to_num(0.0)).sum(dim=-1)",
        "(p * cosine.nan_to_num(0.0)).mean(dim=-1)",
        ALIGNMENT,
    ),
    Mutant(
        "null modes weighed",
        "qkwidgets/core/alignment.py",
        "torch.ones_like(raw) if defined is None else defined.to(raw.dtype)",
        "torch.ones_like(raw)",
        ALIGNMENT,
    ),
    Mutant("subspace band too wide", "qkwidgets/core/alignment.py", "/ query.shape[-1]", "/ query.shape[-1] ** 0.5", ALIGNMENT),
    Mutant(
        "layer band too wide",
        "qkwidgets/core/alignment.py",
        "/ (~head_sds.isnan()).sum(dim=-1)",
        "/ (~head_sds.isnan()).sum(dim=-1) ** 0.5",
        ALIGNMENT,
    ),
    Mutant(
        "null modes not one block",
        "qkwidgets/core/degenerate.py",
        "joined = null[..., :-1] | (",
        "joined = (",
        "tests/core/test_degenerate.py",
    ),
    Mutant(
        "round-off doubled",
        "qkwidgets/core/degenerate.py",
        "(stored_dtype).eps / 2",
        "(stored_dtype).eps",
        "tests/core/test_degenerate.py",
    ),
    Mutant(
        "scale forgotten",
        "qkwidgets/core/scores.py",
        "loud = scale * singular_values",
        "loud = singular_values",
        "tests/core/test_scores.py",
    ),
    Mutant(
        "key-only term dropped",
        "qkwidgets/core/scores.py",
        'scale * torch.einsum("...td,hd->...ht", x, key_direction)',
        'torch.zeros_like(torch.einsum("...td,hd->...ht", x, key_direction))',
        "tests/core/test_scores.py",
    ),
    Mutant(
        "key-only term dropped from rows",
        "qkwidgets/analyses/exploration.py",
        "rows + terms.key_only[..., None, :]",
        "rows",
        LIVE,
    ),
    Mutant(
        "relu guard dropped",
        "qkwidgets/core/optimal.py",
        "query.relu() * key.relu()",
        "query * key",
        "tests/core/test_maps.py",
    ),
    Mutant(
        "share of the bias by the mean query",
        "qkwidgets/core/ranking.py",
        "(visible.sum(dim=-2) * bias_seen)",
        "(visible.mean(dim=-2) * bias_seen)",
        "tests/core/test_ranking.py",
    ),
    Mutant(
        "prefix tokens inside maps",
        "qkwidgets/analyses/exploration.py",
        "patches, probes = self.model.layout.patches,",
        "patches, probes = slice(None),",
        LIVE,
    ),
    Mutant(
        "prefix tokens inside pictures",
        "qkwidgets/core/layout.py",
        "values = values[..., self.patches]",
        "values = values[..., : self.n_patches]",
        "tests/core/test_layout.py",
    ),
    Mutant(
        "row tokens shifted",
        "qkwidgets/core/layout.py",
        "tuple([0] * bool(self.n_cls) + patches)",
        "tuple([0] * bool(self.n_cls) + [patch - 1 for patch in patches])",
        "tests/core/test_layout.py",
    ),
    Mutant(
        "sides of a tile swapped",
        "qkwidgets/analyses/exploration.py",
        '"key": key.transpose(0, 1)',
        '"key": query.transpose(0, 1)',
        LIVE,
    ),
    Mutant(
        "axes of a tile swapped",
        "qkwidgets/analyses/exploration.py",
        "[signed_range(query_maps), signed_range(key_maps)]",
        "[signed_range(key_maps), signed_range(query_maps)]",
        LIVE,
    ),
    Mutant(
        "LayerScale left out of what a head writes",
        "qkwidgets/analyses/circuit.py",
        "lifted(weights.W_O) * lifted(weights.layer_scale)",
        "weights.W_O",
        "tests/analyses/test_options.py",
    ),
    Mutant(
        "quantisation step off by one",
        "qkwidgets/answers/quantise.py",
        "((hi - lo) / np.iinfo(dtype).max)",
        "((hi - lo) / (np.iinfo(dtype).max + 1))",
        "tests/answers/test_quantise.py",
    ),
    Mutant(
        "checksum not checked",
        "qkwidgets/answers/file.py",
        "checksum != _checksum(arrays, record)",
        "checksum is None",
        "tests/answers/test_file.py",
    ),
    Mutant(
        "newer files read", "qkwidgets/answers/file.py", "version > FORMAT", "version > FORMAT + 1", "tests/answers/test_file.py"
    ),
    Mutant(
        "weakest modes kept",
        "qkwidgets/answers/tile.py",
        "(axis + leading) + (slice(count),)",
        "(axis + leading) + (slice(-count, None),)",
        "tests/answers/test_exploration.py",
    ),
    Mutant(
        "part of a score passed for the score",
        "qkwidgets/answers/tile.py",
        "self.n_modes < len(self.singular_values)",
        "self.n_modes < 0",
        "tests/answers/test_exploration.py",
    ),
    Mutant(
        "cache key without the version",
        "qkwidgets/cache/key.py",
        '"version": self.version',
        '"version": 0',
        "tests/cache/test_key.py",
    ),
    Mutant(
        "ack not sent",
        "qkwidgets/widgets/base.py",
        'self.send({"kind": "ack", "id": request["id"]})',
        "pass",
        "tests/widgets/test_explorer.py",
    ),
    Mutant(
        "failure without a reply",
        "qkwidgets/widgets/base.py",
        'self.send({"kind": "error"',
        'dict({"kind": "error"',
        "tests/widgets/test_explorer.py",
    ),
    Mutant(
        "unknown keywords taken",
        "qkwidgets/widgets/base.py",
        "[name for name in traits if name not in known]",
        "[]",
        "tests/widgets/test_explorer.py",
    ),
    Mutant(
        "hash of another script",
        "qkwidgets/export/page.py",
        "hashlib.sha256(text.encode())",
        "hashlib.sha256(text.strip().encode())",
        PAGE,
    ),
    Mutant("labels not escaped in the state", "qkwidgets/export/page.py", 'text.replace("<", "\\\\u003c")', "text", PAGE),
    Mutant(
        "labels not escaped in the page",
        "qkwidgets/export/page.py",
        '"title": html.escape(content.title)',
        '"title": content.title',
        PAGE,
    ),
    Mutant(
        "time of day in the page", "qkwidgets/export/thin.py", "gzip.compress(data, 6, mtime=0)", "gzip.compress(data, 6)", PAGE
    ),
    Mutant("page half written", "qkwidgets/export/page.py", "write_atomically(path, text", "Path(path).write_bytes(text", PAGE),
    Mutant(
        "a gallery's images named by their indices",
        "qkwidgets/widgets/gallery_wire.py",
        "np.searchsorted(self.referred, images), -1)",
        "images, -1)",
        GALLERY,
    ),
    Mutant(
        "a gallery's embedded lists unlike the answered ones",
        "qkwidgets/widgets/gallery_wire.py",
        ": self.n_modes, :, : self.n_places]",
        ": self.n_modes]",
        GALLERY,
    ),
    Mutant(
        "images left out before modes",
        "qkwidgets/export/thin.py",
        "if count > FEWEST_MODES:",
        "if count > FEWEST_MODES and images == 1:",
        "tests/export/test_thin.py",
    ),
    Mutant(
        "coarser numbers cut instead of rounded",
        "qkwidgets/answers/quantise.py",
        "+ COARSER // 2) // COARSER",
        "+ 0) // COARSER",
        "tests/answers/test_quantise.py",
    ),
    Mutant(
        "coarser numbers with the old steps",
        "qkwidgets/answers/quantise.py",
        '.step"] * np.float32(COARSER)',
        '.step"] * np.float32(1)',
        "tests/answers/test_quantise.py",
    ),
    Mutant(
        "modes left out before rows are rounded",
        "qkwidgets/export/thin.py",
        "if not _is_coarse(frozen):",
        "if not _is_coarse(frozen) and count <= FEWEST_MODES:",
        "tests/export/test_thin.py",
    ),
    Mutant(
        "rounding of rows not said",
        "qkwidgets/export/thin.py",
        'if meta["images"] and _is_coarse(frozen):',
        "if not meta:",
        "tests/export/test_thin.py",
    ),
    Mutant(
        "a bit less of what ranks modes",
        "qkwidgets/widgets/wire.py",
        "SIGNIFICANT_BITS = 13",
        "SIGNIFICANT_BITS = 12",
        "tests/widgets/test_wire.py",
    ),
    Mutant(
        "all spectra rounded",
        "qkwidgets/widgets/wire.py",
        "if name in _RANKS:",
        "if array.dtype == np.float32:",
        "tests/widgets/test_wire.py",
    ),
    Mutant(
        "optimal: bias left in projections",
        "qkwidgets/core/optimal.py",
        "matrix[:, 0]) if bias is None",
        "matrix[:, 0]) if True",
        OPTIMAL,
    ),
    Mutant("optimal: no head again", "qkwidgets/core/optimal.py", "factor.condition > limit", "factor.condition > 1e30", OPTIMAL),
    Mutant("optimal: ties to the last", "qkwidgets/core/optimal.py", "+ (_INDICES - 1 - image)", "+ image", OPTIMAL),
    Mutant(
        "optimal: prefix tokens in extremes",
        "qkwidgets/sweeps/projecting.py",
        "patches = room[:, part, self.layout.patches]",
        "patches = room[:, part]",
        TOP,
    ),
    Mutant(
        "optimal: maps not negated",
        "qkwidgets/sweeps/places.py",
        "torch.where(sign == 0, 1.0, -1.0)",
        "torch.where(sign == 0, 1.0, 1.0)",
        TOP,
    ),
    Mutant(
        "optimal: places keep their order",
        "qkwidgets/sweeps/places.py",
        "rows.index_select(0, to + (rank - spots[3])[loud])",
        "rows.index_select(0, to)",
        TOP,
    ),
    Mutant(
        "optimal: both halves in one list", "qkwidgets/sweeps/top_images.py", "keys.where(half == one, NO_IMAGE)", "keys", TOP
    ),
    Mutant(
        "optimal: null modes have images",
        "qkwidgets/sweeps/top_images.py",
        ".masked_fill(ready.null[layer][:, None, :, None], 0.0)",
        "",
        TOP,
    ),
    Mutant(
        "optimal: deciles upside down",
        "qkwidgets/answers/optimal_parts.py",
        "np.argsort(scores, axis=0",
        "np.argsort(-scores, axis=0",
        TOP,
    ),
    Mutant("optimal: sign always +", "qkwidgets/answers/optimal_images.py", "SIGNS[int(minus > plus)]", "SIGNS[0]", LISTS),
    Mutant(
        "optimal: tested where chosen",
        "qkwidgets/answers/class_suggestions.py",
        "hits = (second[tested]",
        "hits = (first[tested]",
        LISTS,
    ),
    Mutant("optimal: no correction", "qkwidgets/answers/class_suggestions.py", "adjusted = holm(p)", "adjusted = p", LISTS),
    Mutant(
        "optimal: tail without its first term",
        "qkwidgets/core/enrichment.py",
        "count = hits + more",
        "count = hits + more + 1",
        "tests/core/test_enrichment.py",
    ),
    Mutant("optimal: lights swapped", "qkwidgets/figures/optimal_pictures.py", "query, key = maps", "key, query = maps", SHEET),
    Mutant(
        "optimal: pair swapped",
        "qkwidgets/figures/optimal_images.py",
        "(hit.query_patch, hit.key_patch)",
        "(hit.key_patch, hit.query_patch)",
        SHEET,
    ),
    Mutant(
        "content is the image's mean alone",
        "qkwidgets/core/factors/moments.py",
        "torch.stack([mean, position, image + residual], dim=-3)",
        "torch.stack([mean, position, image], dim=-3)",
        FACTOR_MOMENTS,
    ),
    Mutant(
        "moments merged without the way between means",
        "qkwidgets/core/factors/moments.py",
        "one.scatter + other.scatter + weight * (apart.mT @ apart)",
        "one.scatter + other.scatter",
        FACTOR_MOMENTS,
    ),
    Mutant(
        "scatter left around the mean that was held",
        "qkwidgets/core/factors/moments.py",
        "        scatter.baddbmm_(total.mT, total, alpha=-share)\n",
        "",
        FACTOR_SWEEP,
    ),
    Mutant(
        "images' scatter left around the mean that was held",
        "qkwidgets/core/factors/moments.py",
        "        image_scatter.baddbmm_(middle.mT, middle, alpha=-share)\n",
        "",
        FACTOR_SWEEP,
    ),
    Mutant(
        "mean moved all the way to that of new images",
        "qkwidgets/core/factors/moments.py",
        "share = 1 / max(n + images.shape[1], 1)",
        "share = 1 / max(images.shape[1], 1)",
        FACTOR_SWEEP,
    ),
    Mutant(
        "first images taken around nothing",
        "qkwidgets/core/factors/moments.py",
        "if not n and tokens.shape[1]:",
        "if False:",
        FACTOR_SWEEP,
    ),
    Mutant(
        "half without images given a mean",
        "qkwidgets/core/factors/moments.py",
        "if not n and tokens.shape[1]:",
        "if not n:",
        FACTOR_SWEEP,
    ),
    Mutant(
        "keys before queries",
        "qkwidgets/models/watch.py",
        "torch.cat([self.q, self.k], dim=1)",
        "torch.cat([self.k, self.q], dim=1)",
        WATCH,
    ),
    Mutant(
        "sides of two modules read as one",
        "qkwidgets/models/watch.py",
        "one.module is other.module and ",
        "",
        WATCH,
    ),
    Mutant(
        "memory kept after a sweep",
        "qkwidgets/sweeps/memory.py",
        "        _set(mallopt, USUAL)",
        "        pass",
        MEMORY,
    ),
    Mutant(
        "leak corrected by N",
        "qkwidgets/core/factors/moments.py",
        "left = 1 / (n - 1)",
        "left = 1 / n",
        PLANTED,
    ),
    Mutant(
        "query's and key's factors exchanged",
        "qkwidgets/core/factors/energies.py",
        '"...aij,...bij->...ab"',
        '"...aij,...bij->...ba"',
        ENERGIES,
    ),
    Mutant(
        "the query's mean invisible",
        "qkwidgets/core/factors/shares.py",
        "cells[..., 1:].sum((-2, -1))",
        "cells[..., 1:, :].sum((-2, -1))",
        ENERGIES,
    ),
    Mutant(
        "crossfit from the same half",
        "qkwidgets/core/factors/energies.py",
        "cell_energies(one, second) + cell_energies(other, first)",
        "cell_energies(one, first) + cell_energies(other, second)",
        ENERGIES,
    ),
    Mutant(
        "factor modes turned on one side",
        "qkwidgets/core/factors/data_modes.py",
        "query_read * sign, key_read * sign",
        "query_read * sign, key_read",
        FACTOR_MODES,
    ),
    Mutant(
        "factor modes of dropped directions",
        "qkwidgets/core/factors/data_modes.py",
        "used = values > DROPPED * values[..., -1:].clamp(min=0)",
        "used = values > -1",
        FACTOR_MODES,
    ),
    Mutant(
        "blocks inside images mixed up",
        "qkwidgets/core/factors/within.py",
        "unflatten(-3, (2, 2)).transpose(-3, -2)",
        "unflatten(-3, (2, 2))",
        WITHIN,
    ),
    Mutant(
        "random read-outs of queries on both sides",
        "qkwidgets/core/factors/null.py",
        "zip(roots, (query, key), turns",
        "zip(roots, (query, query), turns",
        SPECTRA,
    ),
    Mutant(
        "labels without mixed",
        "qkwidgets/core/factors/labels.py",
        "share >= threshold",
        "share >= 0",
        SPECTRA,
    ),
    Mutant(
        "specialisation of modes counted alike",
        "qkwidgets/core/factors/labels.py",
        "(p * largest).sum(dim=-1) / p.sum(dim=-1)",
        "largest.mean(dim=-1)",
        SPECTRA,
    ),
    Mutant(
        "scale of scores forgotten in factors",
        "qkwidgets/analyses/factor_tables.py",
        "Moments(count, scale.sqrt() * mean, *(scale * each for each in sums))",
        "Moments(count, mean, *sums)",
        FACTORS,
    ),
    Mutant(
        "scale of scores applied twice in factors",
        "qkwidgets/analyses/factor_tables.py",
        "Moments(count, scale.sqrt() * mean, *(scale * each for each in sums))",
        "Moments(count, scale * mean, *(scale**2 * each for each in sums))",
        FACTORS,
    ),
    Mutant(
        "biases left in the moments of weights alone",
        "qkwidgets/analyses/factor_tables.py",
        'whole if options.bias == "absorb" else Sides(*without_biases(model, whole))',
        "whole",
        FACTORS,
    ),
    Mutant(
        "spread summed over images",
        "qkwidgets/analyses/factor_tables.py",
        "np.sqrt(sums / n_images)",
        "np.sqrt(sums)",
        FACTORS,
    ),
    Mutant(
        "special tokens among the patches",
        "qkwidgets/sweeps/factor_moments.py",
        "tokens = batch.tokens.qk[:, :, batch.layout.patches]",
        "tokens = batch.tokens.qk",
        FACTOR_SWEEP,
    ),
    Mutant(
        "halves of the images exchanged",
        "qkwidgets/sweeps/factor_moments.py",
        "half.argsort(stable=True)",
        "half.argsort(stable=True, descending=True)",
        FACTOR_SWEEP,
    ),
    Mutant(
        "objects: the query itself stays",
        "qkwidgets/core/preference.py",
        "for each in (scores, others))",
        "for each in (scores, scores))",
        PREFERENCE,
    ),
    Mutant(
        "objects: features permuted on one side",
        "qkwidgets/core/preference.py",
        "wanted = wanted.gather(-1, inverse.expand(wanted.shape))",
        "inverse.expand(wanted.shape)",
        PREFERENCE,
    ),
    Mutant(
        "objects: scale of the null forgotten",
        "qkwidgets/core/preference.py",
        "scores = scale * wanted.flatten(1, 3) @ x.mT",
        "scores = wanted.flatten(1, 3) @ x.mT",
        PREFERENCE,
    ),
    Mutant(
        "objects: the largest sum instead of the largest mean",
        "qkwidgets/core/objects.py",
        "return (shares / torch.where(area > 0, area, 1.0)) @ maps",
        "return shares @ maps",
        OBJECTS,
    ),
    Mutant(
        "objects: keys not centred",
        "qkwidgets/core/semantic.py",
        "key = centred(key)",
        "key = key + 0",
        RELATIONS,
    ),
    Mutant(
        "objects: query and key of a relation swapped",
        "qkwidgets/core/semantic.py",
        "figures[0] * grounds[1],",
        "figures[1] * grounds[0],",
        RELATIONS,
    ),
    Mutant(
        "cosine parts: by the query's shares alone",
        "qkwidgets/core/factors/cosine.py",
        "mode_points(query_share, key_share).nan",
        "query_share.nan",
        COSINE,
    ),
    Mutant(
        "cosine parts: modes without weights",
        "qkwidgets/core/factors/cosine.py",
        "spectrum_weights(singular_values.nan_to_num(0.0)) * cosine",
        "cosine",
        COSINE,
    ),
    Mutant(
        "cosine parts: nulls exchanged",
        "qkwidgets/core/factors/cosine.py",
        "for each in (drawn, own)])",
        "for each in (own, drawn)])",
        COSINE,
    ),
    Mutant(
        "cosine parts: one-sided turn",
        "qkwidgets/core/factors/cosine.py",
        "((query.mT @ key @ right) * left)",
        "((query.mT @ key @ right) * right)",
        COSINE,
    ),
    Mutant(
        "probe: tried on what it was fitted to",
        "qkwidgets/core/factors/probe.py",
        "return _by_ridge(both, trial, ridges)",
        "return _by_ridge(both, both, ridges)",
        PROBE,
    ),
    Mutant(
        "probe: ridge chosen where it was fitted",
        "qkwidgets/core/factors/probe.py",
        "tried = _by_ridge(fit, choice, ridges)",
        "tried = _by_ridge(fit, fit, ridges)",
        PROBE,
    ),
    Mutant(
        "probe: features not centred", "qkwidgets/core/factors/probe.py", "- mean[..., :, None] * mean[..., None, :]", "", PROBE
    ),
    Mutant(
        "probe: squares left out",
        "qkwidgets/core/factors/probe.py",
        "torch.cat([tokens, tokens.square()], dim=-1)",
        "torch.cat([tokens, tokens], dim=-1)",
        PROBE,
    ),
    Mutant(
        "depth: layers merged without the way between means",
        "qkwidgets/core/factors/depth.py",
        "one.cross + other.cross + weight * _products(apart, furthest)",
        "one.cross + other.cross",
        DEPTH,
    ),
    Mutant(
        "depth: CKA without its square",
        "qkwidgets/core/factors/depth.py",
        "energy = cross.square().sum",
        "energy = cross.abs().sum",
        DEPTH,
    ),
    Mutant(
        "depth: whole tokens without their positions",
        "qkwidgets/core/factors/depth.py",
        "found.cross + found.n_images * position_products",
        "found.cross + position_products",
        DEPTH,
    ),
    Mutant(
        "depth: content is not centred by place",
        "qkwidgets/sweeps/depth_moments.py",
        "cosine_sums(tokens - self._mean)",
        "cosine_sums(tokens - self._mean.mean(dim=2, keepdim=True))",
        "tests/sweeps/test_depth.py",
    ),
    Mutant(
        "context: a patch attends to itself",
        "qkwidgets/core/factors/context.py",
        "weight = weight - torch.diag_embed(weight.diagonal(dim1=-2, dim2=-1))",
        "weight = weight * 1",
        CONTEXT,
    ),
    Mutant(
        "context: its own content for that of others",
        "qkwidgets/core/factors/context.py",
        "weight.to(brought) @ brought]",
        "brought]",
        CONTEXT,
    ),
    Mutant(
        "context: tried on what it was fitted to",
        "qkwidgets/core/factors/context.py",
        "for sums in (fit, choice, trial))",
        "for sums in (fit, choice, fit))",
        CONTEXT,
    ),
    Mutant(
        "context: the step before",
        "qkwidgets/sweeps/context_sums.py",
        "self._take_in(state, layer - 1, held.features, content @ self._turn",
        "self._take_in(state, layer - 1, held.features, held.features[..., : self._turn.shape[1]]",
        PROFILE,
    ),
    Mutant(
        "special: scale forgotten", "qkwidgets/analyses/factor_special.py", "scale[..., None] * scatter)", "scatter)", SPECIAL
    ),
    Mutant(
        "special: patches among the special tokens",
        "qkwidgets/sweeps/special_moments.py",
        "special = slice(batch.layout.n_prefix)",
        "special = slice(1, 1 + batch.layout.n_prefix)",
        SPECIAL,
    ),
    Mutant(
        "special: sides exchanged",
        "qkwidgets/analyses/factor_special.py",
        "patches[0], groups[1])",
        "patches[1], groups[0])",
        SPECIAL,
    ),
    Mutant(
        "cuts: radii and sides exchanged in the figure",
        "qkwidgets/figures/attention_cut.py",
        "getattr(answer, panel.measured).T.ravel()",
        "getattr(answer, panel.measured).ravel()",
        CUT_FIGURE,
    ),
    Mutant(
        "pairs: the query's shares on both sides",
        "qkwidgets/figures/factor_pairs.py",
        "query[..., :, None] * key[..., None, :]",
        "query[..., :, None] * query[..., None, :]",
        FACTOR_FIGURES,
    ),
    Mutant(
        "labels: all heads as if above their null",
        "qkwidgets/answers/factors.py",
        "np.isfinite(self.specialisation_null[..., 1]) & ~self.specialised",
        "np.isnan(self.specialisation_null[..., 1]) & ~self.specialised",
        FACTOR_FIGURES,
    ),
    Mutant(
        "cosines: corrected shares not clipped",
        "qkwidgets/figures/factor_cosine.py",
        "np.clip(position[live], 0, 1)",
        "position[live]",
        FACTOR_FIGURES,
    ),
)


def main() -> int:
    """Try the mutations, print a table, and give the number that no test has seen."""
    chosen = [m for m in MUTANTS if not sys.argv[1:] or any(word in m.name for word in sys.argv[1:])]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = copied(Path(folder))
        if (red := first_failure(copy, sorted({m.tests for m in chosen}))) is not None:
            print(f"The tests are red without any mutation: {red}")
            return 1
        survivors = sum(not seen(copy, mutant) for mutant in chosen)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations seen by a test")
    return min(survivors, 1)


def copied(folder: Path) -> Path:
    """The project without what git ignores."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)
    return folder


def seen(copy: Path, mutant: Mutant) -> bool:
    """Whether a test turns red when the line is broken; one row of the table."""
    path = copy / mutant.file
    text = path.read_text(encoding="utf-8")
    start = time.perf_counter()
    if text.count(mutant.line) != 1:
        verdict, failure = "STALE", f"{mutant.file} holds {mutant.line!r} {text.count(mutant.line)} times"
    else:
        path.write_text(text.replace(mutant.line, mutant.mistake), encoding="utf-8")
        failure = first_failure(copy, [mutant.tests])
        path.write_text(text, encoding="utf-8")
        verdict = "SURVIVED" if failure is None else "seen"
    print(f"{verdict:9}{mutant.name:44}{time.perf_counter() - start:5.1f} s  {failure or mutant.tests}", flush=True)
    return verdict == "seen"


def first_failure(copy: Path, tests: list[str]) -> str | None:
    """The first test that is red, or None."""
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "--no-header", "-p", "no:cacheprovider", *tests]
    ended = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode == 0:
        return None
    named = [line for line in ended.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return named[0].partition(" - ")[0] if named else ended.stdout[-400:] + ended.stderr[-400:]


if __name__ == "__main__":
    raise SystemExit(main())

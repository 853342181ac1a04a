/**
 * Scores rebuilt from their parts, with rounding bounds. No DOM here.
 *
 *   score_ij = s sum_n sigma_n (x_i.u_n)(v_n.x_j) + bias_key[j] + bias_query[i] + constant
 *
 * Science page, "Exact scores, and what biases do". A softmax is only ever taken of the whole sum.
 */

import type { Meta, Spectra } from "./data.ts";
import { clamp } from "./numbers.ts";
import type { Sign, Tile } from "./tile.ts";

/** A number and how far rounding may have moved it. */
export interface Bounded {
  readonly value: number;
  readonly bound: number;
}

/** What one head says about one image, and the singular values needed to add it up. */
export interface Head {
  readonly meta: Meta;
  readonly spectra: Spectra;
  readonly tile: Tile;
  readonly image: number;
}

/** Mode n's part of the score between query token i and key token j: s sigma a b. */
export function contribution(head: Head, mode: number, i: number, j: number): Bounded {
  const { spectra, tile } = head;
  return part(head, spectra.modes("singular_values", tile.layer, tile.head)[mode] ?? 0, mode, i, j);
}

function part({ meta, tile, image }: Head, sigma: number, mode: number, i: number, j: number): Bounded {
  const a = tile.projection("query", image, mode, i);
  const b = tile.projection("key", image, mode, j);
  const da = tile.bound("query", image, mode);
  const db = tile.bound("key", image, mode);
  const gain = meta.scale * sigma;
  return { value: gain * a * b, bound: gain * (Math.abs(a) * db + Math.abs(b) * da + da * db) };
}

export interface AttentionRow {
  readonly scores: Float32Array | Float64Array;
  /** of any single score */
  readonly bound: number;
  /** softmax over all tokens, prefix tokens included */
  readonly weights: Float64Array;
}

/** The attention of query token i, or undefined where this page holds only a part of its scores. */
export function attentionRow(head: Head, i: number): AttentionRow | undefined {
  // A row that came whole is rounded once, a rebuilt one once for each mode: the first is preferred.
  const whole = head.tile.scoreRow(head.image, head.meta.row_tokens.indexOf(i));
  const row = whole ?? (head.tile.nModes >= head.meta.n_modes ? rebuiltRow(head, i) : undefined);
  return row && { ...row, weights: softmax(row.scores) };
}

function rebuiltRow(head: Head, i: number): { scores: Float64Array; bound: number } {
  const { meta, spectra, tile, image } = head;
  const sigma = spectra.modes("singular_values", tile.layer, tile.head);
  // In double precision, whose rounding no bound has to count.
  const scores = new Float64Array(tile.nTokens);
  let bound = 0;
  for (let n = 0; n < tile.nModes; n++) {
    const gain = meta.scale * (sigma[n] ?? 0);
    const a = tile.projection("query", image, n, i);
    const keys = tile.projections("key", image, n);
    let largest = 0;
    for (let j = 0; j < scores.length; j++) {
      const b = keys[j] as number;
      largest = Math.max(largest, Math.abs(b));
      scores[j] = (scores[j] as number) + gain * a * b;
    }
    const da = tile.bound("query", image, n);
    const db = tile.bound("key", image, n);
    bound += gain * (Math.abs(a) * db + largest * da + da * db);
  }
  const unseen = tile.biasQuery.at(image, i) + tile.constant.at(0, 0);
  const bias = tile.biasKey.row(image);
  for (let j = 0; j < scores.length; j++) scores[j] = (scores[j] as number) + (bias[j] as number) + unseen;
  return {
    scores,
    bound: bound + tile.biasKey.bound(image) + tile.biasQuery.bound(image) + tile.constant.bound(0),
  };
}

function softmax(scores: Float32Array | Float64Array): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < scores.length; j++) top = Math.max(top, scores[j] as number);
  const weights = new Float64Array(scores.length);
  let total = 0;
  for (let j = 0; j < scores.length; j++) {
    weights[j] = Math.exp((scores[j] as number) - top);
    total += weights[j] as number;
  }
  for (let j = 0; j < scores.length; j++) weights[j] = (weights[j] as number) / total;
  return weights;
}

/**
 * How far a softmax weight can be off when every score is off by at most `bound`. At worst its own score is off one way
 * and all others the other way, which multiplies its odds by exp(2 bound). That may overflow, so it divides; and a weight
 * that is 0 or 1 in double precision only is so small or so large that the rest is lost, not nothing.
 */
export function weightBound(weight: number, bound: number): number {
  if (bound === 0) return 0;
  const own = Math.max(weight, Number.MIN_VALUE);
  const others = Math.max(1 - weight, Number.EPSILON);
  const moved = (by: number): number => own / (own + others * Math.exp(-by));
  return Math.max(moved(2 * bound) - weight, weight - moved(-2 * bound));
}

export interface Parts {
  /** embedded modes by index */
  readonly modes: readonly Bounded[];
  /** modes that this page does not hold, together; undefined where that cannot be known */
  readonly rest: Bounded | undefined;
  readonly restCount: number;
  readonly biasKey: Bounded;
  /** query-only term and constant: equal for all keys, so softmax does not see them */
  readonly unseen: Bounded;
  /** undefined where only a part of the modes is here */
  /** sum of the terms that are here */
  readonly known: Bounded;
  readonly score: Bounded | undefined;
}

/** The parts of one score; they add up to `score` within their bounds, or there is no `score`. */
export function scoreParts(head: Head, i: number, j: number): Parts {
  const { meta, spectra, tile, image } = head;
  const sigma = spectra.modes("singular_values", tile.layer, tile.head);
  const modes = Array.from({ length: tile.nModes }, (_, n) => part(head, sigma[n] ?? 0, n, i, j));
  const biasKey = { value: tile.biasKey.at(image, j), bound: tile.biasKey.bound(image) };
  const unseen = {
    value: tile.biasQuery.at(image, i) + tile.constant.at(0, 0),
    bound: tile.biasQuery.bound(image) + tile.constant.bound(0),
  };
  const known = sum([...modes, biasKey, unseen]);
  const restCount = meta.n_modes - tile.nModes;
  const row = tile.scoreRow(image, meta.row_tokens.indexOf(i));
  const whole = row && { value: row.scores[j] ?? Number.NaN, bound: row.bound };
  if (restCount <= 0) {
    // A stored score was rounded once, the terms one by one: what attention is made of is the sharper of the two.
    const score = whole && whole.bound < known.bound ? whole : known;
    return { modes, rest: undefined, restCount: 0, biasKey, unseen, known, score };
  }
  const rest = whole && { value: whole.value - known.value, bound: whole.bound + known.bound };
  return { modes, rest, restCount, biasKey, unseen, known, score: whole };
}

export const sum = (terms: readonly Bounded[]): Bounded => ({
  value: terms.reduce((total, { value }) => total + value, 0),
  bound: terms.reduce((total, { bound }) => total + bound, 0),
});

export const shownSign = (choice: "auto" | Sign, tile: Tile, mode: number): Sign =>
  choice === "auto" ? tile.autoSign(mode) : choice;

/** q-quantile with linear interpolation, as numpy's default. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = clamp(q, 0, 1) * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

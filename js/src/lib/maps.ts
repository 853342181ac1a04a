/**
 * From projections to what is painted: strengths in [0, 1] (or [-1, 1]) and the patches that went over the range.
 *
 * signed      sign * m / a, a = 99th percentile of |m| over all images of the view: comparable between images, zero is zero
 * percentile  clip((m - p30) / (p95 - p30)) of each map by itself, as in the paper's released figures: it hides zero and
 *             makes a weak map look as strong as a loud one, so it is not the default. p95 = p30 draws nothing.
 */

import { quantile } from "./scores.ts";

export interface Painted {
  readonly strength: Float32Array;
  /** patches beyond the range, which are drawn at its end and marked */
  readonly clipped: readonly number[];
}

/** Both signs kept: for single maps in diverging colours. */
export const signedStrength = (values: Float32Array, sign: number, range: number): Painted =>
  clippedStrength(values, range > 0 ? sign / range : 0, -1);

/** The positive part only: for light that is added to a picture. */
export const positiveStrength = (values: Float32Array, sign: number, range: number): Painted =>
  clippedStrength(values, range > 0 ? sign / range : 0, 0);

function clippedStrength(values: Float32Array, gain: number, low: -1 | 0): Painted {
  const clipped: number[] = [];
  const strength = new Float32Array(values.length);
  for (let patch = 0; patch < values.length; patch++) {
    const t = gain * (values[patch] as number);
    // Below zero, a positive part is not clipped but absent.
    if (t > 1 || (low < 0 && t < low)) clipped.push(patch);
    strength[patch] = Math.min(1, Math.max(low, t));
  }
  return { strength, clipped };
}

export function percentileStrength(values: Float32Array, sign: number): Painted {
  const signed = values.map((value) => sign * value);
  const sorted = signed.slice().sort();
  const low = quantile(sorted, 0.3);
  const high = quantile(sorted, 0.95);
  if (!(high > low)) return { strength: new Float32Array(values.length), clipped: [] };
  const clipped: number[] = [];
  const strength = signed.map((value, patch) => {
    if (value > high) clipped.push(patch);
    return Math.max(0, Math.min(1, (value - low) / (high - low)));
  });
  return { strength, clipped };
}

/** Strengths below this fraction of the range are not painted. */
export const thresholded = (t: number, threshold: number): number => (Math.abs(t) < threshold ? 0 : t);

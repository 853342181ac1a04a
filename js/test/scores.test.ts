import { expect, test } from "vitest";
import { attentionRow, contribution, type Head, scoreParts, sum, weightBound } from "../src/lib/scores.ts";
import { IMAGES, MODES, meta, ROW_TOKENS, score, spectra, TOKENS, tile } from "./fixture.ts";

/** Sums in another order differ by this much in double precision. */
const DOUBLE = 1e-13;
const LAYER = 1;
const HEAD = 1;
const headOf = (modes: number, quantise: boolean, image = 1, terms: "U8" | "U16" = "U16"): Head => ({
  meta: meta({ embedded_modes: modes }),
  spectra: spectra(),
  tile: tile(LAYER, HEAD, modes, quantise, terms),
  image,
});

function softmax(scores: readonly number[]): number[] {
  const powers = scores.map(Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
}

test("modes and bias terms add up to the score, and rounding stays inside its bound", () => {
  for (const quantise of [false, true]) {
    for (let image = 0; image < IMAGES; image++) {
      for (let i = 0; i < TOKENS; i++) {
        for (let j = 0; j < TOKENS; j++) {
          const parts = scoreParts(headOf(MODES, quantise, image), i, j);
          const truth = score(LAYER, HEAD, image, i, j);
          expect(Math.abs((parts.score?.value ?? Number.NaN) - truth)).toBeLessThanOrEqual(
            (parts.score?.bound ?? 0) + DOUBLE,
          );
        }
      }
    }
  }
});

test("exact tiles carry no bound, quantised ones a positive one", () => {
  expect(contribution(headOf(MODES, false), 0, 1, 2).bound).toBe(0);
  expect(contribution(headOf(MODES, true), 0, 1, 2).bound).toBeGreaterThan(0);
});

test("rows and bias terms in 8 bits stay inside their bounds, which are wider", () => {
  for (const [i, j] of [
    [0, 5],
    [ROW_TOKENS[1] as number, 3],
  ] as const) {
    const coarse = scoreParts(headOf(2, true, 1, "U8"), i, j);
    const fine = scoreParts(headOf(2, true), i, j);
    const truth = score(LAYER, HEAD, 1, i, j);
    const bound = coarse.score?.bound ?? 0;
    expect(Math.abs((coarse.score?.value ?? Number.NaN) - truth)).toBeLessThanOrEqual(bound);
    expect(bound).toBeGreaterThan(200 * (fine.score?.bound ?? 1));
    expect(coarse.biasKey.bound).toBeGreaterThan(200 * fine.biasKey.bound);
    const row = attentionRow(headOf(2, true, 1, "U8"), i);
    expect(Math.abs((row?.scores[j] ?? Number.NaN) - truth)).toBeLessThanOrEqual(row?.bound ?? 0);
  }
});

test("an attention row is the softmax over all tokens, prefix included", () => {
  const row = attentionRow(headOf(MODES, false), 4);
  const truth = softmax(Array.from({ length: TOKENS }, (_, j) => score(LAYER, HEAD, 1, 4, j)));
  expect(row?.weights.length).toBe(TOKENS);
  row?.weights.forEach((weight, j) => {
    expect(weight).toBeCloseTo(truth[j] as number, 12);
  });
});

test("no softmax of a part: with some modes only the rows that came whole", () => {
  const head = headOf(2, true);
  for (let i = 0; i < TOKENS; i++) {
    const row = attentionRow(head, i);
    if (!ROW_TOKENS.includes(i)) {
      expect(row).toBeUndefined();
      continue;
    }
    const truth = softmax(Array.from({ length: TOKENS }, (_, j) => score(LAYER, HEAD, 1, i, j)));
    row?.weights.forEach((weight, j) => {
      expect(Math.abs(weight - (truth[j] as number))).toBeLessThanOrEqual(weightBound(weight, row.bound));
    });
  }
});

test("with some modes the rest is named where the score is known, and the sum holds", () => {
  const known = scoreParts(headOf(2, true), ROW_TOKENS[1] as number, 5);
  expect(known.modes.length).toBe(2);
  expect(known.restCount).toBe(MODES - 2);
  const truth = score(LAYER, HEAD, 1, ROW_TOKENS[1] as number, 5);
  expect(known.score?.value).toBeCloseTo(truth, 3);
  const all = sum([
    ...known.modes,
    known.biasKey,
    known.unseen,
    known.rest ?? { value: Number.NaN, bound: 0 },
  ]);
  expect(all.value).toBeCloseTo(known.score?.value ?? Number.NaN, 9);

  const unknown = scoreParts(headOf(2, true), 1, 5);
  expect(unknown.score).toBeUndefined();
  expect(unknown.rest).toBeUndefined();
});

test("a weight's bound holds for the worst errors of the scores, and is zero without any", () => {
  const scores = [0.3, 1.1, -0.4];
  const bound = 0.2;
  const base = softmax(scores);
  for (let key = 0; key < 3; key++) {
    const worst = [bound, -bound].map((error) => {
      const moved = softmax(scores.map((s, j) => s + (j === key ? error : -error)))[key] as number;
      return Math.abs(moved - (base[key] as number));
    });
    expect(weightBound(base[key] as number, bound)).toBeCloseTo(Math.max(...worst), 10);
    expect(weightBound(base[key] as number, 0)).toBe(0);
  }
});

test("a rebuilt row stays inside its bound, and so do its weights", () => {
  const row = attentionRow(headOf(MODES, true), 4);
  const truth = Array.from({ length: TOKENS }, (_, j) => score(LAYER, HEAD, 1, 4, j));
  const weights = softmax(truth);
  expect(row?.bound).toBeGreaterThan(0);
  for (let j = 0; j < TOKENS; j++) {
    expect(Math.abs((row?.scores[j] as number) - (truth[j] as number))).toBeLessThanOrEqual(row?.bound ?? 0);
    const weight = row?.weights[j] as number;
    expect(Math.abs(weight - (weights[j] as number))).toBeLessThanOrEqual(
      weightBound(weight, row?.bound ?? 0),
    );
  }
});

test("a weight's bound is a number however large the bound of the scores, and never above one", () => {
  for (const bound of [0.2, 20, 355, 400, 1e6, Number.POSITIVE_INFINITY]) {
    for (const weight of [0, 1e-300, 1e-9, 0.3, 1 - 1e-9, 1]) {
      const off = weightBound(weight, bound);
      expect(off).toBeGreaterThanOrEqual(0);
      expect(off).toBeLessThanOrEqual(1);
    }
  }
  expect(weightBound(0.25, 400)).toBe(0.75);
  // One score among two, so far below that its weight is nothing in float numbers, can still be the larger one.
  expect(weightBound(0, 400)).toBeCloseTo(1, 10);
  expect(weightBound(1, 400)).toBeCloseTo(1, 10);
  expect(weightBound(0, 0)).toBe(0);
});

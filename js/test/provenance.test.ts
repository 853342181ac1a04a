// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { provenanceRows } from "../src/panels/provenance.ts";

/** The words beside one recorded value; undefined where it is left out. */
function said(value: unknown): string | undefined {
  const cell = provenanceRows({ thing: value })[0]?.[1];
  return typeof cell === "string" ? cell : cell?.textContent;
}

test("whole numbers are exact, measured ones have three digits", () => {
  expect(said(20240)).toBe("20240");
  expect(said(1222538)).toBe("1222538");
  expect(said(0.000123456)).toBe("0.000123");
  expect(said({ seed: 20240, bytes: 4890152 })).toBe("seed 20240, bytes 4890152");
});

test("lists are joined without their places, and equal values of a long one are said once", () => {
  expect(said([0.485, 0.456, 0.406])).toBe("0.485, 0.456, 0.406");
  expect(said([0.5, 0.5, 0.5])).toBe("0.5, 0.5, 0.5");
  expect(said(Array(12).fill(0.125))).toBe("0.125 in all 12");
  expect(said({ mean: [0.485, 0.456], size: 64 })).toBe("mean: 0.485, 0.456size: 64");
});

test("what is empty is left out, inside records too", () => {
  for (const nothing of [null, "", [], {}, [""], { note: "" }]) expect(said(nothing)).toBeUndefined();
  expect(said({ note: "", donors: [], seed: 3 })).toBe("seed 3");
  expect(said({ none: false, count: 0 })).toBe("none no, count 0");
});

import { expect, test } from "vitest";
import { channels, diverging, inkOn, mix, sequential } from "../src/lib/colour.ts";
import { percentileStrength, positiveStrength, signedStrength, thresholded } from "../src/lib/maps.ts";
import {
  defined,
  format,
  formatBound,
  formatBounded,
  formatPercent,
  formatUnit,
  linear,
  listed,
} from "../src/lib/numbers.ts";
import { niceCeiling } from "../src/panels/head-scale.ts";
import { galleryColumns } from "../src/panels/overlay.ts";
import { Pane } from "../src/panels/pane.ts";
import { wave } from "./fixture.ts";

const spread = (colour: number): number => {
  const rgb = channels(colour);
  return Math.max(...rgb) - Math.min(...rgb);
};

test.each(["light", "dark"] as const)("zero is the neutral colour, in the %s theme", (theme) => {
  expect(spread(diverging(0, theme))).toBeLessThanOrEqual(2);
  expect(diverging(-0, theme)).toBe(diverging(0, theme));
  expect(diverging(Number.NaN, theme)).toBe(diverging(0, theme));
  expect(diverging(0, theme)).toBe(sequential(0, theme));
  expect(spread(diverging(0.5, theme))).toBeGreaterThan(40);
  expect(diverging(0.5, theme)).not.toBe(diverging(-0.5, theme));
  expect(diverging(3, theme)).toBe(diverging(1, theme));
});

test.each(["light", "dark"] as const)(
  "opposite values are equally strong to the eye, in the %s theme",
  (theme) => {
    const luminance = (colour: number): number => {
      const [r, g, b] = channels(colour).map((c) => (c / 255) ** 2.2) as [number, number, number];
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (const t of [0.25, 0.5, 0.75, 1]) {
      expect(Math.abs(luminance(diverging(t, theme)) - luminance(diverging(-t, theme)))).toBeLessThan(0.09);
    }
  },
);

test.each(["red-cyan", "orange-blue"] as const)("query and key light add up to white, in %s", (palette) => {
  expect(channels(mix(1, 1, palette))).toEqual([255, 255, 255]);
  expect(channels(mix(0, 0, palette))).toEqual([0, 0, 0]);
  expect(spread(mix(0.5, 0.5, palette))).toBeLessThanOrEqual(1);
});

test("pictures stand in rows without widows", () => {
  const rows = (most: number): number[] =>
    [1, 2, 4, 5, 6, 7, 8, 9].map((count) => galleryColumns(count, most));
  expect(rows(4)).toEqual([1, 2, 4, 3, 3, 4, 4, 3]);
  expect(rows(2)).toEqual([1, 2, 2, 2, 2, 2, 2, 2]);
  expect([12, 15, 16, 24].map((count) => galleryColumns(count, 6))).toEqual([6, 5, 4, 6]);
});

test("ink on a cell is legible", () => {
  expect(inkOn(diverging(0, "light"))).toBe("dark");
  expect(inkOn(diverging(1, "light"))).toBe("light");
  expect(inkOn(diverging(0, "dark"))).toBe("light");
});

test.each(["light", "dark"] as const)(
  "ink contrasts 4.5 to 1 with every colour of a cell, in the %s theme",
  (theme) => {
    const linear = (c: number): number => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    for (let t = -1; t <= 1; t += 1 / 128) {
      for (const colour of [diverging(t, theme), sequential(t, theme)]) {
        const [r, g, b] = channels(colour).map((c) => linear(c / 255)) as [number, number, number];
        const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const contrast = inkOn(colour) === "dark" ? (luminance + 0.05) / 0.05 : 1.05 / (luminance + 0.05);
        expect(contrast).toBeGreaterThanOrEqual(4.5);
      }
    }
  },
);

test("signed scale: one range, sign kept, clipped patches named", () => {
  const { strength, clipped } = signedStrength(Float32Array.of(-2, -0.5, 0, 0.5, 2), 1, 1);
  expect([...strength]).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(clipped).toEqual([0, 4]);
});

test("overlay: the positive part of the shown sign, and only its clipped patches", () => {
  const values = Float32Array.of(-2, -0.5, 0, 0.5, 2);
  expect([...positiveStrength(values, 1, 1).strength]).toEqual([0, 0, 0, 0.5, 1]);
  expect(positiveStrength(values, 1, 1).clipped).toEqual([4]);
  expect([...positiveStrength(values, -1, 1).strength]).toEqual([1, 0.5, 0, 0, 0]);
  expect(positiveStrength(values, -1, 1).clipped).toEqual([0]);
  expect([...positiveStrength(values, 1, 0).strength]).toEqual([0, 0, 0, 0, 0]);
});

test("percentile scale: 30th to 95th of the map itself, and nothing when they are equal", () => {
  const values = Float32Array.from({ length: 101 }, (_, i) => i);
  const { strength, clipped } = percentileStrength(values, 1);
  expect(strength[30]).toBeCloseTo(0, 6);
  expect(strength[95]).toBeCloseTo(1, 6);
  expect(strength[62]).toBeCloseTo(32 / 65, 6);
  expect(clipped).toEqual([96, 97, 98, 99, 100]);
  expect(percentileStrength(values, -1).strength[5]).toBeCloseTo(1, 6);
  expect([...percentileStrength(new Float32Array(4).fill(3), 1).strength]).toEqual([0, 0, 0, 0]);
});

test("nothing is painted below the threshold, on either side of zero", () => {
  expect([-0.5, -0.1, 0.1, 0.5].map((t) => thresholded(t, 0.2))).toEqual([-0.5, 0, 0, 0.5]);
});

test("numbers are written with no more digits than their bound allows", () => {
  expect(formatBounded(1.23456, 0.0123)).toBe("1.23\u00a0±\u00a00.02");
  expect(formatBounded(-0.5, 0.25)).toBe("−0.5\u00a0±\u00a00.3");
  expect(formatBounded(12.3456, 1e-9)).toBe("12.3456\u00a0±\u00a00.0001");
  expect(formatBounded(0.123456, 0)).toBe("0.1235");
  expect([format(0.0049, 2), format(1234.5), format(-0.5), format(Number.NaN)]).toEqual([
    "0.0049",
    "1235",
    "−0.500",
    "–",
  ]);
  expect([formatUnit(-0.001), formatUnit(-0.5)]).toEqual(["0.00", "−0.50"]);
  expect([formatPercent(0.4), formatPercent(-0.052), formatPercent(-4e-4)]).toEqual([
    "40 %",
    "−5.2 %",
    "0 %",
  ]);
  expect(listed(["M3", "M4", "M7"])).toBe("M3, M4 and M7");
  expect(linear([0, 10], [100, 0])(2.5)).toBe(75);
  expect([0.3, 0.87, 1, 3, 0].map(niceCeiling)).toEqual([0.5, 1, 1, 5, 1]);
});

const parsed = (words: string): [number, number] =>
  words.split("\u00a0±\u00a0").map((word) => Number(word.replace("−", "-"))) as [number, number];

test("what is written holds every true value: the rounding of the number itself is in its bound", () => {
  const random = wave(3000, 7);
  for (let i = 0; i + 2 < random.length; i += 3) {
    const value = (random[i] as number) * 10 ** (4 * (random[i + 1] as number));
    const bound = 10 ** (6 * (random[i + 2] as number));
    const [written, off] = parsed(formatBounded(value, bound));
    const air = 1e-9 * Math.max(1, bound);
    expect(written + off).toBeGreaterThanOrEqual(value + bound - air);
    expect(written - off).toBeLessThanOrEqual(value - bound + air);
  }
  expect(formatBounded(1.234, 0.01)).toBe("1.23\u00a0±\u00a00.02");
  expect(formatBounded(1.23, 0.02)).toBe("1.23\u00a0±\u00a00.02");
  expect(formatBounded(1234.5, 40)).toBe("1235\u00a0±\u00a050");
});

test("a bound that is no number makes no exact value", () => {
  for (const bound of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(formatBounded(1.5, bound)).toBe("not known");
  expect(formatBounded(Number.NaN, Number.NaN)).toBe("not known");
  expect(formatBounded(1.5, 0)).toBe("1.500");
});

test("a bound alone is rounded up", () => {
  expect([0.0149, 0.01, 0.3, 0.31, 0.095, 12, 1e-7].map(formatBound)).toEqual([
    "0.02",
    "0.01",
    "0.3",
    "0.4",
    "0.10",
    "20",
    "0.0001",
  ]);
  expect(formatBound(Number.NaN)).toBe("not known");
});

test("what is not a number is said in words", () => {
  expect([0.5, Number.NaN].map((value) => defined(value, formatUnit))).toEqual(["0.50", "not defined"]);
});

test("a picture that was cleared is cleared again when it has been painted since", () => {
  const pane = new Pane({ grid: [1, 2], aspect: 1, label: "" });
  const ticks = (): string => pane.root.querySelector(".ticks")?.getAttribute("d") ?? "";
  for (let round = 0; round < 2; round++) {
    pane.paint(() => 0);
    pane.tick([0], []);
    expect(ticks()).not.toBe("");
    pane.clear();
    pane.clear();
    expect(ticks()).toBe("");
  }
});
